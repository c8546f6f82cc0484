"""Counts of right, wrong and missed records: an agenda as read, against a gold annotation of the same report.

Nothing of the parser is used here: only the plain fields of the records. Every function gives (tp, fp, fn), so that
counts of many reports can be added up before one F1 is taken. How the gold was made stands in agenda_reports/README.md.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from yijiang.agenda.records import Agenda

Gold = dict[str, Any]
Pair = tuple[int, int]
P = TypeVar("P")
REPORTS = Path(__file__).parent / "agenda_reports"
FIRM = ("agreed_text", "owned", "dated", "funded")


class Counts(NamedTuple):
    """Right, wrong and missed."""

    tp: int = 0
    fp: int = 0
    fn: int = 0


def load(folder: Path = REPORTS) -> list[tuple[Path, Gold]]:
    """Return every report's path with its gold, in the order of their numbers."""
    golds = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.gold.json"))]
    return [(folder / gold["source"], gold) for gold in golds]


def fold(text: str | None) -> str:
    """Return a text for comparison: half-width, without blanks, quotation marks or case."""
    plain = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(mark for mark in plain if not mark.isspace() and mark not in "“”\"'「」")


def accepted(item: Gold, key: str) -> set[str]:
    """Return what the gold takes for `key`: the form it prefers, and those it accepts beside it."""
    return {fold(item[key]), *map(fold, item.get("accept", ()))}


def iou(one: Pair, two: Pair) -> float:
    """Return the overlap of two spans as a part of what they cover together."""
    both = min(one[1], two[1]) - max(one[0], two[0])
    return both / ((one[1] - one[0]) + (two[1] - two[0]) - both) if both > 0 else 0.0


def best_iou(spans: Sequence[Pair], gold: Pair) -> float:
    """Return the best overlap that one of a record's spans, or all of them together, has with the gold's span."""
    if not spans:
        return 0.0
    hull = (min(span[0] for span in spans), max(span[1] for span in spans))
    return max(iou(span, gold) for span in (*spans, hull))


