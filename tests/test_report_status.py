"""The status page: every status told apart from its claim, safe with any content, the same bytes, both languages."""

from __future__ import annotations

import re
import runpy
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import yijiang
from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES, catalogue, has_message, message
from yijiang.report.status import render, write

shared = runpy.run_path(str(Path(__file__).with_name("status_ledger.py")))
Page, Pair = shared["Page"], shared["Pair"]
HB, JS, SIDES = shared["HB"], shared["JS"], shared["SIDES"]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Any]:
    made = Pair(tmp_path)
    yield made
    made.hb.close()
    made.js.close()


@pytest.fixture
def spoken(pair: Any) -> Any:
    return shared["one_point"](pair)


@pytest.fixture
def whole(spoken: Any) -> Any:
    return shared["everything"](spoken)


def test_the_headline_counts_how_far_the_points_got(whole: Any) -> None:
    page = whole.page()
    expected = message(
        "follow.headline",
        "en",
        **{"said": 3, "agreed": 1, "running": 1, "delivered": 0, "verified": 0},
        **{"substantive": 2, "overdue": 1, "stalled": 0},
    )
    assert expected in page.text
    assert "Milestones overdue: 1." in page.text


def test_what_nobody_signed_is_not_agreed(spoken: Any) -> None:
    page = spoken.page()
    for words in (
        "nothing said since",
        "not agreed",
        "sign-off missing: 湖北, 江苏",
        "no owner on the side of 湖北, 江苏",
    ):
        assert words in page.text
    assert "claimed by one side" not in page.text


def test_a_claim_of_one_side_names_the_side_and_the_missing_sign_off(spoken: Any) -> None:
    spoken.js.add("owner", of="c1", organisation="江苏省交通运输厅")
    spoken.js.sign("c1", "agreed")
    page = spoken.page()
    for words in (
        "agreed, says 江苏 (2026-03-01)",
        "claimed, not verified by every side",
        "sign-off missing: 湖北",
        "waits for the sign-off of 湖北",
        "no owner on the side of 湖北",
    ):
        assert words in page.text
    assert "agreed by every side (" not in page.text


def test_delivered_by_one_side_is_not_verified(spoken: Any) -> None:
    spoken.agree("c1")
    spoken.hb.add("project", id="p1", title="航道", commitments=["c1"])
    spoken.hb.add("milestone", id="m1", project="p1", title="开工")
    spoken.js.merge(spoken.hb)
    spoken.js.add("status", of="m1", status="delivered", on="2026-04-20")
    page = spoken.page()
    for words in (
        "agreed by every side (2026-03-01)",
        "delivered, says 江苏 (2026-04-20)",
        "delivery not verified",
        "no evidence that the other side accepted",
        "waits for the sign-off of 湖北, 江苏",
    ):
        assert words in page.text
    spoken.js.add("evidence", id="e1", of="m1", kind="inspection")
    spoken.hb.merge(spoken.js)
    spoken.hb.add("accept", of="e1")
    spoken.hb.sign("c1", "verified")
    page = spoken.page()
    assert "verified, says 湖北" in page.text
    assert "waits for the sign-off of 江苏" in page.text
    assert "no evidence that" not in page.text
    spoken.time = "2026-05-02T08:00:00Z"
    spoken.js.sign("c1", "verified")
    for ledger in (spoken.hb, spoken.js):
        ledger.sign("m1", "verified")
    page = spoken.page()
    assert page.text.count("verified by every side (2026-05-02)") == 2
    assert "delivery not verified" not in page.text
    assert "1 verified, 1 with a substantive outcome; 0 overdue" in page.text


def test_overdue_is_reckoned_from_the_day_asked_for(spoken: Any) -> None:
    state = spoken.state("2026-06-30")
    assert "overdue by 30 days" in Page(render(state, lang="en")).text
    assert "overdue by a day" in Page(render(state, lang="en", as_of="2026-06-01")).text
    assert "overdue by" not in Page(render(state, lang="en", as_of="2026-05-31")).text
    with pytest.raises(OptionError, match="as_of"):
        render(state, as_of="2026-05")


def test_stalled_and_dropped_are_told(spoken: Any) -> None:
    spoken.js.add("status", of="c1", status="stalled")
    page = spoken.page()
    assert "stalled, says 江苏 (2026-03-01)" in page.text
    assert "1 overdue, 1 stalled." in page.text
    spoken.js.add("status", of="c1", status="dropped")
    assert "0 overdue, 0 stalled." in spoken.page().text


def test_evidence_indicators_and_projects_are_shown(whole: Any) -> None:
    page = whole.page()
    for words in (
        "digest 4bbda28ed34c",
        "accepted by 湖北",
        "not accepted by 湖北",
        "baseline 2, target 6 (2027)",
        "actual 3 (江苏, 2026-06)",
        "25% of the way",
        "in the plan: shuttle",
        "无主项目",
        "1 of 2 milestones verified",
        "amount 3.5",
        "one side alone",
    ):
        assert words in page.text


