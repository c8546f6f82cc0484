"""Hypothetical extraction: what the table loses without a sector, a region, or the trade of two regions.

Every answer is an update of the one factorisation (Woodbury), never a second inversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from yijiang.economy.accounts.footprint import block
from yijiang.economy.accounts.labels import Floats, Integers
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts

Kind = Literal["total", "backward", "forward"]
KINDS = ("total", "backward", "forward")


@dataclass(frozen=True, eq=False)
class Extraction:
    """What is lost when something is taken out of the table; production elsewhere does not step in.

    Attributes
    ----------
    what
        What was taken out.
    kind
        "total", "backward", "forward" or "bilateral".
    output : Series (region and sector) [money]
        Output lost.
    value_added : Series (region and sector) [money]
        Value added lost.
    share
        Output lost ÷ all output [1].
    residual
        Largest residual of the solves behind it.
    """

    what: str
    kind: str
    output: pd.Series
    value_added: pd.Series
    share: float
    residual: float

    @property
    def by_region(self) -> pd.DataFrame:
        """Losses of output and value added by region [money]."""
        both = pd.DataFrame({"output": self.output, "value_added": self.value_added})
        return both.groupby(level="region", sort=False).sum()

    @property
    def total(self) -> float:
        """Output lost in all regions [money]."""
        return float(self.output.sum())


def extract(
    acc: Accounts, region: Any = None, sector: Any = None, kind: Kind = "total", partner: Any = None
) -> Extraction:
    """Take sectors out of the table, or the trade between two regions.

    With J the rows taken out:

    total     their purchases, sales and final demand are gone:  Δx = L_·J L_JJ⁻¹ x_J
    backward  they buy no inputs, all else stands:               Δx = (L_·J − I_·J) L_JJ⁻¹ x_J
    forward   they sell no inputs (Ghosh, value added stands):   Δxᵀ = x_Jᵀ G_JJ⁻¹ (G_J· − I_J·)
    bilateral (`partner` given) what the two sell each other, as inputs and for final use, is gone.

    Parameters
    ----------
    acc
        The accounts.
    region, sector
        Names; None means every one. Several names are taken out together.
    kind
        "total", "backward" or "forward".
    partner
        A second region: then only the trade between `region` and `partner` is taken out.

    Returns
    -------
    Extraction

    References
    ----------
    Dietzenbacher & van der Linden (1997), Journal of Regional Science 37(2); Miller & Lahr (2001), in Regional Science
    Perspectives in Economic Analysis; Dietzenbacher, van Burken & Kondo (2019), Economic Systems Research 31(2).
    """
    if kind not in KINDS:
        raise OptionError(f"unknown kind of extraction {kind!r}; one of: {', '.join(KINDS)}")
    if partner is not None:
        return _bilateral(acc, region, partner)
    rows = acc.rows_of(region, sector)
    if len(rows) == len(acc.index):
        raise OptionError("name a region or a sector; taking everything out leaves nothing")
    names = " × ".join(_named(v) for v in (region, sector) if v is not None)
    lost = _lost(acc, rows, kind)
    return _result(acc, names, kind, lost)


def _named(value: Any) -> str:
    return str(value) if isinstance(value, str) else ", ".join(map(str, value))


def _result(acc: Accounts, what: str, kind: str, lost: Floats) -> Extraction:
    added = acc.per_output(acc.tables.value_added) * lost
    share = float(lost.sum() / acc.tables.output.sum())
    return Extraction(what, kind, acc.vector(lost, "output"), acc.vector(added, "value_added"), share, acc.residual)


def _lost(acc: Accounts, rows: Integers, kind: Kind) -> Floats:
    x = acc.tables.output
    unit = np.zeros((len(acc.index), len(rows)))
    unit[rows, np.arange(len(rows))] = 1.0
    if kind == "forward":
        # With G = x̂⁻¹ L x̂ the formula becomes Δx = x̂ (L_J· − I_J·)ᵀ L_JJ⁻ᵀ 1.
        sold = acc.system.solve_transposed(unit)
        return np.asarray(x * ((sold - unit) @ np.linalg.solve(sold[rows], np.ones(len(rows)))))
    bought = acc.system.solve(unit)
    weight = np.linalg.solve(bought[rows], x[rows])
    return np.asarray((bought if kind == "total" else bought - unit) @ weight)


def _bilateral(acc: Accounts, region: Any, partner: Any) -> Extraction:
    """Take out the blocks of two regions with each other: rank of both regions' sectors."""
    first, second = acc.rows_of(region), acc.rows_of(partner)
    if np.intersect1d(first, second).size:
        raise OptionError(f"a bilateral extraction needs two different regions, not {region!r} and {partner!r}")
    rows = np.concatenate([first, second])
    blocks = [(first, second), (second, first)]
    # A′ = A − U C with U the unit columns of `rows` and C what each of them sells to the other region.
    sold = np.zeros((len(rows), len(acc.index)))
    gone = np.zeros(len(acc.index))
    at = 0
    for seller, buyer in blocks:
        sold[at : at + len(seller), buyer] = block(acc, seller, buyer)
        names = {acc.regions[k] for k in np.unique(acc.region_of[buyer])}
        uses = [k for k, name in enumerate(acc.consumers) if name in names]
        gone[seller] += acc.final[seller][:, uses].sum(axis=1)
        at += len(seller)
    unit = np.zeros((len(acc.index), len(rows)))
    unit[rows, np.arange(len(rows))] = 1.0
    inverse = acc.system.solve(unit)
    remaining = acc.tables.output - inverse @ gone[rows]
    lost = inverse @ (gone[rows] + np.linalg.solve(np.eye(len(rows)) + sold @ inverse, sold @ remaining))
    return _result(acc, f"{_named(region)} ↔ {_named(partner)}", "bilateral", np.asarray(lost))


