"""Units: read a unit as a person writes it, and convert a value from one to another.

A unit is a product of powers of base units times an exact factor. Both are kept exact (fractions, whole exponents), so
that a value already in the wanted unit comes back unchanged, bit for bit. Names in English and Chinese are known:

>>> convert(3.5, "亿元", "million CNY")
350.0
>>> convert(1.69e8, "t/yr", "Mt/yr")
169.0
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import overload

import numpy as np
import numpy.typing as npt

from yijiang.errors import OptionError

DAYS_PER_YEAR = 365
"""A year is 365 days, as yearly loads and traffic are counted; the river room uses the same."""

CURRENCIES = ("CNY", "USD", "EUR", "JPY")
"""Currencies are dimensions of their own: no exchange rate is assumed, so one never converts into another."""

# name → (factor, base unit, exponent); the base units are the currencies, t, m, s, degree, K and person.
_SIMPLE: tuple[tuple[str, Fraction, str, int], ...] = (
    ("1", Fraction(1), "", 0),
    ("%", Fraction(1, 100), "", 0),
    ("percent", Fraction(1, 100), "", 0),
    ("‰", Fraction(1, 1000), "", 0),
    ("thousand", Fraction(10**3), "", 0),
    ("million", Fraction(10**6), "", 0),
    ("mn", Fraction(10**6), "", 0),
    ("billion", Fraction(10**9), "", 0),
    ("bn", Fraction(10**9), "", 0),
    ("trillion", Fraction(10**12), "", 0),
    ("万", Fraction(10**4), "", 0),
    ("亿", Fraction(10**8), "", 0),
    ("CNY", Fraction(1), "CNY", 1),
    ("RMB", Fraction(1), "CNY", 1),
    ("yuan", Fraction(1), "CNY", 1),
    ("元", Fraction(1), "CNY", 1),
    ("万元", Fraction(10**4), "CNY", 1),
    ("亿元", Fraction(10**8), "CNY", 1),
    ("USD", Fraction(1), "USD", 1),
    ("EUR", Fraction(1), "EUR", 1),
    ("euro", Fraction(1), "EUR", 1),
    ("JPY", Fraction(1), "JPY", 1),
    ("t", Fraction(1), "t", 1),
    ("tonne", Fraction(1), "t", 1),
    ("tonnes", Fraction(1), "t", 1),
    ("kt", Fraction(10**3), "t", 1),
    ("Mt", Fraction(10**6), "t", 1),
    ("kg", Fraction(1, 10**3), "t", 1),
    ("g", Fraction(1, 10**6), "t", 1),
    ("mg", Fraction(1, 10**9), "t", 1),
    ("吨", Fraction(1), "t", 1),
    ("万吨", Fraction(10**4), "t", 1),
    ("亿吨", Fraction(10**8), "t", 1),
    ("m", Fraction(1), "m", 1),
    ("km", Fraction(10**3), "m", 1),
    ("米", Fraction(1), "m", 1),
    ("公里", Fraction(10**3), "m", 1),
    ("L", Fraction(1, 10**3), "m", 3),
    ("s", Fraction(1), "s", 1),
    ("h", Fraction(3600), "s", 1),
    ("hour", Fraction(3600), "s", 1),
    ("hours", Fraction(3600), "s", 1),
    ("d", Fraction(86400), "s", 1),
    ("day", Fraction(86400), "s", 1),
    ("days", Fraction(86400), "s", 1),
    ("天", Fraction(86400), "s", 1),
    ("a", Fraction(86400 * DAYS_PER_YEAR), "s", 1),
    ("yr", Fraction(86400 * DAYS_PER_YEAR), "s", 1),
    ("year", Fraction(86400 * DAYS_PER_YEAR), "s", 1),
    ("years", Fraction(86400 * DAYS_PER_YEAR), "s", 1),
    ("年", Fraction(86400 * DAYS_PER_YEAR), "s", 1),
    ("degree", Fraction(1), "degree", 1),
    ("°", Fraction(1), "degree", 1),
    ("person", Fraction(1), "person", 1),
    ("persons", Fraction(1), "person", 1),
    ("visit", Fraction(1), "person", 1),
    ("visits", Fraction(1), "person", 1),
    ("人次", Fraction(1), "person", 1),
    ("人", Fraction(1), "person", 1),
    ("万人", Fraction(10**4), "person", 1),
)

KINDS = {
    "money": "{money}",
    "ratio": "1",
    "money_per_tonne": "{currency}/t",
    "price": "{currency}/t",
    "freight": "Mt/yr",
    "rate": "1/day",
    "load": "t/yr",
}
"""The canonical unit of every `unit:<kind>` column of the belt's schemas; money follows the belt's `money`."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<word>[^\W\d_]+|[%‰°])|(?P<sign>[/·*×()^]))")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as an exact factor to base units and the exponent of each base unit."""

    factor: Fraction
    dimensions: tuple[tuple[str, int], ...]

    def times(self, other: Unit, power: int = 1) -> Unit:
        """Return this unit times another one to a power.

        >>> parse("t").times(parse("yr"), -1) == parse("t/yr")
        True
        """
        exponents = dict(self.dimensions)
        for base, exponent in other.dimensions:
            exponents[base] = exponents.get(base, 0) + power * exponent
        kept = tuple(sorted((base, e) for base, e in exponents.items() if e))
        return Unit(self.factor * other.factor**power, kept)


_ONE = Unit(Fraction(1), ())
_UNITS = {name: Unit(factor, ((base, power),) if base else ()) for name, factor, base, power in _SIMPLE}
_UNITS["tkm"] = _UNITS["t"].times(_UNITS["km"])
_FOLDED = {name.casefold(): unit for name, unit in _UNITS.items() if len(name) > 2}


def _unknown(word: str, text: str) -> OptionError:
    near = difflib.get_close_matches(word, _UNITS, n=4, cutoff=0.5)
    whole = f" in {text!r}" if word != text else ""
    hint = f"near matches: {', '.join(near)}" if near else "known, for example: CNY, t, km, m³/s, 1/day, million CNY/yr"
    return OptionError(f"unknown unit {word!r}{whole}; {hint}")


class _Reader:
    """Recursive descent over the tokens of one unit: product of powers, left to right, brackets allowed."""

    def __init__(self, text: str) -> None:
        self.text = text
        spread = re.sub(r"([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "^" + m[1].translate(_SUPERSCRIPTS), text.strip())
        spread = re.sub(r"(?<=[^\W\d_])(?=\d)", "^", spread)  # m3 is m^3, never 3·m
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(spread):
            found = _TOKEN.match(spread, at)
            if found is None:
                if spread[at] != "-":
                    raise _unknown(spread[at:].strip(), text)
                self.tokens.append(("sign", "-"))
                at += 1
                continue
            kind = found.lastgroup or ""
            self.tokens.append((kind, found[kind]))
            at = found.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise OptionError(f"the unit {self.text!r} ends too early")
        token = self.tokens[self.at]
        self.at += 1
        return token

    def product(self) -> Unit:
        unit = self.power()
        while self.at < len(self.tokens) and self.peek() != ")":
            power = 1
            if self.peek() in ("/", "·", "*", "×"):
                power = -1 if self.take()[1] == "/" else 1
            unit = unit.times(self.power(), power)
        return unit

    def power(self) -> Unit:
        kind, token = self.take()
        if token == "(":
            unit = self.product()
            if self.take()[1] != ")":
                raise OptionError(f"a bracket is missing in the unit {self.text!r}")
        elif kind == "number":
            unit = Unit(Fraction(token), ())
        elif kind == "word":
            named = _UNITS.get(token) or _FOLDED.get(token.casefold())
            if named is None:
                raise _unknown(token, self.text)
            unit = named
        else:
            raise OptionError(f"{token!r} is not expected there in the unit {self.text!r}")
        if self.peek() == "^":
            self.take()
            negative = self.peek() == "-" and bool(self.take())
            kind, token = self.take()
            if kind != "number" or not token.isdigit():
                raise OptionError(f"the exponent {token!r} in the unit {self.text!r} is not a whole number")
            unit = _ONE.times(unit, -int(token) if negative else int(token))
        return unit


@lru_cache(maxsize=1024)
def parse(text: str) -> Unit:
    """Read a unit: names joined by blanks or `·` (times), `/`, `^2` or `²`, brackets and number words.

    Parameters
    ----------
    text
        For example `million CNY`, `10^4 t/yr`, `yuan/(t·km)`, `m³/s`, `1/day`, `亿元`.

    Raises
    ------
    OptionError
        If a name is not known (near matches are listed) or the unit cannot be read.

    Examples
    --------
    >>> parse("km/h").factor == Fraction(1000, 3600)
    True
    >>> parse("milion CNY")
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: unknown unit 'milion' in 'milion CNY'; near matches: million, billion, trillion, mn
    """
    if not text.strip():
        raise OptionError("the unit is empty; write 1 for a ratio")
    reader = _Reader(text)
    unit = reader.product()
    if reader.peek():
        raise OptionError(f"{reader.peek()!r} is not expected there in the unit {text!r}")
    if unit.factor == 0:
        raise OptionError(f"the unit {text!r} is zero")
    return unit


def compatible(from_unit: str, to_unit: str) -> bool:
    """Whether a value in one unit can be written in the other: their dimensions agree.

    >>> compatible("bn CNY", "million CNY"), compatible("million USD", "million CNY")
    (True, False)
    """
    return parse(from_unit).dimensions == parse(to_unit).dimensions


@overload
def convert(value: float, from_unit: str, to_unit: str) -> float: ...
@overload
def convert(value: npt.NDArray[np.float64], from_unit: str, to_unit: str) -> npt.NDArray[np.float64]: ...
def convert(value: float | npt.NDArray[np.float64], from_unit: str, to_unit: str) -> float | npt.NDArray[np.float64]:
    """Write a value in another unit: value · factor(from) / factor(to).

    Parameters
    ----------
    value
        A number, or an array of numbers, in `from_unit`; an array is not changed.
    from_unit, to_unit
        Units of the same dimension.

    Returns
    -------
    The value in `to_unit`; unchanged bit for bit when both units are the same size.

    Raises
    ------
    OptionError
        If a unit is unknown or the two do not measure the same thing.

    Examples
    --------
    >>> convert(0.05, "1/day", "1/yr")
    18.25
    >>> convert(100.0, "t/yr", "1/day")
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: cannot convert 't/yr' to '1/day': they do not measure the same thing
    """
    here, there = parse(from_unit), parse(to_unit)
    if here.dimensions != there.dimensions:
        raise OptionError(f"cannot convert {from_unit!r} to {to_unit!r}: they do not measure the same thing")
    ratio = here.factor / there.factor
    if ratio.numerator == 1:
        # Dividing by a whole number rounds once; its reciprocal would round twice.
        return value / float(ratio.denominator) if ratio.denominator != 1 else value * 1.0
    return value * float(ratio)


def currency(money: str) -> str:
    """Return the currency of a unit of money.

    >>> currency("亿元"), currency("million USD")
    ('CNY', 'USD')
    """
    dimensions = parse(money).dimensions
    for name in CURRENCIES:
        if dimensions == ((name, 1),):
            return name
    raise OptionError(f"{money!r} is not a unit of money; write for example 'million CNY'")


def canonical(kind: str, money: str = "million CNY") -> str:
    """Return the unit in which the values of a `unit:<kind>` column are kept.

    >>> canonical("freight"), canonical("price", "million USD"), canonical("money", "million CNY")
    ('Mt/yr', 'USD/t', 'million CNY')
    """
    if kind not in KINDS:
        raise OptionError(f"unknown kind of unit {kind!r}; all: {', '.join(KINDS)}")
    return KINDS[kind].format(money=money, currency=currency(money))
