"""Steady concentrations along the river: who causes them, where, and how much the river removes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yijiang.errors import SolveError
from yijiang.river.formulas import DAYS_PER_YEAR, GRAMS_PER_SECOND, Floats, Ints, spread_factor, storage_factor
from yijiang.river.grade import Standard, grade
from yijiang.river.loads import Loads
from yijiang.river.network import Hydraulics, RiverNetwork
from yijiang.river.transfer import TransferMatrix

BALANCE_TOLERANCE = 1e-12
PROFILE_FRACTIONS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Steady:
    """Steady state of the river for one regime.

    Attributes
    ----------
    network, regime, decay
        What was solved; decay by pollutant [1/day].
    concentration : DataFrame (section × pollutant) [mg/L]
    flux : DataFrame (section × pollutant) [t/yr]
    attribution : DataFrame
        `section`, `pollutant`, the key columns of the source, `tonnes` [t/yr] that pass the section and their `share`.
        Only sources that reach the section are listed. Rounded sums of shares do not come to 1 by themselves: what is
        missing (a few 1e-16) is given to the largest share, so that `math.fsum` of the shares of a section and
        pollutant is exactly 1.0 and any other order of summing is within its own rounding of it.
    balance : float
        Greatest |in − out − abstracted − decayed| / in over pollutants [-]; at most 1e-12. What decays is k × storage,
        integrated along the reaches, not a difference.
    budget : DataFrame (pollutant)
        `inflow` (loads and boundary), `outflow` (at the mouths), `abstracted`, `decayed` [t/yr], `storage` in the
        water [t] and `balance` [-].
    profile : DataFrame
        `reach`, `km`, `pollutant`, `concentration` [mg/L] at the ends of every reach and at three points between.
    response : TransferMatrix
        dC/dload of every section, reach and pollutant [mg/L per t/yr].
    """

    network: RiverNetwork
    regime: str
    decay: dict[str, float]
    concentration: pd.DataFrame
    flux: pd.DataFrame
    attribution: pd.DataFrame
    balance: float
    budget: pd.DataFrame
    profile: pd.DataFrame
    response: TransferMatrix

    def grades(self, water: str = "river", standard: str | Standard = "GB3838-2002") -> pd.DataFrame:
        """Grade every section: `class`, `deciding`, `ungraded`, with `limit_class`, `kept` and `tidal` beside them.

        `kept` says whether the class is no worse than the limit class; it is empty where no limit is set.
        """
        table = grade(self.concentration, water=water, standard=standard)
        sections = self.network.sections.set_index("section")
        table["limit_class"] = sections["limit_class"]
        table["kept"] = table["class"] <= table["limit_class"]
        table["tidal"] = sections["tidal"]
        return table


def steady(
    net: RiverNetwork,
    loads: pd.DataFrame,
    decay: Mapping[str, float] | None = None,
    regime: str = "mean",
    boundary: pd.DataFrame | None = None,
) -> Steady:
    r"""Carry loads down the river at steady flow with first-order decay.

    .. math::

        m^{head}_i = (1 - a_i) (\textstyle\sum_{u \to i} m_u + b_i) + p_i, \qquad
        m_i = m^{head}_i e^{-k τ_i} + w_i \frac{1 - e^{-k τ_i}}{k τ_i}, \qquad C_i = m_i / Q_i

    with the mass flux m [t/yr], the share a of the arriving water that is abstracted, the boundary b, the load p at the
    head and w spread along the reach, decay k [1/day], travel time τ = length/velocity [day] and flow Q [m³/s]. One
    t/yr is 1e6 g / 31,536,000 s = 0.0317098 g/s (a year of 365 days). A section inside a reach has its part of the
    travel time, of the spread load and of the side inflow (flow is linear in the distance).

    Parameters
    ----------
    net
        The river.
    loads : DataFrame
        One row per load: `region`, `source` and `sector` (at least one of them), `reach`, `pollutant`, `tonnes`
        [t/yr], and optionally `spread`: "spread" (default) or "point".
    decay
        Decay by pollutant [1/day]; default: the network's kinetics. Pollutants without loads are left out.
    regime
        "mean" or "low".
    boundary : DataFrame, optional
        What enters with the water at the head of a reach: `reach`, `pollutant`, and `tonnes` [t/yr] or, at headwaters,
        `concentration` [mg/L].

    Returns
    -------
    Steady

    Raises
    ------
    DataError
        With every fault of the loads and the boundary.
    OptionError
        If the regime is unknown or there are no decay rates.
    SolveError
        If the mass balance is worse than 1e-12.

    References
    ----------
    Thomann, R. V. and Mueller, J. A. (1987), Principles of Surface Water Quality Modeling and Control, chapter 2.

    Examples
    --------
    >>> reaches = pd.DataFrame(
    ...     {
    ...         "reach": ["upper", "lower"],
    ...         "downstream": ["lower", ""],
    ...         "length_km": [86.4, 86.4],
    ...         "flow_mean": [100.0, 200.0],
    ...         "flow_low": [50.0, 100.0],
    ...         "velocity_mean": [1.0, 1.0],
    ...         "velocity_low": [0.5, 0.5],
    ...     }
    ... )
    >>> net = RiverNetwork(reaches, pd.DataFrame({"section": ["mouth"], "reach": ["lower"]}))
    >>> loads = pd.DataFrame({"region": ["A", "B"], "reach": ["upper", "lower"], "pollutant": "TP", "tonnes": 315.36})
    >>> result = steady(net, loads, {"TP": 0.0})
    >>> result.concentration.round(6)
    pollutant   TP
    section
    mouth      0.1
    >>> result.attribution
      section pollutant region  tonnes  share
    0   mouth        TP      A  315.36    0.5
    1   mouth        TP      B  315.36    0.5
    """
    from yijiang.river import kernels

    rates = net.decay_rates(decay)
    water = net.hydraulics(regime)
    table = Loads.of(net, loads, list(rates), boundary, regime)
    rates = {name: rates[name] for name in table.pollutants}

    x = np.outer(water.travel_days, np.array(list(rates.values()), dtype=np.float64))
    head, out = np.empty_like(table.spread), np.empty_like(table.spread)
    at_head = water.kept[:, None, None] * table.entering + table.point
    kernels.sweep(net.down, water.kept, np.exp(-x), spread_factor(x), at_head, table.spread, head, out)

    r, f = net.section_reach, net.section_fraction
    passing = _mass_at(r, f, x, head, table.spread)
    # Sources are added one after the other in their sorted order: the same bits for any order of the rows.
    flux = passing.cumsum(axis=2)[:, :, -1] if passing.shape[2] else np.zeros(passing.shape[:2])
    content = flux * (GRAMS_PER_SECOND / water.section_flow)[:, None]
    budget = _budget(net, water, table, rates, head, out)
    balance = float(budget["balance"].max()) if len(budget) else 0.0
    if not balance <= BALANCE_TOLERANCE:
        raise SolveError("the mass balance of the river does not close", balance=balance, tolerance=BALANCE_TOLERANCE)
    return Steady(
        network=net,
        regime=regime.strip().casefold(),
        decay=rates,
        concentration=_sections_table(net, rates, content),
        flux=_sections_table(net, rates, flux),
        attribution=_attribution(net, table, passing),
        balance=balance,
        budget=budget,
        profile=_profile(net, water, table, x, head),
        response=TransferMatrix.of(net, rates, regime),
    )


def _mass_at(reach: Ints, fraction: Floats, x: Floats, head: Floats, spread: Floats) -> Floats:
    """Mass flux (place, pollutant, source) [t/yr] at places inside reaches, from the flux at their heads."""
    part = x[reach] * fraction[:, None]
    share = fraction[:, None] * spread_factor(part)
    mass: Floats = head[reach] * np.exp(-part)[:, :, None] + spread[reach] * share[:, :, None]
    return mass


def _sections_table(net: RiverNetwork, rates: Mapping[str, float], values: Floats) -> pd.DataFrame:
    index = pd.Index(net.section_names, name="section")
    return pd.DataFrame(values, index=index, columns=pd.Index(list(rates), name="pollutant", dtype="str"))


def _budget(
    net: RiverNetwork, water: Hydraulics, table: Loads, rates: Mapping[str, float], head: Floats, out: Floats
) -> pd.DataFrame:
    """Mass balance by pollutant. Decay comes from the storage of the reaches: k ∫ m dt, integrated in closed form."""
    rows = []
    mouths = net.down < 0
    for p, rate in enumerate(rates.values()):
        x = rate * water.travel_days
        at_head, at_end = head[:, p].sum(axis=1), out[:, p].sum(axis=1)
        spread = table.spread[:, p].sum(axis=1)
        inflow = math.fsum(a[:, p].sum() for a in (table.spread, table.point, table.entering))
        arriving = table.entering[:, p].sum(axis=1)
        np.add.at(arriving, net.down[~mouths], at_end[~mouths])
        abstracted = float((arriving * (1 - water.kept)).sum())
        years = water.travel_days / DAYS_PER_YEAR
        stored = years * (at_head * spread_factor(x) + spread * storage_factor(x))
        storage = float(stored.sum())
        decayed = rate * DAYS_PER_YEAR * storage
        outflow = float(at_end[mouths].sum())
        gap = abs(math.fsum((inflow, -outflow, -abstracted, -decayed)))
        rows.append((inflow, outflow, abstracted, decayed, storage, gap / inflow if inflow > 0 else gap))
    columns = ["inflow", "outflow", "abstracted", "decayed", "storage", "balance"]
    index = pd.Index(list(rates), name="pollutant", dtype="str")
    return pd.DataFrame(rows, columns=columns, index=index, dtype=np.float64)


def _attribution(net: RiverNetwork, table: Loads, passing: Floats) -> pd.DataFrame:
    """Long table of what each source sends past each section."""
    shares = np.zeros_like(passing)
    for place in np.ndindex(passing.shape[:2]):
        shares[place] = exact_shares(passing[place])
    j, p, s = np.nonzero(passing)
    frame = pd.DataFrame(
        {
            "section": np.array(net.section_names, dtype=object)[j],
            "pollutant": np.array(table.pollutants, dtype=object)[p],
        },
        dtype="str",
    )
    for key in table.sources.columns:
        frame[key] = table.sources[key].to_numpy()[s]
    frame["tonnes"] = passing[j, p, s]
    frame["share"] = shares[j, p, s]
    return frame


def exact_shares(amounts: Floats) -> Floats:
    """Shares of amounts that sum to 1 with no rounding left.

    s_i = m_i / Σ m; the rounding that remains, 1 − Σ s, is added to the largest share.

    Parameters
    ----------
    amounts
        At least 0, any unit. If all are 0, so are the shares.

    Examples
    --------
    >>> shares = exact_shares(np.array([0.1] * 10))
    >>> math.fsum(shares) == 1.0
    True
    """
    total = math.fsum(amounts)
    if total == 0.0:
        return np.zeros_like(amounts)
    shares: Floats = amounts / total
    largest = int(np.argmax(shares))
    shares[largest] += math.fsum((1.0, *(-shares)))
    return shares


def _profile(net: RiverNetwork, water: Hydraulics, table: Loads, x: Floats, head: Floats) -> pd.DataFrame:
    """Concentration along the river, all sources together, for drawing against river-km."""
    count, points, pollutants = len(net.reach_names), PROFILE_FRACTIONS.size, len(table.pollutants)
    reach = np.repeat(np.arange(count), points)
    fraction = np.tile(PROFILE_FRACTIONS, count)
    totals = [array.sum(axis=2, keepdims=True) for array in (head, table.spread)]
    mass = _mass_at(reach, fraction, x, *totals)[:, :, 0]
    flow = water.head_flow[reach] * (1 - fraction) + water.end_flow[reach] * fraction
    reaches = net.reaches
    begin, end = (reaches[column].to_numpy(dtype=np.float64)[reach] for column in ("km_from", "km_to"))
    return pd.DataFrame(
        {
            "reach": np.repeat(np.array(net.reach_names, dtype=object)[reach], pollutants),
            "km": np.repeat(begin + fraction * (end - begin), pollutants),
            "pollutant": np.tile(np.array(table.pollutants, dtype=object), reach.size),
            "concentration": (mass * (GRAMS_PER_SECOND / flow)[:, None]).ravel(),
        }
    ).astype({"reach": "str", "pollutant": "str"})
