"""Matching: texts in two languages, what stands in the way, the life of an offer, and faults told all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.errors import DataError, OptionError
from yijiang.science import match, similarity
from yijiang.science.matching.kernels.candidates import invert, likeliest
from yijiang.science.matching.pairs import pairs, weights_of
from yijiang.science.matching.sides import sides
from yijiang.science.matching.similarity import shared_words, terms
from yijiang.science.matching.tables import blank, checked, moved, read_table, with_interest

DAY = date(2024, 6, 1)
ROW = {"kind": "technology", "state": "published", "source": "test", "status": "assumed", "region": "x"}


def table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    return checked(pd.DataFrame([{**ROW, **row} for row in rows]), name)


@pytest.fixture(scope="module")
def tiny() -> yj.Belt:
    return yj.case("tiny")


def test_texts_meet_across_languages_and_not_by_chance() -> None:
    chinese = ["高功率激光焊接工艺", "水稻种子", "电子显微镜开放机时"]
    english = ["Seeds of hybrid rice", "Time on an electron microscope", "Welding with lasers"]
    found = similarity(chinese, english)
    assert found.argmax(axis=1).tolist() == [2, 0, 1]
    assert (np.sort(found, axis=1)[:, 1] < 0.05).all()
    assert found.max() <= 1
    # Full-width letters and capitals are the same letters; a text is wholly like itself; an empty one like none.
    same = similarity(["ＬＡＳＥＲ", "激光", ""], ["laser", "激光", ""])
    assert same[0, 0] == pytest.approx(1)
    assert same[1, 1] == pytest.approx(1)
    assert same[2].tolist() == [0, 0, 0]


def test_every_term_finds_its_other_language() -> None:
    first = [row["en"].split("|")[0] for row in terms()]
    second = [row["zh"].split("|")[0] for row in terms()]
    found = similarity(first, second)
    assert (found.diagonal() > 0.1).all(), [first[k] for k in np.flatnonzero(found.diagonal() <= 0.1)]


def test_shared_words_are_whole_pieces() -> None:
    assert shared_words("A robot for hull seams", "hull robots, a robot arm") == ["robot", "hull"]


def test_blocked_candidates_are_the_best_of_all(tiny: yj.Belt) -> None:
    rng = np.random.default_rng(3)
    words = ["激光", "焊接", "robot", "rice", "水处理", "sensor", "磷", "battery", "steel", "genes"]
    texts = [" ".join(words[k] for k in rng.integers(0, 10, 3)) for _ in range(60)]
    rows = [{"title_en": text, "region": f"r{k % 4}"} for k, text in enumerate(texts)]
    offers = table("offers", [{"offer": f"o{k}", **row} for k, row in enumerate(rows[:30])])
    needs = table("needs", [{"need": f"n{k}", **row} for k, row in enumerate(rows[30:])])
    both = sides(offers, needs, True, {})
    whole = pairs(both, blank("interests"), weights_of(None), None, 20, 0.0)
    a, b = both.texts
    heads, at, values = invert(a.ends, a.tokens, a.weight, int(max(a.tokens.max(), b.tokens.max())) + 1)
    asked = (b.ends, b.tokens, b.weight, heads, at, values)
    offer, need = likeliest(*asked, both.left, both.right, both.open, 3, 10**6, 10**6)
    known = set(zip(offer.tolist(), need.tolist(), strict=True))
    alike = whole.parts[:, 0]
    for k in range(30):
        mine = np.flatnonzero(whole.need == k)
        best = alike[mine].max() if len(mine) else 0
        mine = mine[alike[mine] > np.sort(alike[mine])[::-1][:4][-1] + 1e-6] if len(mine) > 3 else mine
        assert {(int(whole.offer[e]), k) for e in mine} <= known, best


@pytest.mark.parametrize(
    ("offer", "need", "why"),
    [
        ({"readiness": 4}, {"readiness_low": 6}, "readiness"),
        ({"licence": "exclusive"}, {"licence": "shared"}, "licence"),
        ({"licence": "open"}, {"licence": "exclusive"}, "licence"),
        ({"low": 5.0, "high": 9.0, "unit": "million CNY"}, {"high": 4.0, "unit": "million CNY"}, "value"),
        ({"secrecy": "partners", "partners": "z"}, {}, "partners"),
        ({}, {"partners": "z"}, "partners"),
        ({"kind": "capital"}, {}, "kind"),
        ({"region": "y"}, {}, "region"),
        ({"title_en": "wholly other"}, {}, "unlike"),
        ({}, {}, None),
        ({"licence": "open", "readiness": 6}, {"licence": "shared", "readiness_low": 6}, None),
    ],
)
def test_hard_filters_and_what_is_said_of_them(
    offer: dict[str, object], need: dict[str, object], why: str | None
) -> None:
    offers = table("offers", [{"offer": "o", "title_en": "laser", **offer}])
    needs = table("needs", [{"need": "n", "title_en": "laser", "region": "y", **need}])
    found = match(offers, needs, day=DAY)
    assert (why is None) == (len(found.table) == 1)
    if why is not None:
        assert set(found.left["why"]) == {why}


def test_only_what_is_published_holds_and_is_open_is_matched(tiny: yj.Belt) -> None:
    found = match(tiny.table("offers"), tiny.table("needs"), day=date(2018, 6, 1))
    there = set(found.sides.offers["offer"])
    assert {"press", "kiln", "secret"} & there == set()
    assert "kiln" in set(match(tiny.table("offers"), tiny.table("needs"), day=date(2016, 1, 1)).sides.offers["offer"])


def test_the_life_of_an_offer_leaves_out_no_step(tiny: yj.Belt) -> None:
    offers = tiny.table("offers")
    after = moved(offers, [("press", "reviewed"), ("press", "published"), ("press", "expired"), ("press", "draft")])
    assert after.equals(offers)
    with pytest.raises(OptionError, match="press is draft: it can go to reviewed, not to published"):
        moved(offers, [("press", "published")])
    with pytest.raises(OptionError, match="unknown offer 'nobody'"):
        moved(offers, [("nobody", "reviewed")])


def test_interest_goes_first_and_makes_a_candidate(tiny: yj.Belt) -> None:
    offers, needs = tiny.table("offers"), tiny.table("needs")
    said = with_interest(blank("interests"), "robot", "seams", "offer", DAY)
    assert len(with_interest(said, "robot", "seams", "offer", DAY)) == 1
    found = match(offers, needs, interests=said, day=DAY, rule="offers")
    assert ("robot", "seams") in set(zip(found.table["offer"], found.table["need"], strict=True))
    plain = match(offers, needs, day=DAY, rule="offers")
    assert ("robot", "hull") in set(zip(plain.table["offer"], plain.table["need"], strict=True))
    assert plain.table.set_index("offer").loc["robot", "rival_need"] == "seams"
    unlike = with_interest(blank("interests"), "seed", "quantum", "need", DAY)
    # A hard filter stands, whatever interest is said: quantum wants readiness 2 to 5, the seed has 8.
    assert "quantum" not in set(match(offers, needs, interests=unlike, day=DAY).table["need"])


def test_the_largest_value_may_ask_some_to_stand_back_and_says_so() -> None:
    offers = table("offers", [{"offer": f"o{k}", "title_en": "laser"} for k in range(2)])
    needs = table("needs", [{"need": f"n{k}", "title_en": "laser", "region": "y"} for k in range(2)])
    said = pd.DataFrame(
        [("o0", "n0", "offer"), ("o0", "n0", "need"), ("o0", "n1", "offer"), ("o1", "n0", "need")],
        columns=["offer", "need", "side"],
    ).assign(on="")
    stable = match(offers, needs, interests=said, day=DAY, rule="needs")
    assert stable.blocking == 0
    assert stable.other_way == 0
    best = match(offers, needs, interests=said, day=DAY)
    assert best.total >= stable.total
    assert best.gap == 0
    assert stable.ties > 0


def test_money_and_hours_count_for_the_side_they_matter_to() -> None:
    money = {"unit": "million CNY", "title_en": "laser"}
    offers = table("offers", [{"offer": "dear", "value": 8.0, **money}, {"offer": "cheap", "value": 4.0, **money}])
    needs = table("needs", [{"need": "n", "value": 8.0, "region": "y", **money}])
    found = match(offers, needs, day=DAY, rule="needs")
    assert found.table["offer"].tolist() == ["cheap"]
    hours = pd.DataFrame([[0.0, 10.0], [10.0, 0.0]], ["x", "y"], ["x", "y"])
    assert match(offers, needs, day=DAY, hours=hours).table["near"].tolist() == [0.0]
    with pytest.raises(DataError, match="no hours from and to it"):
        match(offers, needs, day=DAY, hours=hours.loc[["x"], ["x"]])


def test_bad_tables_are_refused_with_every_finding(tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    file.write_text(
        "offer,region,kind,title_en,readiness,value,low,high,unit,secrecy,from,until,state,source,status\n"
        "a,x,technologie,,12,5,6,4,,partners,2024-13-01,2020-01-01,published,s,assumed\n"
        "a,x,technology,t,3,,,,,public,2024-02-01,2020-01-01,gone,s,assumed\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError) as fault:
        read_table(file, "offers")
    told = str(fault.value)
    for words in (
        "kind = 'technologie'", "did you mean technology?", "no title", "must be at most 9", "not in order",
        "a value without a unit", "none is named", "not a day", "lies before the first day", "duplicate key",
        "state = 'gone'",
    ):  # fmt: skip
        assert words in told, words
    with pytest.raises(DataError, match="there is no such file"):
        read_table(tmp_path / "none.csv", "needs")


def test_preferences_in_a_circle_are_answered_in_words(tiny: yj.Belt) -> None:
    rows = [("need", "welding", a, b) for a, b in (("laser", "arc"), ("arc", "robot"), ("robot", "laser"))]
    frame = pd.DataFrame(rows, columns=["side", "who", "other", "over"])
    with pytest.raises(DataError, match="go round in a circle: arc before robot before laser before arc"):
        checked(frame, "preferences")
    straight = checked(frame.iloc[:2], "preferences")
    found = match(tiny.table("offers"), tiny.table("needs"), preferences=straight, day=DAY, rule="needs")
    assert (found.stated, found.blocking) == (1, 0)
    mixed = pd.concat([frame.iloc[:1], pd.DataFrame([{**frame.iloc[0], "over": "", "other": "arc", "rank": 1}])])
    with pytest.raises(DataError, match="mixes places and comparisons"):
        checked(mixed, "preferences")
    with pytest.raises(DataError, match="neither or both"):
        checked(frame.iloc[:1].assign(over=""), "preferences")
    belt = tiny.with_tables(preferences=pd.DataFrame([("need", "welding", "lazer", 1)], columns=["side", "who", "other",
                                                                                               "rank"]))  # fmt: skip
    assert belt.check()["remedy"].tolist() == ["did you mean laser?"]


def test_options_are_refused_by_name(tiny: yj.Belt) -> None:
    offers, needs = tiny.table("offers"), tiny.table("needs")
    for options, words in (
        ({"rule": "best"}, "unknown rule"), ({"weights": {"txt": 1.0}}, "unknown part"), ({"most": 0}, "most must be"),
        ({"weights": dict.fromkeys(("text", "sector", "money", "near"), 0.0)}, "not all 0"),
    ):  # fmt: skip
        with pytest.raises(OptionError, match=words):
            match(offers, needs, day=DAY, **options)


def test_an_empty_side_is_no_fault(tiny: yj.Belt) -> None:
    found = match(tiny.table("offers"), blank("needs"), day=DAY, rule="offers")
    assert len(found.table) == 0
    assert found.unmatched == (9, 0)
    assert set(found.left["why"]) == {"nobody"}