def test_an_indicator_with_a_range_shows_it(whole: Any) -> None:
    state = whole.state()
    state["indicators"][0]["actuals"][0] |= {"low": 2.5, "high": 3.5}
    assert "actual 3, between 2.5 and 3.5 (江苏, 2026-06)" in Page(render(state, lang="en")).text


def test_an_erased_name_is_said_to_be_erased(whole: Any) -> None:
    page = render(whole.state(), lang="en")
    assert "王晓东" not in page
    assert Page(page).text.count("name erased") >= 3
    assert "姓名已删除" in render(whole.state(), lang="zh")


@dataclass(frozen=True)
class Fault:
    side: str
    seq: int
    what: str
    detail: str


def test_the_verdict_on_the_chains(spoken: Any) -> None:
    assert "were not examined" in spoken.page().text
    assert "The chains of 湖北, 江苏 verify: every event" in spoken.page(faults=spoken.hb.verify()).text
    noted = spoken.page(faults=[Fault(HB, 3, "fork", "2 events follow the same one")])
    assert "only worth knowing" in noted.text
    assert "do not verify" not in noted.text
    bad = [
        Fault(JS, 2, "signature", "the signature of this sign event"),
        {"side": HB, "seq": 1, "what": "time", "detail": ""},
    ]
    page = spoken.page(faults=bad)
    assert page.text.count("The chains do not verify.") == 2
    assert "江苏, event 2: a signature is not that of the side's key the signature of this sign" in page.text
    assert "签名与本方密钥不符" in spoken.page("zh", faults=bad).text


def test_copies_edited_apart_are_shown(whole: Any) -> None:
    text = whole.page().text
    assert "area was given different values in copies edited apart" in text
    assert "General cooperation" in text
    assert "the sides report different statuses" in text
    assert text.count("· the copies disagree") == 2
    assert message("follow.no_conflicts", "en") not in text


def test_a_ledger_without_points_says_what_to_do(pair: Any) -> None:
    page = pair.page()
    assert message("follow.empty_read", "en") in page.text
    assert "svg" not in page.tags
    assert message("follow.empty_owner", "zh") in pair.page("zh").text


def test_two_hundred_points_are_grouped_and_closed(pair: Any) -> None:
    areas = ("industry", "agriculture", "talent", "general")
    items = [
        ("commitment", {"id": f"c{n}", "text": f"第{n}项" + "很长的表述" * 40, "area": areas[n % 4], "sides": SIDES})
        for n in range(200)
    ]
    pair.hb.add_many([*items, ("owner", {"of": "c5", "organisation": "A"})])
    html = render(pair.state(), lang="en")
    assert html.count('<details class="area">') == 4
    assert html.count('<tr id="c-') == 200
    assert len(html) < 600_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_charts_say_in_words_what_they_draw(whole: Any, lang: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", render(whole.state(), lang=lang), re.DOTALL)
    roots = [ElementTree.fromstring(chart) for chart in charts]
    space = "{http://www.w3.org/2000/svg}"
    assert [root.get("role") for root in roots] == ["img", "img"]
    told = message("follow.chart_burnup_told", lang, said=3, agreed=1, delivered=0, verified=0)
    assert [root.get("aria-label") for root in roots] == [
        message("follow.chart_timeline", lang),
        message("follow.chart_burnup", lang),
    ]
    assert roots[1].findtext(f"{space}desc") == told
    labels = [text.text or "" for text in roots[0].iter(f"{space}text")]
    # What is late is marked by a sign as well as by a colour: one point, one milestone.
    assert sum(label.startswith("! ") for label in labels) == 2
    assert message("follow.as_of", lang, day="2026-06-30") in labels


def test_the_same_state_gives_the_same_bytes_and_is_not_changed(whole: Any, tmp_path: Path) -> None:
    state = whole.state()
    before = repr(state)
    path = write(state, tmp_path / "out" / "status.html", lang="both", faults=[])
    assert path.read_text(encoding="utf-8") == render(state, faults=[]) == render(state, faults=[])
    assert [one.name for one in path.parent.iterdir()] == ["status.html"]
    assert repr(state) == before
    other = whole.js.state("2026-06-30").to_dict()
    assert render(other) == render(state)


def test_a_chinese_page_holds_no_english_of_ours(whole: Any) -> None:
    state = whole.state()
    page = Page(render(state, lang="zh", faults=[]))
    own = {"shuttle", "https", "example", "org", "a", "b", "visit", "javascript", "alert", "V"}
    words = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])", "", page.text)))
    assert words - own == set()
    english = Page(render(state, lang="en", faults=[], names={HB: {"en": "Hubei"}, JS: {"en": "Jiangsu"}}))
    assert "Hubei – Jiangsu: what was said and what is verified" in english.text


