"""The four channels on the built-in cases: figures worked out another way, evidence, ranges, what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.belt import Belt
from yijiang.complement import Complement, Figure, Pair, between
from yijiang.errors import DataError, OptionError
from yijiang.freight import Freight, delivered


@pytest.fixture(scope="module")
def tiny() -> Belt:
    return yj.case("tiny")


@pytest.fixture(scope="module")
def found(tiny: Belt) -> Complement:
    return between(tiny, ("Upper", "Middle"), nulls=49, delivered=delivered(Freight(tiny)))


@pytest.fixture(scope="module")
def yangtze() -> Complement:
    return between(yj.case("yangtze2017"), ("湖北", "Jiangsu"), nulls=99)


def figure(found: Complement, name: str, giver: str = "", of: str = "") -> Figure:
    (one,) = [f for f in found.figures if f.figure == name and giver in ("", f.giver) and f.of == of]
    return one


def pair(found: Complement, *key: str) -> Pair:
    (one,) = [p for p in found.pairs if (p.giver, p.offer, p.taker, p.need) == key]
    return one


def test_contracts_by_hand(found: Complement) -> None:
    """Middle sells 20 and buys 12, Upper sells 9 and buys 21 (100 million): 8 of the 12 that Upper lacks."""
    one = pair(found, "Middle", "contracts", "Upper", "contracts")
    assert (one.amount, one.needed, one.offered) == (800.0, 1200.0, 800.0)
    assert one.share == pytest.approx(2 / 3)
    assert one.basis == "ceiling"
    assert figure(found, "contracts").giver == "Middle"


def test_institutes_and_inventions_by_hand(found: Complement) -> None:
    """Research outside enterprises: 13.5 of 90, 48 of 160, 84 of 420 in all 145.5 of 670."""
    common = (13.5 + 48 + 84) / 670
    spare, lack = 48 - 160 * common, 90 * common - 13.5
    assert figure(found, "institutes").value == pytest.approx(100 * min(spare, lack))
    rate = (900 + 2600 + 7200) / (600 + 900 + 3600)
    expected = min(2600 - 900 * rate, 600 * rate - 900)
    assert figure(found, "inventions").value == pytest.approx(expected / 1, rel=1e-12)
    assert figure(found, "inventions").unit == "patents"


def test_a_chain_pair_worked_out_from_the_tables(tiny: Belt, found: Complement) -> None:
    one = pair(found, "Middle", "materials", "Upper", "machines")
    trade = (
        tiny.table("trade").query("draw == 0 and sector == 'materials'").set_index(["importer", "exporter"])["value"]
    )
    used = tiny.table("intermediate").set_index(["region", "input", "using"])["value"]["Upper", "materials", "machines"]
    bought = trade["Upper"].sum()
    outside = bought - trade["Upper", "Upper"]
    share = used / bought
    assert one.current == pytest.approx(trade["Upper", "Middle"] * share)
    assert one.needed == pytest.approx(outside * share)
    assert one.used == pytest.approx(used)
    # Of three regions, sizes alone leave one unknown: the product of a circle's ties is the same both ways round.
    even = pd.Series(0.0, trade.index)
    names = ["Upper", "Middle", "Lower"]
    cells = np.array([[0.0 if a == b else 1.0 for b in names] for a in names])
    flows = np.array([[0.0 if a == b else trade[a, b] for b in names] for a in names])
    for _ in range(2000):
        cells *= (flows.sum(1) / cells.sum(1))[:, None]
        cells *= flows.sum(0) / cells.sum(0)
    even["Upper", "Middle"] = cells[0, 1]
    assert one.expected == pytest.approx(even["Upper", "Middle"] * share)
    assert one.amount == pytest.approx(one.expected - one.current)
    assert one.low is not None
    assert one.low <= one.amount <= (one.high or 0)


def test_market_potential_by_hand(tiny: Belt, found: Complement) -> None:
    price = delivered(Freight(tiny))
    theta = tiny.table("elasticities").set_index("sector")["value"]
    trade = tiny.table("trade").query("draw == 0")
    reach = {
        buyer: sum(
            trade.query("importer == @buyer and sector == @good")["value"].sum()
            * float(price.sel(origin="Upper", destination=buyer, sector=good)) ** -theta[good]
            for good in tiny.goods
        )
        for buyer in ("Middle", "Lower")
    }
    one = figure(found, "market_potential", giver="Upper")
    assert one.value == pytest.approx(reach["Middle"] / sum(reach.values()))
    assert one.taker == "Middle"


def test_every_pair_is_traced_to_rows_of_the_belt(yangtze: Complement) -> None:
    belt = yangtze.belt
    columns = {
        "trade": ["importer", "exporter", "sector"], "intermediate": ["region", "input", "using"],
        "final": ["region", "category", "sector"], "indicators": ["indicator", "region"], "projects": ["project"],
    }  # fmt: skip
    tables = {}
    for name, key in columns.items():
        frame = belt.table(name)
        tables[name] = (frame[frame["draw"] == 0] if "draw" in frame else frame).set_index(key)
    seen = set()
    for one in yangtze.pairs:
        assert one.rows
        for row in one.rows:
            if (row.table, row.key) not in seen:
                seen.add((row.table, row.key))
                line = tables[row.table].loc[row.key if len(row.key) > 1 else row.key[0]]
                assert (row.source, row.status) == (line["source"], line["status"])
                if row.table == "projects":
                    assert row.value == line["capital_cost"]
                elif row.unit == line["unit"]:
                    assert row.value == line["value"]
        assert one.giver in {part for row in one.rows for part in row.key}
        assert one.taker in {part for row in one.rows for part in row.key}
    assert {table for table, _ in seen} == set(columns)


def test_hubei_sells_more_contracts_than_it_buys_and_jiangsu_the_other_way(yangtze: Complement) -> None:
    """National technology statistics 2023, 100 million yuan: 4771.17 and 3760.06 against 3331 and 5347.77."""
    one = pair(yangtze, "Hubei", "contracts", "Jiangsu", "contracts")
    assert one.amount == pytest.approx(100 * (4771.17 - 3760.06))
    assert one.needed == pytest.approx(100 * (5347.77 - 3331.0))
    assert (one.status, one.year) == ("official", 2023)
    assert {row.source for row in one.rows} == {"indicators_techme"}


def test_figures_that_rest_on_estimated_trade_carry_a_range(yangtze: Complement) -> None:
    assert len(yangtze.belt.draws) > 1
    for one in yangtze.pairs:
        trade = any(row.table == "trade" for row in one.rows)
        assert (one.low is not None) == trade
        if trade:
            assert one.low <= one.amount <= one.high
            assert one.status == ("assumed" if one.need == "candidates" else "estimated")
    for name in ("trade_complementarity", "finger_kreinin", "grubel_lloyd", "inputs_met", "further_up", "further_down"):
        assert all(f.low is not None and f.low <= f.value <= f.high for f in yangtze.figures if f.figure == name)
        assert all(f.band is not None for f in yangtze.figures if f.figure == name)
    for name in ("further_up", "further_down"):
        (one,) = [f for f in yangtze.figures if f.figure == name]
        assert one.value >= 0
        assert {one.giver, one.taker} == {"Hubei", "Jiangsu"}


def test_pairs_are_ranked_by_size_and_shortfalls_are_positive(yangtze: Complement) -> None:
    money = [one.amount for one in yangtze.pairs if one.unit == "million CNY"]
    assert money == sorted(money, reverse=True)
    assert all(one.amount > 0 and 0 < one.share <= 1 + 1e-9 for one in yangtze.pairs)
    assert {one.channel for one in yangtze.pairs} == {"technology", "chain", "market", "capital"}


def test_uses_share_out_a_delivery_without_rest(yangtze: Complement) -> None:
    """The pairs of one product and direction add up to the whole delivery, final use included."""
    belt = yangtze.belt
    trade = belt.table("trade").query("draw == 0").set_index(["importer", "exporter", "sector"])["value"]
    total = sum(
        one.current or 0.0
        for one in yangtze.pairs
        if (one.giver, one.offer, one.taker) == ("Jiangsu", "equipment_manufacturing", "Hubei")
    )
    assert total == pytest.approx(trade["Hubei", "Jiangsu", "equipment_manufacturing"])


def test_the_same_in_any_order_of_rows_and_nothing_is_changed(tiny: Belt, found: Complement) -> None:
    digest = tiny.digest()
    shuffled = {
        name: tiny.table(name).sample(frac=1, random_state=3) for name in ("trade", "intermediate", "indicators")
    }
    again = between(
        tiny.with_tables(**shuffled), ("Middle", "Upper"), nulls=49, delivered=delivered(Freight(tiny))[::-1, ::-1]
    )
    assert tiny.digest() == digest
    for one, other in zip(found.pairs, again.pairs, strict=True):
        assert one.id == other.id
        assert one.amount == pytest.approx(other.amount)
        assert one.fit is not None
        assert one.fit == other.fit or one.channel == "technology"
    assert figure(found, "market_potential", giver="Upper").value == pytest.approx(
        figure(again, "market_potential", giver="Upper").value
    )


def test_the_same_seed_gives_the_same_and_another_does_not(tiny: Belt, found: Complement) -> None:
    again = between(tiny, ("Upper", "Middle"), nulls=49, delivered=delivered(Freight(tiny)))
    assert again.document == found.document
    other = between(tiny, ("Upper", "Middle"), nulls=49, seed=1)
    assert other.document["pairs"][1]["fit"] != found.document["pairs"][1]["fit"]
    assert [one.amount for one in other.pairs] == [one.amount for one in found.pairs]


def test_a_belt_without_indicators_or_network_says_so_and_goes_on() -> None:
    found = between(yj.case("danube2011"), ("Germany", "Romania"), nulls=19)
    lacking = {(m.figure, m.table) for m in found.missing}
    assert {("contracts", "indicators"), ("market_potential", "links"), ("return_gap", "capital")} <= lacking
    assert {f.channel for f in found.figures} == {"technology", "chain", "market", "capital"}
    assert {f.figure for f in found.channel("technology")} == {"know_how"}
    assert {"chain", "market"} <= {one.channel for one in found.pairs}
    assert all(one.low is None for one in found.pairs)


def test_a_region_without_a_figure_is_named(tiny: Belt) -> None:
    table = tiny.table("indicators")
    gone = table["indicator"].eq("tech_bought") & table["region"].eq("Upper")
    found = between(
        tiny.with_tables(indicators=table.assign(value=table["value"].mask(gone))), ("Upper", "Middle"), nulls=9
    )
    (lack,) = [m for m in found.missing if m.figure == "contracts"]
    assert (lack.item, lack.regions) == ("tech_bought", ("Upper",))


def test_three_regions_are_compared_two_by_two(tiny: Belt) -> None:
    found = between(tiny, ("Upper", "Middle", "Lower"), nulls=9)
    assert {f.regions for f in found.figures} == {("Upper", "Middle"), ("Upper", "Lower"), ("Middle", "Lower")}


@pytest.mark.parametrize(
    ("regions", "words"),
    [(("Upper",), "two or more"), (("Upper", "上游"), "two or more different"), (("Upper", "Midle"), "near matches")],
)
def test_bad_regions_are_refused(tiny: Belt, regions: tuple[str, ...], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        between(tiny, regions)


def test_abroad_and_a_belt_without_accounts_are_refused(tiny: Belt) -> None:
    with pytest.raises(OptionError, match="no accounts of its own"):
        between(yj.case("yangtze2017"), ("Hubei", "Abroad"))
    with pytest.raises(DataError, match="holds no accounts"):
        between(tiny.with_meta(scope=["river"]), ("Upper", "Middle"))
    with pytest.raises(OptionError, match="unknown channel"):
        between(tiny, ("Upper", "Middle"), nulls=1).channel("people")
