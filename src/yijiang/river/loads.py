"""Loads as a table, checked against the network and laid out for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.errors import DataError, Finding
from yijiang.river import cells
from yijiang.river.cells import labels
from yijiang.river.formulas import GRAMS_PER_SECOND, Floats
from yijiang.river.network import RiverNetwork

SOURCE_KEYS = ("region", "source", "sector")
BOUNDARY = "boundary"
KINDS = ("spread", "point", "entering")


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """Loads by reach, pollutant and source [t/yr].

    Attributes
    ----------
    pollutants
        Pollutants that the loads hold, in the order of the decay rates.
    sources : DataFrame
        One row per source (its key columns), sorted.
    spread, point, entering : ndarray (reach, pollutant, source) [t/yr]
        Spread evenly along the reach; at its head, below its abstraction; with the water at its head, above it.
    """

    pollutants: tuple[str, ...]
    sources: pd.DataFrame
    spread: Floats
    point: Floats
    entering: Floats

    @classmethod
    def of(
        cls,
        net: RiverNetwork,
        loads: pd.DataFrame,
        pollutants: Sequence[str],
        boundary: pd.DataFrame | None = None,
        regime: str = "mean",
    ) -> Loads:
        """Read a long table of loads, and of what enters with the water at the heads of reaches.

        Parameters
        ----------
        net
            The river.
        loads : DataFrame
            One row per load: key columns of its source (one or more of `region`, `source`, `sector`), `reach`,
            `pollutant`, `tonnes` [t/yr], and optionally `spread` ("spread" along the reach, the default, or "point"
            at its head).
        pollutants
            Pollutants that may occur (those with a decay rate).
        boundary : DataFrame, optional
            `reach`, `pollutant`, and `tonnes` [t/yr] (any reach) or `concentration` [mg/L] of the arriving water
            (headwaters only). Key columns are optional; without them the source is called "boundary".
        regime
            Regime whose flow turns a boundary concentration into tonnes.

        Raises
        ------
        DataError
            With every fault of both tables.
        """
        keys = [key for key in SOURCE_KEYS if key in loads.columns]
        found = cells.missing_columns(loads, "loads", ["reach", "pollutant", "tonnes"])
        if not keys:
            problem, remedy = "no column says whose load it is", f"add one of the columns {', '.join(SOURCE_KEYS)}"
            found.append(Finding("loads", 0, "source", "", problem, remedy))
        if boundary is not None:
            found += cells.missing_columns(boundary, BOUNDARY, ["reach", "pollutant"])
            if "tonnes" not in boundary.columns and "concentration" not in boundary.columns:
                problem, remedy = "the column is missing", "add the column 'tonnes' [t/yr] or 'concentration' [mg/L]"
                found.append(Finding(BOUNDARY, 0, "tonnes", "", problem, remedy))
            elif {"tonnes", "concentration"} <= set(boundary.columns):
                problem, remedy = "beside it there is a column 'tonnes'", "give one of the two"
                found.append(Finding(BOUNDARY, 0, "concentration", "", problem, remedy))
        if found:
            raise DataError(found)

        long = _read(net, loads, keys, "loads", pollutants, found)
        long["kind"] = _kinds(loads, found)
        tonnes = cells.numbers(loads, "loads", "tonnes", "t/yr", found)
        _twice(long, keys, "loads", found)
        if boundary is not None:
            inflow = _read(net, boundary, keys, BOUNDARY, pollutants, found)
            inflow["kind"] = ["entering"] * len(boundary)
            tonnes = np.concatenate([tonnes, _boundary_tonnes(net, boundary, inflow["reach"], regime, found)])
            _twice(inflow, keys, BOUNDARY, found)
            long = {name: [*column, *inflow[name]] for name, column in long.items()}
        if found:
            raise DataError(found)

        held = set(long["pollutant"])
        present = tuple(name for name in pollutants if name in held)
        owners = list(zip(*(long[key] for key in keys), strict=True))
        sources = sorted(set(owners))
        arrays = np.zeros((len(KINDS), len(net.reach_names), len(present), len(sources)))
        arrays[
            _positions(KINDS, long["kind"]),
            _positions(net.reach_names, long["reach"]),
            _positions(present, long["pollutant"]),
            _positions(sources, owners),
        ] = tonnes
        return cls(present, pd.DataFrame(sources, columns=keys, dtype="str"), *arrays)

    def with_pollutants(self, pollutants: tuple[str, ...]) -> Loads:
        """Return the same loads laid out for these pollutants; those without loads have none."""
        if pollutants == self.pollutants:
            return self
        at = [pollutants.index(name) for name in self.pollutants]
        arrays = []
        for array in (self.spread, self.point, self.entering):
            wide = np.zeros((array.shape[0], len(pollutants), array.shape[2]))
            wide[:, at] = array
            arrays.append(wide)
        return Loads(pollutants, self.sources, *arrays)


def _read(
    net: RiverNetwork,
    frame: pd.DataFrame,
    keys: Sequence[str],
    table: str,
    pollutants: Sequence[str],
    found: list[Finding],
) -> dict[str, list[str]]:
    """Names in every row of a table of loads: source keys, reach and pollutant."""
    long: dict[str, list[str]] = {}
    for key in keys:
        if table == BOUNDARY and key not in frame.columns:
            long[key] = [BOUNDARY] * len(frame)
            continue
        long[key] = labels(frame[key])
        for i, name in enumerate(long[key]):
            if not name:
                found.append(Finding(table, i + 2, key, "", "no name", "say whose load it is"))
    for column, known, what in (
        ("reach", net.reach_names, "there is no such reach"),
        ("pollutant", tuple(pollutants), "it has no decay rate"),
    ):
        long[column] = labels(frame[column])
        listed = set(known)
        remedy = f"known: {', '.join(known[:20])}{', …' if len(known) > 20 else ''}"
        for i, name in enumerate(long[column]):
            if name not in listed:
                found.append(Finding(table, i + 2, column, name, what, remedy))
    return long


def _kinds(frame: pd.DataFrame, found: list[Finding]) -> list[str]:
    """How each load enters: "spread" unless the table says "point"."""
    if "spread" not in frame.columns:
        return ["spread"] * len(frame)
    kinds = [name or "spread" for name in labels(frame["spread"])]
    for i, kind in enumerate(kinds):
        if kind not in ("spread", "point"):
            remedy = 'enter "spread" (along the reach) or "point" (at its head)'
            found.append(Finding("loads", i + 2, "spread", kind, "not a way to enter a reach", remedy))
    return kinds


def _boundary_tonnes(
    net: RiverNetwork, boundary: pd.DataFrame, reaches: list[str], regime: str, found: list[Finding]
) -> Floats:
    """Tonnes a year that enter with the water: as given, or concentration × flow at a headwater."""
    if "tonnes" in boundary.columns:
        return cells.numbers(boundary, BOUNDARY, "tonnes", "t/yr", found)
    content = cells.numbers(boundary, BOUNDARY, "concentration", "mg/L", found)
    flow = dict(zip(net.reach_names, net.hydraulics(regime).arriving.tolist(), strict=True))
    joined = {net.reach_names[i] for i in np.flatnonzero(np.diff(net.topology.ptr))}
    for i, name in enumerate(reaches):
        if name in joined:
            problem, remedy = "other reaches end at the head of this one", "give tonnes, or a headwater"
            found.append(Finding(BOUNDARY, i + 2, "reach", name, problem, remedy))
    return np.array([c * flow.get(name, np.nan) for c, name in zip(content, reaches, strict=True)]) / (GRAMS_PER_SECOND)


def _twice(long: dict[str, list[str]], keys: Sequence[str], table: str, found: list[Finding]) -> None:
    """A load may stand in the table once."""
    seen = set()
    for i, load in enumerate(zip(*(long[key] for key in (*keys, "reach", "pollutant", "kind")), strict=True)):
        if load in seen:
            value, remedy = " / ".join(load[:-1]), "add the two up, or tell their sources apart"
            found.append(Finding(table, i + 2, keys[0], value, "the load stands in an earlier line already", remedy))
        seen.add(load)


def _positions(known: Sequence[object], names: Sequence[object]) -> NDArray[np.int64]:
    """Where each name stands among the known ones."""
    place = {name: i for i, name in enumerate(known)}
    return np.array([place[name] for name in names], dtype=np.int64)