def test_every_message_of_the_page_is_there_in_both_languages() -> None:
    room = Path(next(iter(yijiang.__path__))) / "report" / "status"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted([*room.glob("*.py"), *room.glob("*.j2")]))
    used = set(re.findall(r'"((?:follow|event|clash|stage)\.[a-z_]*[a-z])"', text))
    assert len(used) > 90
    assert sorted(key for key in used if not has_message(key)) == []
    from yijiang.ledger.kinds import AMENDABLE, EVIDENCE_KINDS, FIXED, KINDS
    from yijiang.ledger.rules import ASIDE, LADDER

    assert all(has_message(f"stage.{one}") for one in (*LADDER, *ASIDE))
    assert all(has_message(f"proof.{one}") for one in EVIDENCE_KINDS)
    assert all(has_message(f"event.{one}") for one in KINDS)
    assert all(has_message(f"field.{name}") for kind in AMENDABLE for name in KINDS[kind] if name not in FIXED)
    for key, both in catalogue().items():
        if key.split(".")[0] in ("follow", "event", "clash", "stage", "proof", "field", "fault"):
            names = [{name for _, name, _, _ in string.Formatter().parse(both[lang]) if name} for lang in LANGUAGES]
            assert names[0] == names[1], key


def test_every_message_is_used() -> None:
    room = Path(next(iter(yijiang.__path__))) / "report" / "status"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted([*room.glob("*.py"), *room.glob("*.j2")]))
    made = ("follow.card_", "follow.section_", "follow.lane_", "follow.visit_", "follow.col_")
    keys = [key for key in catalogue() if key.startswith("follow.") and not key.startswith(made)]
    assert [key for key in keys if f'"{key}"' not in text] == []


@pytest.mark.parametrize("lang", ["fr", ""])
def test_an_unknown_language_is_refused(lang: str) -> None:
    with pytest.raises(OptionError, match="unknown language"):
        render({"ledger": "1", "title": "x", "as_of": "2026-01-01"}, lang=lang)


def test_what_follows_a_visit_leads_to_its_points(spoken: Any) -> None:
    spoken.hb.add("visit", id="v1", title={"zh": "考察", "en": "Visit"}, seen=["港口"], follows=["c1", "会后再议"])
    page = spoken.page("en")
    assert "Visit" in page.text
    assert "考察" not in page.text
    assert "考察" in spoken.page("zh").text
    links = [link["href"] for link in page.links]
    # From the list of the visit, from the source, and from what needs a hand or the history.
    assert links.count("#c-1") >= 2
    assert "What follows 1 共建长江航运 会后再议" in re.sub(r"\s+", " ", page.text)


def test_a_value_waits_until_another_side_confirms_it(spoken: Any) -> None:
    spoken.agree("c1")
    spoken.hb.add(
        "indicator", id="i1", of="c1", title={"zh": "班次", "en": "Sailings"}, baseline=0, target=4, year=2026
    )
    spoken.hb.add("evidence", id="e1", of="c1", kind="data", note="n")
    spoken.hb.add("actual", indicator="i1", value=4, on="2026-06", evidence="e1")
    page = spoken.page("en")
    assert "(not confirmed by the other side)" in page.text
    assert "target reached, says 湖北; not confirmed" in page.text
    assert "the value of “Sailings” waits for confirmation" in page.text
    assert "“班次”" in spoken.page("zh").text
    spoken.swap()
    spoken.js.add("accept", of="e1")
    page = spoken.page("en")
    assert "(confirmed by 江苏)" in page.text
    assert "target reached, confirmed" in page.text
    assert "waits for confirmation" not in page.text


def test_a_name_that_never_came_is_told_apart_from_an_erased_one(spoken: Any) -> None:
    spoken.hb.add("owner", of="c1", organisation="厅", person="李明")
    spoken.swap()
    state = spoken.hb.state("2026-06-30", names=False).to_dict()
    text = Page(render(state, lang="en")).text
    assert "name not in this copy" in text
    assert "name erased" not in text


def test_what_names_itself_is_shown_all_the_same(spoken: Any) -> None:
    state = spoken.state()
    loop = {"id": "i9", "of": "i9", "title": "t", "unit": "", "baseline": None, "target": None, "year": None}
    loop |= {"ascending": True, "source": "hand", "claimed": None, "verified": None}
    state["indicators"].append({**loop, "actuals": [{"value": 1, "on": "2026", "evidence": None, "side": HB}]})
    assert "waits for confirmation" in Page(render(state, lang="en")).text
