"""Traffic as a report tells it: modes, users, seasons and counts of a small belt; the charts and the page of them."""

from __future__ import annotations

import math
import runpy
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import yijiang as yj
from yijiang.charts.months import Course, month_chart
from yijiang.charts.netmap import Gate, Line, Stop, network_map
from yijiang.cli.evaluation import told
from yijiang.errors import DataError
from yijiang.freight import Freight
from yijiang.report.transport import render
from yijiang.report.transport.view import transport_view
from yijiang.traffic import Traffic, counts, modes, seasons, users
from yijiang.wordbook import names, places

sample_document = runpy.run_path(str(Path(__file__).with_name("sample_document.py")))["sample_document"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ASSUMED = {"year": 2017, "source": "invented", "status": "assumed"}


@pytest.fixture(scope="module")
def belt() -> yj.Belt:
    return yj.case("tiny")


@pytest.fixture(scope="module")
def freight(belt: yj.Belt) -> Freight:
    return Freight(belt)


def depths(belt: yj.Belt, low: float, high: float, link: str) -> pd.DataFrame:
    """Depths of one link: low in the first half of the year."""
    source = belt.tables["links"]["source"].iloc[0]
    rows = [{"link": link, "month": m, "depth_m": low if m < 7 else high} for m in range(1, 13)]
    return pd.DataFrame(rows).assign(**{**ASSUMED, "source": source})


def count_table(belt: yj.Belt, *rows: dict[str, Any]) -> pd.DataFrame:
    blank = {"region": "", "partners": "", "mode": "", "target": "", "note_en": "", "note_zh": "", "fitted": False}
    named = {"name_en": "what", "name_zh": "什么", "unit": "Mt/yr"}
    source = belt.tables["links"]["source"].iloc[0]
    full = [{"count": f"c{k}", **named, **blank, **row, **ASSUMED, "source": source} for k, row in enumerate(rows)]
    return pd.DataFrame(full)


def test_modes_add_up_to_all_that_leaves_a_region(freight: Freight) -> None:
    traffic = Traffic(freight.base_state)
    rows = modes(traffic, traffic)
    away = traffic.pairs.sum(axis=2)
    np.fill_diagonal(away, 0.0)
    assert sum(r["tonnes_base"] for r in rows) == pytest.approx(away.sum(), rel=1e-12)
    assert all(r["tonnes_base"] == r["tonnes_plan"] for r in rows)
    assert {r["mode"]: r["tkm_base"] for r in rows} == {
        mode: pytest.approx(value / 1000) for mode, value in traffic.tonne_km.items()
    }


@pytest.mark.parametrize("side", ["origin", "destination"])
def test_users_of_a_lock_are_all_its_cargo(freight: Freight, side: str) -> None:
    traffic = Traffic(freight.base_state)
    link = traffic.network.links.set_index("lock")["link"]["gate"]
    used = traffic.users(side)
    assert used.loc[link].sum() == pytest.approx(traffic.state.loads.links["tonnes"][link], rel=1e-9)
    rows = [r for r in users(traffic) if r["side"] == side]
    assert sum(r["share"] for r in rows) == pytest.approx(1.0)
    assert [r["tonnes"] for r in rows] == sorted((r["tonnes"] for r in rows), reverse=True)


def test_counts_read_the_model_where_they_say(belt: yj.Belt, freight: Freight) -> None:
    traffic = Traffic(freight.base_state)
    water = traffic.chains.index("water")
    one = traffic.network.links.query("mode == 'water'").iloc[0]
    table = counts(
        belt.with_tables(
            counts=count_table(
                belt,
                {"kind": "lock", "target": "gate", "value": 100.0},
                {"kind": "sent", "region": "Upper", "mode": "water", "partners": "Lower", "value": 1.0},
                {"kind": "received", "region": "Upper", "mode": "water", "value": 1.0},
                {"kind": "sent", "mode": "rail", "value": 1.0},
                {"kind": "link", "target": one["link"], "value": 1.0},
                {"kind": "turnover", "target": one["link"], "value": 1.0, "unit": "bn t·km/yr"},
                {"kind": "port", "region": "Upper", "value": 1.0},
            )
        ),
        traffic,
    )
    flow = traffic.by_chain
    expected = [
        traffic.locks["gate"],
        flow[0, 2, water],
        flow[1:, 0, water].sum(),
        flow[:, :, traffic.chains.index("rail")].sum(),
        traffic.links[one["link"]],
        traffic.links[one["link"]] * one["km"] / 1000,
        flow[0, :, water].sum() + flow[:, 0, water].sum(),
    ]
    # What Upper loads and unloads at its ports is what it sends and gets by water: it has one port region.
    assert table["modelled"].tolist() == pytest.approx(expected)
    assert table["over"].tolist()[0] == (abs(traffic.locks["gate"] / 100 - 1) > 0.2)


def test_shallow_months_cost_more_and_a_deepened_reach_is_deep_all_year(belt: yj.Belt) -> None:
    link = belt.tables["links"].query("mode == 'water' and lock == ''")["link"].iloc[-1]
    dry = belt.with_tables(depths=depths(belt, 3.6, 8.0, link))
    freight = Freight(dry)
    base = Traffic(freight.base_state)
    deep = freight.network({"link": {link: {"depth_m": 7.0}}})
    plan = Traffic(freight.settle(deep, freight.base_tonnes))
    rows = seasons(dry, freight, base, plan, ["Middle", "Lower"])
    assert len(rows) == 2 * 12
    for row in rows:
        low = row["month"] < 7
        # Only this link has months: it is the least of the depths told.
        assert row["depth_base"] == (3.6 if low else 8.0)
        assert row["depth_plan"] == (7.0 if low else 8.0)
        assert row["narrow_base"] == [link]
        assert row["water_plan"] <= row["water_base"] + 1e-9
    year = [r["water_base"] for r in rows if r["origin"] == "Middle"]
    assert min(year[:6]) > max(year[6:])


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("depths", "lacks these months"),
        ("counts", "no such lock"),
        ("counts", "unknown region"),
    ],
)
def test_faults_of_the_new_tables_are_found(belt: yj.Belt, table: str, problem: str) -> None:
    link = belt.tables["links"].query("mode == 'water'")["link"].iloc[0]
    wrong = {
        "lacks these months": depths(belt, 3.6, 5.0, link).head(11),
        "no such lock": count_table(belt, {"kind": "lock", "target": "nowhere", "value": 1.0}),
        "unknown region": count_table(belt, {"kind": "sent", "partners": "Nowhere", "mode": "water", "value": 1.0}),
    }[problem]
    with pytest.raises(DataError, match=problem):
        belt.with_tables(**{table: wrong}).require_clean()


