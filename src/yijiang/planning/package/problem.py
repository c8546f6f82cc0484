"""What the choice of a package is made from: responses, limits and rules as plain arrays with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yijiang.errors import OptionError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Years:
    """When projects may start, what that does to their worth, and what may be spent in which year.

    Attributes
    ----------
    years : (year,)
        The years that are budgeted.
    may_start : (project, year)
        Whether a project may start in a year.
    effect, cost : (project, year)
        Worth of a start in that year: annual equivalent of a stream that begins then and builds up over the ramp,
        relative to one at full effect from the first year [1].
    built : (project, year, year)
        Share of the effect that is there in a year (last axis) after a start in another (second axis) [1].
    spending : (project, partner, year, year)
        Spent by a partner in a year (last axis) when the project starts in another (third axis) [money].
    budget : (partner, year)
        Most a partner may spend; infinite where no budget is given [money].
    """

    years: Ints
    may_start: NDArray[np.bool_]
    effect: Floats
    cost: Floats
    built: Floats
    spending: Floats
    budget: Floats


def wasted(share: Floats, scale: ArrayLike) -> Floats:
    """What goes beyond each ceiling (…, ceiling), for shares of them (ceiling, project) and scales (…, project)."""
    return np.maximum(np.asarray(scale, dtype=np.float64) @ share.T - 1, 0.0)


@dataclass(frozen=True, eq=False)
class Ceilings:
    """Cells in which projects together reach the most that levers can do: what goes beyond is wasted.

    ``u = max(0, Σ_p m_p s_p − 1)``: the share of the ceiling that is paid for and brings nothing.

    Attributes
    ----------
    share : (ceiling, project)
        What a project at full size takes up of each ceiling, at most 1 [1].
    gross : (ceiling, partner)
        What one whole ceiling is worth [money/year].
    change : (ceiling, limit)
        What one whole ceiling changes [mg/L].

    Examples
    --------
    >>> import numpy as np
    >>> pipes = Ceilings(np.array([[0.8, 0.7]]), gross=np.array([[10.0]]), change=np.zeros((1, 0)))
    >>> pipes.wasted([1.0, 1.0]).round(9).tolist(), pipes.wasted([1.0, 0.0]).tolist()
    ([0.5], [0.0])
    """

    share: Floats
    gross: Floats
    change: Floats

    def wasted(self, scale: ArrayLike) -> Floats:
        """Share of each ceiling that a package pays for and that brings nothing (…, ceiling)."""
        return wasted(self.share, scale)

    def flips(self, scale: Floats) -> Floats:
        """What each project adds to the waste of the rest of a package of whole projects (project, ceiling)."""
        others = (scale @ self.share.T)[None, :] - scale[:, None] * self.share.T
        return np.maximum(others + self.share.T - 1, 0.0) - np.maximum(others - 1, 0.0)

    def pairs(self, pairs: Ints) -> Floats:
        """Waste of every pair (pair, ceiling)."""
        both = self.share[:, pairs[:, 0]] + self.share[:, pairs[:, 1]]
        return np.maximum(both.T - 1, 0.0)


@dataclass(frozen=True, eq=False)
class Problem:
    """One choice among projects: ``gain(s) = g₀ + g s + q y − λ u``, ``change(s) = h₀ + h s + r y − μ u``.

    y = s_a s_b for pairs; u is what goes beyond the ceilings (see `Ceilings`).

    Attributes
    ----------
    projects, partners, limits
        Names; a limit is a (section, pollutant, "limit" or "target").
    gross : (project, partner)
        What each alone brings before its cost, payments at the border sections included [money/year].
    cost : (project, partner)
        Annual cost borne [money/year].
    pairs : (pair, 2)
        Positions of two projects that act on one another.
    pair_gross : (pair, partner)
        What both bring beyond the sum of each alone and what ceilings waste of it [money/year].
    change : (project, limit)
        Change of the concentration [mg/L].
    pair_change : (pair, limit)
        What both change beyond the same [mg/L].
    room : (limit,)
        Largest change allowed; negative for a reduction target [mg/L].
    bound : (limit,)
        The concentration allowed [mg/L]; the unit in which relaxations are told.
    alone : (partner,)
        What each reaches without the others [money/year].
    transfer_limit
        Largest payment [money/year].
    requires, excludes : (rule, 2)
        First only with second; not both.
    smallest : (project,)
        Smallest scale at which a project makes sense; 1 = all or nothing.
    years
        Starts and budgets, or None: every project at full effect.
    ceilings
        Cells that several projects fill, or None.
    base_gain : (partner,), base_moved : (limit,)
        g₀ and h₀: not zero where the expansion is centred on a package instead of the base (see `centred`).
    """

    projects: tuple[str, ...]
    partners: tuple[str, ...]
    limits: tuple[tuple[str, str, str], ...]
    gross: Floats
    cost: Floats
    pairs: Ints
    pair_gross: Floats
    change: Floats
    pair_change: Floats
    room: Floats
    bound: Floats
    alone: Floats
    transfer_limit: float = np.inf
    requires: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    excludes: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    smallest: Floats | None = None
    years: Years | None = None
    ceilings: Ceilings | None = None
    base_gain: Floats | None = None
    base_moved: Floats | None = None

    def __post_init__(self) -> None:
        p, n, o, k = len(self.projects), len(self.partners), len(self.limits), len(self.pairs)
        shapes = {
            "gross": (p, n), "cost": (p, n), "pair_gross": (k, n), "change": (p, o), "pair_change": (k, o),
            "room": (o,), "bound": (o,), "alone": (n,),
        }  # fmt: skip
        for name, shape in shapes.items():
            have = getattr(self, name)
            if have.shape != shape:
                raise OptionError(f"{name} has the shape {have.shape}; it should be {shape}")
            if not np.isfinite(have).all():
                raise OptionError(f"{name} holds a value that is not a finite number; leave a limit out instead")

    @property
    def smallest_scale(self) -> Floats:
        """Smallest scale of every project (project,)."""
        return np.ones(len(self.projects)) if self.smallest is None else self.smallest

    def joint(self, scale: ArrayLike) -> Floats:
        """Share of each pair's effect that is there (…, pair): the product of both scales."""
        s = np.asarray(scale, dtype=np.float64)
        return np.asarray(s[..., self.pairs[:, 0]] * s[..., self.pairs[:, 1]])

    def gain(self, scale: ArrayLike) -> Floats:
        """Gain of every partner before transfers at full effect (…, partner) [money/year].

        Parameters
        ----------
        scale : (…, project)
            Scale of every project, 0 to 1.
        """
        s = np.asarray(scale, dtype=np.float64)
        bare = self.gain_at_none + s @ (self.gross - self.cost) + self.joint(s) @ self.pair_gross
        return np.asarray(bare if self.ceilings is None else bare - self.ceilings.wasted(s) @ self.ceilings.gross)

    def moved(self, scale: ArrayLike) -> Floats:
        """Change of every limited concentration (…, limit) [mg/L]."""
        s = np.asarray(scale, dtype=np.float64)
        bare = self.moved_at_none + s @ self.change + self.joint(s) @ self.pair_change
        return np.asarray(bare if self.ceilings is None else bare - self.ceilings.wasted(s) @ self.ceilings.change)

    @property
    def gain_at_none(self) -> Floats:
        """g₀ (partner,): what the expansion says of no project at all."""
        return np.zeros(len(self.partners)) if self.base_gain is None else self.base_gain

    @property
    def moved_at_none(self) -> Floats:
        """h₀ (limit,)."""
        return np.zeros(len(self.limits)) if self.base_moved is None else self.base_moved

    def centred(
        self, scale: Floats, gain: Floats, moved: Floats, flipped_gain: Floats, flipped_moved: Floats
    ) -> Problem:
        """The same choice expanded about a package: exact there and for every package that differs in one project.

        Parameters
        ----------
        scale : (project,)
            The package, every project whole or not at all.
        gain : (partner,), moved : (limit,)
            Its figures in the full loop.
        flipped_gain : (project, partner), flipped_moved : (project, limit)
            Figures of the package with one project added or taken out.
        """
        sign = np.where(scale > 0, 1.0, -1.0)[:, None]
        added_gain, added_moved = sign * (gain - flipped_gain), sign * (moved - flipped_moved)
        # What pairs and ceilings do to it is told apart, so that a change of one project keeps its exact figure.
        with_package_gain, with_package_moved = np.zeros_like(added_gain), np.zeros_like(added_moved)
        if self.ceilings is not None:
            wasted = self.ceilings.flips(scale)
            with_package_gain -= wasted @ self.ceilings.gross
            with_package_moved -= wasted @ self.ceilings.change
        for (a, b), q, r in zip(self.pairs.tolist(), self.pair_gross, self.pair_change, strict=True):
            for one, other in ((a, b), (b, a)):
                if scale[other] > 0:
                    with_package_gain[one] += q
                    with_package_moved[one] += r
        fresh = replace(
            self,
            gross=added_gain - with_package_gain + self.cost,
            change=added_moved - with_package_moved,
            base_gain=np.zeros_like(gain),
            base_moved=np.zeros_like(moved),
        )
        return replace(fresh, base_gain=gain - fresh.gain(scale), base_moved=moved - fresh.moved(scale))

    def chosen(self, names: Sequence[str]) -> Floats:
        """Scales of a package named (project,): 1 for its projects."""
        wanted = set(names)
        return np.array([1.0 if name in wanted else 0.0 for name in self.projects])
