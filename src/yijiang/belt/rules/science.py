"""Rules for offers, needs, what is said of them, and facilities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pandas as pd

from yijiang.belt.findings import Findings, near

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

TableRule = Callable[[pd.DataFrame, str, Findings], None]


def day_of(text: str) -> date | None:
    """Return a day written YYYY-MM-DD, None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def minutes_of(text: str) -> int | None:
    """Return minutes since midnight of a time written HH:MM (24:00 is the end of the day), None for anything else.

    >>> minutes_of("08:30"), minutes_of("24:00"), minutes_of("8.30")
    (510, 1440, None)
    """
    hours, sign, minutes = text.partition(":")
    if not (sign and hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        return None
    value = int(hours) * 60 + int(minutes)
    return value if int(minutes) < 60 and value <= 1440 else None


def parts_of(cell: str) -> list[str]:
    """Return the names in a cell that holds several, parted by ; .

    >>> parts_of("Hubei; Jiangsu;")
    ['Hubei', 'Jiangsu']
    """
    return [part.strip() for part in cell.replace("；", ";").split(";") if part.strip()]


def days_in_order(frame: pd.DataFrame, table: str, found: Findings) -> None:
    """Days are days, and the last is not before the first."""
    for row, (first, last) in enumerate(zip(frame["from"], frame["until"], strict=True)):
        for column, cell in (("from", first), ("until", last)):
            if cell and day_of(cell) is None:
                found.add(table, row + 2, column, cell, "not a day", "write it as YYYY-MM-DD")
        if day_of(first) and day_of(last) and first > last:
            found.add(table, row + 2, "until", last, f"lies before the first day, {first}", "put the days in order")


def titled(frame: pd.DataFrame, table: str, found: Findings) -> None:
    """Every row has a title in one of the languages."""
    for row, (en, zh) in enumerate(zip(frame["title_en"], frame["title_zh"], strict=True)):
        if not en.strip() and not zh.strip():
            found.add(table, row + 2, "title_en", "", "no title", "enter a title in English, Chinese or both")


def valued(frame: pd.DataFrame, table: str, found: Findings) -> None:
    """A value has a unit, and low, value and high are in order."""
    for row, (low, value, high, unit) in enumerate(
        zip(*(frame[c] for c in ("low", "value", "high", "unit")), strict=True)
    ):
        known = [v for v in (low, value, high) if not pd.isna(v)]
        if known and not unit.strip():
            found.add(table, row + 2, "unit", "", "a value without a unit", "enter the unit, for example million CNY")
        if known != sorted(known):
            found.add(table, row + 2, "high", high, "low, value and high are not in order", "put them in order")


def ready(frame: pd.DataFrame, table: str, found: Findings) -> None:
    """The readiness wanted is a range in order."""
    for row, (low, high) in enumerate(zip(frame["readiness_low"], frame["readiness_high"], strict=True)):
        if not pd.isna(low) and not pd.isna(high) and low > high:
            found.add(table, row + 2, "readiness_high", high, f"lies below the least, {low}", "put them in order")


def guarded(frame: pd.DataFrame, table: str, found: Findings) -> None:
    """What is for partners only names them."""
    for row, (secrecy, partners) in enumerate(zip(frame["secrecy"], frame["partners"], strict=True)):
        if secrecy == "partners" and not parts_of(partners):
            hint = "name the regions it is open to, or make it public"
            found.add(table, row + 2, "partners", "", "for partners only, but none is named", hint)


def without_circles(frame: pd.DataFrame, table: str, found: Findings) -> None:
    """A list gives places or comparisons, and comparisons do not go round in a circle."""
    for row, (other, rank, over) in enumerate(zip(frame["other"], frame["rank"], frame["over"], strict=True)):
        if pd.isna(rank) == (not over):
            hint = "give its place, or what it is preferred to"
            found.add(table, row + 2, "rank", "" if pd.isna(rank) else rank, "neither or both of rank and over", hint)
        elif over and over == other:
            found.add(table, row + 2, "over", over, "is preferred to itself", "remove the line")
    for (side, who), rows in frame.groupby(["side", "who"], sort=False):
        ranked, compared = rows[rows["over"] == ""], rows[rows["over"] != ""]
        line = int(rows.index[0]) + 2
        if len(ranked) and len(compared):
            hint = "use one way for the whole list"
            found.add(table, line, "rank", who, f"the list of {side} {who} mixes places and comparisons", hint)
        circle = circle_in({(str(a), str(b)) for a, b in zip(compared["other"], compared["over"], strict=True)})
        if circle:
            told = " before ".join(circle)
            hint = "no order fits that; take one of these lines out"
            found.add(table, line, "over", who, f"preferences go round in a circle: {told}", hint)


def circle_in(pairs: set[tuple[str, str]]) -> list[str]:
    """Return a circle among pairs (preferred, to what), the first again at its end; empty where there is none.

    >>> circle_in({("a", "b"), ("b", "c"), ("c", "a")})
    ['a', 'b', 'c', 'a']
    """
    after: dict[str, list[str]] = {}
    for better, worse in sorted(pairs):
        after.setdefault(better, []).append(worse)
    done: set[str] = set()
    for start in sorted(after):
        path, open_ = [start], [iter(after.get(start, ()))]
        while path:
            following = next(open_[-1], None)
            if following is None:
                done.add(path.pop())
                open_.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                path.append(following)
                open_.append(iter(after.get(following, ())))
    return []


def open_hours(frame: pd.DataFrame, table: str, found: Findings) -> None:
    """Opening hours are times in order, days are days, the time zone is known."""
    for row, one in enumerate(frame.to_dict("records")):
        times = {c: minutes_of(one[c]) for c in ("opens", "closes")}
        for column, minutes in times.items():
            if one[column] and minutes is None:
                found.add(table, row + 2, column, one[column], "not a time", "write it as HH:MM")
        if bool(one["opens"]) != bool(one["closes"]):
            hint = "enter both times, or neither"
            found.add(table, row + 2, "closes", one["closes"], "opens or closes, but not both", hint)
        first, last = times["opens"], times["closes"]
        if first is not None and last is not None and first >= last:
            hint = "a facility that works through the night has two rows, or opens 00:00 to 24:00"
            found.add(table, row + 2, "closes", one["closes"], "closes before it opens", hint)
        if not one["days"] or set(one["days"]) - set("1234567"):
            found.add(table, row + 2, "days", one["days"], "not days of the week", "write 1 for Monday to 7, as 12345")
        if not zone_known(one["time_zone"]):
            hint = "write its name, such as Asia/Shanghai"
            found.add(table, row + 2, "time_zone", one["time_zone"], "unknown time zone", hint)


def zone_known(name: str) -> bool:
    """Say whether a time zone is known.

    >>> zone_known("Asia/Shanghai"), zone_known("Peking")
    (True, False)
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


OF_TABLE: dict[str, tuple[TableRule, ...]] = {
    "offers": (titled, days_in_order, valued, guarded),
    "needs": (titled, days_in_order, valued, ready),
    "preferences": (without_circles,),
    "facilities": (open_hours,),
}
"""Rules that look at one table only."""


def tables_alone(belt: Belt, found: Findings) -> None:
    """The rules of each table."""
    for table, rules in OF_TABLE.items():
        for rule in rules:
            rule(belt.tables[table], table, found)


def lists_name_regions(belt: Belt, found: Findings) -> None:
    """Lists of regions in one cell name regions that are there."""
    known = {alias for names in belt.aliases("region") for alias in names}
    for table, column in (("offers", "partners"), ("needs", "partners"), ("facilities", "open_to")):
        for row, cell in enumerate(belt.tables[table][column]):
            for part in parts_of(cell):
                if part not in known:
                    found.add(table, row + 2, column, part, "unknown region", near(part, known, "name a region"))


def preferences_name_both(belt: Belt, found: Findings) -> None:
    """Whoever ranks, and whatever is ranked, is there."""
    known = {"offer": set(belt.tables["offers"]["offer"]), "need": set(belt.tables["needs"]["need"])}
    for row, one in enumerate(belt.tables["preferences"].to_dict("records")):
        own = one["side"] if one["side"] in known else "offer"
        opposite = "need" if own == "offer" else "offer"
        for column, side in (("who", own), ("other", opposite), ("over", opposite)):
            if one[column] and one[column] not in known[side]:
                hint = near(one[column], known[side], f"name a row of {side}s")
                found.add("preferences", row + 2, column, one[column], f"unknown {side}", hint)


def quotas_fit(belt: Belt, found: Findings) -> None:
    """The shares of a facility's hours that are kept for regions do not sum to more than 1."""
    quotas = belt.tables["quotas"]
    for name, rows in quotas.groupby("facility", sort=False):
        total = float(rows["share"].sum())
        if total > 1 + 1e-9:
            line, hint = int(rows.index[0]) + 2, "lower them; what is kept for nobody is open to all"
            found.add("quotas", line, "share", f"{total:g}", f"the shares of {name} sum to more than 1", hint)
