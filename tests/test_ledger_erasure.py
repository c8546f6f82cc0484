"""Erased names stay erased however copies edited apart are merged; what never came is told apart from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yijiang.errors import DataError
from yijiang.ledger import Ledger, create_key
from yijiang.ledger.names import ABSENT, ERASED, genuine
from yijiang.ledger.store import read_names

SIDES = ["甲", "乙", "丙"]
NAME = "Zhao Erasable"


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[Ledger]]:
    for at in range(3):
        create_key(tmp_path / f"{at}.pem")
    copies = [Ledger.create(tmp_path / "0.db", side=SIDES[0], sides=SIDES, title="t", key=tmp_path / "0.pem")]
    for at in (1, 2):
        copies.append(Ledger.join(tmp_path / f"{at}.db", copies[0], SIDES[at], tmp_path / f"{at}.pem"))
    copies[0].merge(copies[1])
    copies[0].merge(copies[2])
    copies[0].add("commitment", id="c1", text="x", sides=SIDES)
    for copy in copies[1:]:
        copy.merge(copies[0])
    yield copies
    for copy in copies:
        copy.close()


def apart(copies: list[Ledger]) -> None:
    """Two sides name the same person without having met; the first has the name erased."""
    for copy in copies[:2]:
        copy.add("owner", of="c1", organisation="office", person=NAME)
        copy.add("note", of="c1", text=f"{NAME} agrees")
    assert {ref for ref, _, _ in read_names(copies[0]._store)}.isdisjoint(
        ref for ref, _, _ in read_names(copies[1]._store)
    )
    copies[0].add("erase", person=NAME)


def gone(copies: list[Ledger]) -> None:
    states = [copy.state("2026-06-30").to_dict() for copy in copies]
    for copy, state in zip(copies, states, strict=True):
        assert NAME not in str(state)
        assert read_names(copy._store) == []
        assert copy.verify() == []
        for file in Path(copy._store.place).parent.glob("*.db*"):
            assert b"Erasable" not in file.read_bytes(), file


@pytest.mark.parametrize("first", [0, 1])
def test_a_name_salted_apart_stays_erased_in_either_order(three: list[Ledger], first: int) -> None:
    apart(three)
    one, other = three[first], three[1 - first]
    one.merge(other)
    other.merge(one)
    one.merge(other)
    gone(three[:2])
    assert one.state("2026-06-30").to_dict() == other.state("2026-06-30").to_dict()
    owners = one.state("2026-06-30").find("c1")["owners"]
    assert {owner["person"] for owner in owners.values()} == {ERASED}


def test_a_third_copy_that_has_both_names_loses_both(three: list[Ledger]) -> None:
    apart(three)
    third = three[2]
    third.merge(three[1])
    assert NAME in str(third.state("2026-06-30").to_dict())
    third.merge(three[0])
    for copy in (*three[:2], third):
        copy.merge(third)
    gone(three)


def test_a_copy_without_a_key_drops_the_name_as_well(three: list[Ledger], tmp_path: Path) -> None:
    apart(three)
    with Ledger.open(tmp_path / "1.db") as bare:
        assert bare.merge(three[0]) == 3
        assert NAME not in str(bare.state("2026-06-30").to_dict())
        assert read_names(bare._store) == []
    # An old letter does not bring it back.
    old = three[1].exchange()
    three[0].merge(old)
    assert NAME not in str(three[0].state("2026-06-30").to_dict())


def test_an_erased_name_entered_again_is_kept_out_of_the_chain(three: list[Ledger]) -> None:
    one = three[0]
    one.add("owner", of="c1", organisation="office", person=NAME)
    one.add("erase", person=NAME)
    items = [("note", {"of": "c1", "text": f"{NAME} was here"}), ("visit", {"id": "v1", "title": "t", "who": [NAME]})]
    one.add_many(items, persons=[NAME])
    assert one.state("2026-06-30").find("v1")["who"] == [ERASED]
    gone(three[:1])


def test_an_erased_name_and_one_that_never_came_are_told_apart(three: list[Ledger], tmp_path: Path) -> None:
    one = three[0]
    one.add("owner", of="c1", organisation="office", person="Wang Present")
    one.add("visit", id="v1", title="t", who=[NAME])
    one.add("erase", person=NAME)
    with Ledger.join(tmp_path / "n.db", one.exchange(names=False), SIDES[1], tmp_path / "1.pem") as bare:
        state = bare.state("2026-06-30")
        assert state.find("c1")["owners"]["甲"]["person"] == ABSENT
        assert state.find("v1")["who"] == [ERASED]
    withheld = one.state("2026-06-30", names=False)
    assert withheld.find("c1")["owners"]["甲"]["person"] == ABSENT
    assert one.state("2026-06-30").find("c1")["owners"]["甲"]["person"] == "Wang Present"


def test_a_name_changed_beside_the_chain_is_found_by_verify(three: list[Ledger]) -> None:
    one = three[0]
    one.add("owner", of="c1", organisation="office", person="Wang Present")
    digest = one.add_document("report", "said")
    assert one.verify() == []
    one._store.run("UPDATE ledger_names SET name = 'Li Other'")
    one._store.run("UPDATE ledger_documents SET content = 'unsaid'")
    faults = one.verify()
    assert [(fault.side, fault.what) for fault in faults] == [("", "document"), ("", "name")]
    assert digest[:12] in faults[0].told("zh")
    with pytest.raises(DataError, match="names"):
        three[1].merge(one)


def test_genuine_needs_the_whole_salt() -> None:
    assert not genuine("person:" + "0" * 64, "00", "x")