def pair_up(found: Sequence[P], golds: Sequence[Gold], score: Callable[[P, Gold], float]) -> list[tuple[P, Gold]]:
    """Pair each found record with one gold at most, highest score first; a score of 0 is no pair."""
    ranked = sorted(
        ((score(record, gold), i, j) for i, record in enumerate(found) for j, gold in enumerate(golds)),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    used: tuple[set[int], set[int]] = (set(), set())
    pairs = []
    for value, i, j in ranked:
        if value > 0 and i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            pairs.append((found[i], golds[j]))
    return pairs


def count(found: Sequence[P], golds: Sequence[Gold], score: Callable[[P, Gold], float]) -> Counts:
    """Return the counts of pairing `found` with `golds`."""
    right = len(pair_up(found, golds, score))
    return Counts(right, len(found) - right, len(golds) - right)


def persons(agenda: Agenda, gold: Gold) -> Counts:
    """Count participants by name (blanks inside a name do not count)."""
    return count(agenda.participants, gold["participants"], lambda one, two: fold(one.name) in accepted(two, "name"))


def positions(agenda: Agenda, gold: Gold) -> Counts:
    """Count positions by (name, organisation, title)."""
    people = agenda.participants
    found = [(fold(p.name), fold(post.organisation), fold(post.title)) for p in people for post in p.positions]
    golds = [{"person": person, **post} for person in gold["participants"] for post in person["positions"]]

    def same(one: tuple[str, str, str], two: Gold) -> float:
        titles = {fold(two["title"]), *map(fold, two.get("accept_title", ()))}
        return (
            one[0] in accepted(two["person"], "name") and one[1] in accepted(two, "organisation") and one[2] in titles
        )

    return count(found, golds, same)


def sides(agenda: Agenda, gold: Gold) -> Counts:
    """Count sides by region; the role must agree where the gold states one."""
    return count(
        agenda.sides,
        gold["sides"],
        lambda one, two: fold(one.region) in accepted(two, "region") and two["role"] in (None, one.role),
    )


def person_sides(agenda: Agenda, gold: Gold) -> Counts:
    """Count, among the participants found, those put on the right side: the region and, where stated, the role."""
    regions = {side["region"]: accepted(side, "region") for side in gold["sides"]}

    def same(one: Any, two: Gold) -> bool:
        # Who stands for no side must have none.
        regioned = one.side is None if two["region"] is None else fold(one.region) in regions.get(two["region"], set())
        return regioned and two["side"] in (None, one.side)

    pairs = pair_up(agenda.participants, gold["participants"], lambda one, two: fold(one.name) in accepted(two, "name"))
    right = sum(same(one, two) for one, two in pairs)
    return Counts(right, len(pairs) - right, len(pairs) - right)


def dates(agenda: Agenda, gold: Gold, *, mentioned: bool = False) -> Counts:
    """Count dates by start and end.

    A meeting's day is an event. A day inside the gold's event (6日下午 of 11月6日至7日) is neither right nor wrong.
    Dates that are only mentioned count with `mentioned` alone.
    """

    def key(kind: str, start: str | None, end: str | None) -> tuple[str, str, str]:
        first = (start or "")[:10]
        return ("event" if kind == "meeting" else kind, first, (end or first)[:10])

    kinds = {"event", "published"} | ({"mentioned"} if mentioned else set())
    golds = {row for d in gold["dates"] if (row := key(d["kind"], d["start"], d["end"]))[0] in kinds}
    found = {row for d in agenda.dates if (row := key(d.kind, d.start, d.end))[0] in kinds}
    if agenda.published:
        found.add(key("published", agenda.published, None))
    events = [row for row in golds if row[0] == "event"]
    wrong = {
        row
        for row in found - golds
        if row[0] != "event" or not any(event[1] <= row[1] <= row[2] <= event[2] for event in events)
    }
    return Counts(len(found & golds), len(wrong), len(golds - found))


def sites(agenda: Agenda, gold: Gold) -> Counts:
    """Count the places visited by name, or by an overlap of half of what the two spans cover."""

    def same(one: Any, two: Gold) -> float:
        if fold(one.name) in accepted(two, "name"):
            return 1.0
        overlap = best_iou(one.spans, two["span"]) if "span" in two else 0.0
        return overlap if overlap >= 0.5 else 0.0

    return count(agenda.sites, gold["sites"], same)


def areas(agenda: Agenda, gold: Gold) -> Counts:
    """Count areas of cooperation by code, each once in a report; `general` and `benchmark` are not annotated."""
    found = {area.code for area in agenda.areas} - {"general", "benchmark"}
    golds = {area["code"] for area in gold["areas"]}
    return Counts(len(found & golds), len(found - golds), len(golds - found))


def speakers(agenda: Agenda, gold: Gold) -> Counts:
    """Count sentences, found by where they start, with the right speaker; no counts where none are annotated.

    Where nobody is named as speaker in the gold, any answer that is not a single participant is right.
    """
    rows = gold.get("speakers", [])
    if not rows:
        return Counts()
    said = {span[0]: statement.speaker for statement in agenda.statements for span in statement.spans[:1]}
    people = {name: form for p in gold["participants"] for form in [accepted(p, "name")] for name in form}
    right = fp = fn = 0
    for row in rows:
        start = row["span"][0]
        if start not in said:
            fn += 1
            continue
        speaker = fold(said.pop(start))
        wanted = fold(row["speaker"])
        same = speaker == wanted or (speaker in people and wanted in people[speaker])
        if same or (not wanted and speaker not in people):
            right += 1
        else:
            fp += 1
            fn += 1
    return Counts(right, fp + len(said), fn)


def commitments(agenda: Agenda, gold: Gold, *, firm: bool = False) -> Counts:
    """Count commitments by an overlap of half of what two spans cover (of the words, in a page without offsets).

    With `firm`, only those that stand in an agreed text, or higher on the ladder, count on both sides.
    """
    golds = [row for row in gold["commitments"] if not firm or row["strength"] in FIRM]
    found = [row for row in agenda.commitments if not firm or row.strength in FIRM]

    def same(one: Any, two: Gold) -> float:
        if "span" in two:
            overlap = best_iou(one.spans, two["span"])
        else:
            words, wanted = fold(one.text), fold(two["text"])
            within = words in wanted or wanted in words
            overlap = min(len(words), len(wanted)) / max(len(words), len(wanted), 1) if within else 0.0
        return overlap if overlap >= 0.5 else 0.0

    return count(found, golds, same)


def traps(agenda: Agenda, gold: Gold) -> list[str]:
    """Return the names of people who took no part, yet were read as participants."""
    names = {fold(person.name) for person in agenda.participants}
    return [row["name"] for row in gold["non_participants"] if fold(row["name"]) in names]


SUBJECTS: dict[str, Callable[[Agenda, Gold], Counts]] = {
    "persons": persons,
    "positions": positions,
    "sides": sides,
    "person_sides": person_sides,
    "dates": dates,
    "sites": sites,
    "areas": areas,
    "speakers": speakers,
    "commitments": commitments,
}


def micro_f1(counts: Iterable[tuple[int, int, int]]) -> float:
    """Return the F1 of counts added up: twice the right ones over all given and all wanted; 1 where there are none."""
    rows = list(counts)
    tp, fp, fn = (sum(row[i] for row in rows) for i in range(3))
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 1.0
