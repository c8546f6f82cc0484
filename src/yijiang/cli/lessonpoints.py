"""Joins an agenda to learning: what was said of learning from the other, and the topics the same sentence names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yijiang.agenda import Agenda

_ENDS = re.compile(r"[。！？!?\n]|\.(?=\s)")


def sentence_at(text: str, start: int, end: int) -> str:
    """Return the sentence that holds a span.

    Examples
    --------
    >>> sentence_at("先说交通。江苏园区经济走在前列,我们要学习。再见。", 14, 19)
    '江苏园区经济走在前列,我们要学习'
    """
    before = max((found.end() for found in _ENDS.finditer(text, 0, start)), default=0)
    after = _ENDS.search(text, end)
    return text[before : after.start() if after else len(text)].strip()


def topics_named(sentence: str, topics: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the topics whose name, in either language, stands in a sentence.

    Examples
    --------
    >>> topics_named("学习园区经济", [{"topic": "park_economy", "name": {"en": "Industrial parks", "zh": "园区经济"}}])
    ['park_economy']
    """
    folded = sentence.casefold()
    return [
        str(topic["topic"])
        for topic in topics
        if any(name and str(name).casefold() in folded for name in topic["name"].values())
    ]


def with_said(document: Mapping[str, Any], agenda: Agenda, file: Path) -> dict[str, Any]:
    """Return the document of learning with the key `said`: every intent to learn, quoted, with the topics it names."""
    said = [
        {
            "id": promise.id,
            "quote": promise.text,
            "speaker": promise.speaker,
            "span": list(promise.spans[0]),
            "topics": topics_named(
                sentence_at(agenda.text, promise.spans[0].start, promise.spans[0].end), document["topics"]
            ),
        }
        for promise in agenda.commitments
        if promise.kind == "learning_intent"
    ]
    return {**document, "said": {"file": file.name, "intents": said}}
