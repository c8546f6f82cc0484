"""Rules of the indicators: one indicator is one thing for all regions, and its years do not contradict its latest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yijiang.belt.columns import cell_text
from yijiang.belt.findings import Findings

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

#: What must be the same in every row of an indicator, so that two regions are compared in one measure.
ALIKE = ("unit", "better", "topic", "name_en", "name_zh")


def indicators_alike(belt: Belt, found: Findings) -> None:
    """Unit, direction, topic and names of an indicator are the same for every region."""
    frame = belt.tables["indicators"]
    first: dict[str, dict[str, str]] = {}
    for i, row in enumerate(frame[["indicator", *ALIKE]].astype(str).to_dict("records")):
        known = first.setdefault(row["indicator"], {column: row[column] for column in ALIKE})
        for column in ALIKE:
            if row[column] != known[column]:
                problem = f"the indicator {row['indicator']} has another {column} in an earlier row"
                remedy = f"give every region the same {column} ({known[column]}), or name it as another indicator"
                found.add("indicators", i + 2, column, row[column], problem, remedy)


def years_agree(belt: Belt, found: Findings) -> None:
    """The value of an indicator's own year is the same in the table of its years."""
    latest = {
        (str(row["indicator"]), str(row["region"]), cell_text(row["year"])): float(row["value"])
        for row in belt.tables["indicators"].to_dict("records")
        if cell_text(row["value"]) and cell_text(row["year"])
    }
    frame = belt.tables["indicator_years"]
    columns = (frame[name].tolist() for name in ("indicator", "region", "year", "value"))
    for i, (indicator, region, year, value) in enumerate(zip(*columns, strict=True)):
        key = (str(indicator), str(region), cell_text(year))
        if key in latest and not abs(latest[key] - float(value)) <= 1e-6 * abs(float(value)):
            problem = f"the table indicators has {latest[key]:g} for this year"
            remedy = "give the same value in both tables, or correct the year"
            found.add("indicator_years", i + 2, "value", cell_text(value), problem, remedy)
