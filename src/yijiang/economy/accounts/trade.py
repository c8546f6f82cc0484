"""Kernels of the decomposition of gross exports: one exporting economy at a time, from its own columns of L."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.footprint import block, exports
from yijiang.economy.accounts.labels import Floats, Integers

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts


class World:
    """The table divided into economies: regions, some of which may be taken as one.

    Attributes
    ----------
    names
        Economies that produce, then those that only use.
    rows
        Positions of each producing economy's rows.
    final, deliveries : (row, economy) [money]
        Final use, and all deliveries, by economy of the buyer.
    caused : (row, economy) [money]
        Output that each economy's final use needs, L Y.
    added, primary : (row,) [1]
        Value added per output, and everything that is no input from the table, 1 − Aᵀ1.
    inverse : (row, row), optional
        L, if it is at hand.
    """

    def __init__(self, acc: Accounts, members: dict[str, list[str]], inverse: Floats | None = None) -> None:
        self.acc = acc
        self.inverse = inverse
        of = {region: name for name, regions in members.items() for region in regions}
        producing = list(dict.fromkeys(of.get(r, r) for r in acc.regions))
        self.names = list(dict.fromkeys([*producing, *(of.get(c, c) for c in acc.consumers)]))
        self.economy_of: Integers = np.array([self.names.index(of.get(r, r)) for r in acc.regions])[acc.region_of]
        consumer_in: Integers = np.array([self.names.index(of.get(c, c)) for c in acc.consumers], dtype=np.int64)
        self.rows = [np.flatnonzero(self.economy_of == g) for g in range(len(producing))]
        count = len(self.names)
        self.final = lb.summed(acc.final, consumer_in, count)
        self.deliveries = exports(acc, self.economy_of, consumer_in, count)
        self.caused = lb.summed(acc.output_by_consumer, consumer_in, count)
        self.added = acc.per_output(acc.tables.value_added)
        self.primary = 1.0 - acc.per_output(acc.tables.inputs)
        self.absorbed = np.zeros(len(acc.index))
        for g, rows in enumerate(self.rows):
            self.absorbed[rows] = self.local(g, self.final[rows, g])

    def columns(self, rows: Integers) -> Floats:
        """Columns of L (row, column): solved, or taken from the inverse where most of them will be needed."""
        if self.inverse is not None:
            return np.ascontiguousarray(self.inverse[:, rows])
        unit = np.zeros((len(self.acc.index), len(rows)))
        unit[rows, np.arange(len(rows))] = 1.0
        return self.acc.system.solve(unit)

    def local(self, economy: int, right: Floats) -> Floats:
        """Solve (I − A_gg) z = right for one economy."""
        rows = self.rows[economy]
        return np.asarray(np.linalg.solve(np.eye(len(rows)) - block(self.acc, rows, rows), right))


@dataclass(frozen=True, eq=False)
class Exporter:
    """One economy's exports and the pieces of the inverse they need; N sectors, R importers.

    Attributes
    ----------
    gross : (sector, importer) [money]
        Gross exports; 0 to itself.
    direct : (sector, importer) [money]
        The part the importer absorbs at once, without sending any of it on: Y_sr + A_sr (I − A_rr)⁻¹ Y_rr.
    reflected : (sector, importer) [money]
        The part of exports that serves final use at home in the end: A_sr (L Y_s)_r.
    domestic, total : (sector,) [1]
        Home value added per unit exported, v_s L_ss, and that of all origins, uᵀ L_·s (1 up to rounding).
    crossing : (sector, sector) [1]
        F = (I − A_ss) L_ss; F − I is what a unit of exports brings across the own border again.
    """

    economy: int
    gross: Floats
    direct: Floats
    reflected: Floats
    domestic: Floats
    total: Floats
    crossing: Floats
    columns: Floats

    @classmethod
    def of(cls, world: World, economy: int) -> Exporter:
        """Solve for one economy's columns of L and collect its exports."""
        acc, rows = world.acc, world.rows[economy]
        columns = world.columns(rows)
        gross = world.deliveries[rows].copy()
        gross[:, economy] = 0.0
        direct, reflected = world.final[rows].copy(), np.zeros_like(gross)
        direct[:, economy] = 0.0
        for r, partner in enumerate(world.rows):
            if r != economy:
                sold = block(acc, rows, partner)
                direct[:, r] += sold @ world.absorbed[partner]
                reflected[:, r] = sold @ world.caused[partner, economy]
        own = columns[rows]
        crossing = own - block(acc, rows, rows) @ own
        return cls(
            economy, gross, direct, reflected, world.added[rows] @ own, world.primary @ columns, crossing, columns
        )

    def once(self) -> Floats:
        """Content of all origins that crosses the own border once, uᵀ L_·s F⁻¹ (sector,) [1]."""
        return np.asarray(np.linalg.solve(self.crossing.T, self.total))


def at_home(world: World, exporter: Exporter) -> Floats:
    """Home value added through home stages only, v_s (I − A_ss)⁻¹ (sector,) [1]."""
    rows = world.rows[exporter.economy]
    local = np.eye(len(rows)) - block(world.acc, rows, rows)
    return np.asarray(np.linalg.solve(local.T, world.added[rows]))


