"""How sectors hang together: backward and forward linkages, position in the chain, distance between sectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Faults, Floats

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts


def linkages(acc: Accounts, weights: Any = None, spread: bool = False) -> pd.DataFrame:
    """Backward and forward linkages of every sector, 1 at the mean.

    backward_j = n Σ_i L_ij / Σ L   forward_i = n Σ_j L_ij / Σ L   ghosh_i = n Σ_j G_ij / Σ G

    With weights w (mean 1) the sums become Σ_i w_i L_ij, Σ_j L_ij w_j and Σ_j G_ij w_j.

    Parameters
    ----------
    acc
        The accounts.
    weights : (region and sector), optional
        Importance of sectors, such as their share of final use or of value added (Hazari 1970).
    spread
        Also give the coefficients of variation of L by column and by row (Rasmussen 1957); forms L.

    Returns
    -------
    DataFrame (region and sector)
        "backward", "forward", "ghosh", the total requirement "output" = Σ_i L_ij, "kind" ("key" when backward and ghosh
        are above 1, "backward", "forward", "weak"), and with `spread` "backward_spread" and "forward_spread".

    References
    ----------
    Rasmussen (1957), Studies in Inter-Sectoral Relations; Hazari (1970), Review of Economics and Statistics 52(3);
    Miller & Blair (2009), section 12.2.
    """
    ones = np.ones(len(acc.index))
    weight = ones if weights is None else _weights(acc, weights)
    sums = {
        "backward": acc.system.solve_transposed(weight),
        "forward": acc.system.solve(weight),
        "ghosh": ghosh_sums(acc, weight),
    }
    result = pd.DataFrame({name: values / values.mean() for name, values in sums.items()}, index=acc.index)
    result["output"] = acc.system.solve_transposed(ones) if weights is not None else sums["backward"]
    strong = result["backward"] > 1, result["ghosh"] > 1
    result["kind"] = np.select(
        [strong[0] & strong[1], strong[0], strong[1]], ["key", "backward", "forward"], default="weak"
    )
    if spread:
        mean, size = acc.inverse.mean(axis=0), len(ones)
        result["backward_spread"] = acc.inverse.std(axis=0, ddof=1) / mean if size > 1 else 0.0
        result["forward_spread"] = acc.inverse.std(axis=1, ddof=1) / acc.inverse.mean(axis=1) if size > 1 else 0.0
    result.attrs["residual"] = acc.residual
    return result


def _weights(acc: Accounts, weights: Any) -> Floats:
    faults = Faults()
    values = lb.stressors(weights, acc.index, "weights", faults)[1].sum(axis=0)
    for k in np.flatnonzero(~(values >= 0)).tolist():
        faults.add("weights", lb.where(acc.index[k]), float(values[k]), "is negative or missing", "give 0 or more")
    if not faults and values.sum() == 0:
        faults.add("weights", "", 0.0, "are all 0", "give one sector a weight")
    faults.raise_if_any()
    return np.asarray(values / values.mean())


def ghosh_sums(acc: Accounts, weight: Floats) -> Floats:
    """G w by one solve with L (row,): G = x̂⁻¹ L x̂."""
    return np.where(acc.tables.empty, weight, acc.per_output(acc.system.solve(acc.tables.output * weight)))


def position(acc: Accounts) -> pd.DataFrame:
    """Place of every sector in the chain.

    upstreamness = G 1: mean number of stages to final use (1 = all of it is final use).
    downstreamness = Lᵀ 1: mean number of stages since value added.

    Parameters
    ----------
    acc
        The accounts.

    Returns
    -------
    DataFrame (region and sector): "upstreamness", "downstreamness" [stages], "position" = their ratio [1].

    References
    ----------
    Antràs, Chor, Fally & Hillberry (2012), American Economic Review 102(3); Miller & Temurshoev (2017), International
    Regional Science Review 40(5).
    """
    up = ghosh_sums(acc, np.ones(len(acc.index)))
    down = acc.system.solve_transposed(np.ones(len(acc.index)))
    result = pd.DataFrame({"upstreamness": up, "downstreamness": down, "position": up / down}, index=acc.index)
    result.attrs["residual"] = acc.residual
    return result


def average_propagation_lengths(acc: Accounts, region: Any = None, sector: Any = None) -> pd.DataFrame:
    """Mean number of rounds a change of final use in the chosen sectors takes to reach every sector.

    APL_ij = [L (L − I)]_ij / (L_ij − δ_ij); 0 where j never reaches i.

    Parameters
    ----------
    acc
        The accounts.
    region, sector
        Which sectors j the change starts in; every one unless given. Only their columns are solved.

    Returns
    -------
    DataFrame (region and sector; region and sector) [rounds]

    References
    ----------
    Dietzenbacher, Romero & Bosma (2005), Estudios de Economía Aplicada 23.
    """
    rows = acc.rows_of(region, sector)
    start = np.zeros((len(acc.index), len(rows)))
    start[rows, np.arange(len(rows))] = 1.0
    reached = acc.system.solve(start) - start
    rounds = acc.system.solve(reached)
    # Links weaker than rounding have no length.
    linked = np.abs(reached) > 1e-14
    values = np.divide(rounds, reached, out=np.zeros_like(reached), where=linked)
    result = pd.DataFrame(values, index=acc.index, columns=acc.index[rows])
    result.attrs["residual"] = acc.residual
    return result


def field_of_influence(acc: Accounts, cells: Sequence[tuple[Any, Any]] | None = None) -> pd.DataFrame | pd.Series:
    """Size of the change of the whole inverse that a change of one coefficient makes, to first order.

    ∂L/∂a_ij = L_·i L_j·,  size = √(Σ_k L_ki²) √(Σ_l L_jl²)

    Parameters
    ----------
    acc
        The accounts.
    cells
        Pairs of labels ((region, sector), (region, sector)), seller then buyer: only these are solved. Every
        coefficient unless given; forms L.

    Returns
    -------
    DataFrame (seller; buyer), or Series by pair [1]

    References
    ----------
    Sonis & Hewings (1992), in Kaleidoscope of Structural Decomposition; Miller & Blair (2009), section 12.3.
    """
    if cells is None:
        columns, rows = np.linalg.norm(acc.inverse, axis=0), np.linalg.norm(acc.inverse, axis=1)
        return acc.square(np.outer(columns, rows))
    pairs = [(acc.rows_of(*seller)[0], acc.rows_of(*buyer)[0]) for seller, buyer in cells]
    sellers, buyers = (np.unique([pair[k] for pair in pairs]) for k in (0, 1))
    unit = np.eye(len(acc.index))
    size = np.linalg.norm(acc.system.solve(unit[:, sellers]), axis=0)
    reach = np.linalg.norm(acc.system.solve_transposed(unit[:, buyers]), axis=0)
    values = [size[np.searchsorted(sellers, i)] * reach[np.searchsorted(buyers, j)] for i, j in pairs]
    names = [(lb.where(acc.index[i]), lb.where(acc.index[j])) for i, j in pairs]
    return pd.Series(values, index=pd.MultiIndex.from_tuples(names, names=["seller", "buyer"]), name="influence")


def inoperability(acc: Accounts, loss: Any) -> pd.Series:
    """Share of output that every sector loses when final demand falls.

    q = x̂⁻¹ L Δy = (I − A*)⁻¹ c*,  A* = x̂⁻¹ A x̂,  c* = x̂⁻¹ Δy

    Parameters
    ----------
    acc
        The accounts.
    loss : (region and sector) [money]
        Final demand lost; sectors not named lose none.

    Returns
    -------
    Series (region and sector) [share of output, 1 = all]

    Raises
    ------
    DataError
        If more is lost than there is, which no output can follow.

    References
    ----------
    Santos & Haimes (2004), Risk Analysis 24(6); Dietzenbacher & Miller (2015), Journal of Regional Science 55(5).
    """
    named = pd.Series(loss, dtype=np.float64)
    faults = Faults()
    lost = np.zeros(len(acc.index))
    for label, value in named.items():
        row = acc.rows_of(*label)[0]  # type: ignore[misc]
        lost[row] += value
        if not 0 <= value <= max(acc.tables.Y[row].sum(), 0.0) * (1 + 1e-12):
            problem = f"is not between 0 and the final use {acc.tables.Y[row].sum():.6g}"
            faults.add("loss", lb.where(acc.index[row]), float(value), problem, "correct the loss")
    faults.raise_if_any()
    result = acc.vector(acc.per_output(acc.system.solve(lost)), "inoperability")
    result.attrs["residual"] = acc.residual
    return result
