"""What a writer must know before it adds an event: which things there are, and what they hold now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from yijiang.errors import OptionError
from yijiang.ledger.causality import Causality
from yijiang.ledger.events import Event
from yijiang.ledger.fold import fold, take_erasure
from yijiang.ledger.kinds import AMENDABLE, KINDS, THINGS, BodyError, check_amendment, check_body, complete
from yijiang.ledger.names import NameBook

_STEPPED = ("commitment", "project", "milestone")
_REFERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "owner": {"of": _STEPPED},
    "sign": {"of": _STEPPED},
    "status": {"of": _STEPPED},
    "project": {"commitments": ("commitment",)},
    "milestone": {"project": ("project",)},
    "evidence": {"of": (*_STEPPED, "visit", "indicator")},
    "accept": {"of": ("evidence",)},
    "indicator": {"of": _STEPPED},
    "actual": {"indicator": ("indicator",), "evidence": ("evidence",)},
    "amend": {"of": AMENDABLE},
    "note": {"of": THINGS},
}


class Index:
    """The things of a copy by id, with the events that make up their content."""

    def __init__(self, sides: Sequence[str]) -> None:
        self._sides = tuple(sides)
        # By hash as well: an event of this process is met again when the rows are read on.
        self._made: dict[str, dict[str, Event]] = {}
        self._causality = Causality()
        self.erased: dict[str, str | None] = {}

    def add(self, event: Event) -> None:
        """Take in one event; parents come before children."""
        self._causality.add(event)
        if event.kind in THINGS:
            self._made.setdefault(event.body["id"], {})[event.hash] = event
        elif event.kind == "amend":
            self._made.setdefault(event.body["of"], {})[event.hash] = event
        elif event.kind == "erase":
            take_erasure(self.erased, event)

    def kind(self, id_: str) -> str | None:
        """Return the kind of the thing with an id."""
        made = [event for event in self._made.get(id_, {}).values() if event.kind != "amend"]
        return min(made, key=lambda event: event.order).kind if made else None

    def content(self, id_: str) -> str:
        """Return the hash of a thing's present content, what a sign-off names."""
        return fold(self._made[id_].values(), self._causality).things[id_].content()

    def prepare(self, kind: str, given: Mapping[str, Any], names: NameBook) -> dict[str, Any]:
        """Return a whole, checked body: defaults filled in, persons as references, what it refers to there.

        Raises
        ------
        OptionError
            If anything is wrong with it.
        """
        plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
        try:
            body = names.masked(kind, complete(kind, plain))
            if kind == "sign" and "content" not in body and isinstance(body.get("of"), str):
                self._refer("sign", "of", body["of"], _STEPPED)
                body["content"] = self.content(body["of"])
            if kind == "amend" and isinstance(body.get("fields"), dict):
                target = self.kind(str(body.get("of")))
                if target in AMENDABLE:
                    body["fields"] = names.masked(target, body["fields"])
                    check_amendment(target, body["fields"])
                    self._sides_known(body["fields"].get("sides", self._sides[:1]))
                    self._refer_all(target, body["fields"])
            check_body(kind, body)
        except BodyError as bad:
            raise OptionError(str(bad)) from bad
        if "id" in KINDS[kind] and self.kind(body["id"]) is not None:
            raise OptionError(f"{kind}: the id {body['id']!r} is taken by a {self.kind(body['id'])}")
        if kind == "commitment":
            self._sides_known(body["sides"])
        self._refer_all(kind, body)
        return body

    def _sides_known(self, sides: Sequence[str]) -> None:
        unknown = [side for side in sides if side not in self._sides]
        if unknown or not sides or len(set(sides)) < len(sides):
            raise OptionError(
                f"a commitment's sides must be among {', '.join(self._sides)}, each once, not {list(sides)}"
            )

    def _refer_all(self, kind: str, body: Mapping[str, Any]) -> None:
        for name, kinds in _REFERS.get(kind, {}).items():
            value = body.get(name)
            for id_ in value if isinstance(value, list) else [value]:
                if id_ is not None:
                    self._refer(kind, name, id_, kinds)

    def _refer(self, kind: str, name: str, id_: str, kinds: Sequence[str]) -> None:
        found = self.kind(id_)
        if found is None:
            raise OptionError(f"{kind}: {name} is {id_!r}, but the ledger holds nothing with that id")
        if found not in kinds:
            raise OptionError(f"{kind}: {name} is {id_!r}, which is a {found}; it must be one of: {', '.join(kinds)}")
