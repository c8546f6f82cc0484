"""Water classes of a standard: the worst parameter decides."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.river import cells

CLASSES = ("I", "II", "III", "IV", "V")
SCHEMES: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {
    CLASSES: {
        "en": ("I", "II", "III", "IV", "V", "worse than V"),
        "zh": ("Ⅰ类", "Ⅱ类", "Ⅲ类", "Ⅳ类", "Ⅴ类", "劣Ⅴ类"),
    },
    # Ecological status of the EU Water Framework Directive (2000/60/EC, annex V): what is beyond "poor" is "bad".
    ("high", "good", "moderate", "poor"): {
        "en": ("high", "good", "moderate", "poor", "bad"),
        "zh": ("优", "良", "中", "差", "劣"),
    },
}
"""Columns of limits a table may have, and the names of its classes; the last class has no limit."""
WATERS = (("river", "河流"), ("lake", "reservoir", "湖库"))


class Grade(NamedTuple):
    """Class of one sample of water.

    Attributes
    ----------
    water_class
        1 (best) to 5, or 6 for worse than class V.
    deciding
        Parameter with the worst class; of several, the one that uses up most of the limit of that class.
    ungraded
        Parameters given that do not count: without a value, or not counted in this kind of water.
    """

    water_class: int
    deciding: str
    ungraded: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Standard:
    """Class limits by parameter and kind of water.

    Attributes
    ----------
    name
        Such as "GB3838-2002".
    table : DataFrame
        `parameter`, `water` ("any", "river" or "lake"), `unit`, `direction` ("max" or "min"), the limits of classes
        `I` to `V` (or `high`, `good`, `moderate`, `poor`, in the manner of the EU Water Framework Directive),
        `name_en`, `name_zh`, `source`, and `saturation` (share of oxygen saturation that is enough for the first
        class, whatever the figure; empty for most). A parameter with a range has a row of each direction.
    classes
        Names of the columns of limits.

    Examples
    --------
    >>> gb = Standard.read("GB3838-2002")
    >>> gb.limit("TP", 2), gb.limit("total phosphorus", 2, water="lake"), gb.limit("溶解氧", 3)
    (0.1, 0.025, 5.0)
    """

    name: str
    table: pd.DataFrame
    classes: tuple[str, ...] = CLASSES

    @property
    def worst(self) -> int:
        """Number of the class beyond all limits."""
        return len(self.classes) + 1

    def class_name(self, water_class: int, lang: str = "en") -> str:
        """Name of a class by its number, 1 the best.

        Raises
        ------
        OptionError
            If there is no such class or language.

        Examples
        --------
        >>> gb = Standard.read("GB3838-2002")
        >>> gb.class_name(2, "zh"), gb.class_name(6, "zh"), gb.class_name(6)
        ('Ⅱ类', '劣Ⅴ类', 'worse than V')
        """
        names = SCHEMES[self.classes]
        if lang not in names:
            raise OptionError(f"unknown language {lang!r}; one of: {', '.join(names)}")
        if water_class not in range(1, self.worst + 1):
            raise OptionError(f"there is no class {water_class!r}; classes are 1 to {self.worst}")
        return names[lang][water_class - 1]

    def parameter_name(self, parameter: str, lang: str = "en") -> str:
        """Name of a parameter in a language; its identifier where the table has none."""
        key = self.parameter(parameter)
        row = self.table[self.table["parameter"] == key].iloc[0]
        return str(row[f"name_{lang}"]) or key

    @classmethod
    def read(cls, source: str | Path) -> Standard:
        """Read a standard of the package by name, or one of your own from a CSV file with the columns of `table`.

        Raises
        ------
        OptionError
            If the package has no standard of that name.
        DataError
            With every fault of the table.
        """
        text: Path | Traversable
        if isinstance(source, Path):
            name, text = source.stem, source
        else:
            folder = resources.files("yijiang.river") / "standards"
            held = sorted(item.name.removesuffix(".csv") for item in folder.iterdir() if item.name.endswith(".csv"))
            name = match_name(source, [(item, item.replace("GB", "GB ")) for item in held], "standard")
            text = folder / f"{name}.csv"
        with text.open(encoding="utf-8") as file:
            return cls.of(name, pd.read_csv(file))

    @classmethod
    def of(cls, name: str, table: pd.DataFrame) -> Standard:
        """Check a table of limits and make a standard of it; the table is copied.

        Raises
        ------
        DataError
            With every fault of the table.
        """
        where = f"standard {name}"
        scheme = next((s for s in SCHEMES if set(s) <= set(table.columns)), CLASSES)
        found = cells.missing_columns(table, where, ["parameter", "water", "unit", "direction", *scheme])
        if found:
            raise DataError(found)
        clean = table.reset_index(drop=True).copy()
        for column in ("parameter", "water", "unit", "direction", "name_en", "name_zh", "source"):
            clean[column] = cells.labels(table[column]) if column in table.columns else ""
        limits = np.column_stack([cells.numbers(clean, where, column, "as `unit`", found) for column in scheme])
        for i, (water, direction) in enumerate(zip(clean["water"], clean["direction"], strict=True)):
            if water not in ("any", "river", "lake"):
                found.append(Finding(where, i + 2, "water", water, "not a kind of water", "enter any, river or lake"))
            if direction not in ("max", "min"):
                found.append(Finding(where, i + 2, "direction", direction, "not a direction", "enter max or min"))
            steps = np.diff(limits[i]) * (-1 if direction == "min" else 1)
            if np.any(steps < 0):
                problem = "a worse class has a stricter limit"
                remedy = f"let the limits loosen from {scheme[0]} to {scheme[-1]}"
                found.append(Finding(where, i + 2, scheme[0], cells.label(limits[i, 0]), problem, remedy))
        for again in np.flatnonzero(clean.duplicated(["parameter", "water", "direction"]).to_numpy()):
            value = str(clean["parameter"].iloc[again])
            problem, remedy = "the limits stand in an earlier line already", "keep one row of each direction and water"
            found.append(Finding(where, int(again) + 2, "parameter", value, problem, remedy))
        if found:
            raise DataError(found)
        clean[list(scheme)] = limits
        given = clean["saturation"] if "saturation" in clean.columns else pd.Series(np.nan, index=clean.index)
        clean["saturation"] = pd.to_numeric(given, errors="coerce")
        return cls(name, clean, scheme)

    def parameter(self, name: str) -> str:
        """Identifier of a parameter from its identifier, English or Chinese name.

        Raises
        ------
        OptionError
            If the standard has no such parameter; near matches are listed.
        """
        return match_name(name, self._aliases, "parameter")

    @cached_property
    def _aliases(self) -> list[tuple[str, ...]]:
        names = self.table[["parameter", "name_en", "name_zh"]].drop_duplicates("parameter")
        return list(names.itertuples(index=False, name=None))

    def knows(self, name: str) -> bool:
        """Whether the standard has a parameter of that name."""
        wanted = name.strip().casefold()
        return any(wanted == word.casefold() for names in self._aliases for word in names if word)

    def rows(self, parameter: str, water: str = "river") -> pd.DataFrame:
        """Rows of a parameter for a kind of water; none if it does not count there (total nitrogen in rivers)."""
        name, kind = self.parameter(parameter), match_name(water, WATERS, "kind of water")
        table = self.table
        return table[(table["parameter"] == name) & table["water"].isin(["any", kind])]

    def limit(self, parameter: str, water_class: int, water: str = "river") -> float:
        """Limit of a parameter for a class that has one (1 to 5), in the parameter's unit.

        Raises
        ------
        OptionError
            If the class has no limit, the parameter does not count in that water, or it has a range (see `rows`).
        """
        if water_class not in range(1, self.worst):
            raise OptionError(f"class {water_class!r} has no limit; classes are 1 to {self.worst - 1}")
        rows = self.rows(parameter, water)
        if len(rows) != 1:
            reason = "is a range with two limits" if len(rows) else f"does not count in a {water}"
            raise OptionError(f"{parameter} {reason} in {self.name}")
        return float(rows[self.classes[water_class - 1]].iloc[0])


@overload
def grade(
    values: pd.DataFrame, water: str = ..., standard: str | Standard = ..., saturation: float | None = ...
) -> pd.DataFrame: ...
@overload
def grade(
    values: Mapping[str, float] | pd.Series,
    water: str = ...,
    standard: str | Standard = ...,
    saturation: float | None = ...,
) -> Grade: ...
def grade(
    values: Mapping[str, float] | pd.Series | pd.DataFrame,
    water: str = "river",
    standard: str | Standard = "GB3838-2002",
    saturation: float | None = None,
) -> Grade | pd.DataFrame:
    """Class of water by its worst parameter.

    class = max over parameters of min {c : value ≤ limit_c} (≥ for dissolved oxygen and the lower end of pH), and 6
    where not even the limit of class V holds. A value equal to a limit is inside the class. Total nitrogen counts in
    lakes and reservoirs only, and total phosphorus has other limits there. Means of the sampling period are meant.

    Parameters
    ----------
    values
        Value by parameter [mg/L; pH -], by identifier or English or Chinese name; a mapping or Series for one sample,
        a DataFrame for one sample per row. Missing values (NaN) are not graded, and listed.
    water
        "river" or "lake" (also for reservoirs).
    standard
        Name of a standard of the package, or a `Standard`.
    saturation
        Oxygen at saturation [mg/L]. GB 3838 lets 90 % of it pass for class I where that is less than 7.5 mg/L; without
        it the figure decides.

    Returns
    -------
    Grade, or a DataFrame with the index of `values` and the columns `class`, `deciding`, `ungraded` (tuples). A row
    without any value that counts has no class (<NA>).

    Raises
    ------
    OptionError
        If a parameter is unknown or named twice, a value is negative or infinite, or a single sample has no value
        that counts.

    References
    ----------
    GB 3838-2002, Environmental quality standards for surface water, table 1 (limits inclusive).

    Examples
    --------
    >>> grade({"TP": 0.10, "NH3-N": 0.6})
    Grade(water_class=3, deciding='NH3-N', ungraded=())
    >>> grade({"TP": 0.10, "TN": 3.0})
    Grade(water_class=2, deciding='TP', ungraded=('TN',))
    >>> grade({"TP": 0.10, "TN": 3.0}, water="lake").water_class
    6
    """
    rules = standard if isinstance(standard, Standard) else Standard.read(standard)
    if isinstance(values, pd.DataFrame):
        return _grade_table(values, water, rules, saturation)
    index: list[Hashable] = list(values.keys())
    one = pd.DataFrame([list(values.values) if isinstance(values, pd.Series) else list(values.values())], columns=index)
    row = _grade_table(one, water, rules, saturation).iloc[0]
    if row["class"] is pd.NA:
        raise OptionError(f"nothing to grade in a {water}: no value that counts among {', '.join(map(str, index))}")
    return Grade(int(row["class"]), str(row["deciding"]), tuple(row["ungraded"]))


def _grade_table(values: pd.DataFrame, water: str, rules: Standard, saturation: float | None) -> pd.DataFrame:
    """Grade one sample per row."""
    parameters = [rules.parameter(str(column)) for column in values.columns]
    twice = sorted({name for name in parameters if parameters.count(name) > 1})
    if twice:
        raise OptionError(f"given more than once, under different names: {', '.join(twice)}")
    count = len(values)
    worst = np.zeros(count, dtype=np.int64)
    used = np.zeros(count)
    deciding = [""] * count
    ungraded: list[list[str]] = [[] for _ in range(count)]
    for position, name in enumerate(parameters):
        column = pd.to_numeric(values.iloc[:, position]).to_numpy(dtype=np.float64, na_value=np.nan)
        if np.any(column < 0) or np.any(np.isinf(column)):
            raise OptionError(f"{name} has a value that is negative or infinite")
        rows = rules.rows(name, water)
        counted = ~np.isnan(column) if len(rows) else np.zeros(count, dtype=np.bool_)
        for i in np.flatnonzero(~counted):
            ungraded[i].append(name)
        for _, row in rows.iterrows():
            limits = np.array([float(row[name]) for name in rules.classes])
            if saturation is not None and not np.isnan(row["saturation"]):
                limits[0] = min(limits[0], max(row["saturation"] * saturation, limits[1]))
            classes, part = _classes(column, limits, str(row["direction"]))
            ahead = counted & ((classes > worst) | ((classes == worst) & (part > used)))
            worst[ahead], used[ahead] = classes[ahead], part[ahead]
            for i in np.flatnonzero(ahead):
                deciding[i] = name
    return pd.DataFrame(
        {
            "class": pd.array([int(c) if c else None for c in worst], dtype="Int64"),
            "deciding": deciding,
            "ungraded": [tuple(names) for names in ungraded],
        },
        index=values.index,
    )


def _classes(
    values: npt.NDArray[np.float64], limits: npt.NDArray[np.float64], direction: str
) -> tuple[npt.NDArray[np.int64], Any]:
    """Class by one row of limits, and the share of that class's limit that is used up (above 1 only in the last)."""
    least = direction == "min"
    # The first class whose limit holds; limits loosen from I to V.
    broken = values[:, None] < limits if least else values[:, None] > limits
    classes = 1 + broken.sum(axis=1)
    limit = limits[np.minimum(classes, len(limits)) - 1]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        part = limit / values if least else values / limit
    return classes.astype(np.int64), np.nan_to_num(part, nan=0.0)


