"""What the siting models share: clients and sites by name, how many sites each side gets, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from yijiang.errors import DataError, Finding, InfeasibleError, OptionError

Floats = NDArray[np.float64]
Range = tuple[int, int | None]


@dataclass(frozen=True)
class Siting:
    """Sites that were chosen.

    Attributes
    ----------
    model
        p_median, maximal_covering, set_covering or p_centre.
    open
        The sites, in the order of the table.
    assigned : (client,)
        The nearest open site of every client; blank where no open site can be reached (or none covers it).
    distance : (client,)
        Its distance, in the unit given; NaN where there is none.
    objective
        Weighted distance, weight covered, number of sites, or the largest distance.
    bound
        What no choice can beat: a lower bound where less is better, an upper one for covering.
    gap
        |objective − bound| ÷ |objective| [1]; 0 for a proven optimum.
    method
        "exact" (HiGHS) or "heuristic".
    """

    model: str
    open: tuple[str, ...]
    assigned: pd.Series[str]
    distance: pd.Series[float]
    weight: pd.Series[float]
    objective: float
    bound: float
    gap: float
    method: str
    radius: float | None = None

    @property
    def mean_distance(self) -> float:
        """Weighted mean distance of the clients that reach an open site."""
        near = self.distance.notna()
        total = float(self.weight[near].sum())
        return float((self.weight[near] * self.distance[near]).sum()) / total if total else 0.0

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Clients that no open site covers."""
        return tuple(str(name) for name in self.assigned.index[self.assigned == ""])


@dataclass(frozen=True)
class Problem:
    """Distances (client, site), weights, and the sides of the sites, as arrays with their names."""

    cost: Floats
    weight: Floats
    clients: tuple[str, ...]
    sites: tuple[str, ...]
    side: NDArray[np.int64]
    names: tuple[str, ...]
    least: NDArray[np.int64]
    most: NDArray[np.int64]

    def answer(self, model: str, chosen: Sequence[int], objective: float, bound: float, method: str,
               radius: float | None = None) -> Siting:  # fmt: skip
        """Put names to the sites chosen."""
        chosen = sorted(int(k) for k in chosen)
        near = self.cost[:, chosen]
        best = np.argmin(near, axis=1)
        distance = near[np.arange(len(best)), best]
        reached = np.isfinite(distance) if radius is None else distance <= radius
        where = [self.sites[chosen[k]] if ok else "" for k, ok in zip(best, reached, strict=True)]
        index = pd.Index(self.clients, name="client")
        gap = abs(objective - bound) / max(abs(objective), 1e-12) if objective != bound else 0.0
        return Siting(
            model, tuple(self.sites[k] for k in chosen), pd.Series(where, index, dtype=str),
            pd.Series(np.where(np.isfinite(distance), distance, np.nan), index), pd.Series(self.weight, index),
            float(objective), float(bound), float(gap if gap > 1e-12 else 0.0), method, radius,
        )  # fmt: skip

    def need(self, p: int) -> None:
        """Refuse a number of sites that no choice can meet, and say which would do.

        Raises
        ------
        OptionError
            If `p` is below 1.
        InfeasibleError
            If it is more than there are, or does not fit what each side is to get.
        """
        if p < 1:
            raise OptionError(f"the number of sites must be 1 or more, not {p}")
        count = np.bincount(self.side, minlength=len(self.names))
        least, most = int(self.least.sum()), int(np.minimum(self.most, count).sum())
        short = [n for n, have, want in zip(self.names, count, self.least, strict=True) if have < want]
        if short:
            raise InfeasibleError(
                f"{', '.join(short)}: fewer sites there than each side is to get",
                [f"name more sites of {name}, or ask for fewer there" for name in short],
            )
        if p < least:
            raise InfeasibleError(
                f"{p} sites cannot give every side its own: {least} are needed", [f"take p = {least} or more"]
            )
        if p > most:
            raise InfeasibleError(f"{p} sites are more than the {most} there may be", [f"take p = {most} or fewer"])


