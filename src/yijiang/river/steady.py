"""Steady concentrations along the river: who causes them, where, and how much the river removes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from yijiang.errors import SolveError
from yijiang.river.attribution import exact_shares
from yijiang.river.formulas import DAYS_PER_YEAR, GRAMS_PER_SECOND, Floats
from yijiang.river.grade import Standard, grade
from yijiang.river.loads import Loads
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import DEFICIT, Oxygen
from yijiang.river.system import System, Temperature
from yijiang.river.transfer import TransferMatrix

BALANCE_TOLERANCE = 1e-12
PROFILE_FRACTIONS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


@dataclass(frozen=True, eq=False)
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
        Greatest |in + made − out − abstracted − decayed| / (in + made) over pollutants [-]; at most 1e-12. What decays
        is k × storage, integrated along the reaches, not a difference.
    budget : DataFrame (pollutant)
        `inflow` (loads and boundary), `made` (deficit of oxygen by what takes it), `outflow` (at the mouths),
        `abstracted`, `decayed` (reaeration, for the deficit) [t/yr], `storage` in the water [t] and `balance` [-].
    profile : DataFrame
        `reach`, `km`, `pollutant`, `concentration` [mg/L] at the ends of every reach and at three points between.
    response : TransferMatrix
        dC/dload of every section, reach and pollutant [mg/L per t/yr].
    oxygen : DataFrame (section) or None
        `saturation`, `deficit`, `DO` [mg/L], and `exhausted`: whether the deficit is beyond saturation, where the
        linear model no longer holds; DO is 0 there.
    """

    network: RiverNetwork
    regime: str
    decay: dict[str, float]
    concentration: pd.DataFrame
    flux: pd.DataFrame
    attribution: pd.DataFrame
    balance: float
    budget: pd.DataFrame
    oxygen: pd.DataFrame | None
    _system: System
    _loads: Loads
    _head: Floats

    @cached_property
    def profile(self) -> pd.DataFrame:
        """Concentration along the river."""
        return _profile(self._system, self._loads, self._head)

    @cached_property
    def response(self) -> TransferMatrix:
        """What a load does to every section."""
        return TransferMatrix.of(self._system)

    def grades(self, water: str | None = None, standard: str | Standard = "GB3838-2002") -> pd.DataFrame:
        """Grade every section: `class`, `deciding`, `ungraded`, with `limit_class`, `kept` and `tidal` beside them.

        `kept` says whether the class is no worse than the limit class; it is empty where no limit is set.

        Parameters
        ----------
        water
            "river" or "lake" for all sections; default: "lake" for those in a lake or reservoir, else "river".
        standard
            Name of a standard of the package, or a `Standard`. What it does not know is not graded.
        """
        rules = standard if isinstance(standard, Standard) else Standard.read(standard)
        known = [p for p in self.concentration.columns if rules.knows(p)]
        values = self.concentration[known]
        if self.oxygen is not None and rules.knows("DO"):
            values = values.assign(DO=self.oxygen["DO"])
        in_lake = self.network.lake[self.network.section_reach]
        kinds = np.where(in_lake, "lake", "river") if water is None else np.full(len(values), water)
        saturated = float(self.oxygen["saturation"].iloc[0]) if self.oxygen is not None else None
        parts = [grade(values[kinds == k], k, rules, saturation=saturated) for k in sorted(set(kinds.tolist()))]
        table: pd.DataFrame = pd.concat(parts).loc[values.index]
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
    *,
    oxygen: Oxygen | None = None,
    temperature: Temperature | None = None,
    theta: Mapping[str, float] | None = None,
) -> Steady:
    r"""Carry loads down the river at steady flow with first-order decay.

    .. math::

        m^{head}_i = (1 - a_i) (\textstyle\sum_{u \to i} m_u + b_i) + p_i, \qquad
        m_i = m^{head}_i e^{-k τ_i} + w_i \frac{1 - e^{-k τ_i}}{k τ_i}, \qquad C_i = m_i / Q_i

    with the mass flux m [t/yr], the share a of the arriving water that is abstracted, the boundary b, the load p at the
    head and w spread along the reach, decay k [1/day], travel time τ = length/velocity [day] and flow Q [m³/s]. One
    t/yr is 1e6 g / 31,536,000 s = 0.0317098 g/s (a year of 365 days). A section inside a reach has its part of the
    travel time, of the spread load and of the side inflow (flow is linear in the distance). A lake is well mixed: both
    factors are 1/(1 + k V/Q). With `oxygen` one more lane carries the deficit D of oxygen, and every reach is a 2 × 2
    lower block: D leaves it with e^(−ka τ), and matter that takes oxygen makes D on its way (`oxygen.pair_factors`).

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
        "mean", "low" or another regime of the network.
    boundary : DataFrame, optional
        What enters with the water at the head of a reach: `reach`, `pollutant`, and `tonnes` [t/yr] or, at headwaters,
        `concentration` [mg/L].
    oxygen
        What takes oxygen and what brings it; then "DO deficit" is a pollutant too. Side inflow is saturated unless
        loads of "DO deficit" say otherwise.
    temperature : float or mapping by reach, optional
        Of the water [°C]: then decay is given at 20 °C and is brought to it by θ^(T − 20). Without it, decay holds as
        given.
    theta
        Temperature factors by pollutant, beside `oxygen.THETA`.

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

    system = System.of(net, decay, regime, oxygen, temperature, theta)
    table = Loads.of(net, loads, system.names, boundary, regime)
    needed = (*table.pollutants, *((DEFICIT,) if oxygen is not None else ()))
    system = System.of(net, decay, regime, oxygen, temperature, theta, only=needed)
    table = table.with_pollutants(system.names)

    water, top = system.water, net.topology
    reach, pair = system.reach_factors()
    head, out = np.empty_like(table.spread), np.empty_like(table.spread)
    at_head = water.kept[:, None, None] * table.entering + table.point
    kernels.sweep(
        top.ptr, top.above, top.share, water.kept, reach.through, reach.share, system.pairs, pair.through, pair.share,
        at_head, table.spread, head, out,
    )  # fmt: skip

    passing = system.mass_at(net.section_reach, net.section_fraction, head, table.spread)
    # Sources are added one after the other in their sorted order: the same bits for any order of the rows.
    flux = passing.cumsum(axis=2)[:, :, -1] if passing.shape[2] else np.zeros(passing.shape[:2])
    content = flux * (GRAMS_PER_SECOND / water.section_flow)[:, None]
    budget = _budget(system, table, head, out)
    balance = float(budget["balance"].max()) if len(budget) else 0.0
    if not balance <= BALANCE_TOLERANCE:
        raise SolveError("the mass balance of the river does not close", balance=balance, tolerance=BALANCE_TOLERANCE)
    concentration = _sections_table(net, system.names, content)
    return Steady(
        network=net,
        regime=system.regime,
        decay=system.rates,
        concentration=concentration,
        flux=_sections_table(net, system.names, flux),
        attribution=_attribution(net, table, passing),
        balance=balance,
        budget=budget,
        oxygen=None if oxygen is None else _oxygen_table(concentration[DEFICIT], oxygen.saturation),
        _system=system,
        _loads=table,
        _head=head,
    )


def _oxygen_table(deficit: pd.Series, saturation: float) -> pd.DataFrame:
    """Deficit, and what is left of the oxygen."""
    left = saturation - deficit
    return pd.DataFrame(
        {"saturation": saturation, "deficit": deficit, "DO": left.clip(lower=0.0), "exhausted": left < 0}
    )


def _sections_table(net: RiverNetwork, pollutants: tuple[str, ...], values: Floats) -> pd.DataFrame:
    index = pd.Index(net.section_names, name="section")
    return pd.DataFrame(values, index=index, columns=pd.Index(list(pollutants), name="pollutant", dtype="str"))


def _budget(system: System, table: Loads, head: Floats, out: Floats) -> pd.DataFrame:
    """Mass balance by pollutant. Decay comes from the storage of the reaches: k ∫ m dt, integrated in closed form."""
    top, water = system.network.topology, system.water
    years = water.travel_days / DAYS_PER_YEAR
    own, pair = system.reach_factors()
    at_head, spread, at_end = (array.sum(axis=2) for array in (head, table.spread, out))
    stored = years[:, None] * (at_head * own.head_storage + spread * own.spread_storage)
    for k, (made, maker) in enumerate(system.pairs):
        making = at_head[:, maker] * pair.head_storage[:, k] + spread[:, maker] * pair.spread_storage[:, k]
        stored[:, made] += years * making
    into = np.repeat(np.arange(top.order.size), np.diff(top.ptr))
    mouths = np.diff(top.down_ptr) == 0
    rows = []
    for p in range(len(system.rates)):
        inflow = math.fsum(a[:, p].sum() for a in (table.spread, table.point, table.entering))
        made = math.fsum(
            float((system.making[:, k] * stored[:, maker]).sum()) * DAYS_PER_YEAR
            for k, (product, maker) in enumerate(system.pairs)
            if product == p
        )
        arriving = table.entering[:, p].sum(axis=1)
        np.add.at(arriving, into, top.share * at_end[top.above, p])
        abstracted = float((arriving * (1 - water.kept)).sum())
        storage = float(stored[:, p].sum())
        decayed = float((system.decay[:, p] * stored[:, p]).sum()) * DAYS_PER_YEAR
        outflow = float(at_end[mouths, p].sum())
        gap = abs(math.fsum((inflow, made, -outflow, -abstracted, -decayed)))
        total = inflow + made
        rows.append((inflow, made, outflow, abstracted, decayed, storage, gap / total if total > 0 else gap))
    columns = ["inflow", "made", "outflow", "abstracted", "decayed", "storage", "balance"]
    index = pd.Index(list(system.names), name="pollutant", dtype="str")
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


def _profile(system: System, table: Loads, head: Floats) -> pd.DataFrame:
    """Concentration along the river, all sources together, for drawing against river-km."""
    net, water = system.network, system.water
    count, points, pollutants = len(net.reach_names), PROFILE_FRACTIONS.size, len(system.names)
    reach = np.repeat(np.arange(count), points)
    along = np.tile(PROFILE_FRACTIONS, count)
    # A lake is mixed: all of it is as its end.
    fraction = np.where(net.lake[reach], 1.0, along)
    mass = system.mass_at(reach, fraction, *(a.sum(axis=2, keepdims=True) for a in (head, table.spread)))[:, :, 0]
    flow = water.head_flow[reach] * (1 - fraction) + water.end_flow[reach] * fraction
    reaches = net.reaches
    begin, end = (reaches[column].to_numpy(dtype=np.float64)[reach] for column in ("km_from", "km_to"))
    return pd.DataFrame(
        {
            "reach": np.repeat(np.array(net.reach_names, dtype=object)[reach], pollutants),
            "km": np.repeat(begin + along * (end - begin), pollutants),
            "pollutant": np.tile(np.array(system.names, dtype=object), reach.size),
            "concentration": (mass * (GRAMS_PER_SECOND / flow)[:, None]).ravel(),
        }
    ).astype({"reach": "str", "pollutant": "str"})
