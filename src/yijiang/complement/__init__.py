"""Where regions complement each other: complexity of what they make, and four channels between them.

>>> import yijiang as yj
>>> from yijiang.complement import between
>>> found = between(yj.case("tiny"), ("Upper", "Middle"), nulls=19)
>>> sorted({pair.channel for pair in found.pairs})
['chain', 'market', 'technology']
"""

from yijiang.complement.nulls import Band
from yijiang.complement.partners import Complement, between
from yijiang.complement.results import Figure, Pair

__all__ = ["Band", "Complement", "Figure", "Pair", "between"]
