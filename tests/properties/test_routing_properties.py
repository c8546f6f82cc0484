"""What holds for any river and any flow: nothing negative, nothing lost, and no concentration out of nowhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from yijiang.river import Lateral, RiverNetwork, Routed, route
from yijiang.river.routing.coefficients import cut, wave_coefficients

RUNS = settings(max_examples=25, deadline=None, derandomize=True)


def flooded(seed: int, count: int, steps: int, content: float | None, start: str) -> Routed:
    """Any tree under any flow; all water has one content, or every load is free."""
    rng = np.random.default_rng(seed)
    names = [f"r{i}" for i in range(count)]
    down = [int(rng.integers(i + 1, count + 1)) for i in range(count)]
    flow, arriving = np.zeros(count), np.zeros(count + 1)
    for i in range(count):
        flow[i] = arriving[i] + rng.uniform(0.1, 100)
        arriving[down[i]] += flow[i]
    table = pd.DataFrame({"reach": names, "downstream": [names[d] if d < count else "" for d in down]})
    table = table.assign(length_km=rng.uniform(0.1, 600, count), flow_mean=flow, flow_low=flow)
    velocity = rng.uniform(0.2, 2, count)
    table = table.assign(velocity_mean=velocity, velocity_low=velocity, x=rng.uniform(0, 0.49, count))
    sections = pd.DataFrame({"section": names, "reach": names})
    runoff = xr.DataArray(rng.lognormal(2, 1.5, (count, steps)), dims=("reach", "time"), coords={"reach": names})
    amount = runoff * content if content is not None else runoff * rng.lognormal(0, 2, (count, steps))
    shares = pd.DataFrame(
        {"reach": names, "series": names, "share": 1.0, "enters": rng.choice(["spread", "point"], count)}
    )
    water = Lateral(runoff.rename(reach="series"), shares, "m³/s")
    loads = Lateral(amount.rename(reach="series").expand_dims(pollutant=["X", "Y"]), shares, "g/s")
    decay = {"X": 0.0, "Y": float(rng.uniform(0, 3))}
    net = RiverNetwork(table, sections)
    return route(net, water, loads, step_hours=float(rng.uniform(1, 48)), decay=decay, start=start)


@RUNS
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 30), st.sampled_from(["steady", "empty"]))
def test_nothing_is_negative_or_lost(seed: int, count: int, steps: int, start: str) -> None:
    result = flooded(seed, count, steps, None, start)
    assert result.balance <= 1e-12
    assert float(result.flow.min()) > 0
    assert float(result.load.min()) >= 0
    # What decays is less than what does not.
    kept, gone = (result.load.sel(pollutant=p) for p in ("X", "Y"))
    assert bool((gone <= kept * (1 + 1e-12)).all())


@RUNS
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 30), st.floats(1e-3, 1e3))
def test_water_of_one_concentration_keeps_it_whatever_the_flow(
    seed: int, count: int, steps: int, content: float
) -> None:
    result = flooded(seed, count, steps, content, "steady")
    found = result.concentration.sel(pollutant="X").to_numpy()
    np.testing.assert_allclose(found, content, rtol=1e-10)


@RUNS
@given(st.floats(1e-6, 1e4), st.floats(0, 0.49), st.floats(0.01, 100))
def test_a_folded_step_keeps_the_volume_and_the_delay(k: float, x: float, step: float) -> None:
    n, m = cut(np.array([k]), np.array([x]), step)
    a, b, c = wave_coefficients(np.array([k]), np.array([x]), step, n, m)[0]
    assert abs(a + b + c - 1) <= 1e-14
    assert min(a, b, c) >= -1e-13
    # Mean delay of the response in steps: (b + c)/(1 − c) = K/(n Δt).
    assert abs((b + c) / (1 - c) - k / n[0] / step) <= 1e-9 * max(1.0, k / step)
