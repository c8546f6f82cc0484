"""The topics of the agreement: who wants to learn what, and which indicators inform it, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yijiang.errors import match_name
from yijiang.learning.reading import LANGUAGES, Indicator, Text
from yijiang.messages import has_message, message

if TYPE_CHECKING:
    from yijiang.belt import Belt


@dataclass(frozen=True)
class Topic:
    """One topic: its names, who named it as something to learn ("" if nobody did), and its indicators by key.

    A topic of the agreement without an indicator, or whose indicators are all blank, has `found` False.
    """

    key: str
    name: Text
    learner: str
    agreed: bool
    indicators: tuple[str, ...]
    found: bool


def _name(key: str) -> Text:
    named = has_message(f"topic.{key}")
    return {lang: message(f"topic.{key}", lang) if named else key for lang in LANGUAGES}


def topics_of(indicators: Sequence[Indicator], places: Sequence[str], belt: Belt | None = None) -> list[Topic]:
    """Return the topics: those of the belt's agreement in its order, then the other topics of the indicators.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.learning.reading import indicators_of
    >>> belt = yj.case("tiny")
    >>> [(t.key, t.learner, t.found) for t in topics_of(indicators_of(belt), ("Upper", "Middle"), belt)][:2]
    [('phosphorus', 'Middle', False), ('technology', '', True)]
    """
    groups: dict[str, list[Indicator]] = {}
    for one in indicators:
        groups.setdefault(one.topic, []).append(one)
    heads: dict[str, tuple[Text, str, bool]] = {}
    if belt is not None:
        for row in belt.tables["agreement"].to_dict("records"):
            if row["record"] == "topic":
                names = {lang: str(row[f"name_{lang}"]) for lang in LANGUAGES}
                heads[str(row["item"])] = (names, str(row["region"]), True)
    for key in groups:
        heads.setdefault(key, (_name(key), "", False))
    return [
        Topic(
            key, name, learner, agreed, tuple(one.key for one in groups.get(key, [])),
            any(one.path(place) for one in groups.get(key, []) for place in places),
        )
        for key, (name, learner, agreed) in heads.items()
    ]  # fmt: skip


def find_topic(topics: Sequence[Topic], wanted: str) -> Topic:
    """Return a topic by its key or one of its names; an unknown one is an error that lists near names."""
    aliases = [(topic.key, *topic.name.values()) for topic in topics]
    key = match_name(wanted, aliases, "topic")
    return next(topic for topic in topics if topic.key == key)
