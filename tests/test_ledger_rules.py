"""Corners of the rules: things of one side, three sides, dropped milestones, and what came before what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yijiang.errors import OptionError
from yijiang.ledger import Ledger, create_key
from yijiang.ledger.causality import Causality
from yijiang.ledger.events import Event

SIDES = ["甲", "乙", "丙"]


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[Ledger]]:
    for at in range(3):
        create_key(tmp_path / f"{at}.pem")
    first = Ledger.create(tmp_path / "0.db", side=SIDES[0], sides=SIDES, title="t", key=tmp_path / "0.pem")
    copies = [first]
    for at in (1, 2):
        copies.append(Ledger.join(tmp_path / f"{at}.db", first, SIDES[at], tmp_path / f"{at}.pem"))
        first.merge(copies[at])
    yield copies
    for copy in copies:
        copy.close()


def swap(copies: list[Ledger]) -> None:
    for source in (1, 2):
        copies[0].merge(copies[source])
    for target in (1, 2):
        copies[target].merge(copies[0])


def status(copies: list[Ledger], id_: str) -> str:
    swap(copies)
    found = {copy.state("2026-06-30").find(id_)["status"] for copy in copies}
    assert len(found) == 1
    return str(found.pop())


def agree(copies: list[Ledger], id_: str) -> None:
    swap(copies)
    for copy in copies:
        copy.add("owner", of=id_, organisation="x")
        copy.sign(id_, "agreed")


def test_a_commitment_of_one_side_has_nobody_to_agree_with(three: list[Ledger]) -> None:
    three[0].add("commitment", id="c1", text="x", sides=["甲"])
    agree(three, "c1")
    assert status(three, "c1") == "proposed"
    three[0].add("amend", of="c1", fields={"sides": ["甲", "乙"]})
    swap(three)
    for copy in three[:2]:
        copy.sign("c1", "agreed")
    assert status(three, "c1") == "agreed"
    three[0].add("amend", of="c1", fields={"sides": ["甲"]})
    three[0].sign("c1", "agreed")
    assert status(three, "c1") == "proposed"


def test_all_three_sides_are_needed_and_others_signatures_are_nothing(three: list[Ledger]) -> None:
    three[0].add("commitment", id="c3", text="x", sides=SIDES)
    three[0].add("commitment", id="c2", text="x", sides=SIDES[:2])
    swap(three)
    for copy in three[1:]:
        for id_ in ("c2", "c3"):
            copy.add("owner", of=id_, organisation="x")
            copy.sign(id_, "agreed")
    assert (status(three, "c3"), status(three, "c2")) == ("proposed", "proposed")
    for id_ in ("c2", "c3"):
        three[0].add("owner", of=id_, organisation="x")
        three[0].sign(id_, "agreed")
    assert (status(three, "c3"), status(three, "c2")) == ("agreed", "agreed")
    assert list(three[1].state("2026-06-30").find("c2")["signed"]) == SIDES[:2]


def test_own_evidence_accepted_by_oneself_proves_nothing(three: list[Ledger]) -> None:
    a, b, _ = three
    a.add("commitment", id="c1", text="x", sides=SIDES[:2])
    agree(three, "c1")
    a.add("project", id="p1", title="p", commitments=["c1"])
    a.add("milestone", id="m1", project="p1", title="m")
    a.add("status", of="m1", status="delivered")
    a.add("evidence", id="e1", of="m1", kind="photo")
    a.add("accept", of="e1")
    swap(three)
    b.add("status", of="m1", status="delivered")
    for copy in (a, b):
        copy.sign("m1", "verified")
    assert status(three, "m1") == "delivered"
    assert not a.state("2026-06-30").find("m1")["substantive"]
    # Nor does the word of a side that has no part in it.
    three[2].add("accept", of="e1")
    assert status(three, "m1") == "delivered"
    b.add("accept", of="e1")
    assert status(three, "m1") == "verified"
    assert a.state("2026-06-30").find("m1")["substantive"]


def test_a_dropped_milestone_does_not_hold_the_rest_back(three: list[Ledger]) -> None:
    a = three[0]
    a.add("commitment", id="c1", text="x", sides=SIDES)
    agree(three, "c1")
    a.add("project", id="p1", title="p", commitments=["c1"])
    for id_ in ("m1", "m2"):
        a.add("milestone", id=id_, project="p1", title="m", due="2026-01")
    a.add("status", of="m1", status="delivered")
    assert (status(three, "p1"), status(three, "c1")) == ("running", "running")
    a.add("status", of="m2", status="dropped", note="not needed")
    assert (status(three, "p1"), status(three, "c1")) == ("delivered", "delivered")
    assert not a.state("2026-06-30").find("m2")["overdue"]


def test_what_one_side_says_of_a_commitment_is_a_claim(three: list[Ledger]) -> None:
    a = three[0]
    a.add("commitment", id="c1", text="x", sides=SIDES, deadline="2026-01")
    a.add("status", of="c1", status="delivered")
    row = a.state("2026-06-30").find("c1")
    assert (row["status"], row["claimed"], row["overdue"]) == ("proposed", "delivered", True)
    with pytest.raises(OptionError, match="as_of must be a day"):
        a.state("June")


def event(name: str, side: str, clock: int, parents: str = "", seen: str = "") -> Event:
    heads = {f"side {at}": (head,) for at, head in enumerate(seen.split())}
    return Event(side, clock, tuple(parents.split()), clock, "", "note", {}, heads, "", "", name, "")


def test_what_came_before_what_through_third_sides_and_forks() -> None:
    causality = Causality()
    for made in (
        event("a1", "a", 1),
        event("a2", "a", 2, "a1"),
        event("b1", "b", 3, seen="a2"),
        # c has seen b alone, and through it a.
        event("c1", "c", 4, seen="b1"),
        event("a3", "a", 3, "a2"),
        event("a3'", "a", 5, "a2", seen="c1"),
        event("a4", "a", 6, "a3 a3'"),
        event("a5'", "a", 6, "a3'"),
    ):
        causality.add(made)
    before = "a1<a2 a1<b1 a2<b1 b1<c1 a1<c1 a2<c1 a2<a3 a2<a3' c1<a3' b1<a3' a3<a4 a3'<a4 c1<a4 a1<a4 a3'<a5' c1<a5'"
    pairs = {tuple(pair.split("<")) for pair in before.split()}
    pairs |= {("b1", "a4"), ("a2", "a4"), ("a1", "a3"), ("a1", "a3'"), ("a1", "a5'"), ("a2", "a5'"), ("b1", "a5'")}
    names = ["a1", "a2", "b1", "c1", "a3", "a3'", "a4", "a5'"]
    assert {(x, y) for x in names for y in names if causality.before(x, y)} == pairs
    assert causality.forks() == {"a2": ["a3", "a3'"], "a3'": ["a4", "a5'"]}
