"""The ledger's daily life: two sides, their sign-offs, what the rules make of them, names and documents."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yijiang.errors import DataError, OptionError
from yijiang.ledger import Ledger, create_key

HB, JS = "湖北", "江苏"
SIDES = [HB, JS]


class Pair:
    """Two sides' copies of one ledger, with a clock that a test can set."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.time = folder, "2026-03-01T08:00:00Z"
        self.keys = {HB: folder / "hb.pem", JS: folder / "js.pem"}
        for path in self.keys.values():
            create_key(path)
        self.hb = Ledger.create(
            folder / "hb.db", side=HB, sides=SIDES, title="两省合作", key=self.keys[HB], clock=lambda: self.time
        )
        self.js = Ledger.join(folder / "js.db", self.hb.exchange(), JS, self.keys[JS], clock=lambda: self.time)
        self.hb.merge(self.js)

    def swap(self) -> None:
        self.hb.merge(self.js)
        self.js.merge(self.hb)

    def status(self, id_: str, what: str = "status") -> Any:
        self.swap()
        rows = [ledger.state("2026-06-30").find(id_) for ledger in (self.hb, self.js)]
        assert rows[0] == rows[1]
        return rows[0][what]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.hb.close()
    made.js.close()


@pytest.fixture
def agreed(pair: Pair) -> Pair:
    pair.hb.add("commitment", id="c1", text="共建长江航运", sides=SIDES, deadline="2026-05")
    pair.swap()
    for ledger in (pair.hb, pair.js):
        ledger.add("owner", of="c1", organisation=f"{ledger.side}交通运输厅")
        ledger.sign("c1", "agreed")
    return pair


def test_agreed_takes_an_owner_and_a_signature_of_every_side(pair: Pair) -> None:
    pair.hb.add("commitment", id="c1", text="共建长江航运", sides=SIDES)
    assert (pair.status("c1"), pair.status("c1", "claimed")) == ("proposed", "proposed")
    pair.hb.add("owner", of="c1", organisation="A")
    pair.hb.sign("c1", "agreed")
    assert (pair.status("c1"), pair.status("c1", "claimed")) == ("proposed", "agreed")
    pair.js.sign("c1", "agreed")
    assert pair.status("c1") == "proposed"
    pair.js.add("owner", of="c1", organisation="B", person="应勇")
    assert pair.status("c1") == "agreed"
    assert pair.status("c1", "owners")[JS] == {"organisation": "B", "person": "应勇"}
    pair.hb.add("amend", of="c1", fields={"deadline": "2026"})
    assert pair.status("c1") == "proposed"
    assert pair.status("c1", "signed") == {side: {"agreed": None, "verified": None} for side in SIDES}
    for ledger in (pair.hb, pair.js):
        ledger.sign("c1", "agreed")
    assert pair.status("c1") == "agreed"
    assert pair.status("c1", "signed") == {side: {"agreed": pair.time, "verified": None} for side in SIDES}


def test_an_amendment_taken_back_still_lapses_signatures(agreed: Pair) -> None:
    assert agreed.status("c1") == "agreed"
    agreed.js.add("amend", of="c1", fields={"area": "transport"})
    agreed.js.add("amend", of="c1", fields={"area": "general"})
    assert agreed.status("c1") == "proposed"


def test_a_signature_on_what_the_side_had_not_seen_does_not_count(pair: Pair) -> None:
    pair.hb.add("commitment", id="c1", text="x", sides=SIDES)
    pair.swap()
    for ledger in (pair.hb, pair.js):
        ledger.add("owner", of="c1", organisation="A")
    pair.js.add("amend", of="c1", fields={"amount": "1亿元"})
    pair.js.sign("c1", "agreed")
    pair.hb.sign("c1", "agreed")
    assert pair.status("c1") == "proposed"


def test_the_whole_ladder(agreed: Pair) -> None:
    a = agreed
    assert a.status("c1") == "agreed"
    a.hb.add("project", id="p1", title="航道", commitments=["c1"], belt_project="lock")
    assert (a.status("c1"), a.status("p1")) == ("agreed", "proposed")
    a.hb.add("milestone", id="m1", project="p1", title="开工", due="2026-04")
    assert [a.status(x) for x in ("c1", "p1", "m1")] == ["planned"] * 3
    assert a.status("m1", "overdue")
    assert a.status("c1", "overdue")
    a.js.add("status", of="m1", status="running")
    assert [a.status(x) for x in ("c1", "p1", "m1")] == ["running"] * 3
    a.js.add("status", of="m1", status="delivered", on="2026-04-20")
    assert [a.status(x) for x in ("c1", "p1", "m1")] == ["delivered"] * 3
    assert (a.status("m1", "delivered_by"), a.status("m1", "delivered_on")) == (JS, "2026-04-20")
    assert not a.status("m1", "overdue")
    a.js.add("evidence", id="e1", of="m1", kind="inspection", note="验收")
    a.js.add("accept", of="e1")
    assert not a.status("m1", "substantive")
    a.hb.add("accept", of="e1")
    assert a.status("m1", "substantive")
    assert a.status("c1", "substantive")
    for id_ in ("m1", "c1"):
        a.hb.sign(id_, "verified")
        assert (a.status(id_), a.status(id_, "claimed")) == ("delivered", "verified")
        a.js.sign(id_, "verified")
        assert a.status(id_) == "verified"
    assert a.status("p1") == "delivered"
    assert a.status("m1", "verified_on") == "2026-03-01"
    a.hb.add("status", of="c1", status="stalled")
    assert a.status("c1") == "stalled"
    assert a.hb.verify() == a.js.verify() == []


