"""The choices that the tables leave open, one set a draw."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from yijiang.economy.estimate.kernels import CLOSINGS
from yijiang.errors import OptionError, match_name

ALL = "all"
JOINT = "joint"
RULES = (*CLOSINGS, JOINT)


@dataclass(frozen=True)
class Draw:
    """One set of choices that the tables leave open.

    Attributes
    ----------
    exponent
        β of the gravity prior cost^−β [1].
    closing
        What the sums of outflow and inflow are both brought to: "min", "mean", "outflow" or "inflow", final use taking
        what is left in each region; or "joint": trade and final use are balanced together (see `close_jointly`).
    cross_hauling
        Regions to which cross-hauling is added (see `charm`), or ("all",); none by default.
    """

    exponent: float = 1.0
    closing: str = "min"
    cross_hauling: tuple[str, ...] = ()


def read_draws(draws: Sequence[Draw] | int | None, regions: Sequence[str], seed: int) -> tuple[Draw, ...]:
    """The draws asked for, checked; a number is drawn at random, the first being the plain one."""
    if draws is None or isinstance(draws, int):
        number = 1 if draws is None else draws
        if number < 1:
            raise OptionError("at least one draw is needed")
        chance = np.random.default_rng(seed)
        drawn = [Draw()]
        for _ in range(number - 1):
            exponent = round(float(chance.uniform(0.5, 2.0)), 4)
            closing = RULES[int(chance.integers(len(RULES)))]
            drawn.append(Draw(exponent, closing, (ALL,) if chance.random() < 0.5 else ()))
        return tuple(drawn)
    if not draws:
        raise OptionError("at least one draw is needed")
    for draw in draws:
        match_name(draw.closing, ((c,) for c in RULES), "closing rule")
        if not (np.isfinite(draw.exponent) and draw.exponent >= 0):
            raise OptionError(f"the distance exponent must be at least 0, not {draw.exponent}")
        positions(draw.cross_hauling, regions)
    return tuple(draws)


def positions(names: Collection[str], regions: Sequence[str]) -> list[int]:
    """Positions of the regions named, or of all."""
    if tuple(names) == (ALL,):
        return list(range(len(regions)))
    return [regions.index(match_name(name, ((r,) for r in regions), "region")) for name in names]