WORDS = st.text(alphabet="ab<&\u6c5f", min_size=1, max_size=6)


@given(
    st.lists(st.tuples(st.floats(100, 122), st.floats(25, 35), WORDS), min_size=2, max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.floats(-5, 5)), max_size=12),
)
def test_every_link_with_a_load_is_drawn_once(places_: list[Any], ends: list[Any]) -> None:
    stops = [Stop(str(k), label, lon, lat) for k, (lon, lat, label) in enumerate(places_)]
    lines = [Line(str(a), str(b), "water", value, "t") for a, b, value in ends]
    drawn = network_map(stops, lines, [], "map", {"water": "water"})
    known = {s.key for s in stops}
    assert drawn.count('class="link"') == sum(
        1 for line in lines if {line.start, line.end} <= known and line.value != 0
    )
    assert drawn == network_map(stops, lines, [], "map", {"water": "water"})
    ElementTree.fromstring(drawn)  # whatever the names hold, it is well-formed


def test_map_warns_and_names_locks() -> None:
    stops = [Stop("a", "West", 104.0, 30.0), Stop("b", "East", 118.0, 32.0)]
    gates = [Gate("a", "b", "Lock 90 %", "90 of 100", warn=True)]
    svg = network_map(stops, [Line("a", "b", "water", 5.0, "5 Mt")], gates, "map", {"lock": "lock", "warn": "tight"})
    assert "Lock 90 %" in svg
    assert svg.count('class="gate"') == 1
    assert ">tight<" in svg


def test_months_show_depth_before_and_after() -> None:
    words = ("yuan/t", "m", [str(m) for m in range(1, 13)])
    line = [Course("by water", [50.0] * 11 + [math.nan])]
    svg = month_chart(line, ([4.5] * 12, [4.5] * 6 + [6.0] * 6), "cost", words)
    assert svg.count("<rect") == 12
    assert svg.count("<title>6 m</title>") == 6
    assert "nan" not in svg


@pytest.fixture(scope="module")
def document(belt: yj.Belt) -> dict[str, Any]:
    link = belt.tables["links"].query("mode == 'water'")["link"].iloc[-1]
    seen = belt.with_tables(
        depths=depths(belt, 3.6, 8.0, link),
        counts=count_table(belt, {"kind": "lock", "target": "gate", "value": 100.0, "fitted": True}),
    )
    out = yj.evaluate(seen, ["gate_lock"] if "gate_lock" in seen.projects else list(seen.projects)[:1])
    return {**out.to_dict(), **told(seen, out)}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_of_an_evaluation_stands_alone(document: dict[str, Any], lang: str) -> None:
    page = render(document, lang)
    assert page == render(document, lang)
    assert "<link" not in page
    assert "url(" not in page
    view = transport_view(document)
    for text in (view["bottlenecks"][0]["name"], view["seasons"][0]["heading"], view["counts"]["lead"]):
        assert text[lang] in page


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.browser
def test_transport_page_opens_in_two_languages(document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "evaluation.html"
    path.write_text(render(document), encoding="utf-8")
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    dom = path.read_text(encoding="utf-8")
    if browser is not None:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        done = subprocess.run([*command, "--dump-dom", path.as_uri()], capture_output=True, check=True, timeout=180)
        dom = done.stdout.decode("utf-8")
        assert dom.count('aria-pressed="true"') == 1
    page = Tags()
    page.feed(dom)
    words = "".join(page.text)
    view = transport_view(document)
    assert all(view["counts"]["lead"][lang] in words for lang in ("en", "zh"))
    assert dom.count("<svg") >= 2 * 3


def test_a_plan_document_without_freight_still_has_its_table() -> None:
    view = transport_view(sample_document())
    assert view["maps"]["loads"]["en"].count('class="link"') >= 1
    assert view["counts"] is None
    assert next(r["name"]["en"] for r in view["rows"]) == view["bottlenecks"][0]["name"]["en"]


def test_names_and_places_are_those_of_the_belt(belt: yj.Belt) -> None:
    assert set(names(belt)["links"]) >= {*belt.tables["links"]["link"], *belt.tables["locks"]["lock"]}
    assert len(places(belt)["links"]) == len(belt.tables["links"])
