"""How fine a flood wave must be cut: sub-reaches and sub-steps of Muskingum's method, folded into one whole step."""

from __future__ import annotations

import numpy as np

from yijiang.errors import OptionError
from yijiang.river.formulas import Floats, Ints

MOST_SUBREACHES = 1_000


def muskingum(k: Floats, x: Floats, step: float | Floats) -> Floats:
    """Coefficients of one step of Muskingum's method: O₂ = a I₂ + b I₁ + c O₁.

    With storage S = K (x I + (1 − x) O) and Δt: a = (Δt − 2Kx)/D, b = (Δt + 2Kx)/D, c = (2K(1 − x) − Δt)/D,
    D = 2K(1 − x) + Δt.

    Parameters
    ----------
    k, step
        K and Δt in one unit of time (reach).
    x
        Weight of the inflow [-], 0 to 0.5 (reach).

    Returns
    -------
    ndarray (reach, 3): a, b, c

    References
    ----------
    Chow, V. T., Maidment, D. R. and Mays, L. W. (1988), Applied Hydrology, equations 8.4.7 to 8.4.11.

    Examples
    --------
    >>> muskingum(np.array([2.3]), np.array([0.15]), 1.0).round(4).tolist()
    [[0.0631, 0.3442, 0.5927]]
    """
    divisor = 2.0 * k * (1.0 - x) + step
    return np.stack([step - 2.0 * k * x, step + 2.0 * k * x, 2.0 * k * (1.0 - x) - step], axis=-1) / divisor[..., None]


def cunge(
    flow: float | Floats, width: float | Floats, slope: float | Floats, celerity: float | Floats, length: float | Floats
) -> tuple[Floats, Floats]:
    """K and x of a reach from its shape: K = L/c, x = ½ (1 − Q/(B S₀ c L)), at least 0.

    Parameters
    ----------
    flow, width, slope, celerity, length
        Reference flow Q [m³/s], width B [m], slope S₀ [-], celerity c of the wave [m/s] and length L [m] of the reach.

    Returns
    -------
    K [h] and x [-]: the columns `k_hours` and `x` of a table of reaches.

    References
    ----------
    Cunge, J. A. (1969), Journal of Hydraulic Research 7; Ponce, V. M. (1989), Engineering Hydrology, section 9.4.

    Examples
    --------
    >>> k, x = cunge(1000.0, 100.0, 0.000868, 4.0, 14_400.0)
    >>> round(float(k), 6), round(float(x), 3)
    (1.0, 0.4)
    """
    q, b, s, c, dx = (np.asarray(a, dtype=np.float64) for a in (flow, width, slope, celerity, length))
    if not all(bool(np.all(a > 0)) for a in (q, b, s, c, dx)):
        raise OptionError("flow, width, slope, celerity and length must be greater than 0")
    return np.asarray(dx / c / 3600.0), np.asarray(np.maximum(0.5 * (1.0 - q / (b * s * c * dx)), 0.0))


def fold(coefficients: Floats, substeps: Ints) -> Floats:
    """Coefficients of a whole step that stands for several sub-steps, in closed form.

    The inflow is linear in time over the step and the side inflow constant. With m sub-steps and
    G = (1 − c^m)/(1 − c): c_m = c^m, a_m = 1 − (1 − a) G/m, b_m = 1 − a_m − c_m. Volume and mean delay are those of the
    sub-steps, exactly.

    Parameters
    ----------
    coefficients : ndarray (reach, 3)
        a, b, c of a sub-step, a + b + c = 1.
    substeps : ndarray (reach)
        m, at least 1.

    Examples
    --------
    >>> fine = muskingum(np.array([2.3]), np.array([0.15]), 0.5)
    >>> fold(fine, np.array([2])).round(4).tolist()
    [[0.0752, 0.3269, 0.5979]]
    """
    a, c = coefficients[:, 0], coefficients[:, 2]
    m = np.asarray(substeps, dtype=np.float64)
    power = c**m
    whole = 1.0 - (1.0 - a) * (1.0 - power) / ((1.0 - c) * m)
    # With a single sub-step the closed form is a up to its rounding; the bits of a are kept.
    first = np.where(m == 1.0, a, np.maximum(whole, 0.0))
    return np.stack([first, np.where(m == 1.0, coefficients[:, 1], 1.0 - first - power), power], axis=-1)


def cut(k: Floats, x: Floats, step: float, least: int = 1) -> tuple[Ints, Ints]:
    """Numbers of sub-reaches n and sub-steps m that keep Muskingum's coefficients from turning negative.

    The fewest sub-reaches, and then the fewest sub-steps, with 2 (K/n) x ≤ Δt/m ≤ 2 (K/n)(1 − x): below the left end
    the outflow answers a rising inflow by falling, and beyond the right end it swings.

    Parameters
    ----------
    k, step
        K and Δt in one unit of time (reach).
    x
        Weight of the inflow [-] (reach).
    least
        Least number of sub-reaches.

    Returns
    -------
    n, m : ndarray (reach)
        n = 0 where there is no such pair with n up to 1,000 more, which happens only near x = 0.5.

    Examples
    --------
    A reach of 12 hours in steps of 6 is cut in two for x = 0.4, and one of half an hour in eight sub-steps for x = 0.2.

    >>> n, m = cut(np.array([12.0, 0.5]), np.array([0.4, 0.2]), 6.0)
    >>> n.tolist(), m.tolist()
    ([2, 1], [1, 8])
    """
    # Ratios equal to a bound by construction must not miss it by their rounding.
    slack = 1e-12
    count = k.size
    n = np.maximum(least, np.ceil(2.0 * k * x / step * (1 - slack))).astype(np.int64)
    most = n + MOST_SUBREACHES
    m = np.ones(count, dtype=np.int64)
    todo = np.arange(count)
    found = np.zeros(count, dtype=np.int64)
    while todo.size:
        part = k[todo] / n[todo]
        widest = np.maximum(2.0 * part * (1.0 - x[todo]), np.finfo(np.float64).tiny)
        m[todo] = np.maximum(1.0, np.minimum(np.ceil(step / widest * (1 - slack)), 2**40)).astype(np.int64)
        fits = (step / m[todo] >= 2.0 * part * x[todo] * (1 - slack)) | (k[todo] == 0.0)
        found[todo[fits]] = n[todo[fits]]
        n[todo] += 1
        todo = todo[~fits & (n[todo] <= most[todo])]
    return found, m


def wave_coefficients(k: Floats, x: Floats, step: float, n: Ints, m: Ints) -> Floats:
    """Folded a, b, c of a sub-reach (reach, 3); a reach without length passes all on at once."""
    part = k / np.maximum(n, 1)
    folded = fold(muskingum(part, x, step / m), m)
    folded[k == 0.0] = (1.0, 0.0, 0.0)
    return np.ascontiguousarray(folded)