def source(world: World, exporter: Exporter) -> dict[str, Floats]:
    """Value added recorded the first time it leaves (Borin & Mancini, source-based): terms (sector, importer)."""
    home = at_home(world, exporter)[:, None]
    domestic, total, once = exporter.domestic[:, None], exporter.total[:, None], exporter.once()[:, None]
    gross = exporter.gross
    dva, fva = home * gross, (once - home) * gross
    terms = {"EXGR": gross, "DVA": dva, "VAX": dva - home * exporter.reflected, "DAVAX": home * exporter.direct}
    terms |= {"REF": home * exporter.reflected, "DDC": domestic * gross - dva, "FVA": fva}
    terms["FDC"] = (total - domestic) * gross - fva
    terms["GVC"] = gross - terms["DAVAX"]
    terms["GVCB"] = gross - dva
    terms["GVCF"] = dva - terms["DAVAX"]
    return terms


def sink(world: World, exporter: Exporter) -> dict[str, Floats]:
    """Value added recorded the last time it leaves (Borin & Mancini, sink-based): terms (sector, importer)."""
    s, acc = exporter.economy, world.acc
    rows = world.rows[s]
    # Output of the table without what passes through the exporter's exports, in all and by final consumer.
    through = np.linalg.solve(exporter.crossing, exporter.gross.sum(axis=1))
    outside = acc.tables.output - exporter.columns @ through
    sent = world.final[rows].copy()
    sent[:, s] = 0.0
    for r, partner in enumerate(world.rows):
        if r != s:
            sent += block(acc, rows, partner) @ world.caused[partner]
    by_consumer = world.caused - exporter.columns @ np.linalg.solve(exporter.crossing, sent)
    last, home_again, in_importer = world.final[rows].copy(), np.zeros_like(sent), world.final[rows].copy()
    last[:, s] = in_importer[:, s] = 0.0
    for r, partner in enumerate(world.rows):
        if r != s:
            sold = block(acc, rows, partner)
            last[:, r] += sold @ outside[partner]
            home_again[:, r] = sold @ by_consumer[partner, s]
            in_importer[:, r] += sold @ by_consumer[partner, r]
    domestic, total, gross = exporter.domestic[:, None], exporter.total[:, None], exporter.gross
    dva, fva = domestic * last, (total - domestic) * last
    terms = {"EXGR": gross, "DVA": dva, "VAX": dva - domestic * home_again, "VAXIM": domestic * in_importer}
    terms |= {"REF": domestic * home_again, "DDC": domestic * gross - dva, "FVA": fva}
    terms["FDC"] = (total - domestic) * gross - fva
    return terms


def own_flow(world: World, exporter: Exporter, bilateral: bool) -> dict[str, Floats]:
    """Double counting within the single flow only: a sector's exports, or its exports to one importer."""
    again = np.zeros_like(exporter.gross)
    again += (np.diagonal(exporter.crossing) - 1.0)[:, None]
    if bilateral:
        again[:] = 0.0
        rows = world.rows[exporter.economy]
        for r, partner in enumerate(world.rows):
            if r != exporter.economy:
                again[:, r] = np.einsum("ij,ji->i", block(world.acc, rows, partner), exporter.columns[partner])
    domestic, total, gross = exporter.domestic[:, None], exporter.total[:, None], exporter.gross
    share = 1.0 / (1.0 + again)
    dva, fva = domestic * share * gross, (total - domestic) * share * gross
    ref = domestic * share * exporter.reflected
    terms = {"EXGR": gross, "DVA": dva, "VAX": dva - ref, "REF": ref, "DDC": domestic * gross - dva, "FVA": fva}
    terms["FDC"] = (total - domestic) * gross - fva
    return terms


def own_pair(world: World, exporter: Exporter) -> dict[str, Floats]:
    """Double counting across the border of one pair only (Miroudot & Ye 2022): terms (sector, importer)."""
    rows, gross = world.rows[exporter.economy], exporter.gross
    dva, pure = np.zeros_like(gross), np.zeros_like(gross)
    for r in range(len(world.names)):
        again = np.zeros((len(rows), len(rows)))
        if r < len(world.rows) and r != exporter.economy:
            again = block(world.acc, rows, world.rows[r]) @ exporter.columns[world.rows[r]]
        coefficients = np.linalg.solve(
            (np.eye(len(rows)) + again).T, np.column_stack([exporter.domestic, exporter.total])
        )
        dva[:, r], pure[:, r] = coefficients[:, 0] * gross[:, r], coefficients[:, 1] * gross[:, r]
    terms = {"EXGR": gross, "DVA": dva, "DDC": exporter.domestic[:, None] * gross - dva, "FVA": pure - dva}
    terms["FDC"] = (exporter.total - exporter.domestic)[:, None] * gross - terms["FVA"]
    return terms


def world_source(world: World, exporter: Exporter) -> float:
    """Foreign value added recorded once in all of world trade, at its first re-export [money]."""
    s = exporter.economy
    rows = world.rows[s]
    needed = world.local(s, exporter.gross.sum(axis=1))
    found = float((world.primary - world.added)[rows] @ needed)
    for t, partner in enumerate(world.rows):
        if t != s:
            found += float(world.primary[partner] @ world.local(t, block(world.acc, partner, rows) @ needed))
    return found


def world_sink(world: World, exporter: Exporter) -> float:
    """Foreign value added recorded once in all of world trade, at its last re-export [money]."""
    s = exporter.economy
    rows = world.rows[s]
    found = float((exporter.total - exporter.domestic) @ exporter.direct.sum(axis=1))
    for r, partner in enumerate(world.rows):
        if r == s:
            continue
        passed = world.final[partner].sum(axis=1) - world.final[partner, r]
        for j, third in enumerate(world.rows):
            if j != r:
                passed = passed + block(world.acc, partner, third) @ world.absorbed[third]
        own = world.added[partner] @ exporter.columns[partner]
        found += float(own @ (block(world.acc, rows, partner) @ world.local(r, passed)))
    return found
