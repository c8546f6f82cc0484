"""Unsteady routing: water by Muskingum, and several constituents with the water, at the sections of a river."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError, SolveError
from yijiang.river.formulas import Floats, Ints
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import Oxygen
from yijiang.river.routing.lateral import LOAD, WATER, Lateral, LateralArrays, lay_out, same_axis
from yijiang.river.routing.pieces import Pieces
from yijiang.river.routing.result import Routed
from yijiang.river.routing.run import Run
from yijiang.river.routing.setup import Waves, waves
from yijiang.river.system import System, Temperature

if TYPE_CHECKING:
    import xarray as xr

BALANCE_TOLERANCE = 1e-12
STARTS = ("steady", "empty")


def route(
    net: RiverNetwork,
    water: Lateral | xr.DataArray,
    loads: Lateral | xr.DataArray | None = None,
    *,
    step_hours: float,
    decay: Mapping[str, float] | None = None,
    regime: str = "mean",
    sections: Sequence[str] | None = None,
    start: str = "steady",
    x: float | None = None,
    sub_reaches: int = 1,
    oxygen: Oxygen | None = None,
    temperature: Temperature | xr.DataArray | None = None,
    theta: Mapping[str, float] | None = None,
    by_series: bool = False,
    threads: int = 1,
) -> Routed:
    r"""Route water and what it carries down the river, step by step.

    .. math::

        O_t = a I_t + b I_{t-1} + c O_{t-1} + (1 - c) q_t, \qquad V_t = V_0 + \frac{b I_t + c O_t}{1 - c} Δt

        A_t = M_{t-1} + Δt (f n_t + g w_t), \qquad m_t Δt = \frac{O_t Δt}{V_t + O_t Δt} A_t, \qquad
        M_t = A_t - m_t Δt

    Water (inflow I, side inflow q, outflow O) moves by Muskingum's method with K and x; reaches are cut into
    sub-reaches and steps into sub-steps until no coefficient is negative (2Kx ≤ Δt ≤ 2K(1 − x)), and the sub-steps are
    folded into one. Mass (inflow n, load w, outflow m) moves with the water: what is in a sub-reach is mixed in its
    volume V, whose still part V₀ = Q (L/u − K) makes the travel time at the regime's flow Q that of the water, L/u, and
    not that of the wave, K. So water of one concentration keeps it whatever the flow does, and without decay no
    concentration leaves the range of what enters. f = e^{−kτ} and g = (1 − e^{−kτ})/(kτ) with τ = L/u, as in `steady`,
    which a run under constant input comes to. Nothing can turn negative. Each sub-reach spreads a pulse; more of them
    (`sub_reaches`) spread it less.

    Parameters
    ----------
    net
        The river. Optional columns of its reaches: `k_hours` [h] (default: (L/u)/(5/3), the kinematic wave in a wide
        channel), `x` [-]. A lake without `k_hours` is held at its level.
    water : Lateral, or DataArray (reach, time[, scenario]) [m³/s]
        Water entering from the sides and at the headwaters, mean of every step.
    loads : Lateral, or DataArray (reach, time, pollutant[, scenario]) [g/s], optional
        Mean of every step.
    step_hours
        Length of a step [h].
    decay
        Decay by pollutant [1/day]; default: the network's kinetics.
    regime
        Regime whose flow and velocity set the travel times.
    sections
        Sections to keep; default: all.
    start
        "steady": in balance with the first step; "empty": no loads in the river, and no water that moves.
    x
        Muskingum's x where the reaches have none; default 0.2, listed as assumed.
    sub_reaches
        Least number of sub-reaches of a reach.
    oxygen
        As in `steady`; adds the pollutant "DO deficit".
    temperature : float, mapping by reach, or DataArray (time) [°C]
        As in `steady`, or a value for every step.
    theta
        Temperature factors by pollutant.
    by_series
        Keep what each series of loads causes apart, for `Routed.attribution`.
    threads
        Results are the same to the last bit for any number.

    Returns
    -------
    Routed

    Raises
    ------
    DataError
        With every fault of the input, among them units other than m³/s and g/s.
    OptionError
        If an option is wrong.
    SolveError
        If the mass balance is worse than 1e-12.

    References
    ----------
    Chow, Maidment and Mays (1988), Applied Hydrology, section 8.4; Chapra (1997), Surface Water-Quality Modeling,
    lectures 8 to 12.

    Examples
    --------
    >>> import xarray as xr
    >>> reach = {"reach": ["a"], "downstream": [""], "length_km": [43.2], "k_hours": [7.2], "x": [0.2]}
    >>> reach |= {"flow_mean": [100.0], "flow_low": [50.0], "velocity_mean": [1.0], "velocity_low": [0.5]}
    >>> net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["end"], "reach": ["a"]}))
    >>> water = xr.DataArray([[100.0, 100.0, 150.0, 100.0]], dims=("reach", "time"), coords={"reach": ["a"]})
    >>> result = route(net, water.assign_attrs(unit="m³/s"), step_hours=6.0)
    >>> result.flow.sel(section="end", scenario="").round(3).to_numpy().tolist()
    [100.0, 100.0, 134.247, 110.79]
    """
    if not (np.isfinite(step_hours) and step_hours > 0):
        raise OptionError(f"step_hours is {step_hours}; it must be greater than 0")
    if start not in STARTS:
        raise OptionError(f"unknown start {start!r}; one of: {', '.join(STARTS)}")
    if x is not None and not 0 <= x <= 0.5:
        raise OptionError(f"x is {x}; it must be between 0 and 0.5")
    if sub_reaches < 1 or threads < 1:
        raise OptionError("sub_reaches and threads must be at least 1")
    if loads is None and (oxygen is not None or by_series):
        raise OptionError("oxygen and by_series need loads")
    chosen = _sections(net, sections)
    flows = lay_out(_lateral(water), "water", WATER, net.reach_index, [""])
    spans, at = _spans(temperature, flows)
    constant = None if spans is not None else temperature
    system = System.of(net, decay if loads is not None else {"-": 0.0}, regime, oxygen, constant, theta)  # type: ignore[arg-type]
    carried = None
    if loads is not None:
        carried = lay_out(_lateral(loads), "loads", LOAD, net.reach_index, system.names)
        same_axis(flows, carried)
        _dry(net, flows, carried)
    pieces = Pieces.of(net, chosen)
    moving = waves(net, system, pieces, step_hours, x, sub_reaches)
    run = Run.of(net, system, pieces, moving, flows, carried, by_series, spans, at, theta or {})
    run.work(start == "empty", threads)
    return _result(net, system, chosen, pieces, moving, run, flows, carried, by_series, step_hours)


def _lateral(given: Lateral | xr.DataArray) -> Lateral:
    return given if isinstance(given, Lateral) else Lateral.by_reach(given)


def _sections(net: RiverNetwork, wanted: Sequence[str] | None) -> Ints:
    """Numbers of the sections to keep."""
    if wanted is None:
        return np.arange(len(net.section_names))
    from yijiang.errors import match_name

    names = [(name,) for name in net.section_names]
    place = {name: i for i, name in enumerate(net.section_names)}
    return np.array([place[match_name(name, names, "section")] for name in wanted], dtype=np.int64)


def _spans(temperature: Any, flows: LateralArrays) -> tuple[Ints | None, Floats | None]:
    """First step of every span of steps of one temperature, and those temperatures."""
    if not hasattr(temperature, "dims") or "time" not in temperature.dims:
        return None, None
    values = np.asarray(temperature.to_numpy(), dtype=np.float64)
    if values.shape != (flows.amounts.shape[1],):
        raise OptionError(f"temperature has shape {values.shape}; one value for each of {flows.amounts.shape[1]} steps")
    if np.any(~(values >= 0)) or np.any(values > 40):
        raise OptionError("the temperature of the water must be between 0 and 40 °C")
    begin = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return begin.astype(np.int64), values[begin]


def _dry(net: RiverNetwork, flows: LateralArrays, carried: LateralArrays) -> None:
    """Refuse loads on reaches that no water ever reaches."""
    wet = np.zeros(len(net.reach_names), dtype=np.bool_)
    wet[flows.reach[flows.amounts.sum(axis=(1, 2, 3))[flows.series] * flows.share[:, 0] > 0]] = True
    top = net.topology
    if not wet.all():
        for i in range(wet.size):
            wet[i] = wet[i] or wet[top.above[top.ptr[i] : top.ptr[i + 1]]].any()
    active = (carried.amounts.sum(axis=(1, 3))[carried.series] * carried.share > 0).any(axis=1)
    dry = sorted(net.reach_names[i] for i in np.unique(carried.reach[active & ~wet[carried.reach]]))
    if dry:
        problem, remedy = "no water ever flows here, but a load enters", "give it water, or move the load downstream"
        raise DataError(Finding("loads", 0, "reach", name, problem, remedy) for name in dry)


def _result(
    net: RiverNetwork, system: System, chosen: Ints, pieces: Pieces, moving: Waves, run: Run, flows: LateralArrays,
    carried: LateralArrays | None, by_series: bool, step_hours: float,
) -> Routed:  # fmt: skip
    """Label what came out, and check the balance and that there is water."""
    import xarray as xr

    sections = [net.section_names[j] for j in chosen]
    scenarios = flows.scenarios if carried is None or len(flows.scenarios) > 1 else carried.scenarios
    series = [""]
    if by_series and carried is not None:
        series = carried.names
    names = list(system.names) if carried is not None else []
    count = len(scenarios)
    flow = run.out_w[pieces.same_place][:, :, :count]
    flow = np.broadcast_to(flow, (*flow.shape[:2], count)).copy()
    size = len(names) * len(series) * run.stride
    load = (
        run.out_m[pieces.same_place][:, :, :size]
        .reshape(len(sections), run.steps, len(names), len(series), run.stride)[..., :count]
        .copy()
    )
    coords = {"section": sections, "time": flows.time, "scenario": scenarios}
    dry = np.argwhere(~(flow > 0))
    if dry.size and names:
        found = []
        for j in sorted(set(dry[:, 0].tolist())):
            step = int(dry[dry[:, 0] == j][0, 1])
            problem, remedy = f"no water passes it in step {step}", 'start="steady", or give the river a base flow'
            found.append(Finding("water", 0, "section", sections[j], problem, remedy))
        raise DataError(found)
    budget = _budget(run, names, series, scenarios, step_hours)
    balance = float(budget["balance"].max())
    if not balance <= BALANCE_TOLERANCE:
        raise SolveError("the mass balance of the river does not close", balance=balance, tolerance=BALANCE_TOLERANCE)
    last = np.zeros(len(net.reach_names), dtype=np.int64)
    total = np.zeros(len(net.reach_names), dtype=np.int64)
    np.add.at(total, pieces.reach, moving.sub)
    np.maximum.at(last, pieces.reach, moving.steps)
    cuts = pd.DataFrame({"sub_reaches": total, "sub_steps": last}, index=pd.Index(net.reach_names, name="reach"))
    return Routed(
        network=net,
        regime=system.regime,
        flow=xr.DataArray(flow, dims=("section", "time", "scenario"), coords=coords, attrs={"unit": WATER}),
        load=xr.DataArray(
            load,
            dims=("section", "time", "pollutant", "series", "scenario"),
            coords={**coords, "pollutant": names, "series": series},
            attrs={"unit": LOAD},
        ),
        balance=balance,
        budget=budget,
        cuts=cuts,
        step_hours=step_hours,
        oxygen=system.oxygen,
        assumed=moving.assumed,
    )


def _budget(run: Run, names: list[str], series: list[str], scenarios: list[str], step_hours: float) -> pd.DataFrame:
    """Sums over the run in m³ and t, and what is missing of them."""
    seconds = step_hours * 3600.0
    rows = []
    for s, scenario in enumerate(scenarios):
        into, out, taken, held = run.budget_w[:, min(s, run.scenarios - 1)] * seconds
        gap = abs(into - out - taken - held)
        rows.append(("water", "", scenario, into, 0.0, out, taken, 0.0, held, gap / into if into > 0 else gap))
    for p, name in enumerate(names):
        for k, one in enumerate(series):
            for s, scenario in enumerate(scenarios):
                lane = (p * len(series) + k) * run.stride + s
                into, out, taken, held, decayed, made = run.budget_m[:, lane] * (seconds / 1e6)
                gap = abs(into + made - out - taken - decayed - held)
                gap = gap / (into + made) if into + made > 0 else gap
                rows.append((name, one, scenario, into, made, out, taken, decayed, held, gap))
    columns = [
        "quantity",
        "series",
        "scenario",
        "inflow",
        "made",
        "outflow",
        "abstracted",
        "decayed",
        "held",
        "balance",
    ]
    return pd.DataFrame(rows, columns=columns)
