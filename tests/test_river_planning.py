"""Response, admissible loads, prices, payments and months: what may be put into the river, and what it is worth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from yijiang.errors import DataError, InfeasibleError, OptionError
from yijiang.river import (
    Carrier,
    LumpRule,
    Oxygen,
    RiverNetwork,
    TwoWayRule,
    admissible,
    attribution,
    response,
    steady,
)
from yijiang.river.oxygen import DEFICIT

NAMES = ["a", "b", "lake", "c", "d", "e", "f"]


def river(limit: int | None = None, *, divides: bool = True) -> RiverNetwork:
    """a, b → lake → c → d, e → f, with an abstraction at c; c flows into f alone if the river does not divide."""
    table = pd.DataFrame({"reach": NAMES, "downstream": ["lake", "lake", "c", "", "f", "f", ""]})
    table = table.assign(length_km=[50.0, 30.0, 10.0, 40.0, 60.0, 90.0, 70.0], abstraction=[0, 0, 0, 15.0, 0, 0, 0])
    flow = np.array([100.0, 60.0, 165.0, 160.0, 80.0, 90.0, 175.0])
    for regime, factor in (("mean", 1.0), ("low", 0.4), ("wet", 2.0)):
        table = table.assign(**{f"flow_{regime}": flow * factor, f"velocity_{regime}": 0.7 * factor**0.4})
        table[f"volume_{regime}"] = [None, None, 80.0, None, None, None, None]
    splits = pd.DataFrame({"reach": ["c", "c"], "downstream": ["d", "e"], "share": [0.5, 0.5]})
    if not divides:
        table["downstream"] = ["lake", "lake", "c", "d", "e", "f", ""]
        splits = None
        for regime in ("mean", "low", "wet"):
            table[f"flow_{regime}"] = table[f"flow_{regime}"] * np.array([1, 1, 1, 1, 2.1, 2.1, 1.1])
    sections = pd.DataFrame({"section": ["top", "mid", "end"], "reach": ["a", "c", "f"], "km": [20.0, np.nan, 35.0]})
    if limit is not None:
        sections["limit_class"] = limit
    return RiverNetwork(table, sections, splits=splits)


def table_of_loads(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        (region, sector, reach, p, float(rng.uniform(50, 400)), kind)
        for region, reaches in (("U", ("a", "b")), ("V", ("c", "e", "f")))
        for sector in ("farm", "town")
        for reach in reaches
        for p in ("BOD", "NH3-N")
        for kind in ("spread", "point")
    ]
    return pd.DataFrame(rows, columns=["region", "sector", "reach", "pollutant", "tonnes", "spread"])


DECAY = {"BOD": 0.25, "NH3-N": 0.1}
OXYGEN = Oxygen(22.0, {"BOD": 1.0, "NH3-N": 4.57}, reaeration=0.5, consumption={"BOD": 0.2})


@pytest.mark.parametrize("divides", [True, False])
@pytest.mark.parametrize("regime", ["mean", "low"])
def test_response_is_the_adjoint_of_steady_with_oxygen_lakes_and_splits(regime: str, divides: bool) -> None:
    net, loads = river(divides=divides), table_of_loads()
    still = steady(net, loads, DECAY, regime, oxygen=OXYGEN)
    assert still.balance <= 1e-12
    found = response(net, None, DECAY, regime, oxygen=OXYGEN)
    groups, matrix = found.of_groups(loads, ["region", "sector"])
    content = matrix @ groups["tonnes"].to_numpy()
    for p, name in enumerate(found.pollutants):
        assert content[:, p] == pytest.approx(still.concentration[name].to_numpy(), rel=1e-12)
    # The matrix of the steady solver is the same thing, whole.
    row = found.row("end", DEFICIT, of="BOD", kind="point")
    pair = still.response.pairs.index((DEFICIT, "BOD"))
    whole = pd.Series(still.response.pair_point[2, :, pair], index=net.reach_names)
    assert row.to_numpy() == pytest.approx(whole[row.index].to_numpy(), rel=1e-13)
    assert whole.drop(row.index).sum() == 0
    arrays = [np.zeros((7, 3, 1)) for _ in range(2)]
    place = {name: i for i, name in enumerate(net.reach_names)}
    for r in loads.itertuples(index=False):
        arrays[0 if r.spread == "spread" else 1][place[r.reach], found.pollutants.index(r.pollutant), 0] += r.tonnes
    again = still.response.concentration(*arrays)[:, :, 0]
    assert again == pytest.approx(still.concentration.to_numpy(), rel=1e-12)


@pytest.mark.parametrize("divides", [True, False])
def test_response_is_the_finite_difference(divides: bool) -> None:
    net, loads = river(divides=divides), table_of_loads()
    found = response(net, ["end"], DECAY, oxygen=OXYGEN)
    base = steady(net, loads, DECAY, oxygen=OXYGEN).concentration.loc["end"]
    for reach in ("a", "e", "f"):
        more = pd.DataFrame([("X", "x", reach, "BOD", 1.0, "spread")], columns=loads.columns)
        moved = steady(net, pd.concat([loads, more]), DECAY, oxygen=OXYGEN).concentration.loc["end"]
        assert moved["BOD"] - base["BOD"] == pytest.approx(found.row("end", "BOD")[reach], rel=1e-7)
        assert moved[DEFICIT] - base[DEFICIT] == pytest.approx(found.row("end", DEFICIT, of="BOD")[reach], rel=1e-7)
    with pytest.raises(OptionError, match="unknown section"):
        found.row("mouth", "BOD")


def test_carrier_gives_what_steady_gives_for_any_number_of_pollutants() -> None:
    net = river()
    rng = np.random.default_rng(1)
    for count in (1, 8, 11):
        decay = {f"p{i}": 0.03 * i for i in range(count)}
        loads = rng.uniform(0, 100, (7, count))
        table = pd.DataFrame(
            [("s", name, p, loads[i, k]) for i, name in enumerate(net.reach_names) for k, p in enumerate(decay)],
            columns=["source", "reach", "pollutant", "tonnes"],
        )
        carried = Carrier.of(net, decay).run(loads)
        assert carried.balance <= 1e-14
        wanted = steady(net, table, decay).concentration
        assert carried.concentration.to_numpy() == pytest.approx(wanted.to_numpy(), rel=1e-12)
    loads[3, 2], loads[5, 0] = -1.0, np.nan
    with pytest.raises(DataError) as caught:
        Carrier.of(net, decay).run(loads)
    wanted_places = [f"{net.reach_names[3]}, p2", f"{net.reach_names[5]}, p0"]
    assert [f.column for f in caught.value.findings] == wanted_places
    with pytest.raises(OptionError, match="wanted"):
        Carrier.of(net, decay).run(loads[:3])


def limits(**values: float) -> pd.DataFrame:
    rows = [(s, p.replace("_", "-"), v) for p, v in values.items() for s in ("mid", "end")]
    return pd.DataFrame(rows, columns=["section", "pollutant", "limit"])


def below_now(factor: float, *pollutants: str) -> pd.DataFrame:
    """Limits at a share of the present concentrations at mean flow."""
    now = steady(river(), table_of_loads(), DECAY).concentration
    return limits(**{p.replace("-", "_"): 1.0 for p in pollutants}).assign(
        limit=lambda t: [factor * now.loc[s, p] for s, p in zip(t["section"], t["pollutant"], strict=True)]
    )


def test_prices_are_finite_differences_of_the_optimum() -> None:
    net, loads = river(), table_of_loads()
    wanted = below_now(0.8, "BOD", "NH3-N")
    best = admissible(net, loads, wanted, DECAY, "mean", by=["region", "sector"])
    assert best.gap <= 1e-9
    assert best.limits["binding"].any()
    assert (best.limits["then"] <= best.limits["limit"] * (1 + 1e-9)).all()
    for i in np.flatnonzero(best.limits["binding"]):
        for column, sign in (("price_loosen", 1.0), ("price_tighten", -1.0)):
            moved = wanted.copy()
            step = 1e-4 * moved.loc[i, "limit"]
            moved.loc[i, "limit"] += sign * step
            other = admissible(net, loads, moved, DECAY, "mean", by=["region", "sector"])
            assert (other.value - best.value) * sign / step == pytest.approx(best.limits[column].iloc[i], rel=1e-4)
    # The loads found, put through the river, give the concentrations found.
    factor = best.loads.assign(f=best.loads["admissible"] / best.loads["tonnes"])
    keys = ["region", "sector", "pollutant"]
    scaled = loads.merge(factor[[*keys, "f"]], on=keys)
    scaled = scaled.assign(tonnes=scaled["tonnes"] * scaled["f"]).drop(columns="f")
    there = steady(net, scaled, DECAY).concentration
    for row in best.limits.itertuples(index=False):
        assert there.loc[row.section, row.pollutant] == pytest.approx(row.then, rel=1e-9)


def test_prices_of_two_sides_differ_at_a_corner() -> None:
    # Loosened beyond the present load nothing is gained; tightened, a tonne less for each.
    table = pd.DataFrame({"reach": ["r"], "downstream": [""], "length_km": [1.0], "flow_mean": [31.7098]})
    table = table.assign(flow_low=31.7098, velocity_mean=1.0, velocity_low=1.0)
    net = RiverNetwork(table, pd.DataFrame({"section": ["s"], "reach": ["r"]}))
    loads = pd.DataFrame({"region": ["U"], "reach": ["r"], "pollutant": ["TP"], "tonnes": [200.0]})
    content = steady(net, loads, {"TP": 0.0}).concentration.loc["s", "TP"]
    limit = pd.DataFrame({"section": ["s"], "pollutant": ["TP"], "limit": [content]})
    best = admissible(net, loads, limit, {"TP": 0.0})
    row = best.limits.iloc[0]
    assert row["price_loosen"] == pytest.approx(0.0, abs=1e-6)
    assert row["price_tighten"] == pytest.approx(1000.0, rel=1e-5)


def test_objectives_and_oxygen_and_classes() -> None:
    loads = table_of_loads()
    equal = admissible(river(), loads, below_now(0.8, "BOD"), DECAY, "mean", objective="equal")
    share = equal.loads["admissible"] / equal.loads["tonnes"]
    assert share[equal.loads["pollutant"] == "BOD"].to_numpy() == pytest.approx(0.8, rel=1e-9)
    total = admissible(river(), loads, below_now(0.8, "BOD"), DECAY, "mean")
    assert total.value >= equal.value - 1e-9
    cost = {"U": 10.0, "V": 3.0}
    cheap = admissible(river(), loads, below_now(0.8, "BOD"), DECAY, "mean", objective="cost", cost=cost)
    spent = (cheap.loads["region"].map(cost) * cheap.loads["reduction"]).sum()
    assert cheap.value == pytest.approx(spent, rel=1e-9)
    assert cheap.value <= (total.loads["region"].map(cost) * total.loads["reduction"]).sum() + 1e-6
    air = admissible(river(), loads, limits(DO=8.5), DECAY, "low", by=["region"], oxygen=OXYGEN)
    assert (air.limits["then"] >= 8.5 - 1e-9).all()
    assert air.limits["binding"].any()
    classes = admissible(river(limit=2), loads, None, DECAY, "low")
    assert set(classes.limits["pollutant"]) == {"NH3-N"}
    assert set(classes.limits["limit"]) == {0.5}


def test_what_cannot_be_is_said_with_reasons() -> None:
    net, loads = river(), table_of_loads()
    with pytest.raises(InfeasibleError) as caught:
        admissible(net, loads, limits(BOD=0.01), DECAY, "mean", floor=0.5)
    assert len(caught.value.relaxations) == 2
    assert "mg/L beyond its limit" in caught.value.relaxations[0]
    wrong = pd.DataFrame({"section": ["mid", "x"], "pollutant": ["BOD", "Y"], "limit": [-1.0, 1.0]})
    with pytest.raises(DataError) as faults:
        admissible(net, loads, wrong, DECAY)
    assert [f.column for f in faults.value.findings] == ["limit", "section", "pollutant"]
    with pytest.raises(OptionError, match="unknown objective"):
        admissible(net, loads, limits(BOD=1.0), DECAY, objective="most")
    with pytest.raises(OptionError, match="cost: missing for V"):
        admissible(net, loads, limits(BOD=1.0), DECAY, objective="cost", cost={"U": 1.0})


def test_shares_by_region_sector_section_and_month_sum_to_one() -> None:
    loads = table_of_loads()
    loads["month"] = ["" if i % 3 else str(1 + i % 12) for i in range(len(loads))]
    plan = {m: "low" if m < 4 else "wet" if m < 8 else "mean" for m in range(1, 13)}
    table = attribution(river(), loads, DECAY, regimes=plan)
    assert set(table["month"]) == set(range(13))
    for _, part in table.groupby(["section", "pollutant", "month"]):
        assert math.fsum(part["share"]) == 1.0
    months = table[table["month"] > 0].groupby(["section", "pollutant", "region", "sector"])["tonnes"].sum()
    year = table[table["month"] == 0].set_index(["section", "pollutant", "region", "sector"])["tonnes"]
    assert months.to_numpy() == pytest.approx(year.loc[months.index].to_numpy(), rel=1e-14)
    with pytest.raises(DataError, match="not a month"):
        attribution(river(), loads.assign(month="May"), DECAY)
    with pytest.raises(OptionError, match="months 1 to 12"):
        attribution(river(), loads, DECAY, regimes={1: "low"})


def test_payment_goes_both_ways_is_capped_and_has_a_band() -> None:
    rule = TwoWayRule({"TP": 1000.0}, {"TP": 0.1}, cap=5000.0, band=0.05)
    # 0.02 mg/L less in 100 m³/s for 10 days are 1.728 t.
    assert rule.settle({"TP": 0.08}, 100.0, 10.0).amount == pytest.approx(1728.0, rel=1e-12)
    assert rule.settle({"TP": 0.12}, 100.0, 10.0).amount == pytest.approx(-1728.0, rel=1e-12)
    assert rule.settle({"TP": 0.104}, 100.0, 10.0).amount == 0.0
    dirty = rule.settle({"TP": 0.3}, 100.0, 10.0)
    assert (dirty.amount, dirty.capped) == (-5000.0, True)
    with pytest.raises(OptionError, match="no concentration of TP"):
        rule.settle({"COD": 1.0}, 100.0, 10.0)
    with pytest.raises(OptionError, match="at least 0"):
        rule.settle({"TP": float("nan")}, 100.0, 10.0)
    lump = LumpRule({"TP": 0.1, "COD": 15.0}, 1e8, 2e8)
    assert lump.settle({"TP": 0.1, "COD": 15.0}) == 1e8
    assert lump.settle({"TP": 0.05, "COD": 15.1}) == -2e8
