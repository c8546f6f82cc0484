"""What `verify` and `merge` find: changed bytes, forged sign-offs, cut chains, forks, what a hostile side sends."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import yijiang
from yijiang.errors import DataError, OptionError
from yijiang.ledger import Fault, Ledger, create_key
from yijiang.ledger.events import Event, canonical, digest, make_event, read_event
from yijiang.ledger.keys import Key, load_key
from yijiang.messages import catalogue, has_message

A, B = "甲", "乙"
TIME = "2026-03-01T08:00:00Z"


def opened(path: Path) -> sqlite3.Connection:
    """The database without its guards, as somebody with the file can open it."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("DROP TRIGGER ledger_no_update")
    db.execute("DROP TRIGGER ledger_no_delete")
    return db


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Ledger, Ledger, Path]]:
    for side in "ab":
        create_key(tmp_path / f"{side}.pem")
    a = Ledger.create(tmp_path / "a.db", side=A, sides=[A, B], title="t", key=tmp_path / "a.pem", clock=lambda: TIME)
    b = Ledger.join(tmp_path / "b.db", a.exchange(), B, tmp_path / "b.pem", clock=lambda: TIME)
    a.add("commitment", id="c1", text="合作", sides=[A, B])
    a.add("note", of="c1", text="one")
    a.add("note", of="c1", text="two")
    a.merge(b)
    b.merge(a)
    b.add("note", of="c1", text="seen")
    a.merge(b)
    assert a.verify() == b.verify() == []
    yield a, b, tmp_path
    a.close()
    b.close()


def found(faults: list[Fault]) -> list[tuple[str, int, str]]:
    return [(fault.side, fault.seq, fault.what) for fault in faults]


def rows(ledger: Ledger) -> list[Event]:
    kept = ledger._store.rows("SELECT payload, hash, signature FROM ledger_events ORDER BY n")
    return [read_event(*row) for row in kept]


def written(key: Key, after: Event, **changes: Any) -> Event:
    """An event that follows another, with what a hostile side would change."""
    fields: dict[str, Any] = {
        "ledger": after.ledger,
        "side": after.side,
        "seq": after.seq + 1,
        "parents": (after.hash,),
        "clock": after.clock + 10,
        "time": TIME,
        "kind": "note",
        "body": {"of": None, "text": "x"},
        "seen": {},
    }
    return make_event(key, **(fields | changes))


def sent(ledger: Ledger, *events: Event) -> list[str]:
    header = canonical({"format": "yijiang-ledger-1", "ledger": ledger.id, "events": len(events)})
    return [header, *(canonical({"event": e.payload, "hash": e.hash, "signature": e.signature}) for e in events)]


def put(db: sqlite3.Connection, event: Event) -> None:
    row = (event.hash, event.side, event.seq, event.clock, event.payload, event.signature)
    db.execute("INSERT INTO ledger_events (hash, side, seq, clock, payload, signature) VALUES (?, ?, ?, ?, ?, ?)", row)


def test_every_changed_byte_of_an_event_is_found(two: tuple[Ledger, Ledger, Path]) -> None:
    a, _, folder = two
    db = opened(folder / "a.db")
    target = next(event for event in rows(a) if event.kind == "commitment")
    data = target.payload.encode()
    for at in range(0, len(data), 7):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        db.execute("UPDATE ledger_events SET payload = CAST(? AS TEXT) WHERE hash = ?", (changed, target.hash))
        faults = found(a.verify())
        assert (A, 2, "changed") in faults
        assert (A, 2, "gap") in faults
    db.execute("UPDATE ledger_events SET payload = ? WHERE hash = ?", (target.payload, target.hash))
    assert a.verify() == []
    wrong = target.signature[:-1] + ("0" if target.signature[-1] != "0" else "1")
    db.execute("UPDATE ledger_events SET signature = ? WHERE hash = ?", (wrong, target.hash))
    assert (A, 2, "signature") in found(a.verify())
    db.execute("UPDATE ledger_events SET signature = ?, seq = 9 WHERE hash = ?", (target.signature, target.hash))
    assert (A, 2, "changed") in found(a.verify())
    db.close()


