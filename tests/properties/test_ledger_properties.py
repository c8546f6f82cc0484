"""What holds for any events: copies merge to one state, and one side alone reaches neither agreed nor verified."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from yijiang.errors import OptionError
from yijiang.ledger import Ledger, create_key
from yijiang.ledger.fold import fold
from yijiang.ledger.kinds import STATUSES

SIDES = ("甲", "乙", "丙")
steps = st.tuples(
    st.sampled_from(
        [
            "commitment",
            "project",
            "milestone",
            "evidence",
            "owner",
            "sign",
            "verify",
            "status",
            "accept",
            "amend",
            "move",
        ]
    ),
    st.integers(0, 1),
    st.integers(0, 5),
)
runs = st.lists(steps, max_size=25)
few = settings(max_examples=40, deadline=None, derandomize=True)


def body(kind: str, which: int, value: int) -> tuple[str, dict[str, Any]]:
    """One event of a small world of things, so that events meet."""
    thing = f"{'cpm'[value % 3]}{which}"
    sides = [list(SIDES[:2]), list(SIDES), ["甲"], ["乙", "丙"]][value % 4]
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "commitment": ("commitment", {"id": f"c{which}", "text": f"t{value}", "sides": sides}),
        "project": ("project", {"id": f"p{which}", "title": "p", "commitments": [f"c{value % 2}"]}),
        "milestone": ("milestone", {"id": f"m{which}", "project": f"p{value % 2}", "title": "m"}),
        "evidence": ("evidence", {"id": f"e{which}", "of": thing, "kind": "data"}),
        "owner": ("owner", {"of": thing, "organisation": f"o{value}"}),
        "sign": ("sign", {"of": thing, "step": "agreed"}),
        "verify": ("sign", {"of": thing, "step": "verified"}),
        "status": ("status", {"of": thing, "status": STATUSES[value]}),
        "accept": ("accept", {"of": f"e{which}", "accepted": value != 5}),
        "amend": ("amend", {"of": f"c{which}", "fields": {"deadline": str(2025 + value)}}),
        "move": ("amend", {"of": f"c{which}", "fields": {"sides": sides}}),
    }
    return bodies[kind]


def perform(ledger: Ledger, run: list[tuple[str, int, int]]) -> None:
    for step in run:
        kind, fields = body(*step)
        try:
            ledger.add(kind, **fields)
        except OptionError:
            continue


def beginning(folder: Path) -> list[Ledger]:
    """A copy for each side, all with the same start."""
    for at in range(len(SIDES)):
        create_key(folder / f"{at}.pem")
    ticks = itertools.count()

    def clock() -> str:
        return f"2026-01-01T{next(ticks) // 3600 % 24:02}:{next(ticks) // 60 % 60:02}:00Z"

    first = Ledger.create(folder / "0.db", side=SIDES[0], sides=SIDES, title="t", key=folder / "0.pem", clock=clock)
    for which in range(2):
        first.add("commitment", id=f"c{which}", text="x", sides=list(SIDES[: 3 - which]))
        first.add("project", id=f"p{which}", title="p", commitments=[f"c{which}"])
    copies = [first]
    for at in (1, 2):
        copies.append(Ledger.join(folder / f"{at}.db", first, SIDES[at], folder / f"{at}.pem", clock=clock))
        first.merge(copies[at])
    return copies


@few
@given(runs, runs, runs, st.booleans())
def test_copies_edited_apart_merge_to_the_same_state_in_any_order(
    first: list[Any], second: list[Any], third: list[Any], same_side: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        a, b, c = beginning(folder)
        # The second writer is another side, or the same side on another computer.
        other = Ledger.join(folder / "x.db", a, SIDES[0], folder / "0.pem") if same_side else b
        perform(a, first)
        perform(other, second)
        perform(c, third)
        parcels = [ledger.exchange() for ledger in (a, other, c)]
        states, orders = [], []
        for number, order in enumerate(itertools.permutations(range(3))):
            with Ledger.join(folder / f"m{number}.db", parcels[0], SIDES[0], folder / "0.pem") as merged:
                for at in order:
                    merged.merge(parcels[at])
                states.append(merged.state("2026-06-30").to_dict())
                orders.append([fault for fault in merged.verify() if not fault.note])
        assert all(state == states[0] for state in states)
        assert orders == [[]] * len(orders)
        for ledger in {id(x): x for x in (a, b, c, other)}.values():
            ledger.close()


@settings(few, max_examples=120)
@given(runs, st.sampled_from([0, 1, 2]))
def test_one_side_alone_reaches_neither_agreed_nor_verified(run: list[Any], at: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        copies = beginning(Path(name))
        ledger = copies[at]
        # Everything a side can do for its own part first, so that only the others' word is missing.
        for which in range(2):
            for kind, value in (("owner", 0), ("sign", 0), ("milestone", which), ("evidence", 2), ("accept", 0)):
                perform(ledger, [(kind, which, value)])
            perform(ledger, [("status", which, 2), ("verify", which, 0), ("verify", which, 2)])
        perform(ledger, run)
        state = ledger.state("2026-06-30").to_dict()
        for row in state["commitments"]:
            assert row["status"] in ("proposed", "stalled", "dropped", "superseded")
            assert not row["substantive"]
        for row in [*state["projects"], *state["milestones"]]:
            assert row["status"] not in ("agreed", "verified")
        assert not any(row["substantive"] for row in state["milestones"])
        for copy in copies:
            copy.close()


@few
@given(runs, runs, st.randoms(use_true_random=False))
def test_the_fold_depends_on_the_set_of_events_alone(first: list[Any], second: list[Any], shuffle: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        a, b, c = beginning(Path(name))
        perform(a, first)
        perform(b, second)
        a.merge(b)
        a.state("2026-06-30")
        events = list(a._events)
        expected = fold(events)
        shuffle.shuffle(events)
        found = fold(events)
        assert found.history == expected.history
        assert found.conflicts == expected.conflicts
        assert found.things == expected.things
        for copy in (a, b, c):
            copy.close()
