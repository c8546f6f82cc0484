"""What regions make and what that says about them: advantage, complexity, and how close the next activity is.

Every function takes one table of regions (rows) × activities (columns): a NumPy array, a SciPy sparse array, a pandas
DataFrame or a two-dimensional xarray DataArray. Labelled tables give labelled results.

>>> import pandas as pd
>>> made = pd.DataFrame([[9, 9, 1], [8, 1, 0], [9, 0, 0]], ["Coast", "Middle", "Hills"], ["grain", "steel", "chips"])
>>> eci(made > 0).round(2).to_dict()
{'Coast': 1.22, 'Middle': 0.0, 'Hills': -1.22}
"""

from yijiang.complement.complexity.advantage import lq, presence, rca
from yijiang.complement.complexity.fitness import Fitness, fitness
from yijiang.complement.complexity.indices import Complexity, eci, indices, pci
from yijiang.complement.complexity.space import Outlook, cog, coi, density, outlook, proximity, relatedness

__all__ = [
    "Complexity",
    "Fitness",
    "Outlook",
    "cog",
    "coi",
    "density",
    "eci",
    "fitness",
    "indices",
    "lq",
    "outlook",
    "pci",
    "presence",
    "proximity",
    "rca",
    "relatedness",
]
