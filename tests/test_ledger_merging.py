"""Copies edited apart merge to one state in either order, and what one side enters alone proves nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yijiang.errors import OptionError
from yijiang.ledger import Ledger, create_key

A, B = "甲", "乙"
COMMITMENTS, MILESTONES = ["c0", "c1"], ["m0", "m1"]


def entries() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """What one side may enter of a few things both know."""
    commitment, stepped = st.sampled_from(COMMITMENTS), st.sampled_from(["c0", "c1", "p0", "m0", "m1"])
    steps, texts = st.sampled_from(["agreed", "verified"]), st.sampled_from("ab")
    statuses = st.sampled_from(["planned", "running", "delivered", "stalled", "dropped"])
    days = st.sampled_from([None, "2026-03", "2026-05-01"])
    return st.one_of(
        st.tuples(st.just("owner"), st.fixed_dictionaries({"of": stepped, "organisation": st.sampled_from("xy")})),
        st.tuples(st.just("sign"), st.fixed_dictionaries({"of": stepped, "step": steps})),
        st.tuples(st.just("status"), st.fixed_dictionaries({"of": stepped, "status": statuses, "on": days})),
        st.tuples(st.just("amend"), st.builds(lambda of, d: {"of": of, "fields": {"deadline": d}}, commitment, days)),
        st.tuples(st.just("amend"), st.builds(lambda t: {"of": "m0", "fields": {"title": t}}, st.sampled_from("tu"))),
        st.tuples(st.just("accept"), st.fixed_dictionaries({"of": st.just("e0"), "accepted": st.booleans()})),
        st.tuples(
            st.just("actual"),
            st.fixed_dictionaries({"indicator": st.just("i0"), "value": st.integers(0, 9), "evidence": st.just("e0")}),
        ),
        st.tuples(st.just("note"), st.fixed_dictionaries({"of": commitment, "text": st.sampled_from("no")})),
        st.tuples(
            st.just("commitment"),
            st.builds(lambda id_, t: {"id": id_, "text": t, "sides": [A, B]}, st.sampled_from("zy"), texts),
        ),
    )


class Copies:
    """Two sides' copies with the same things in both."""

    def __init__(self, folder: Path) -> None:
        self._times = iter(range(10**6))
        for side in "ab":
            create_key(folder / side)

        def clock() -> str:
            return f"2026-01-01T00:{next(self._times) // 60 % 60:02d}:00Z"

        self.a = Ledger.create(folder / "a.db", side=A, sides=[A, B], title="t", key=folder / "a", clock=clock)
        self.b = Ledger.join(folder / "b.db", self.a, B, folder / "b", clock=clock)
        self.a.add_many(
            [
                *(("commitment", {"id": id_, "text": "x", "sides": [A, B]}) for id_ in COMMITMENTS),
                ("project", {"id": "p0", "title": "p", "commitments": ["c0"]}),
                *(("milestone", {"id": id_, "project": "p0", "title": "m"}) for id_ in MILESTONES),
                ("evidence", {"id": "e0", "of": "m0", "kind": "data"}),
                ("indicator", {"id": "i0", "of": "p0", "title": "i", "baseline": 0, "target": 5}),
            ]
        )
        self.b.merge(self.a)
        self.a.merge(self.b)

    def close(self) -> None:
        self.a.close()
        self.b.close()


def with_copies(check: Callable[[Copies], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(Path(folder))
        try:
            check(copies)
        finally:
            copies.close()


def enter(ledger: Ledger, kind: str, body: dict[str, Any]) -> None:
    try:
        ledger.add(kind, **body)
    except OptionError:
        # An id that is taken, say: what the ledger refuses changes nothing.
        return


FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(st.lists(entries(), max_size=9), st.lists(entries(), max_size=9), st.lists(entries(), max_size=4))
def test_copies_edited_apart_merge_to_one_state_in_either_order(
    ours: list[tuple[str, dict[str, Any]]],
    theirs: list[tuple[str, dict[str, Any]]],
    later: list[tuple[str, dict[str, Any]]],
) -> None:
    def check(copies: Copies) -> None:
        for ledger, entered in ((copies.a, ours), (copies.b, theirs)):
            for kind, body in entered:
                enter(ledger, kind, body)
        letters = [copies.a.exchange(), copies.b.exchange()]
        states = []
        for first, second in ((0, 1), (1, 0)):
            with tempfile.TemporaryDirectory() as place:
                sides = [copies.a, copies.b]
                # A third reader takes the two letters in one order or the other.
                with Ledger.join(Path(place) / "r.db", letters[first], [A, B][first], _key(sides[first])) as third:
                    third.merge(letters[second])
                    states.append(third.state("2026-06-30").to_dict())
                    assert third.verify() == []
        assert states[0] == states[1]
        copies.a.merge(copies.b)
        copies.b.merge(copies.a)
        assert copies.a.state("2026-06-30").to_dict() == copies.b.state("2026-06-30").to_dict() == states[0]
        for kind, body in later:
            enter(copies.b, kind, body)
        copies.a.merge(copies.b)
        assert copies.a.state("2026-06-30").to_dict() == copies.b.state("2026-06-30").to_dict()
        assert copies.a.verify() == copies.b.verify() == []

    with_copies(check)


def _key(ledger: Ledger) -> Path:
    return Path(ledger._store.place).with_suffix("")


@FEW
@given(st.lists(entries(), max_size=25))
def test_one_side_alone_reaches_neither_agreed_nor_verified(entered: list[tuple[str, dict[str, Any]]]) -> None:
    def check(copies: Copies) -> None:
        for kind, body in entered:
            enter(copies.a, kind, body)
        state = copies.a.state("2026-06-30").to_dict()
        assert {row["status"] for row in state["commitments"]} <= {"proposed", "stalled", "dropped"}
        assert "verified" not in {row["status"] for row in (*state["projects"], *state["milestones"])}
        assert not any(row["substantive"] for row in (*state["commitments"], *state["milestones"]))
        assert all(row["verified"] is None for row in state["indicators"])

    with_copies(check)