def test_a_statement_or_a_rejected_evidence_is_no_substantive_outcome(agreed: Pair) -> None:
    a = agreed
    a.hb.add("project", id="p1", title="航道", commitments=["c1"])
    a.hb.add("milestone", id="m1", project="p1", title="开工")
    a.hb.add("status", of="m1", status="delivered")
    a.hb.add("evidence", id="e1", of="m1", kind="statement", note="已完成")
    a.swap()
    a.js.add("accept", of="e1")
    assert not a.status("m1", "substantive")
    a.hb.add("evidence", id="e2", of="m1", kind="photo", digest="abc")
    a.swap()
    a.js.add("accept", of="e2", accepted=False)
    assert not a.status("m1", "substantive")
    a.js.add("accept", of="e2")
    assert a.status("m1", "substantive")
    a.hb.add("status", of="m1", status="running")
    assert not a.status("m1", "substantive")


def test_evidence_of_one_side_accepted_by_the_deliverer_needs_the_other_sides_word(agreed: Pair) -> None:
    a = agreed
    a.hb.add("project", id="p1", title="航道", commitments=["c1"])
    a.hb.add("milestone", id="m1", project="p1", title="开工")
    a.hb.add("status", of="m1", status="delivered")
    a.swap()
    a.js.add("evidence", id="e1", of="m1", kind="data", digest="d")
    a.swap()
    a.hb.add("accept", of="e1")
    assert not a.status("m1", "substantive")
    a.js.sign("m1", "verified")
    assert a.status("m1", "substantive")


def test_an_amended_milestone_needs_its_outcome_confirmed_anew(agreed: Pair) -> None:
    a = agreed
    a.hb.add("project", id="p1", title="航道", commitments=["c1"])
    a.hb.add("milestone", id="m1", project="p1", title="可行性研究")
    a.swap()
    a.js.add("status", of="m1", status="delivered")
    a.js.add("evidence", id="e1", of="m1", kind="document")
    a.swap()
    a.hb.add("accept", of="e1")
    assert a.status("m1", "substantive")
    a.hb.add("amend", of="m1", fields={"title": "通航"})
    a.hb.add("accept", of="e1")
    assert not a.status("m1", "substantive")
    a.js.add("status", of="m1", status="delivered")
    assert a.status("m1", "substantive")


def test_verified_before_delivery_is_refused_and_would_not_count(agreed: Pair) -> None:
    a = agreed
    a.hb.add("project", id="p1", title="航道", commitments=["c1"])
    a.hb.add("milestone", id="m1", project="p1", title="开工")
    with pytest.raises(OptionError, match="not delivered yet"):
        a.hb.sign("m1", "verified")
    a.swap()
    a.js.add("sign", of="m1", step="verified")
    a.js.add("evidence", id="e1", of="m1", kind="data")
    a.swap()
    a.hb.add("accept", of="e1")
    a.hb.add("status", of="m1", status="delivered")
    a.hb.sign("m1", "verified")
    assert a.status("m1") == "delivered"


def test_concurrent_amendments_are_a_conflict_until_one_side_settles_it(agreed: Pair) -> None:
    a = agreed
    a.swap()
    one = a.hb.add("amend", of="c1", fields={"deadline": "2027"})
    two = a.js.add("amend", of="c1", fields={"deadline": "2028"})
    a.swap()
    (conflict,) = a.hb.state("2026-06-30").to_dict()["conflicts"]
    assert (conflict["what"], conflict["of"], conflict["field"]) == ("amend", "c1", "deadline")
    assert sorted(conflict["values"]) == ["2027", "2028"]
    assert sorted(conflict["events"]) == sorted([one, two])
    assert a.status("c1", "deadline") == conflict["values"][0]
    a.hb.add("amend", of="c1", fields={"deadline": "2029"})
    assert a.status("c1", "deadline") == "2029"
    assert a.js.state("2026-06-30").to_dict()["conflicts"] == []


