"""Who reaches most with what it has, and by how much the others could: data envelopment of few units, with bounds."""

from yijiang.learning.frontier.bounds import Bounds, bootstrap
from yijiang.learning.frontier.efficiency import Efficiency, efficiency, units_needed
from yijiang.learning.frontier.malmquist import Malmquist, malmquist
from yijiang.learning.frontier.programs import radial, slack_based

__all__ = [
    "Bounds",
    "Efficiency",
    "Malmquist",
    "bootstrap",
    "efficiency",
    "malmquist",
    "radial",
    "slack_based",
    "units_needed",
]
