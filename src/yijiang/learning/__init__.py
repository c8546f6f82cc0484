"""What regions can learn from one another: paired profiles, peers and practices, frontiers, shift-share, pledges.

>>> import yijiang as yj
>>> from yijiang.learning import learn
>>> found = learn(yj.case("tiny"), ("Upper", "Middle"))
>>> found.contracts.net
{'Upper': -12.0, 'Middle': 8.0}
"""

from yijiang.learning.effect import Effect, effect
from yijiang.learning.frontier import Efficiency, efficiency, malmquist
from yijiang.learning.learn import Learning, learn
from yijiang.learning.parks import learn_parks, read_sheet
from yijiang.learning.pledge import Pledge, pledge
from yijiang.learning.shiftshare import ShiftShare, shift_share

__all__ = [
    "Effect",
    "Efficiency",
    "Learning",
    "Pledge",
    "ShiftShare",
    "effect",
    "efficiency",
    "learn",
    "learn_parks",
    "malmquist",
    "pledge",
    "read_sheet",
    "shift_share",
]
