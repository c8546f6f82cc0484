"""Who causes what is used or emitted where: by final consumer (CBA), or by direct buyer (EEBT)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Floats, Integers
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.extension import Extension
    from yijiang.economy.accounts.model import Accounts

Approach = Literal["cba", "eebt"]
MEANING = {
    "cba": "origin × final consumer: through every stage of production, in every region (CBA)",
    "eebt": "origin × direct buyer: embodied in bilateral trade, home stages only (EEBT)",
}


@dataclass(frozen=True, eq=False)
class Footprint:
    """Flows by region of origin and by region that causes them.

    The two approaches answer different questions and differ off the diagonal; both sum to the same flows by origin.

    Attributes
    ----------
    table : DataFrame (origin, or stressor and origin; consumer)
        Unit of the extension.
    approach, meaning
        "cba" or "eebt", and what that means.
    residual
        Largest difference of a row from the flows of its origin ÷ the largest of them.
    """

    table: pd.DataFrame
    approach: str
    meaning: str
    residual: float

    @property
    def imported(self) -> pd.DataFrame | pd.Series:
        """Flows elsewhere that a region causes (consumer), or (stressor; consumer)."""
        elsewhere = self._elsewhere()
        levels = [name for name in self.table.index.names if name not in ("origin", "sector")]
        return elsewhere.groupby(level=levels, sort=False).sum() if levels else elsewhere.sum()

    @property
    def exported(self) -> pd.Series:
        """Flows here that other regions cause (…, origin)."""
        return self._elsewhere().sum(axis=1)

    def _elsewhere(self) -> pd.DataFrame:
        origin = self.table.index.get_level_values("origin").to_numpy()[:, None]
        return self.table.where(origin != self.table.columns.to_numpy()[None, :], 0.0)


def footprint(
    acc: Accounts, extension: str = "factor_inputs", stressor: Any = None, approach: Approach = "cba",
    by: Literal["region", "sector"] = "region",
) -> Footprint:  # fmt: skip
    """Flows by origin and by the region whose demand causes them; L is not formed.

    cba   D_rc = Σ_{i in r} s_i (L Y_c)_i
    eebt  D_rc = s_rᵀ (I − A_rr)⁻¹ e_rc,  e_rc = gross exports from r to c; for c = r home final use

    Parameters
    ----------
    acc
        The accounts.
    extension, stressor
        Which flows. Without a stressor: value added in all for the factor inputs, every stressor for others.
    approach
        "cba" or "eebt".
    by
        Origin by "region", or by "sector" (region and sector; "cba" only).

    Returns
    -------
    Footprint

    References
    ----------
    Peters (2008), Ecological Economics 65(1); Peters & Hertwich (2008), Environmental Science & Technology 42(5).
    """
    if approach not in MEANING or by not in ("region", "sector") or (approach == "eebt" and by == "sector"):
        raise OptionError(f"approach {approach!r} by {by!r}: 'cba' by region or sector, 'eebt' by region")
    chosen = acc.extension(extension)
    names, flows = flows_of(chosen, stressor)
    intensity = acc.per_output(flows)
    consumers = list(acc.consumers)
    if approach == "cba":
        caused = acc.output_by_consumer
        if np.any(acc.tables.discrepancy):
            caused = np.column_stack([caused, acc.system.solve(acc.tables.discrepancy)])
            consumers.append("(discrepancy)")
        values = intensity[:, :, None] * caused
        if by == "region":
            values = lb.summed(values, acc.region_of, len(acc.regions), axis=1)
    else:
        values, consumers = _traded(acc, intensity)
    origin = flows if by == "sector" else lb.summed(flows, acc.region_of, len(acc.regions))
    largest = np.abs(origin).max(initial=0.0)
    residual = float(np.abs(values.sum(axis=2) - origin).max(initial=0.0) / largest) if largest else 0.0
    return Footprint(_table(acc, names, values, consumers, by), approach, MEANING[approach], residual)


def flows_of(extension: Extension, stressor: Any) -> tuple[list[str], Floats]:
    """Names and flows (stressor, row) of one stressor; without a name value added in all, or every stressor."""
    known = [lb.where(k) for k in extension.rows.names]
    if stressor is not None:
        name = lb.find(stressor, known, {}, "stressor")
        return [name], extension.rows.F[[known.index(name)]]
    if extension.name == "factor_inputs":
        return ["value added"], extension.rows.F.sum(axis=0, keepdims=True)
    return known, extension.rows.F


def _table(acc: Accounts, names: list[str], values: Floats, consumers: list[str], by: str) -> pd.DataFrame:
    origin = pd.Index(acc.regions, name="origin") if by == "region" else acc.index.set_names(["origin", "sector"])
    frames = [pd.DataFrame(part, index=origin, columns=pd.Index(consumers, name="consumer")) for part in values]
    if len(frames) == 1:
        return frames[0]
    return pd.concat(frames, keys=pd.Index(names, name="stressor"))


def exports(acc: Accounts, economy_of: Integers, consumer_in: Integers, count: int) -> Floats:
    """Deliveries of every row to every economy, home included (row, economy) [money].

    Parameters
    ----------
    acc
        The accounts.
    economy_of : (row,)
        Economy of every row.
    consumer_in : (consumer,)
        Economy of every consuming region.
    count
        Number of economies.
    """
    spread = sp.csr_array(
        (np.ones(len(economy_of)), (np.arange(len(economy_of)), economy_of)), shape=(len(economy_of), count)
    )
    # (Sᵀ Zᵀ)ᵀ, so that a dense Z stays dense.
    inputs = acc.tables.Z @ spread
    inputs = inputs.toarray() if sp.issparse(inputs) else np.asarray(inputs)
    return np.asarray(inputs + lb.summed(acc.final, consumer_in, count))


def _traded(acc: Accounts, intensity: Floats) -> tuple[Floats, list[str]]:
    names = list(dict.fromkeys([*acc.regions, *acc.consumers]))
    consumer_in = np.array([names.index(name) for name in acc.consumers])
    sold = exports(acc, acc.region_of, consumer_in, len(names))
    if np.any(acc.tables.discrepancy):
        names.append("(discrepancy)")
        sold = np.column_stack([sold, acc.tables.discrepancy])
    values = np.zeros((len(intensity), len(acc.regions), len(names)))
    for r in range(len(acc.regions)):
        rows = np.flatnonzero(acc.region_of == r)
        local = block(acc, rows, rows)
        home = sold[rows].copy()
        # Home deliveries to home sectors are inside (I − A_rr)⁻¹ already; only final use is left.
        own = names[r]
        home[:, r] = acc.final[rows, acc.consumers.index(own)] if own in acc.consumers else 0.0
        values[:, r] = intensity[:, rows] @ np.linalg.solve(np.eye(len(rows)) - local, home)
    return values, names


def block(acc: Accounts, rows: Integers, columns: Integers) -> Floats:
    """Part of A as a dense array (row, column)."""
    if isinstance(acc.coefficients, np.ndarray):
        return np.asarray(acc.coefficients[np.ix_(rows, columns)])
    return np.asarray(acc.coefficients[rows][:, columns].toarray())
