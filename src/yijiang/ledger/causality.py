"""What came before what: which of two events had the other in its past, and where a side's chain forked."""

from __future__ import annotations

from collections.abc import Mapping

from yijiang.ledger.events import Event


class Causality:
    """The past of every event, as one number per unbroken line of a side's chain (a version vector).

    Events are added parents first. A side's chain is one line until two events extend the same one; the
    second then begins a line of its own. An event knows, of each line, the last place in its past.
    """

    def __init__(self) -> None:
        self._place: dict[str, tuple[int, int]] = {}
        self._past: dict[str, Mapping[int, int]] = {}
        self._end: dict[int, int] = {}
        self._children: dict[str, list[str]] = {}
        self._lines = 0

    def add(self, event: Event) -> None:
        """Take in one event, once; its parents and what it has seen come before."""
        if event.hash in self._place:
            return
        known = [parent for parent in event.parents if parent in self._place]
        first = known[0] if known else None
        past: Mapping[int, int] = self._past[first] if first is not None else {}
        # A line's events share one map of the past until they see something new: most events cost nothing.
        others = [h for heads in event.seen.values() for h in heads if h in self._place] + known[1:]
        if others:
            wider = dict(past)
            for other in others:
                _take(wider, self._past[other])
                _take(wider, {self._place[other][0]: self._place[other][1]})
            past = wider
        if first is not None and self._end[self._place[first][0]] == self._place[first][1]:
            line, index = self._place[first][0], self._place[first][1] + 1
        else:
            if first is not None:
                wider = dict(past)
                _take(wider, {self._place[first][0]: self._place[first][1]})
                past = wider
            line, index = self._lines, 0
            self._lines += 1
        self._place[event.hash] = line, index
        self._past[event.hash] = past
        self._end[line] = index
        for parent in event.parents:
            self._children.setdefault(parent, []).append(event.hash)

    def before(self, first: str, second: str) -> bool:
        """Say whether the second event had the first in its past."""
        if first not in self._place or second not in self._place:
            return False
        line, index = self._place[first]
        own, at = self._place[second]
        return index < at if line == own else self._past[second].get(line, -1) >= index

    def forks(self) -> dict[str, list[str]]:
        """Return the events that more than one event of their side follows, with those that do."""
        return {parent: sorted(found) for parent, found in self._children.items() if len(found) > 1}


def _take(past: dict[int, int], more: Mapping[int, int]) -> None:
    for line, index in more.items():
        if past.get(line, -1) < index:
            past[line] = index
