"""The package as an integer programme: projects, scales, years, payments and the river's limits in one choice."""

from .problem import Ceilings, Problem, Years
from .programme import Programme, Solution

__all__ = ["Ceilings", "Problem", "Programme", "Solution", "Years"]
