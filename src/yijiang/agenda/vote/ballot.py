"""The vote counted: a participant whom the network names too rises to tier A; one it alone names is left open."""

from __future__ import annotations

from dataclasses import replace

from yijiang.agenda.folding import fold
from yijiang.agenda.records import Agenda, Participant, Span, Unresolved
from yijiang.agenda.regions import abbreviations
from yijiang.agenda.vote.tagger import people

READER = "lac_small of jieba 0.42.1"
"""What `Agenda.notes["vote"]` says of who voted."""


def with_vote(agenda: Agenda) -> Agenda:
    """Return an agenda with the tiers that the vote of the name tagger gives.

    A participant or mention whose name overlaps a person of the network becomes tier A. A person whom the network
    alone names becomes a tier C entry of `unresolved`, never a participant and never with a side. All else stays.

    Parameters
    ----------
    agenda
        As the rules read it.

    Returns
    -------
    Agenda
        The same records in the same order; `notes["vote"]` names the network.

    Raises
    ------
    OptionError
        If the extra `ner` is not installed, or its files are not those of the pinned release.

    Notes
    -----
    Method: two readers that err in different ways; tiers say where a record comes from, see `TIERS`.

    Examples
    --------
    >>> with_vote(Agenda(text="")).notes["vote"]
    'lac_small of jieba 0.42.1'
    """
    start, end = agenda.body if agenda.body.end > agenda.body.start else Span(0, len(agenda.text))
    found = sorted(Span(start + a, start + b) for a, b in people(agenda.text[start:end]))
    known = [span for record in (*agenda.participants, *agenda.mentions) for span in record.spans]
    names = {_plain(name) for p in agenda.participants for name in (p.name, *p.alternatives)}
    names |= {_plain(mention.name) for mention in agenda.mentions}
    alone: dict[str, list[Span]] = {}
    for span in found:
        name = _plain(agenda.quote(span))
        if name not in names and not _meet(span, known) and _is_name(name):
            alone.setdefault(name, []).append(span)
    candidates = tuple(
        Unresolved(
            text=agenda.quote(spans[0]),
            why="a person by the vote alone: no rule says who that is or that they took part",
            spans=tuple(spans),
            rule="vote.person",
            confidence="C",
        )
        for spans in alone.values()
    )
    return replace(
        agenda,
        participants=tuple(_voted(p, agenda, found) for p in agenda.participants),
        mentions=tuple(replace(m, confidence="A") if _agree(m.spans, found) else m for m in agenda.mentions),
        unresolved=(*agenda.unresolved, *candidates),
        notes={**agenda.notes, "vote": READER},
    )


def _voted(person: Participant, agenda: Agenda, found: list[Span]) -> Participant:
    """Return a participant in tier A if the network names one of the mentions, with its form of the name if another."""
    theirs = [span for span in found if _meet(span, person.spans)]
    if not theirs:
        return person
    forms = {_plain(name) for name in (person.name, *person.alternatives)}
    exact = any(_plain(agenda.quote(span)) in forms for span in theirs)
    other = () if exact else (agenda.quote(theirs[0]),)
    return replace(person, confidence="A", alternatives=(*person.alternatives, *other))


def _agree(spans: tuple[Span, ...], found: list[Span]) -> bool:
    return any(_meet(span, spans) for span in found)


def _meet(span: Span, others: tuple[Span, ...] | list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _is_name(name: str) -> bool:
    """Say whether a word may name a person: letters only, and not only names of provinces (苏鄂)."""
    letters = name.replace("·", "")
    return letters.isalpha() and not all(sign in abbreviations() for sign in letters)


def _plain(name: str) -> str:
    return fold(name).replace(" ", "")
