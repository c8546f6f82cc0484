"""What a writer must know before it adds an event: which things there are, and what they hold now."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
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
        wrong: list[str] = []
        try:
            body = names.masked(kind, complete(kind, plain))
        except BodyError as bad:
            raise OptionError(str(bad)) from bad
        if kind == "sign" and "content" not in body and not self._refused("sign", "of", body.get("of"), _STEPPED):
            body["content"] = self.content(body["of"])
        target = self.kind(str(body.get("of")))
        if kind == "amend" and isinstance(body.get("fields"), dict) and target in AMENDABLE:
            body["fields"] = names.masked(target, body["fields"])
            wrong += _checked(lambda: check_amendment(target, body["fields"]))
            wrong += self._sides_refused(body["fields"].get("sides", self._sides[:1]))
            wrong += self._all_refused(target, body["fields"])
        wrong += _checked(lambda: check_body(kind, body))
        if "id" in KINDS[kind] and isinstance(body.get("id"), str) and self.kind(body["id"]) is not None:
            wrong.append(f"{kind}: the id {body['id']!r} is taken by a {self.kind(body['id'])}")
        if kind == "commitment" and "sides" in body:
            wrong += self._sides_refused(body["sides"])
        wrong += self._all_refused(kind, body)
        if wrong:
            raise OptionError("; ".join(dict.fromkeys(wrong)))
        return body

    def _sides_refused(self, sides: Any) -> list[str]:
        listed = list(sides) if isinstance(sides, (list, tuple)) else []
        unknown = [side for side in listed if side not in self._sides]
        if not unknown and listed and len(set(map(str, listed))) == len(listed):
            return []
        return [f"a commitment's sides must be among {', '.join(self._sides)}, each once, not {sides!r}"]

    def _all_refused(self, kind: str, body: Mapping[str, Any]) -> list[str]:
        wrong: list[str] = []
        for name, kinds in _REFERS.get(kind, {}).items():
            value = body.get(name)
            for id_ in value if isinstance(value, list) else [value]:
                if id_ is not None:
                    wrong += self._refused(kind, name, id_, kinds)
        return wrong

    def _refused(self, kind: str, name: str, id_: Any, kinds: Sequence[str]) -> list[str]:
        found = self.kind(str(id_))
        if found is None:
            return [
                f"{kind}: {name} is {id_!r}, but the ledger holds nothing with that id{self._near(str(id_), kinds)}"
            ]
        if found not in kinds:
            return [f"{kind}: {name} is {id_!r}, which is a {found}; it must be one of: {', '.join(kinds)}"]
        return []

    def _near(self, id_: str, kinds: Sequence[str]) -> str:
        there = [one for one in self._made if self.kind(one) in kinds]
        near = difflib.get_close_matches(id_, there, n=3, cutoff=0.5)
        return f" (near matches: {', '.join(near)})" if near else ""


def _checked(check: Callable[[], None]) -> list[str]:
    try:
        check()
    except BodyError as bad:
        return [str(bad)]
    return []
