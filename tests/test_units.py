"""Units: exact conversion, what is compatible, and messages for what is not known."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijiang import units
from yijiang.belt import schemas
from yijiang.errors import OptionError

CASES = [
    (1.0, "100 million CNY", "million CNY", 100.0),
    (2.5, "bn CNY", "million CNY", 2500.0),
    (3.5, "亿元", "million CNY", 350.0),
    (7.0, "万元", "yuan", 70000.0),
    (16.9, "10^4 t/yr", "t/yr", 169000.0),
    (1.69e8, "t/yr", "Mt/yr", 169.0),
    (12.0, "万吨/年", "t/yr", 120000.0),
    (0.05, "1/day", "1/yr", 18.25),
    (36.0, "km/h", "m/s", 10.0),
    (5.0, "m3/s", "m³/s", 5.0),
    (0.2, "mg/L", "g/m³", 0.2),
    (25.0, "%", "1", 0.25),
    (1.0, "kg/tkm", "kg/(t·km)", 1.0),
    (2.0, "m^2", "m²", 2.0),
    (1.0, "s⁻¹", "1/s", 1.0),
]


@pytest.mark.parametrize(("value", "here", "there", "wanted"), CASES)
def test_convert_known_values(value: float, here: str, there: str, wanted: float) -> None:
    assert units.convert(value, here, there) == pytest.approx(wanted, rel=1e-15)


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_same_unit_keeps_every_bit(value: float) -> None:
    assert units.convert(value, "million CNY", "10^6 yuan") == value


@given(st.sampled_from(CASES), st.floats(-1e12, 1e12))
def test_there_and_back(case: tuple[float, str, str, float], value: float) -> None:
    _, here, there, _ = case
    assert units.convert(units.convert(value, here, there), there, here) == pytest.approx(value, rel=1e-14)


def test_arrays_are_converted_and_left_alone() -> None:
    values = np.array([1.0, 2.0])
    result = units.convert(values, "bn CNY", "million CNY")
    assert result.tolist() == [1000.0, 2000.0]
    assert values.tolist() == [1.0, 2.0]
    assert units.convert(values, "CNY", "CNY") is not values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("milion CNY", "near matches: million"),
        ("", "the unit is empty"),
        ("t/", "ends too early"),
        ("(t", "ends too early"),
        ("t)", "not expected"),
        ("t^x", "not a whole number"),
        ("/t", "not expected"),
        ("0 t", "is zero"),
        ("¤", "unknown unit"),
    ],
)
def test_unreadable_units_say_why(text: str, message: str) -> None:
    with pytest.raises(OptionError, match=message.replace("(", r"\(")):
        units.parse(text)


def test_what_does_not_measure_the_same_is_refused() -> None:
    assert not units.compatible("million USD", "million CNY")
    assert not units.compatible("t/yr", "CNY/t")
    with pytest.raises(OptionError, match="do not measure the same thing"):
        units.convert(1.0, "km", "h")


def test_canonical_units_follow_the_belt_money() -> None:
    assert units.canonical("money", "million USD") == "million USD"
    assert units.canonical("money_per_tonne", "million EUR") == "EUR/t"
    with pytest.raises(OptionError, match="not a unit of money"):
        units.canonical("money", "km")
    with pytest.raises(OptionError, match="unknown kind"):
        units.canonical("colour")


def test_every_unit_of_the_schemas_is_known() -> None:
    seen = {a.unit for schema in schemas().values() for a in schema.attributes if a.unit}
    assert len(seen) > 10
    for unit in seen:
        assert units.parse(unit).factor > 0
    for schema in schemas().values():
        if schema.unit_column is not None:
            assert units.canonical(schema.unit_column.unit_kind)


def test_year_is_365_days() -> None:
    assert units.parse("yr").factor / units.parse("day").factor == Fraction(365)
