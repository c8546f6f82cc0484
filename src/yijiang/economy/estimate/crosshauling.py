"""Cross-hauling: a region sends and gets the same kind of product at once (CHARM)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yijiang.economy.estimate.kernels import cross_hauling
from yijiang.economy.estimate.scaling import ratio
from yijiang.errors import DataError, Finding

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CrossHauling:
    """Trade with cross-hauling added.

    Attributes
    ----------
    outflow, inflow
        Trade with the other regions (region, sector) [money/yr].
    added
        What was added to both alike (region, sector) [money/yr].
    heterogeneity
        Share h of a sector's products that is hauled both ways (sector,) [1].
    """

    outflow: Array
    inflow: Array
    added: Array
    heterogeneity: Array


def charm(
    output: ArrayLike,
    use: ArrayLike,
    outflow: ArrayLike,
    inflow: ArrayLike,
    *,
    export: ArrayLike | None = None,
    heterogeneity: ArrayLike | None = None,
    regions: Collection[int] | None = None,
    keep: float = 0.1,
) -> CrossHauling:
    """Add cross-hauling where a table reports little more than net trade.

    With volume v = o + f and balance b = o − f, cross-hauling is q = v − |b| = 2 min(o, f). Kronenberg lets it grow
    with the size of the market, q = h (x + z + d), h being how heterogeneous a sector's products are. Here h is the
    median over the regions; a region below it gets a = h (x + z + d) ÷ 2 − min(o, f) more outflow and as much more
    inflow, so no balance changes.

    Parameters
    ----------
    output
        Gross output x (region, sector) [money/yr].
    use
        Use in the region z + d, inputs and final (region, sector) [money/yr].
    outflow, inflow
        Trade with the other regions o, f (region, sector) [money/yr].
    export
        Sales abroad, part of the output that is not free to be sent (region, sector) [money/yr]; 0 if left out.
    heterogeneity
        h (sector,) [1]; by default the median of 2 min(o, f) ÷ (x + z + d) over the regions.
    regions
        Positions of the regions to change; all by default.
    keep
        Share of the output not sent so far that stays in the region [1].

    Returns
    -------
    CrossHauling with outflow, inflow, added, heterogeneity.

    Raises
    ------
    DataError
        If shapes differ or a cell is negative or not a number.

    References
    ----------
    Kronenberg, T. (2009). Construction of regional input-output tables using nonsurvey methods: the role of
    cross-hauling. International Regional Science Review 32:40–64.

    Examples
    --------
    >>> result = charm([[100], [100]], [[100], [100]], [[20], [0]], [[20], [0]], heterogeneity=[0.2])
    >>> result.added.tolist(), result.outflow.tolist()
    ([[0.0], [20.0]], [[20.0], [20.0]])
    """
    given = {"output": output, "use": use, "outflow": outflow, "inflow": inflow}
    arrays = {name: np.array(values, dtype=float) for name, values in given.items()}
    shape = arrays["output"].shape
    arrays["export"] = np.zeros(shape) if export is None else np.array(export, dtype=float)
    found = [
        Finding("charm", 0, name, "", f"has shape {a.shape}, output has {shape}", "give regions × sectors")
        for name, a in arrays.items()
        if a.shape != shape or a.ndim != 2
    ]
    for name, a in arrays.items():
        if not np.isfinite(a).all() or (a < 0).any():
            found.append(Finding("charm", 0, name, "", "a cell is negative or not a number", "use gross trade"))
    if found:
        raise DataError(found)
    x, z, o, f, e = arrays.values()
    h = (
        np.median(2 * ratio(np.minimum(o, f), x + z), axis=0)
        if heterogeneity is None
        else np.array(heterogeneity, dtype=float)
    )
    if h.shape != shape[1:] or not np.isfinite(h).all() or (h < 0).any():
        problem = "must be one share of at least 0 for each sector"
        raise DataError([Finding("charm", 0, "heterogeneity", "", problem, "leave it out for the median")])
    added = cross_hauling(x, z, o, f, h, (1 - keep) * (x - e - o))
    if regions is not None:
        chosen = np.zeros(shape[0], dtype=bool)
        chosen[list(regions)] = True
        added[~chosen] = 0.0
    return CrossHauling(o + added, f + added, added, h)


def heterogeneity(output: ArrayLike, use: ArrayLike, sent: ArrayLike, received: ArrayLike) -> Array:
    """Kronenberg's h = (v − |b|) ÷ (x + z + d): the share of a sector's products that is hauled both ways.

    v = s + r is the volume of trade and b = s − r its balance, so h = 2 min(s, r) ÷ (x + z + d).

    Parameters
    ----------
    output, use
        Output x and use z + d, inputs and final, of a country or region with a table [money/yr].
    sent, received
        Its trade: export and import of a country, outflow and inflow of a region [money/yr].

    Returns
    -------
    h, of the shape of `output` [1]; 0 where there is neither output nor use.

    References
    ----------
    Kronenberg (2009), see `charm`.

    Examples
    --------
    >>> heterogeneity([100.0], [90.0], [30.0], [20.0]).round(4).tolist()
    [0.2105]
    """
    x, u, s, r = (np.asarray(a, dtype=float) for a in (output, use, sent, received))
    return ratio(2 * np.minimum(s, r), x + u)


def regional_trade(
    output: ArrayLike,
    use: ArrayLike,
    heterogeneity: ArrayLike,
    *,
    export: ArrayLike | None = None,
    import_: ArrayLike | None = None,
) -> CrossHauling:
    """CHARM proper: what regions without any trade columns send to and get from each other.

    With x what a region makes and does not export abroad, and u what it uses and does not import from abroad, its
    balance with the other regions is b = x − u, its cross-hauling q = h (x + u), and

        outflow = max(b, 0) + q ÷ 2,   inflow = max(−b, 0) + q ÷ 2.

    No more is hauled both ways than is made and used: q ÷ 2 ≤ min(x, u). Where the country's account holds, Σ x = Σ u,
    outflow and inflow of all regions agree by themselves: this is the multi-regional form.

    Parameters
    ----------
    output, use
        Output, and use as inputs and final (region, sector), or (sector,) for one region [money/yr].
    heterogeneity
        h by sector (sector,), from a table of the country or of like regions (see `heterogeneity`) [1].
    export, import_
        Trade with other countries, of the shape of `output` [money/yr]; 0 if left out.

    Returns
    -------
    CrossHauling; `added` is q ÷ 2.

    Raises
    ------
    DataError
        If shapes differ, a cell is negative or not a number, or a region exports more than it makes, or imports more
        than it uses.

    References
    ----------
    Kronenberg (2009), see `charm`. Többen, J. & Kronenberg, T. (2015). Construction of multi-regional input-output
    tables using the CHARM method. Economic Systems Research 27:487–507.

    Examples
    --------
    >>> found = regional_trade([[100.0], [50.0]], [[70.0], [80.0]], [0.1])
    >>> found.outflow.tolist(), found.inflow.tolist()
    ([[38.5], [6.5]], [[8.5], [36.5]])
    """
    given = {"output": output, "use": use}
    arrays = {name: np.array(values, dtype=float) for name, values in given.items()}
    shape = arrays["output"].shape
    for name, values in (("export", export), ("import", import_)):
        arrays[name] = np.zeros(shape) if values is None else np.array(values, dtype=float)
    h = np.array(heterogeneity, dtype=float)
    found = [
        Finding("charm", 0, name, "", f"has shape {a.shape}, output has {shape}", "give regions × sectors")
        for name, a in arrays.items()
        if a.shape != shape
    ]
    for name, a in arrays.items():
        if not np.isfinite(a).all() or (a < 0).any():
            found.append(Finding("charm", 0, name, "", "a cell is negative or not a number", "use gross figures"))
    if h.shape != shape[-1:] or not np.isfinite(h).all() or (h < 0).any():
        problem = "must be one share of at least 0 for each sector"
        found.append(Finding("charm", 0, "heterogeneity", "", problem, "see estimate.heterogeneity"))
    if not found:
        for name, more, less in (("export", "export", "output"), ("import", "import", "use")):
            if (arrays[more] > arrays[less] * (1 + 1e-9)).any():
                where = str(np.argwhere(arrays[more] > arrays[less] * (1 + 1e-9))[0].tolist())
                found.append(
                    Finding("charm", 0, name, where, f"exceeds {less}", "take out goods that only pass through")
                )
    if found:
        raise DataError(found)
    x = np.maximum(arrays["output"] - arrays["export"], 0.0)
    u = np.maximum(arrays["use"] - arrays["import"], 0.0)
    half = np.minimum(h * (x + u) / 2, np.minimum(x, u))
    return CrossHauling(np.maximum(x - u, 0.0) + half, np.maximum(u - x, 0.0) + half, half, h)
