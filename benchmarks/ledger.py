"""How the ledger bears size: `python benchmarks/ledger.py [EVENTS]`, 100,000 if no number is given.

Writes the events in one transaction, opens the copy with its state, verifies it, packs and merges it into another,
and exports it. Beside each time stands that of what no code of ours can take away: as many Ed25519 signatures made
(writing) or checked (verifying, merging) by the library, measured in the same run.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yijiang.ledger import Ledger, create_key
from yijiang.ledger.exports import activities, tables

A, B = "甲", "乙"


def items(count: int) -> list[tuple[str, dict[str, object]]]:
    """Return events of the kinds a side writes, ten to a commitment."""
    found: list[tuple[str, dict[str, object]]] = []
    for number in range(count // 10):
        c, p, m, e = (f"{letter}{number}" for letter in "cpme")
        found += [
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
    return found


def timed(run: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds a call takes, and what it returns."""
    began = time.perf_counter()
    result = run()
    return time.perf_counter() - began, result


def signatures(count: int) -> tuple[float, float]:
    """Return the seconds the library takes to make and to check so many signatures, from a sample."""
    sample = min(count, 5000)
    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    data = [number.to_bytes(32, "big") for number in range(sample)]
    made, found = timed(lambda: [key.sign(one) for one in data])
    assert isinstance(found, list)
    checked, _ = timed(lambda: [public.verify(sign, one) for sign, one in zip(found, data, strict=True)])
    return made * count / sample, checked * count / sample


def main(count: int) -> None:
    """Run every step once and print its time."""
    wanted = items(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side in "ab":
            create_key(folder / side)
        place = folder / "a.db"
        with Ledger.create(place, side=A, sides=[A, B], title="t", key=folder / "a") as ledger:
            seconds, _ = timed(lambda: ledger.add_many(wanted))
        make, check = signatures(len(wanted))
        rows = [("written in one transaction", seconds, make)]
        with Ledger.open(place) as ledger:
            seconds, state = timed(lambda: ledger.state("2026-12-31").to_dict())
            assert isinstance(state, dict)
            rows.append(("opened with state", seconds, 0.0))
            rows.append(("state again", timed(lambda: ledger.state("2026-12-31").to_dict())[0], 0.0))
            seconds, faults = timed(ledger.verify)
            assert faults == []
            rows.append(("verified", seconds, signatures(len(wanted))[1]))
            seconds, letter = timed(ledger.exchange)
            rows.append(("packed for another side", seconds, 0.0))
        with Ledger.create(folder / "n.db", side=A, sides=[A, B], title="t", key=folder / "a") as other:
            one_by_one = [other.add("note", text=str(number)) for number in range(200)]
            seconds, _ = timed(lambda: [other.add("note", text=str(number)) for number in range(200)])
            rows.append((f"one event at a time, each on the disk ({len(one_by_one)} events)", seconds, 0.0))
        seconds, joined = timed(lambda: Ledger.join(folder / "b.db", letter, B, folder / "b"))
        assert isinstance(joined, Ledger)
        joined.close()
        rows.append(("joined by another side", seconds, check))
        rows.append(("exported as IATI", timed(lambda: activities(state))[0], 0.0))
        rows.append(("exported as CSV", timed(lambda: tables(state))[0], 0.0))
    print(f"{len(wanted):,} events; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    for what, seconds, least in rows:
        bound = f"  of which Ed25519 {least:6.1f} s" if least else ""
        print(f"{what:<56} {seconds:7.1f} s{bound}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
