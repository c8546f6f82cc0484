"""What was acknowledged is kept: through kill -9, with two writers at once, and for many events."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import yijiang
from yijiang.ledger import Ledger, create_key

A, B = "甲", "乙"

# Each line it prints says that an event is kept; what was printed must be there whatever happens next.
WRITER = """
import sys
from yijiang.ledger import Ledger
place, key, name, count = sys.argv[1:]
with Ledger.open(place, key) as ledger:
    for number in range(int(count)):
        hash_ = ledger.add("note", text=f"{name} {number}")
        sys.stdout.write(f"{name} {number} {hash_}\\n")
        sys.stdout.flush()
"""


def begin(folder: Path, place: str | None = None) -> tuple[str, str]:
    place, key = place or str(folder / "a.db"), str(folder / "a.pem")
    create_key(key)
    Ledger.create(place, side=A, sides=[A, B], title="t", key=key).close()
    return place, key


def start(place: str, key: str, name: str, count: int) -> subprocess.Popen[str]:
    source = str(Path(yijiang.__file__).parents[1])
    paths = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, place, key, name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )


def texts(place: str) -> dict[str, str]:
    """The notes of a copy, text to hash, once `verify` finds nothing."""
    with Ledger.open(place) as ledger:
        assert ledger.verify() == []
        ledger.state("2026-01-01")
        return {event.body["text"]: event.hash for event in ledger._events if event.kind == "note"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_kill_9_during_a_thousand_writes_loses_no_acknowledged_event(tmp_path: Path) -> None:
    place, key = begin(tmp_path)
    said: dict[str, str] = {}
    # Killed after other numbers of writes each time, at whatever the writer is then doing.
    for number, stop in enumerate([1, 37, 111, 180, 203, 220, 260]):
        writer = start(place, key, f"w{number}", 1000)
        assert writer.stdout is not None
        for _ in range(stop):
            word, count, hash_ = writer.stdout.readline().split()
            said[f"{word} {count}"] = hash_
        os.kill(writer.pid, signal.SIGKILL)
        rest, _ = writer.communicate()
        for line in rest.splitlines():
            word, count, hash_ = line.split()
            said[f"{word} {count}"] = hash_
        assert writer.returncode == -signal.SIGKILL
        kept = texts(place)
        assert said.items() <= kept.items()
        # Beside what was acknowledged, at most the one event of each writer that was killed before it could say so.
        assert len(kept) <= len(said) + number + 1
    assert len(said) >= 1000


def test_two_processes_writing_at_once_are_both_kept(tmp_path: Path) -> None:
    place, key = begin(tmp_path)
    writers = [start(place, key, name, 150) for name in ("one", "two")]
    outputs = [writer.communicate(timeout=60)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    kept = texts(place)
    assert sorted(kept) == sorted(f"{name} {number}" for name in ("one", "two") for number in range(150))
    assert {line.split()[2] for output in outputs for line in output.splitlines()} == set(kept.values())
    with Ledger.open(place) as ledger:
        (row, _) = ledger.state("2026-01-01").to_dict()["sides"]
        assert row["seq"] == row["events"] == 301


def test_an_open_copy_sees_what_another_writes(tmp_path: Path) -> None:
    place, key = begin(tmp_path)
    with Ledger.open(place, key) as one, Ledger.open(place, key) as two:
        for number in range(5):
            one.add("commitment", id=f"c{number}", text="x", sides=[A, B])
            two.add("owner", of=f"c{number}", organisation="y")
        assert one.state("2026-01-01").to_dict() == two.state("2026-01-01").to_dict()
        assert one.verify() == []


def events(count: int) -> list[tuple[str, dict[str, object]]]:
    """Return events of every kind one side may write, ten to a commitment."""
    items: list[tuple[str, dict[str, object]]] = []
    for number in range(count // 10):
        c, p, m, e = (f"{letter}{number}" for letter in "cpme")
        items += [
            ("commitment", {"id": c, "text": f"共建长江航运 {number}", "sides": [A, B], "deadline": "2027-06"}),
            ("owner", {"of": c, "organisation": "交通运输厅"}),
            ("sign", {"of": c, "step": "agreed"}),
            ("project", {"id": p, "title": "航道", "commitments": [c]}),
            ("milestone", {"id": m, "project": p, "title": "开工", "due": "2026-12-31"}),
            ("status", {"of": m, "status": "running", "note": "在建"}),
            ("status", {"of": m, "status": "delivered", "on": "2026-12-01"}),
            ("evidence", {"id": e, "of": m, "kind": "document", "note": "验收报告"}),
            ("amend", {"of": p, "fields": {"title": "航道整治"}}),
            ("note", {"of": c, "text": "进展顺利"}),
        ]
    return items


def test_thousands_of_events_in_one_transaction(tmp_path: Path) -> None:
    """What a hundred thousand take is measured by benchmarks/ledger.py; here, that they come out right."""
    place, key = begin(tmp_path)
    items = events(3000)
    with Ledger.open(place, key) as ledger:
        assert len(ledger.add_many(items)) == len(items)
    with Ledger.open(place) as ledger:
        state = ledger.state("2026-12-31").to_dict()
        assert ledger.state("2026-12-31").to_dict() == state
        assert ledger.verify() == []
    assert len(state["milestones"]) == len(items) // 10
    assert {row["status"] for row in state["milestones"]} == {"delivered"}
    assert state["sides"][0]["seq"] == len(items) + 1
