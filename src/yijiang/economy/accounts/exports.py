"""What gross exports consist of: home and foreign value added, what returns, what is counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from yijiang.economy.accounts import trade
from yijiang.economy.accounts.labels import Floats
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts

Method = Literal["bm", "my"]
Level = Literal["region", "sector", "bilateral"]
Perspective = Literal["exporter", "world", "self"]
Approach = Literal["source", "sink"]

COMBINATIONS = {
    ("bm", "region", "exporter"), ("bm", "sector", "exporter"), ("bm", "bilateral", "exporter"),
    ("bm", "region", "world"), ("bm", "sector", "self"), ("bm", "bilateral", "self"),
    ("my", "region", "exporter"), ("my", "sector", "self"), ("my", "bilateral", "self"), ("my", "region", "world"),
}  # fmt: skip
ORDER = ("EXGR", "DC", "DVA", "VAX", "VAXIM", "DAVAX", "REF", "DDC", "FC", "FVA", "FDC", "GVC", "GVCB", "GVCF")
MEANING = {
    "EXGR": "gross exports",
    "DC": "domestic content = DVA + DDC",
    "DVA": "domestic value added",
    "VAX": "domestic value added absorbed abroad",
    "VAXIM": "domestic value added absorbed by the direct importer",
    "DAVAX": "domestic value added the direct importer absorbs without sending it on",
    "REF": "domestic value added that returns home = DVA − VAX",
    "DDC": "domestic content counted twice",
    "FC": "foreign content = FVA + FDC",
    "FVA": "foreign value added",
    "FDC": "foreign content counted twice",
    "GVC": "exports that cross more than one border = EXGR − DAVAX",
    "GVCB": "backward participation = FC + DDC",
    "GVCF": "forward participation = GVC − GVCB",
}


@dataclass(frozen=True, eq=False)
class ExportDecomposition:
    """Gross exports by term; DVA + DDC + FVA + FDC = EXGR.

    Attributes
    ----------
    table : DataFrame (exporter; + sector; + importer) [money]
        One column per term; `MEANING` says what each is.
    method, level, perspective, approach
        How it was made.
    residual
        Largest |EXGR − DVA − DDC − FVA − FDC| ÷ largest EXGR.
    notes
        Remarks on the table and on regions taken as one.
    """

    table: pd.DataFrame
    method: str
    level: str
    perspective: str
    approach: str
    residual: float
    notes: tuple[str, ...]

    @property
    def shares(self) -> pd.DataFrame:
        """Terms ÷ gross exports [1]; GVC, GVCB and GVCF are participation. 0 where nothing is exported."""
        gross = self.table["EXGR"]
        return self.table.div(gross.where(gross != 0, np.inf), axis=0)


def export_decomposition(
    acc: Accounts, regions: str | Sequence[str] | None = None, method: Method = "bm", level: Level = "region",
    perspective: Perspective | None = None, approach: Approach = "source", as_one: str | None = None,
) -> ExportDecomposition:  # fmt: skip
    """Decompose gross exports, so that the terms add up to them exactly.

    For exporter s, with v value added and u everything that is no input from the table, per unit of output (uᵀL = 1):

    DVA = v_s (I − A_ss)⁻¹ e_s           DC = v_s L_ss e_s        DDC = DC − DVA
    FVA + DVA = uᵀ L_·s F⁻¹ e_s          FC = EXGR − DC           FDC = FC − FVA
    F = (I − A_ss) L_ss                  L_·s F⁻¹ is the inverse without the exports of s (hypothetical extraction)

    Parameters
    ----------
    acc
        The accounts.
    regions
        Exporting regions; every one unless given.
    method
        "bm": Borin & Mancini. "my": Miroudot & Ye, by hypothetical extraction: DVA, DDC, FVA, FDC only.
    level
        "region", "sector" (exporting sector) or "bilateral" (exporting sector and importer).
    perspective
        What counts as counted twice. "exporter": what crosses the exporter's border again; the levels add up.
        "world" (level region): what any border has counted. "self" (levels sector and bilateral): what the same flow
        has counted; these do not add up. "bm" begins from "exporter"; "my" from "exporter" for regions, else "self".
        For "my" the bilateral flow is that of the two regions with all their sectors, for "bm" of one sector.
    approach
        "source": at the first crossing. "sink": at the last. They agree at level region from the exporter's view.
    as_one
        Takes `regions` as one economy of this name: trade inside is not exported. (The belt, for example.)

    Returns
    -------
    ExportDecomposition

    Raises
    ------
    OptionError
        For combinations that are not defined.

    References
    ----------
    Borin & Mancini (2023), Economic Systems Research 35(4); their working paper (2019), World Bank WPS 8804;
    Miroudot & Ye (2021), Economic Systems Research 33(1); (2022), Economics Letters 212; Los, Timmer & de Vries (2016),
    American Economic Review 106(7).

    Examples
    --------
    >>> from yijiang.economy import Accounts
    >>> acc = Accounts(
    ...     [[10.0, 5.0], [20.0, 20.0]], [[60.0, 25.0], [10.0, 50.0]], regions=["Up", "Down"], sectors=["all"]
    ... )
    >>> acc.export_decomposition("Up").table[["EXGR", "DVA", "DDC", "FVA", "FDC"]].round(3).to_numpy().tolist()
    [[30.0, 23.333, 0.329, 6.25, 0.088]]
    """
    seen = perspective or ("self" if method == "my" and level != "region" else "exporter")
    if (method, level, seen) not in COMBINATIONS or approach not in ("source", "sink"):
        known = "; ".join(sorted(" ".join(c) for c in COMBINATIONS))
        raise OptionError(f"no decomposition {method} {level} {seen} {approach}; there are (source or sink): {known}")
    named = acc.regions if regions is None else [regions] if isinstance(regions, str) else list(regions)
    chosen = list(dict.fromkeys(acc.region(name) for name in named))
    members = {as_one: chosen} if as_one else {}
    if as_one and (as_one in acc.regions or as_one in acc.consumers) and [as_one] != chosen:
        raise OptionError(f"{as_one!r} is a region; give the regions taken as one another name")
    # From half of all columns on, forming L (and dropping it) costs less than solving for them.
    many = 2 * np.isin(acc.region_of, [acc.regions.index(name) for name in chosen]).sum() > len(acc.index)
    inverse = acc.__dict__.get("inverse")
    world = trade.World(acc, members, acc.system.inverse() if inverse is None and many else inverse)
    tables, residual = [], 0.0
    for name in [as_one] if as_one else chosen:
        exporter = trade.Exporter.of(world, world.names.index(str(name)))
        terms = _terms(world, exporter, method, level, seen, approach)
        miss = np.abs(terms["EXGR"] - sum(terms[k] for k in ("DVA", "DDC", "FVA", "FDC")))
        residual = max(residual, float(miss.max(initial=0.0)) / max(float(terms["EXGR"].max(initial=0.0)), 1e-300))
        tables.append(_labelled(world, exporter, terms, level))
    result = pd.concat(tables)
    return ExportDecomposition(result, method, level, seen, approach, residual, _notes(acc, as_one, chosen))


def _terms(
    world: trade.World, exporter: trade.Exporter, method: str, level: str, perspective: str, approach: str
) -> dict[str, Floats]:
    if method == "my" and level == "bilateral":
        terms = trade.own_pair(world, exporter)
    elif perspective == "self":
        terms = trade.own_flow(world, exporter, bilateral=level == "bilateral")
    elif approach == "sink" and perspective == "exporter" and level != "region":
        terms = trade.sink(world, exporter)
    else:
        terms = trade.source(world, exporter)
    terms = dict(terms)
    if level != "bilateral":
        terms.pop("VAXIM", None)
        terms = {k: v.sum(axis=1) for k, v in terms.items()}
    if level == "region":
        terms = {k: v.sum(keepdims=True) for k, v in terms.items()}
    if perspective == "world":
        found = (trade.world_source if approach == "source" else trade.world_sink)(world, exporter)
        terms["FDC"] = terms["FVA"] + terms["FDC"] - found
        terms["FVA"] = np.array([found])
        for term in ("DAVAX", "GVC", "GVCB", "GVCF"):
            terms.pop(term, None)
    terms["DC"], terms["FC"] = terms["DVA"] + terms["DDC"], terms["FVA"] + terms["FDC"]
    kept = ("EXGR", "DC", "DVA", "DDC", "FC", "FVA", "FDC") if method == "my" else ORDER
    return {term: terms[term] for term in kept if term in terms}


def _labelled(world: trade.World, exporter: trade.Exporter, terms: dict[str, Floats], level: str) -> pd.DataFrame:
    name = world.names[exporter.economy]
    sectors = list(world.acc.index[world.rows[exporter.economy]].get_level_values("sector"))
    if level == "region":
        index: pd.Index = pd.Index([name], name="exporter")
    elif level == "sector":
        index = pd.MultiIndex.from_product([[name], sectors], names=["exporter", "sector"])
    else:
        index = pd.MultiIndex.from_product([[name], sectors, world.names], names=["exporter", "sector", "importer"])
    table = pd.DataFrame({term: values.ravel() for term, values in terms.items()}, index=index)
    if not index.is_unique:
        # Regions taken as one have every sector several times.
        table = table.groupby(level=list(range(index.nlevels)), sort=False).sum()
    return table[table.index.get_level_values("importer") != name] if level == "bilateral" else table


def _notes(acc: Accounts, as_one: str | None, chosen: list[str]) -> tuple[str, ...]:
    notes = list(acc.notes)
    if as_one:
        notes.append(f"{as_one} = {', '.join(chosen)}; trade among them is not exported")
    using = [name for name in acc.consumers if name not in acc.regions]
    if using:
        notes.append(f"what {', '.join(using)} send back is not in the table; none of it counts as returning home")
    return tuple(notes)