def extract_all(acc: Accounts, by: Literal["sector", "region"] = "sector") -> pd.DataFrame:
    """Take every sector of every region, or every region, out in turn.

    Nothing but the diagonal blocks of L and three solves is needed, with J one sector or one region:

    total = (Lᵀ1)_J · L_JJ⁻¹ x_J,  backward = ((Lᵀ1)_J − 1) · L_JJ⁻¹ x_J,  forward = (L x − x)_J · L_JJ⁻ᵀ 1

    Parameters
    ----------
    acc
        The accounts.
    by
        "sector": each (region, sector) by itself; "region": each region with all its sectors.

    Returns
    -------
    DataFrame (region and sector, or region)
        "total", "backward", "forward" output lost [money], "value_added" lost by total extraction [money], and "share"
        = total ÷ all output [1]. Its `attrs["residual"]` holds the residual.
    """
    if by not in ("sector", "region"):
        raise OptionError(f"unknown extraction by {by!r}; one of: sector, region")
    x = acc.tables.output
    added = acc.per_output(acc.tables.value_added)
    content = acc.system.solve_transposed(np.column_stack([np.ones(len(x)), added]))
    pushed = acc.system.solve(x) - x
    # The inverse is formed from the factors and not kept, unless it was asked for before.
    inverse = acc.__dict__["inverse"] if "inverse" in acc.__dict__ else acc.system.inverse()
    if by == "sector":
        index: pd.Index = acc.index
        diagonal = np.diagonal(inverse)
        pulled = x / diagonal
        columns = [content[:, 0] * pulled, (content[:, 0] - 1) * pulled, pushed / diagonal, content[:, 1] * pulled]
    else:
        index = pd.Index(acc.regions, name="region")
        parts = []
        for k in range(len(acc.regions)):
            rows = np.flatnonzero(acc.region_of == k)
            own = inverse[np.ix_(rows, rows)]
            pulled, sold = np.linalg.solve(own, x[rows]), np.linalg.solve(own.T, np.ones(len(rows)))
            total = content[rows, 0] @ pulled
            parts.append((total, total - pulled.sum(), pushed[rows] @ sold, content[rows, 1] @ pulled))
        columns = list(np.array(parts).T)
    names = ("total", "backward", "forward", "value_added")
    result = pd.DataFrame(dict(zip(names, columns, strict=True)), index=index)
    result["share"] = result["total"] / x.sum()
    result.attrs["residual"] = acc.residual
    return result
