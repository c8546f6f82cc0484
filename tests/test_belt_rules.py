"""Each rule about the meaning of the tables: broken on purpose, it speaks once and in the right place."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from yijiang.belt import Belt, case
from yijiang.belt.findings import Findings, near
from yijiang.belt.rules.transport import components


@pytest.fixture(scope="module")
def tiny() -> Belt:
    return case("tiny")


def altered(belt: Belt, table: str, row: int, **cells: Any) -> Belt:
    frame = belt.table(table)
    for column, value in cells.items():
        frame[column] = frame[column].astype(object)
        frame.loc[row, column] = value
    return belt.with_tables(**{table: frame})


CASES: list[tuple[str, int, dict[str, Any], tuple[str, int, str, str]]] = [
    ("links", 0, {"to_node": "upper"}, ("links", 2, "to_node", "the link ends where it starts")),
    ("links", 4, {"km": 0.0}, ("links", 6, "km", "must be above 0")),
    ("links", 0, {"depth_m": None}, ("links", 2, "depth_m", "a link on water without depth")),
    ("links", 0, {"depth_m": 2.5}, ("links", 2, "depth_m", "shallower than the smallest ship needs (3 m)")),
    ("zones", 0, {"region": "Middle"}, ("freight", 2, "origin", "freight of a region without a zone")),
    ("freight", 0, {"sector": "services"}, ("freight", 2, "sector", "freight of a sector that is not goods")),
    ("terminals", 0, {"mode_b": "water"}, ("terminals", 2, "mode_b", "both modes are the same")),
    ("reaches", 0, {"km_to": 0.0}, ("reaches", 2, "km_to", "must be greater than km_from")),
    ("reaches", 1, {"flow_low": 0.0}, ("reaches", 3, "flow_low", "must be above 0")),
    ("reaches", 1, {"flow_low": 7000.0}, ("reaches", 3, "flow_low", "low flow above the mean flow")),
    ("sections", 1, {"upstream_region": ""}, ("sections", 3, "upstream_region", "a border section with one side")),
    (
        "sections",
        1,
        {"upstream_region": "Middle"},
        ("sections", 3, "downstream_region", "both sides are the same region"),
    ),
    ("loads", 0, {"activity": "frm"}, ("loads", 2, "activity", "unknown activity")),
    ("targets", 0, {"pollutant": "COD"}, ("targets", 2, "pollutant", "the pollutant is not binding")),
    (
        *("compensation", 0, {"section": "s1"}),
        ("compensation", 2, "section", "compensation at a section that is no border"),
    ),
    ("compensation", 0, {"upstream": "Lower"}, ("compensation", 2, "upstream", "not the regions of the border")),
    ("payers", 0, {"share": 0.4}, ("payers", 2, "share", "payer shares do not sum to 1")),
    (
        *("projects", 1, {"effect_low": 2.0}),
        ("projects", 3, "effect_low", "the lower multiplier is above the upper one"),
    ),
    ("levers", 0, {"target": ""}, ("levers", 2, "target", "a removal lever needs region, pollutant, target")),
    ("levers", 0, {"target": "r9"}, ("levers", 2, "target", "unknown reach: not in the table reaches")),
    ("levers", 0, {"target": "r3"}, ("levers", 2, "target", "there is no load to remove")),
    ("levers", 0, {"attribute": "housholds"}, ("levers", 2, "attribute", "unknown activity")),
    ("levers", 2, {"attribute": "depth"}, ("levers", 4, "attribute", "a link has no such attribute")),
    ("levers", 2, {"rate": 0.0}, ("levers", 4, "rate", "a lever without rate")),
    ("levers", 4, {"partner": ""}, ("levers", 6, "partner", "a friction lever needs region, partner, sector")),
    ("elasticities", 1, {"value": 0.0, "low": 0.0}, ("elasticities", 3, "value", "must be above 0")),
    ("value_densities", 1, {"value": 0.0, "low": 0.0}, ("value_densities", 3, "value", "must be above 0")),
    ("draws", 3, {"draw": 9}, ("draws", 5, "draw", "no trade has this draw")),
    ("capital", 0, {"high": 1.0}, ("capital", 2, "high", "the range leaves out the value")),
    ("modes", 0, {"money_low": 1.0}, ("modes", 2, "money_low", "the range leaves out the money_per_tkm")),
    ("kinetics", 0, {"value": 432.5, "unit": "1/yr"}, ("kinetics", 2, "high", "the range leaves out the value")),
]


@pytest.mark.parametrize(("table", "row", "cells", "wanted"), CASES)
def test_rule(tiny: Belt, table: str, row: int, cells: dict[str, Any], wanted: tuple[str, int, str, str]) -> None:
    frame = altered(tiny, table, row, **cells).check()
    found = list(zip(frame["table"], frame["row"], frame["column"], frame["problem"], strict=True))
    assert found.count(wanted) == 1, frame.to_string()
    assert frame["remedy"].str.len().gt(0).all()


def test_sold_and_made_must_agree_in_every_draw(tiny: Belt) -> None:
    added = tiny.table("value_added")
    added.loc[0, "value"] += 50.0  # 0.036 % of what Upper's farms sell
    frame = tiny.with_tables(value_added=added).check()
    assert frame["value"].tolist() == [f"draw {d}, Upper, farm: sold 138000, made 138050" for d in range(4)]
    assert frame["row"].tolist() == [2, 38, 74, 110]
    added.loc[0, "value"] -= 45.0  # 0.0036 % is rounding
    assert tiny.with_tables(value_added=added).check().empty


def test_one_draw_alone_out_of_balance(tiny: Belt) -> None:
    trade = tiny.table("trade")
    at = trade.query("draw == 2 and importer == 'Lower' and exporter == 'Middle' and sector == 'machines'").index[0]
    trade.loc[at, "value"] *= 1.5
    values = tiny.with_tables(trade=trade).check()["value"].tolist()
    assert [v.split(":")[0] for v in values] == ["draw 2, Middle, machines", "draw 2, Lower, machines"]


def test_without_final_use_only_sales_are_checked(tiny: Belt) -> None:
    assert tiny.with_tables(final=tiny.table("final").iloc[:0]).check().empty


def test_without_a_table_of_draws_there_is_the_base_only(tiny: Belt) -> None:
    empty = tiny.table("draws").iloc[:0]
    base = {t: tiny.table(t).query("draw == 0") for t in ("trade", "final")}
    assert tiny.with_tables(draws=empty, **base).check().empty
    problems = set(tiny.with_tables(draws=empty).check()["problem"])
    assert problems == {"unknown draw: not in the table draws"}


def test_no_base_draw(tiny: Belt) -> None:
    frames = {t: tiny.table(t).query("draw != 0") for t in ("trade", "final", "draws")}
    assert tiny.with_tables(**frames).check()["problem"].tolist() == ["there is no draw 0"]


def test_no_trade_to_ease(tiny: Belt) -> None:
    trade = tiny.table("trade")
    pair = (trade.importer == "Upper") & (trade.exporter == "Middle") & (trade.sector == "machines")
    frame = tiny.with_tables(trade=trade[~pair]).check()
    assert "there is no trade to ease" in frame[frame.table == "levers"]["problem"].tolist()


def test_an_open_belt_trades_with_abroad_without_accounts_there(tiny: Belt) -> None:
    """Upper sells 10 billion yuan of farm goods abroad instead of to itself and buys as much there."""
    regions = pd.concat([tiny.table("regions"), tiny.table("regions").iloc[[0]].assign(region="Abroad", kind="abroad")])
    trade = tiny.table("trade")
    own = (trade.importer == "Upper") & (trade.exporter == "Upper") & (trade.sector == "farm")
    trade.loc[own, "value"] -= 10_000.0
    out = trade[own].assign(importer="Abroad", value=10_000.0)
    into = trade[own].assign(exporter="Abroad", value=10_000.0)
    belt = tiny.with_tables(regions=regions, trade=pd.concat([trade, out, into]))
    assert belt.check().empty
    assert belt.abroad == ["Abroad"]
    assert belt.members == tiny.regions
    both = trade[own].assign(importer="Abroad", exporter="Abroad")
    frame = tiny.with_tables(regions=regions, trade=pd.concat([trade, out, into, both])).check()
    assert set(frame["problem"]) == {"a delivery from abroad to abroad is not part of the belt"}


def test_components_by_hand() -> None:
    roots = components(["a", "b", "c", "d", "e"], [("d", "e"), ("a", "c"), ("c", "e"), ("b", "x")])
    assert roots == {"a": "a", "b": "b", "c": "a", "d": "a", "e": "a"}


def test_a_remedy_names_what_was_meant() -> None:
    assert near("Hubie", ["Hubei", "Hunan"], "") == "did you mean Hubei?"
    assert near("湖比", ["湖北", "江苏"], "enter a region") == "enter a region"


def test_frequent_faults_are_counted_per_problem() -> None:
    found = Findings()
    for line in range(250):
        found.add("trade", line + 2, "value", "x", "not a number", "enter one")
    found.add("trade", 2, "unit", "x", "wrong unit", "enter one")
    listed = found.all()
    assert len(listed) == 102
    assert listed[-1].remedy == "the same in 150 more lines"