def problem(
    cost: ArrayLike | pd.DataFrame,
    weights: ArrayLike | pd.Series[Any] | None,
    sides: Mapping[str, str] | pd.Series[Any] | Sequence[str] | None,
    per_side: int | Range | Mapping[str, int | Range] | None,
) -> Problem:
    """Take distances, weights and sides by name, and refuse what is wrong with all findings.

    Parameters
    ----------
    cost : (client, site)
        Distance, time or cost from client to site [any one unit]; infinite where there is no way.
    weights : (client,)
        Weight of each client [any unit]; 1 unless given. A Series is aligned by name.
    sides : (site,)
        The side each site lies on.
    per_side
        Sites each side gets: a number (at least so many), a pair (least, most or None), or either by side.

    Raises
    ------
    DataError
        With every finding in the distances, weights and sides.
    """
    frame = cost if isinstance(cost, pd.DataFrame) else pd.DataFrame(np.array(cost, dtype=float, ndmin=2))
    clients, sites = (tuple(str(name) for name in axis) for axis in (frame.index, frame.columns))
    values = frame.to_numpy(dtype=float, copy=True)
    found: list[Finding] = []
    for what, names in (("client", clients), ("site", sites)):
        found += [
            Finding("distances", 0, what, name, "the name is there twice", "give every one a name of its own")
            for name in sorted({n for n in names if names.count(n) > 1})
        ]
        if not names:
            found.append(Finding("distances", 0, what, "", f"there is no {what}", "add one or more"))
    for i, j in np.argwhere(np.isnan(values) | (values < 0))[:100]:
        problem_ = "not a distance" if np.isnan(values[i, j]) else "must be at least 0"
        hint = "enter a number of at least 0, or infinity where there is no way"
        found.append(Finding("distances", int(i) + 2, sites[j], str(values[i, j]), problem_, hint))
    weight = _weights(weights, clients, found)
    side_of = _sides(sides, sites, found)
    if found:
        raise DataError(found)
    names = tuple(dict.fromkeys(side_of))
    position = {name: k for k, name in enumerate(names)}
    least, most = _bounds(per_side, names)
    return Problem(values, weight, clients, sites, np.array([position[s] for s in side_of]), names, least, most)


def _weights(given: Any, clients: tuple[str, ...], found: list[Finding]) -> Floats:
    if given is None:
        return np.ones(len(clients))
    if isinstance(given, pd.Series):
        by_name = {str(name): float(value) for name, value in given.items()}
        found += [
            Finding("weights", 0, "client", name, "no weight", "enter a weight of at least 0")
            for name in clients
            if name not in by_name
        ]
        found += [
            Finding("weights", 0, "client", name, "unknown client", "remove it, or add its distances")
            for name in by_name
            if name not in clients
        ]
        values = np.array([by_name.get(name, 0.0) for name in clients])
    else:
        values = np.array(given, dtype=float).ravel()
        if len(values) != len(clients):
            problem_ = f"{len(values)} weights for {len(clients)} clients"
            found.append(Finding("weights", 0, "", "", problem_, "give one weight per client"))
            return np.ones(len(clients))
    for i in np.flatnonzero(~np.isfinite(values) | (values < 0)):
        hint = "enter a number of at least 0"
        found.append(Finding("weights", int(i) + 2, clients[i], str(values[i]), "not a weight", hint))
    return values


def _sides(given: Any, sites: tuple[str, ...], found: list[Finding]) -> list[str]:
    if given is None:
        return [""] * len(sites)
    if isinstance(given, (Mapping, pd.Series)):
        by_name = {str(name): str(value) for name, value in given.items()}
        missing = [name for name in sites if name not in by_name]
        found += [Finding("sides", 0, "site", name, "no side", "say on which side it lies") for name in missing]
        return [by_name.get(name, "") for name in sites]
    if len(given) != len(sites):
        problem_ = f"{len(given)} sides for {len(sites)} sites"
        found.append(Finding("sides", 0, "", "", problem_, "give one side per site"))
        return [""] * len(sites)
    return [str(value) for value in given]


def _bounds(given: Any, names: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    least, most = np.zeros(len(names), np.int64), np.full(len(names), 2**31, np.int64)
    if given is None:
        return least, most
    if names == ("",):
        raise OptionError("sites per side are asked for, but no side is given for the sites")
    by_name = given if isinstance(given, Mapping) else dict.fromkeys(names, given)
    for name, value in by_name.items():
        if name not in names:
            raise OptionError(f"unknown side {name!r}; all: {', '.join(names)}")
        low, high = (value, None) if isinstance(value, int) else value
        if low < 0 or (high is not None and high < low):
            raise OptionError(f"sites for {name} must be a least and a most in order, not {value}")
        k = names.index(name)
        least[k], most[k] = low, 2**31 if high is None else high
    return least, most
