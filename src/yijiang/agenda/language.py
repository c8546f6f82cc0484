"""Which language a text is in, from its own signs and words."""

from __future__ import annotations

import re

_SAMPLE = 20_000
_WORDS = re.compile(r"\b(?:the|of|and|to|in|for|on|with|that|was|is|at|by|from|will|as)\b", re.I)
_KANA = re.compile(r"[\u3040-\u30ff]")


def language_of(text: str) -> str | None:
    """Return "zh" or "en", or None for a text in neither.

    A text with a tenth of its letters in Han characters is Chinese: an English heading or names in Latin letters do
    not change that, since one Han character says as much as several letters. An English one has a word in eight
    that only English uses so often.

    Parameters
    ----------
    text
        Any text; its first 20,000 characters are looked at.

    Examples
    --------
    >>> language_of("江苏和湖北"), language_of("Minutes of the meeting in Hubei"), language_of("Protokoll der Sitzung")
    ('zh', 'en', None)
    """
    sample = text[:_SAMPLE]
    han = sum(1 for sign in sample if "\u3400" <= sign <= "\u9fff")
    letters = sum(1 for sign in sample if sign.isalpha())
    if han * 10 >= letters > 0:
        # A Japanese text writes kana between its Han characters.
        return None if len(_KANA.findall(sample)) * 5 > han else "zh"
    words = len(re.findall(r"[^\W\d_]+", sample))
    return "en" if len(_WORDS.findall(sample)) * 8 >= words > 0 else None
