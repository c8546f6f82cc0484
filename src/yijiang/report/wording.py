"""How values are worded: money, ranges, shares, classes and names, in both languages at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from yijiang.messages import LANGUAGES, has_message, message

Text = Mapping[str, str]
"""One text in every language, by language code."""

Document = Mapping[str, Any]
"""The plan document: what `plan.json` holds."""

CLASSES = ("I", "II", "III", "IV", "V")


def say(key: str, **values: Any) -> Text:
    """Return a message in every language; values that are texts themselves are filled in language by language.

    >>> say("unit.large_money", value="3", currency={"en": "yuan", "zh": "元"})["zh"]
    '3亿元'
    """
    return {
        lang: message(key, lang, **{k: v[lang] if isinstance(v, Mapping) else v for k, v in values.items()})
        for lang in LANGUAGES
    }


def plain(text: object) -> Text:
    """Return the same words for every language."""
    return dict.fromkeys(LANGUAGES, str(text))


def each(make: Callable[[str], str]) -> Text:
    """Return what `make(lang)` gives for every language."""
    return {lang: make(lang) for lang in LANGUAGES}


def pair(value: Any) -> Text:
    """Return a text of the document in every language; a language that is missing borrows the other's words."""
    if not isinstance(value, Mapping):
        return plain("" if value is None else value)
    spare = next((str(v) for v in value.values() if v), "")
    return {lang: str(value.get(lang) or spare) for lang in LANGUAGES}


def river_name(document: Document) -> Text:
    """Return the river's name, or the word for one where the document has none.

    >>> river_name({"river_name": {"en": "", "zh": ""}})["en"]
    'river'
    """
    found = pair(document.get("river_name"))
    return found if any(found.values()) else say("page.river")


def label(group: str, key: Any) -> Text:
    """Return the catalogue's word for an identifier, such as a mode or a status, or the identifier itself.

    >>> label("mode", "water")["zh"], label("mode", "airship")["en"]
    ('水运', 'airship')
    """
    name = f"{group}.{key}"
    return say(name) if has_message(name) else plain("" if key is None else key)


def joined(texts: Sequence[Text], sign: str = ", ") -> Text:
    """Join texts as a list, with the sign each language uses."""
    return each(lambda lang: ("、" if lang == "zh" else sign).join(t[lang] for t in texts))


def shortened(texts: Sequence[Text], most: int) -> list[Text]:
    """The first of a long list, and how many more there are."""
    if len(texts) <= most + 1:
        return list(texts)
    return [*texts[:most], say("page.more", count=len(texts) - most)]


