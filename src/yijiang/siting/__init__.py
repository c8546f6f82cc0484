"""Where to put what is shared: p-median, maximal covering, set covering and p-centre, with a number of sites per side.

>>> from yijiang.siting import p_median
>>> p_median([[1.0, 5.0], [6.0, 0.0]], p=1).open
('1',)
"""

from yijiang.siting.cover import maximal_covering, p_centre, set_covering
from yijiang.siting.median import p_median
from yijiang.siting.problem import Siting

__all__ = ["Siting", "maximal_covering", "p_centre", "p_median", "set_covering"]
