"""Reading a copy: its state, its examination, and the signed statements of where the chains end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yijiang.errors import OptionError
from yijiang.ledger.keys import fingerprint
from yijiang.ledger.merging import digest_fits
from yijiang.ledger.names import genuine
from yijiang.ledger.pausing import collector_paused
from yijiang.ledger.state import State, make_state
from yijiang.ledger.store import events_after, read_documents, read_heads, read_names, read_pins
from yijiang.ledger.verify import Examiner, Fault, faulty, sound_statement, told
from yijiang.ledger.writing import Copy


class Reading(Copy):
    """What can be read from a copy of a ledger."""

    @collector_paused()
    def state(self, as_of: str | None = None, *, names: bool = True) -> State:
        """Return what stands: every thing with its status by the rules, its claims, conflicts and history.

        Parameters
        ----------
        as_of
            The day that says what is overdue, YYYY-MM-DD; today if not given.
        names
            With the names of persons; without, a sign stands for each, and source texts are left out.
        """
        self._refresh()
        events = self._checked()
        wrong = [(e.side, e.seq, e.hash, "not signed by the side") for e in self._events if e.hash not in self._sound]
        wrong += [(str(row.side), row.seq, str(row.hash), "changed") for row in self._bad]
        return make_state(
            events,
            ledger=self.id,
            title=self.title,
            sides=self.sides,
            as_of=as_of or self._now()[:10],
            refused=wrong,
            documents=[(digest, title, text if names else None) for digest, title, text in read_documents(self._store)],
            names=read_names(self._store) if names else [],
        )

    @collector_paused()
    def verify(self, heads: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None = None) -> list[Fault]:
        """Examine the whole copy and return every fault, named by side and event; an empty list is a sound copy.

        Parameters
        ----------
        heads
            Statements of heads kept elsewhere (see `heads`): only they show that a chain was cut at its end when no
            other side had seen the end.
        """
        examiner = Examiner(self.id, self.sides, read_pins(self._store))
        examiner.read(events_after(self._store, 0))
        examiner.pinned()
        examiner.ends(read_heads(self._store))
        examiner.forks()
        examiner.witnesses()
        for statement in [heads] if isinstance(heads, Mapping) else heads or ():
            examiner.statement(statement)
        return sorted({*examiner.faults, *self._kept_beside()})

    def _kept_beside(self) -> list[Fault]:
        """Return the faults of what lies outside the chains: names and source texts."""
        faults = [
            Fault("", 0, "name", "name", (("person", ref[:19]),))
            for ref, salt, name in read_names(self._store)
            if not genuine(ref, salt, name)
        ]
        faults += [
            Fault("", 0, "document", "document", (("digest", digest[:12]),))
            for digest, _, text in read_documents(self._store)
            if text is not None and not digest_fits(text, digest)
        ]
        return faults

    def fingerprints(self) -> dict[str, str]:
        """Return the short form of each side's key, to be compared by telephone when a copy is first merged."""
        return {side: fingerprint(public) for side, (public, _) in sorted(read_pins(self._store).items())}

    def heads(self) -> dict[str, Any]:
        """Return a signed statement of where this side's chain ends, for the others to keep."""
        key, side = self._writer()
        head = max(read_heads(self._store)[side], key=lambda h: (h.clock, h.hash))
        statement = {"ledger": self.id, "side": side, "seq": head.seq, "hash": head.hash, "time": self._now()}
        return {**statement, "signature": key.sign(told({**statement, "signature": ""}))}

    def take_heads(self, statement: Mapping[str, Any]) -> str:
        """Bear witness to another side's statement of heads; `verify` then notices if that chain is cut.

        Raises
        ------
        DataError
            If the statement is not signed by the key of the side it names.
        OptionError
            If it is of another ledger, or of a side not yet heard from.
        """
        side = statement.get("side")
        if statement.get("ledger") != self.id:
            raise OptionError("that statement of heads is of another ledger")
        pins = read_pins(self._store)
        if not isinstance(side, str) or side not in pins:
            raise OptionError(f"nothing of the side {side!r} is here yet; merge its exchange first")
        if not sound_statement(statement, pins[side][0]):
            seq = statement.get("seq")
            raise faulty([Fault(side, seq if isinstance(seq, int) else 0, "forged", "statement_key")], "heads")
        kept = {name: statement[name] for name in ("side", "seq", "time", "signature")}
        return self._append([("witness", {**kept, "head": statement["hash"]})])[0].hash