def test_a_changed_event_does_not_count_and_is_shown(two: tuple[Ledger, Ledger, Path]) -> None:
    folder = two[2]
    db = opened(folder / "a.db")
    db.execute("UPDATE ledger_events SET payload = replace(payload, '合作', '合谋') WHERE side = ?", (A,))
    db.close()
    with Ledger.open(folder / "a.db") as fresh:
        state = fresh.state("2026-01-01").to_dict()
    assert state["commitments"] == []
    assert ("refused", A) in [(row["what"], row["of"]) for row in state["conflicts"]]


def test_a_forged_sign_off_is_found_named_and_does_not_count(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    for ledger in (a, b):
        ledger.add("owner", of="c1", organisation="x")
    a.merge(b)
    a.sign("c1", "agreed")
    mine = rows(a)
    content = mine[-1].body["content"]
    last = [event for event in mine if event.side == B][-1]
    body = {"of": "c1", "step": "agreed", "content": content}
    forged = written(load_key(folder / "a.pem"), last, kind="sign", body=body)
    db = opened(folder / "a.db")
    put(db, forged)
    db.close()
    faults = a.verify()
    assert found(faults) == [(B, last.seq + 1, "forged")]
    assert "sign event" in faults[0].detail
    assert A in faults[0].detail
    assert a.state("2026-01-01").find("c1")["status"] == "proposed"
    with pytest.raises(DataError, match="forged"):
        b.merge(a)
    with pytest.raises(DataError, match="forged"):
        b.merge(sent(b, forged))
    assert b.verify() == []


def test_an_event_cut_from_the_middle_and_from_the_end(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    kept = a.heads()
    b.take_heads(kept)
    db = opened(folder / "a.db")
    db.execute("DELETE FROM ledger_events WHERE side = ? AND seq = 3", (A,))
    assert found(a.verify()) == [(A, 3, "gap")]
    # The end that the other side saw, and that this copy remembers itself.
    db.execute("DELETE FROM ledger_events WHERE side = ? AND seq = 4", (A,))
    assert found(a.verify()) == [(A, 3, "truncated"), (A, 4, "truncated")]
    db.execute("DELETE FROM ledger_heads WHERE side = ?", (A,))
    faults = a.verify()
    assert found(faults) == [(A, 3, "truncated")]
    assert B in faults[0].detail
    # The end nobody here saw: only a statement kept elsewhere tells.
    db.execute("DELETE FROM ledger_events WHERE side = ?", (B,))
    db.execute("DELETE FROM ledger_pins WHERE side = ?", (B,))
    assert found(a.verify()) == [(B, 2, "truncated")]
    db.execute("DELETE FROM ledger_heads WHERE side = ?", (B,))
    assert a.verify() == []
    assert found(a.verify(kept)) == [(A, 4, "truncated")]
    assert found(a.verify([kept, kept])) == [(A, 4, "truncated")]
    assert b.verify(kept) == []
    db.close()


def test_a_whole_side_or_its_first_event_cut_off(two: tuple[Ledger, Ledger, Path]) -> None:
    a, _, folder = two
    db = opened(folder / "a.db")
    db.execute("DELETE FROM ledger_events WHERE side = ? AND seq = 1", (B,))
    assert (B, 1, "truncated") in found(a.verify())
    assert (B, 1, "gap") in found(a.verify())
    db.close()


def test_heads_are_signed_and_checked(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, _ = two
    a.add("note", text="not yet sent")
    statement = json.loads(json.dumps(a.heads()))
    b.take_heads(statement)
    assert found(b.verify()) == [(A, statement["seq"], "truncated")]
    b.merge(a)
    assert b.verify(statement) == []
    for change in (
        {"seq": 99},
        {"hash": "0" * 64},
        {"time": "2020-01-01T00:00:00Z"},
        {"extra": 1},
        {"signature": "zz"},
    ):
        with pytest.raises(DataError, match="not signed"):
            b.take_heads(statement | change)
        assert found(b.verify(statement | change)) == [(A, (statement | change)["seq"], "forged")]
    with pytest.raises(OptionError, match="another ledger"):
        b.take_heads(statement | {"ledger": "x"})
    with pytest.raises(OptionError, match="nothing of the side"):
        b.take_heads(statement | {"side": "丙"})


def test_a_false_witness_is_named(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, _ = two
    b.add("witness", side=A, head="0" * 64, seq=50, time=TIME, signature="00")
    assert [(side, what) for side, _, what in found(b.verify())] == [(B, "forged")]
    a.merge(b)
    assert [(side, what) for side, _, what in found(a.verify())] == [(B, "forged")]


def test_a_second_first_event_or_key_of_a_side_is_forged(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    create_key(folder / "other.pem")
    first = rows(a)[0]
    for name in ("other.pem", "b.pem", "a.pem"):
        key = load_key(folder / name)
        body = {"title": "t", "sides": [A, B], "key": key.public}
        genesis = written(key, first, seq=1, parents=(), kind="genesis", body=body, time="2026-03-02T00:00:00Z")
        with pytest.raises(DataError, match="second first event"):
            b.merge(sent(b, genesis))
        follower = written(key, genesis, kind="sign", body={"of": "c1", "step": "agreed", "content": "0" * 64})
        with pytest.raises(DataError, match="forged"):
            b.merge(sent(b, genesis, follower))
    assert b.verify() == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"seq": 9}, "gap"),
        ({"clock": 1}, "clock"),
        ({"parents": ("0" * 64,)}, "gap"),
        ({"seen": {B: ("0" * 64,)}}, "truncated"),
        ({"ledger": "another"}, "ledger"),
        ({"side": "丙"}, "forged"),
        ({"side": B}, "forged"),
        ({"kind": "wish", "body": {}}, "changed"),
        ({"body": {"of": None, "text": 5}}, "changed"),
        ({"kind": "status", "body": {"of": "c1", "status": "verified", "on": None, "by": None, "note": ""}}, "changed"),
        ({"time": "yesterday"}, "changed"),
        ({"seq": 2**60}, "changed"),
    ],
)
def test_what_a_hostile_side_sends_is_refused_whole(
    two: tuple[Ledger, Ledger, Path], changes: dict[str, Any], what: str
) -> None:
    a, b, folder = two
    last = [event for event in rows(a) if event.side == A][-1]
    fine = written(load_key(folder / "a.pem"), last)
    bad = written(load_key(folder / "a.pem"), fine, **changes)
    before = b.exchange()
    with pytest.raises(DataError, match=what):
        b.merge(sent(b, fine, bad))
    assert b.exchange() == before
    assert b.merge(sent(b, fine)) == 1


def test_what_is_no_canonical_event_is_refused(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    key = load_key(folder / "a.pem")
    last = [event for event in rows(a) if event.side == A][-1]
    fine = written(key, last)
    deep = "[" * 100_000
    texts = [fine.payload + " ", fine.payload.replace('"x"', "NaN"), "{}", "[]", "", deep, '{"a":1,"a":2}']
    for text in texts:
        made = digest(text)
        record = {"event": text, "hash": made, "signature": key.sign(bytes.fromhex(made))}
        lines = [
            *sent(b)[:0],
            canonical({"format": "yijiang-ledger-1", "ledger": b.id, "events": 1}),
            canonical(record),
        ]
        with pytest.raises(DataError, match="changed"):
            b.merge(lines)
    for name in ("names", "documents"):
        extra = {"person": "person:" + "0" * 64, "salt": "00" * 16, "name": "某"}
        if name == "documents":
            extra = {"document": "0" * 64, "title": "t", "text": "x"}
        with pytest.raises(DataError, match=name):
            b.merge([*sent(b, fine), canonical(extra)])
    assert b.verify() == []


def test_a_side_edited_on_two_computers_forks_and_joins_again(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    with Ledger.join(folder / "a2.db", a.exchange(), A, folder / "a.pem", clock=lambda: TIME) as second:
        a.add("amend", of="c1", fields={"deadline": "2027"})
        second.add("amend", of="c1", fields={"deadline": "2028"})
        second.add("note", of="c1", text="more")
        a.merge(second)
        second.merge(a)
        assert a.state("2026-01-01").to_dict() == second.state("2026-01-01").to_dict()
        assert [row["what"] for row in a.state("2026-01-01").to_dict()["conflicts"]] == ["amend", "fork"]
        assert [(fault.side, fault.what, fault.note) for fault in a.verify()] == [(A, "fork", True)]
        b.merge(second)
        b.add("note", text="saw both")
        a.merge(b)
        a.add("amend", of="c1", fields={"deadline": "2029"})
        newest = rows(a)[-1]
        assert len(newest.parents) == 2
        b.merge(a)
    assert [row["what"] for row in b.state("2026-01-01").to_dict()["conflicts"]] == ["fork"]
    assert b.state("2026-01-01").find("c1")["deadline"] == "2029"
    assert [fault.what for fault in b.verify()] == ["fork"]


def test_another_ledger_does_not_merge(two: tuple[Ledger, Ledger, Path]) -> None:
    a, _, folder = two
    with (
        Ledger.create(folder / "n.db", side=A, sides=[A, B], title="t", key=folder / "a.pem") as new,
        pytest.raises(OptionError, match="another ledger"),
    ):
        new.merge(a)
    assert a.verify() == []


def test_evidence_slipped_in_under_an_accepted_id_is_not_the_accepted_one(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    a.add("project", id="p1", title="p", commitments=["c1"])
    a.add("milestone", id="m1", project="p1", title="m")
    a.add("status", of="m1", status="delivered")
    # A second computer of the same side stays behind and is used later to write at an earlier place.
    with Ledger.join(folder / "a2.db", a.exchange(), A, folder / "a.pem", clock=lambda: TIME) as second:
        a.add_many([("note", {"text": str(number)}) for number in range(5)])
        a.add("evidence", id="e1", of="m1", kind="photo", note="true")
        b.merge(a)
        b.add("accept", of="e1")
        a.merge(b)
        assert a.state("2026-01-01").find("m1")["substantive"]
        second.add("evidence", id="e1", of="m1", kind="document", note="slipped in")
        a.merge(second)
    state = a.state("2026-01-01")
    assert (state.find("e1")["note"], state.find("e1")["accepted"]) == ("slipped in", {})
    assert not state.find("m1")["substantive"]
    assert {"id", "fork", "unknown"} == {row["what"] for row in state.to_dict()["conflicts"]}


def test_no_side_goes_on_from_an_end_that_is_not_its_own(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    last = [event for event in rows(a) if event.side == A][-1]
    body = {"of": "c1", "text": "slipped in"}
    forged = written(load_key(folder / "b.pem"), last, body=body)
    db = opened(folder / "a.db")
    put(db, forged)
    db.execute("UPDATE ledger_heads SET hash = ?, seq = ?, clock = ? WHERE side = ?", (*_end(forged), A))
    # A signature over the next event would vouch for the one slipped in before it.
    with (
        Ledger.open(folder / "a.db", folder / "a.pem") as again,
        pytest.raises(DataError, match="not signed by its key"),
    ):
        again.add("note", text="x")
    assert (A, last.seq + 1, "forged") in found(a.verify())
    db.execute("DELETE FROM ledger_events WHERE hash = ?", (forged.hash,))
    with Ledger.open(folder / "a.db", folder / "a.pem") as again, pytest.raises(DataError, match="is not here"):
        again.add("note", text="x")
    db.close()
    assert b.verify() == []


def _end(event: Event) -> tuple[str, int, int]:
    return event.hash, event.seq, event.clock


def test_a_state_takes_the_ends_for_their_chains_and_verify_every_signature(two: tuple[Ledger, Ledger, Path]) -> None:
    a, _, folder = two
    before = a.state("2026-01-01").to_dict()
    db = opened(folder / "a.db")
    db.execute("UPDATE ledger_events SET signature = ? WHERE side = ? AND seq = 3", ("00" * 64, A))
    with Ledger.open(folder / "a.db") as fresh:
        # The end of the side's chain is signed and holds the hash of this event: it is what the side wrote.
        assert fresh.state("2026-01-01").to_dict() == before
        assert (A, 3, "signature") in found(fresh.verify())
    # An end whose own signature is wrong stands for nothing, itself included.
    last = [event for event in rows(a) if event.side == A][-1]
    db.execute("UPDATE ledger_events SET signature = ? WHERE hash = ?", ("00" * 64, last.hash))
    with Ledger.open(folder / "a.db") as fresh:
        refused = [row["events"][0] for row in fresh.state("2026-01-01").to_dict()["conflicts"]]
    assert last.hash in refused
    assert len(refused) == 2
    db.close()


def test_every_fault_is_told_in_both_languages(two: tuple[Ledger, Ledger, Path]) -> None:
    a, _, folder = two
    db = opened(folder / "a.db")
    db.execute("DELETE FROM ledger_events WHERE side = ? AND seq = 3", (A,))
    db.execute("UPDATE ledger_events SET payload = replace(payload, 'seen', 'sawn') WHERE side = ?", (B,))
    db.close()
    faults = a.verify()
    assert len(faults) > 2
    for fault in faults:
        assert fault.told("en") in str(fault)
        assert any("\u4e00" <= sign <= "\u9fff" for sign in fault.told("zh"))


def test_a_copy_that_could_not_be_begun_leaves_nothing(two: tuple[Ledger, Ledger, Path]) -> None:
    a, _, folder = two
    bad = [*a.exchange(), canonical({"person": "person:" + "0" * 64, "salt": "00" * 16, "name": "某"})]
    for _ in range(2):
        with pytest.raises(DataError, match="names"):
            Ledger.join(folder / "new.db", bad, B, folder / "b.pem")
        assert not list(folder.glob("new.db*"))


def test_an_event_from_before_a_later_field_is_whole(two: tuple[Ledger, Ledger, Path]) -> None:
    a, b, folder = two
    last = [event for event in rows(a) if event.side == A][-1]
    old = {"id": "i1", "of": "c1", "title": "t", "unit": "", "baseline": 1, "target": 2, "year": 2030}
    old |= {"ascending": True, "source": "hand"}
    event = written(load_key(folder / "a.pem"), last, kind="indicator", body=old)
    assert b.merge(sent(b, event)) == 1
    assert b.state("2026-01-01").find("i1")["baseline_year"] is None
    assert b.verify() == []
    with pytest.raises(DataError, match="changed"):
        b.merge(sent(b, written(load_key(folder / "a.pem"), event, kind="indicator", body=old | {"colour": 1})))


def test_all_that_is_wrong_with_a_body_is_told_at_once(two: tuple[Ledger, Ledger, Path]) -> None:
    with pytest.raises(OptionError) as refused:
        two[0].add("milestone", project="p9", title="", due="soon", colour="red")
    for word in ("title must be", "due must be", "unknown field 'colour'", "'p9'"):
        assert word in str(refused.value), word


def test_every_flaw_has_its_sentence_in_both_languages() -> None:
    room = Path(str(next(iter(yijiang.__path__)))) / "ledger"
    text = "".join((room / f"{name}.py").read_text(encoding="utf-8") for name in ("events", "verify", "reading"))
    whats = "changed|signature|forged|gap|truncated|clock|ledger|time|fork|name|document"
    # The fields of a statement of heads look alike and are none.
    codes = set(re.findall(rf'"(?:{whats})", "(\w+)"', text)) - {"side"}
    codes |= set(re.findall(r'(?:EventError\(|_need\(.*, )"(\w+)"\)', text))
    codes |= set(re.findall(r'self\._missing\([^"\n]*"(\w+)"', text)) | {"second_key", "second_genesis", "body", "kind"}
    codes |= {f"{code}{end}" for code in ("witnessed", "stated") for end in ("", "_number")}
    assert len(codes) > 30
    assert sorted(code for code in codes if not has_message(f"flaw.{code}")) == []
    told = {key.removeprefix("flaw.") for key in catalogue() if key.startswith("flaw.")}
    assert sorted(told - codes) == []