def known(value: Any) -> bool:
    """Say whether a value is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def figure(value: Any, digits: int = 3) -> str:
    """Write a number with so many significant digits, thousands apart; what is no number becomes a dash.

    >>> figure(12345.0), figure(0.012345), figure(-2.5), figure(None), figure(3.0)
    ('12,300', '0.0123', '−2.5', '–', '3')
    """
    if not known(value):
        return "–"
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(float(value), places)
    text = f"{rounded:,.{max(places, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def span(low: str, high: str) -> str:
    """Join the two ends of a range; a minus sign calls for room around the dash.

    >>> span("1", "2"), span("−1", "2")
    ('1–2', '−1 – 2')
    """
    return f"{low} – {high}" if "−" in low + high else f"{low}–{high}"


#: ISO code of the currency that amounts are worded in while a document is told.
_CURRENCY: ContextVar[str] = ContextVar("currency", default="CNY")


@contextmanager
def told_in_its_currency(document: Document) -> Iterator[None]:
    """Word every amount inside the block in the currency of a document, whose `unit` is like "million USD per year".

    >>> with told_in_its_currency({"unit": "million USD per year"}):
    ...     money(2350.0)["en"], money(2350.0)["zh"]
    ('2.35 bn USD', '23.5亿美元')
    """
    words = str(document.get("unit") or "").split()
    code = words[1] if len(words) > 1 and words[0] == "million" else "CNY"
    token = _CURRENCY.set(code)
    try:
        yield
    finally:
        _CURRENCY.reset(token)


def money_unit(lang: str, currency: str | None = None) -> str:
    """Name of a currency in a language; without one, that of the document being told.

    >>> money_unit("zh")
    '元'
    """
    return label("currency", currency or _CURRENCY.get())[lang]


def money_scale(lang: str, size: float) -> tuple[float, str]:
    """What amounts of a size [million] are divided by in a language, and the message that words them."""
    if lang == "zh":
        return (100.0, "unit.large_money") if size >= 10.0 else (0.01, "unit.small_money")
    return (1000.0, "unit.large_money") if size >= 1000.0 else (1.0, "unit.small_money")


def money(value: Any, *, signed: bool = False, currency: str | None = None) -> Text:
    """Word an amount given in million: bn yuan in English, 亿元 (100 million yuan) in Chinese.

    Without `currency` it is that of the document being told (see `told_in_its_currency`).

    >>> money(2350.0)["en"], money(2350.0)["zh"], money(34.0)["en"], money(None)["zh"]
    ('2.35 bn yuan', '23.5亿元', '34 million yuan', '–')
    >>> money(120.0, signed=True)["en"], money(1932.0, currency="USD")["zh"]
    ('+120 million yuan', '19.3亿美元')
    """
    if not known(value):
        return plain("–")
    if value == 0:
        return plain("0")

    def make(lang: str) -> str:
        scale, key = money_scale(lang, abs(value))
        sign = "+" if signed and value > 0 else ""
        return message(key, lang, value=sign + figure(value / scale), currency=money_unit(lang, currency))

    return each(make)


def unit_for(largest: float) -> Text:
    """Name the unit that amounts up to a size [million] are told in, for a heading over figures without it.

    >>> unit_for(2350.0)["en"], unit_for(34.0)["zh"]
    ('bn yuan', '亿元')
    """
    return each(lambda lang: message(money_scale(lang, largest)[1], lang, value="", currency=money_unit(lang)).strip())


def in_unit(value: Any, largest: float, *, signed: bool = False) -> Text:
    """Word an amount in the unit of `unit_for`, without its name.

    >>> in_unit(57.2, 2350.0, signed=True)["en"], in_unit(None, 2350.0)["zh"]
    ('+0.0572', '–')
    """
    if not known(value):
        return plain("–")
    sign = "+" if signed and value > 0 else ""
    return each(lambda lang: sign + figure(value / money_scale(lang, largest)[0]))


def money_range(low: Any, high: Any, *, currency: str | None = None) -> Text:
    """Word a range given in million, both ends in one unit.

    >>> money_range(1200.0, 3400.0)["en"], money_range(-1200.0, 3400.0)["zh"]
    ('1.2–3.4 bn yuan', '−12 – 34亿元')
    """
    if not (known(low) and known(high)):
        return plain("–")

    def make(lang: str) -> str:
        scale, key = money_scale(lang, max(abs(low), abs(high)))
        value = span(figure(low / scale), figure(high / scale))
        return message(key, lang, value=value, currency=money_unit(lang, currency))

    return each(make)


def percent(value: Any, digits: int = 2) -> str:
    """Write a share as a percentage.

    >>> percent(0.1234), percent(1.0), percent(None)
    ('12%', '100%', '–')
    """
    return f"{figure(100 * value, digits)}%" if known(value) else "–"


def quality(value: Any) -> Text:
    """Word a water quality class of GB 3838-2002: 1 to 5, or 6 for worse than class V.

    >>> quality(3)["en"], quality("II")["zh"], quality(6)["en"]
    ('III', 'Ⅱ类', 'worse than V')
    """
    if value is None or value == "":
        return plain("–")
    if known(value):
        rank = int(value)
    elif str(value).upper() in CLASSES:
        rank = CLASSES.index(str(value).upper()) + 1
    elif str(value).isdigit():
        rank = int(value)
    else:
        return plain(value)
    if rank > len(CLASSES):
        return say("class.worse")
    return {"en": CLASSES[max(rank, 1) - 1], "zh": f"{'ⅠⅡⅢⅣⅤ'[max(rank, 1) - 1]}类"}


class Names:
    """The names of the document's things, by kind and identifier."""

    def __init__(self, document: Document) -> None:
        self._names: Mapping[str, Any] = document.get("names") or {}

    def __call__(self, kind: str, key: Any) -> Text:
        """Return the name of one thing; one that has none is called by its identifier."""
        found = (self._names.get(kind) or {}).get(key)
        return pair(found) if found else plain("–" if key is None else key)