def test_names_are_masked_in_the_chain_and_filled_in_on_reading(pair: Pair) -> None:
    pair.hb.add("visit", id="v1", title="应勇率团考察", who=["应勇", "王晓东"], where=["南京"], start="2019-04-15")
    pair.hb.add("commitment", id="c1", text="王晓东希望共建航运", sides=SIDES)
    payloads = "".join(row[0] for row in pair.hb._store.rows("SELECT payload FROM ledger_events"))
    assert "应勇" not in payloads
    assert "王晓东" not in payloads
    assert pair.status("c1", "text") == "王晓东希望共建航运"
    assert pair.status("v1", "who") == ["应勇", "王晓东"]
    with Ledger.join(pair.folder / "c.db", pair.hb.exchange(names=False), JS, pair.keys[JS]) as bare:
        assert bare.state("2026-06-30").find("c1")["text"] == "[…]希望共建航运"


def test_an_erased_name_is_gone_from_every_copy_and_every_file(pair: Pair) -> None:
    pair.hb.add("commitment", id="c1", text="Wang Xiaodong proposes", sides=SIDES)
    pair.hb.add("commitment", id="c2", text="x", sides=SIDES)
    pair.hb.add("owner", of="c2", organisation="A", person="Zhao Erasable")
    pair.hb.add("amend", of="c2", fields={"text": "Zhao Erasable proposes"})
    pair.swap()
    old = pair.hb.exchange()
    assert pair.status("c2", "text") == "Zhao Erasable proposes"
    pair.js.add("erase", person="Zhao Erasable")
    assert pair.status("c2", "text") == "— proposes"
    assert pair.status("c2", "owners")[HB]["person"] == "—"
    pair.hb.merge(old)
    assert pair.status("c2", "text") == "— proposes"
    for file in pair.folder.glob("*.db*"):
        assert b"Erasable" not in file.read_bytes()
    assert pair.hb.verify() == pair.js.verify() == []
    with pytest.raises(OptionError, match="not in the ledger"):
        pair.js.add("erase", person="Zhao Erasable")


def test_documents_travel_and_stay_removed(pair: Pair) -> None:
    digest = pair.hb.add_document("报道", "湖北和江苏")
    pair.hb.add("commitment", id="c1", text="x", sides=SIDES, source={"digest": digest, "start": 0, "end": 2})
    pair.swap()
    (source,) = pair.js.state("2026-06-30").to_dict()["sources"]
    assert source == {"digest": digest, "title": "报道", "text": "湖北和江苏"}
    old = pair.hb.exchange()
    pair.js.remove_document(digest)
    pair.js.merge(old)
    pair.swap()
    assert [row["text"] for row in pair.hb.state("2026-06-30").to_dict()["sources"]] == [None]
    assert pair.hb.verify() == []


def test_indicators_and_contract_of_the_state(agreed: Pair) -> None:
    a = agreed
    a.hb.add("indicator", id="i1", of="c1", title="运量", unit="Mt", baseline=1, target=2.5, year=2030, source="plan")
    a.swap()
    a.js.add("actual", indicator="i1", value=1.5, on="2026-05")
    a.js.add("note", of="c1", text="进展顺利")
    a.swap()
    state = json.loads(json.dumps(a.hb.state("2026-06-30").to_dict()))
    keys = "ledger title as_of sides visits commitments projects milestones evidence indicators history conflicts"
    assert list(state) == [*keys.split(), "sources"]
    (actual,) = state["indicators"][0]["actuals"]
    assert actual == {"value": 1.5, "on": "2026-05", "evidence": None, "side": JS, "confirmed": []}
    row = (
        "id text area kind strength sides source deadline amount speaker owners signed entered status claimed projects "
        "overdue"
    )
    assert list(state["commitments"][0]) == [*row.split(), "substantive"]
    assert state["history"][-1] == {"time": a.time, "side": JS, "kind": "note", "of": "c1", "text": "进展顺利"}
    assert [(row["side"], row["events"], row["seq"]) for row in state["sides"]] == [(HB, 5, 5), (JS, 5, 5)]


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("wish", {}, "unknown kind"),
        ("commitment", {"text": "x", "sides": ["湖南"]}, "must be among"),
        ("commitment", {"text": "x", "sides": [HB, HB]}, "each once"),
        ("commitment", {"text": "x", "sides": SIDES, "colour": 1}, "unknown field 'colour'"),
        ("commitment", {"text": float("nan"), "sides": SIDES}, "text must be a text"),
        ("commitment", {"text": "\ud800", "sides": SIDES}, "can't be written"),
        ("commitment", {"id": "c1", "text": "x", "sides": SIDES}, "is taken"),
        ("milestone", {"project": "c1", "title": "x"}, "which is a commitment"),
        ("milestone", {"project": "p9", "title": "x"}, "nothing with that id"),
        ("status", {"of": "c1", "status": "verified"}, "status must be one of"),
        ("status", {"of": "c1", "status": "running", "on": "2026-02-30"}, "on must be a date"),
        ("amend", {"of": "c1", "fields": {"id": "c2"}}, "no field 'id'"),
        ("amend", {"of": "c1", "fields": {"sides": ["湖南", HB]}}, "must be among"),
        ("sign", {"of": "c9", "step": "agreed"}, "nothing with that id"),
        ("genesis", {"title": "x"}, "creates or joins"),
        ("accept", {"of": "c1"}, "it must be one of: evidence"),
    ],
)
def test_wrong_bodies_are_refused_with_a_reason(agreed: Pair, kind: str, body: dict[str, Any], why: str) -> None:
    before = agreed.hb.exchange()
    with pytest.raises(OptionError, match=why):
        agreed.hb.add(kind, **body)
    assert agreed.hb.exchange() == before