def distinguishable(
    base: npt.ArrayLike, plan: npt.ArrayLike, limit: npt.ArrayLike, calibration_error: npt.ArrayLike
) -> npt.NDArray[np.bool_]:
    """Whether a change of class is beyond the calibration error.

    True where base and plan lie on different sides of the class limit, and both are further from it than
    calibration_error × limit. It is the same for maxima and minima.

    Parameters
    ----------
    base, plan
        Concentrations [mg/L] before and after.
    limit
        Limit between the two classes [mg/L].
    calibration_error
        Relative error of calculated concentrations [-], at least 0.

    Returns
    -------
    ndarray of bool, of the shape the arguments broadcast to

    Raises
    ------
    OptionError
        If the calibration error or the limit is negative, or a value is missing.

    Examples
    --------
    Total phosphorus from 0.1035 to 0.098 mg/L changes from class III to II, but not with a model that is 10 % off.

    >>> bool(distinguishable(0.1035, 0.098, 0.10, 0.10)), bool(distinguishable(0.125, 0.08, 0.10, 0.10))
    (False, True)
    """
    before, after, bound, error = (np.asarray(a, dtype=np.float64) for a in (base, plan, limit, calibration_error))
    if any(np.isnan(a).any() for a in (before, after, bound, error)):
        raise OptionError("base, plan, limit and calibration_error must not be missing (NaN)")
    if np.any(error < 0) or np.any(bound < 0):
        raise OptionError("calibration_error and limit must be at least 0")
    apart = (before <= bound) != (after <= bound)
    result: npt.NDArray[np.bool_] = np.asarray(
        apart & (np.abs(before - bound) > error * bound) & (np.abs(after - bound) > error * bound)
    )
    return result
