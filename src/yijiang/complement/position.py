"""Where in the chain a sector stands: how many steps from final users, and from primary inputs; plain arrays only."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from yijiang.errors import SolveError

Floats = NDArray[np.float64]


def chain_flows(trade: Floats, intermediate: Floats) -> Floats:
    """Return who delivers to whose production, every region buying a product from its sellers in the same proportions.

    Z[(i, j), (n, k)] = N[n, j, k] · T[n, i, j] / max(Σ_i T[n, i, j], Σ_k N[n, j, k])

    Parameters
    ----------
    trade : (buyer, seller, sector)
        Deliveries T, own ones included [money/year].
    intermediate : (region, input, using)
        Use N of products as inputs, whatever their origin [money/year].

    Returns
    -------
    array (seller · sector, buyer · using) [money/year]

    Examples
    --------
    >>> chain_flows(np.array([[[8.0]]]), np.array([[[2.0]]])).tolist()
    [[2.0]]
    """
    regions, sectors = trade.shape[0], trade.shape[2]
    bought = np.maximum(trade.sum(axis=1), intermediate.sum(axis=2))
    share = np.divide(trade, bought[:, None, :], out=np.zeros_like(trade), where=bought[:, None, :] > 0)
    flows: Floats = np.einsum("nij,njk->ijnk", share, intermediate)
    return flows.reshape(regions * sectors, regions * sectors)


def upstreamness(flows: Floats, output: Floats) -> Floats:
    """Return the average number of steps from a sector's product to final users: 1 when it is only finally used.

    (I − x̂⁻¹ Z) u = 1

    Parameters
    ----------
    flows : (sector, using)
        Deliveries Z [money/year].
    output : (sector)
        Output x [money/year]; where it is 0 nothing is delivered and u is 1.

    Returns
    -------
    array (sector) [steps, at least 1]

    Raises
    ------
    SolveError
        If more is delivered than made, so that there is no way to final users.

    References
    ----------
    Antràs, Chor, Fally & Hillberry (2012), American Economic Review 102(3).

    Examples
    --------
    >>> upstreamness(np.array([[0.0, 5.0], [0.0, 0.0]]), np.array([5.0, 20.0])).tolist()
    [2.0, 1.0]
    """
    allocation = np.divide(flows, output[:, None], out=np.zeros_like(flows), where=output[:, None] > 0)
    return _steps(allocation)


def downstreamness(flows: Floats, output: Floats) -> Floats:
    """Return the average number of steps from primary inputs to a sector's product: 1 when it uses no products.

    (I − Aᵀ) d = 1 with A = Z x̂⁻¹; parameters, errors as `upstreamness`.

    References
    ----------
    Fally (2012), Production staging: measurement and facts, University of Colorado.

    Examples
    --------
    >>> downstreamness(np.array([[0.0, 5.0], [0.0, 0.0]]), np.array([5.0, 20.0])).tolist()
    [1.0, 1.25]
    """
    inputs = np.divide(flows, output, out=np.zeros_like(flows), where=output > 0)
    return _steps(inputs.T)


def _steps(shares: Floats) -> Floats:
    system = np.eye(len(shares)) - shares
    ones = np.ones(len(shares))
    steps: Floats = scipy.linalg.lu_solve(scipy.linalg.lu_factor(system, check_finite=False), ones, check_finite=False)
    residual = float(np.abs(system @ steps - ones).max())
    if not (residual < 1e-9 and steps.min() > 1 - 1e-9):
        raise SolveError("the chain has no end: some sector delivers all it makes, or more", residual=residual)
    return steps