def test_a_batch_is_kept_whole_or_not_at_all(pair: Pair) -> None:
    good = ("commitment", {"id": "c1", "text": "x", "sides": SIDES})
    with pytest.raises(OptionError):
        pair.hb.add_many([good, ("note", {"of": "c2", "text": "y"})])
    assert pair.hb.state("2026-01-01").to_dict()["commitments"] == []
    assert pair.hb.add_many([good, ("note", {"of": "c1", "text": "y"})])[0] == "c1"


def test_opening_with_and_without_keys(pair: Pair) -> None:
    with Ledger.open(pair.folder / "hb.db") as reader:
        assert reader.state("2026-01-01").title == "两省合作"
        with pytest.raises(OptionError, match="without a key"):
            reader.add("note", text="x")
    with Ledger.open(pair.folder / "hb.db", pair.keys[JS]) as js:
        assert js.side == JS
    create_key(pair.folder / "other.pem")
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: Ledger.open(pair.folder / "hb.db", pair.folder / "other.pem"), "not that of"),
        (lambda: Ledger.open(pair.folder / "hb.db", pair.keys[JS], HB), "not that of"),
        (lambda: Ledger.open(pair.folder / "no.db"), "no ledger"),
        (lambda: Ledger.join(pair.folder / "x.db", pair.hb, JS, pair.folder / "other.pem"), "another key"),
        (lambda: Ledger.join(pair.folder / "x.db", pair.hb, "湖南", pair.keys[JS]), "not among"),
        (lambda: create_key(pair.keys[HB]), "never overwritten"),
        (
            lambda: Ledger.create(pair.folder / "hb.db", side=HB, sides=SIDES, title="x", key=pair.keys[HB]),
            "exists already",
        ),
        (
            lambda: Ledger.create(pair.folder / "y.db", side=HB, sides=[HB], title="x", key=pair.keys[HB]),
            "two or more",
        ),
    ]
    for attempt, why in cases:
        with pytest.raises(OptionError, match=why):
            attempt()
    assert not (pair.folder / "x.db").exists()


def test_keys_are_private_files_and_never_in_the_ledger(pair: Pair) -> None:
    path = pair.keys[HB]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = path.read_bytes().splitlines()[1]
    assert all(secret not in file.read_bytes() for file in pair.folder.glob("*.db*"))
    path.chmod(0o644)
    with pytest.raises(OptionError, match="chmod 600"):
        Ledger.open(pair.folder / "hb.db", path)


def test_events_are_neither_changed_nor_deleted(pair: Pair) -> None:
    with sqlite3.connect(pair.folder / "hb.db") as db:
        for statement in ("UPDATE ledger_events SET side = 'x'", "DELETE FROM ledger_events"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                db.execute(statement)
    db.close()
    assert pair.hb.verify() == []


def test_what_is_no_ledger_is_refused(tmp_path: Path, pair: Pair) -> None:
    (tmp_path / "text.db").write_text("not a database " * 100)
    with pytest.raises(DataError, match="the database fails"):
        Ledger.open(tmp_path / "text.db")
    db = sqlite3.connect(tmp_path / "other.db")
    db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(OptionError, match="without a ledger"):
        Ledger.open(tmp_path / "other.db")
    for text in ("[1]\n", '{"format":"x"}\n', "\n", '{"format":"yijiang-ledger-1","ledger":"a","events":1}\n'):
        with pytest.raises(DataError):
            pair.hb.merge(text)
    with pytest.raises(DataError, match="cut off"):
        pair.hb.merge(pair.js.exchange()[:-1])
