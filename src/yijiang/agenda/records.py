"""What a report yields, as records: each knows its places in the text, the rule that found it, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple

TIERS = {
    "A": "grammar and vote agree",
    "B": "grammar alone",
    "C": "vote or model alone",
    "D": "inferred, or not yet confirmed by a person",
}
"""Confidence tiers: where a record comes from, not a probability."""

KINDS = ("joint_proposal", "own_pledge", "learning_intent", "request", "agreed", "past_fact")
"""Kinds of commitment."""

STRENGTHS = ("spoken", "agreed_text", "owned", "dated", "funded")
"""The ladder of strength; from `agreed_text` up a commitment is firm."""


class Span(NamedTuple):
    """A place in the text: code points from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every record carries: its spans in the text, the rule that found it, its confidence tier (see `TIERS`)."""

    spans: tuple[Span, ...] = ()
    rule: str = ""
    confidence: str = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position(Record):
    """A public post as stated: organisation and title, either None when the text states only the other."""

    organisation: str | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant(Record):
    """A person who took part; `spans` are the mentions, `side` is visiting, host or None, `region` its region.

    The role is participant, chair, delegation_leader, host_principal or observer.
    """

    name: str
    side: str | None = None
    region: str | None = None
    role: str = "participant"
    positions: tuple[Position, ...] = ()
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Record):
    """A person named who did not take part: kind is byline_reporter, byline_editor, recorder, absent or mentioned."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRecord(Record):
    """A date: kind is event, published or mentioned; ISO text; the year is None when nothing states it."""

    kind: str
    start: str | None
    end: str | None
    year_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting(Record):
    """A meeting named in the text; date and place stay None unless stated."""

    name: str
    date: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Record):
    """A place that was visited; `related` names what was shown there."""

    name: str
    kind: str
    place: str | None = None
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(Record):
    """An area of cooperation, by code, with the facets named (technology, industry_chain, market, capital, …)."""

    code: str
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Record):
    """One sentence of the body with its speaker (None: the reporter's own voice) and area labels."""

    text: str
    speaker: str | None = None
    side: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Record):
    """What a side said it would do: kind (see `KINDS`), strength (see `STRENGTHS`); what is not stated is None."""

    id: str
    text: str
    kind: str
    strength: str = "spoken"
    area: str = "general"
    facets: tuple[str, ...] = ()
    speaker: str | None = None
    sides: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    owner: str | None = None
    deadline: str | None = None
    amount: str | None = None

    @property
    def firm(self) -> bool:
        """Say whether it stands in an agreed text or higher on the ladder."""
        return STRENGTHS.index(self.strength) >= STRENGTHS.index("agreed_text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Record):
    """A fact told: kind is past_mutual_aid, thanks, welcome, briefing, learning_topics or signing."""

    kind: str
    text: str
    speaker: str | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved(Record):
    """A phrase the rules could not settle, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a model said and no record was made of, and why; `text` is the model's, not the report's: it has no span."""

    kind: str
    text: str
    why: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Record):
    """One side of the cooperation: role is visiting or host (None when the text does not say)."""

    region: str
    role: str | None = None
    delegation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Everything read from one report. `text` is what the spans count in; every span is (start, end) in code points.

    It is the text that was given, but for a Chinese page whose lines break within sentences: there it is the paragraphs
    put together, and `notes["lines"]` says so.

    `notes` says who read beside the rules: `vote` the network; `model`, `model_answered`, `endpoint`, `prompt_sha256`
    the model, who it says it is, where it was asked and what, with `model_kept`, `model_known` and `model_refused`: how
    many of its quotes became records, were read by the rules already, or were refused. The refused ones are `refused`.
    """

    text: str
    language: str = "zh"
    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    body: Span = field(default_factory=lambda: Span(0, 0))
    sides: tuple[Side, ...] = ()
    participants: tuple[Participant, ...] = ()
    mentions: tuple[Mention, ...] = ()
    dates: tuple[DateRecord, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    sites: tuple[Site, ...] = ()
    areas: tuple[Area, ...] = ()
    statements: tuple[Statement, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    facts: tuple[Fact, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)

    def quote(self, span: Span) -> str:
        """Return the words at a span.

        >>> Agenda(text="湖北和江苏").quote(Span(3, 5))
        '江苏'
        """
        return self.text[span[0] : span[1]]

    def records(self) -> Iterator[Record]:
        """Give every record, positions of participants included."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, tuple):
                for record in value:
                    if isinstance(record, Record):
                        yield record
                        yield from getattr(record, "positions", ())

    def to_dict(self) -> dict[str, Any]:
        """Return the agenda as plain values for JSON; every record keeps its spans and gains the `quotes` at them."""
        return {item.name: self._plain(getattr(self, item.name)) for item in fields(self)}

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Span):
            return list(value)
        if is_dataclass(value) and not isinstance(value, type):
            row = {item.name: self._plain(getattr(value, item.name)) for item in fields(value)}
            if isinstance(value, Record):
                row["quotes"] = [self.quote(span) for span in value.spans]
            if isinstance(value, Commitment):
                row["firm"] = value.firm
            return row
        if isinstance(value, tuple):
            return [self._plain(v) for v in value]
        return value
