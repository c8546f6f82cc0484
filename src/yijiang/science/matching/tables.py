"""Offers and needs as tables: read, checked, and moved through their life."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from yijiang.belt.columns import empty, texts, typed
from yijiang.belt.findings import Findings, near
from yijiang.belt.reading import frame_of
from yijiang.belt.rules import science as rules
from yijiang.belt.schema import schemas
from yijiang.belt.texts import decode, parse_csv
from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    from yijiang.belt import Belt

KINDS = ("technology", "talent", "capital", "facility", "market")
TABLES = ("offers", "needs", "interests", "preferences")
STATES = ("draft", "reviewed", "published", "expired")
#: Where an offer or need may go from each state: reviewed before published, and back to a draft to be changed.
MOVES: Mapping[str, tuple[str, ...]] = {
    "draft": ("reviewed",),
    "reviewed": ("published", "draft"),
    "published": ("expired", "draft"),
    "expired": ("draft",),
}


def read_table(file: str | Path, table: str, money: str = "million CNY", belt: Belt | None = None) -> pd.DataFrame:
    """Read a table of offers, needs, interests or preferences from CSV or Parquet; every fault is told at once.

    Parameters
    ----------
    file
        The file; CSV in UTF-8 or GB18030.
    table
        offers, needs, interests or preferences.
    money
        Unit in which values are kept; values in others of the same currency are converted.
    belt
        Its regions and sectors, by any of their names, are the ones that may stand in the table; unless given any may.

    Raises
    ------
    DataError
        With all findings.
    """
    path, found = Path(file), Findings()
    if not path.is_file():
        raise DataError([Finding(table, 0, "", str(file), "there is no such file", "check the path")])
    frame: pd.DataFrame | None
    if path.suffix.lower() == ".parquet":
        raw = pd.read_parquet(path)
        frame = pd.DataFrame({str(c): texts(raw[c]) for c in raw.columns}, dtype=str)
    else:
        text = decode(path.read_bytes())
        if text is None:
            problem, hint = "wrong encoding: neither UTF-8 nor GB18030", "save the file as CSV UTF-8"
            raise DataError([Finding(table, 0, "", path.name, problem, hint)])
        try:
            frame = frame_of(table, parse_csv(text), found)
        except csv.Error as fault:
            hint = "close every quote; double those inside text"
            raise DataError([Finding(table, 0, "", path.name, f"not readable as CSV: {fault}", hint)]) from fault
    if frame is None:
        raise DataError(found.all())
    return checked(frame, table, money, belt, found)


def checked(
    frame: pd.DataFrame, table: str, money: str = "million CNY", belt: Belt | None = None, found: Findings | None = None
) -> pd.DataFrame:
    """Return a table with the types of its schema; regions and sectors by their identifiers.

    Raises
    ------
    DataError
        With all findings.
    """
    found = Findings() if found is None else found
    schema = schemas()[table]
    result = typed(schema, frame, money, found)
    keys = list(schema.keys)
    again = result.duplicated(keys).to_numpy().nonzero()[0]
    shown = [" · ".join(str(v) for v in row) for row in result[keys].iloc[again].itertuples(index=False)]
    found.rows(table, again, keys[-1], shown, "duplicate key", "keep one of the lines")
    if belt is not None:
        for column, kind in (("region", "region"), ("sector", "sector")):
            if column in result.columns:
                result[column] = _named(result[column], table, column, belt, kind, found)
    for rule in rules.OF_TABLE.get(table, ()):
        rule(result, table, found)
    if found.all():
        raise DataError(found.all())
    return result


def _named(cells: pd.Series[str], table: str, column: str, belt: Belt, kind: str, found: Findings) -> pd.Series[str]:
    known = {alias.strip().casefold(): names[0] for names in belt.aliases(kind) for alias in names if alias}
    out = []
    for row, cell in enumerate(cells):
        name = known.get(str(cell).strip().casefold(), "")
        if not name and str(cell).strip():
            hint = near(cell, known, f"write one of {', '.join(sorted(set(known.values())))}")
            found.add(table, row + 2, column, cell, f"unknown {kind}", hint)
        out.append(name)
    return pd.Series(out, index=cells.index, dtype=str)


def blank(table: str) -> pd.DataFrame:
    """Return a table without rows."""
    return empty(schemas()[table])


def texts_of(frame: pd.DataFrame) -> list[str]:
    """Return what each row says, in both languages."""
    columns = [frame[c].astype(str) for c in ("title_en", "title_zh", "text_en", "text_zh")]
    return ["\n".join(row) for row in zip(*columns, strict=True)]


def live(frame: pd.DataFrame, day: date) -> pd.Series[bool]:
    """Say which rows may be matched on a day: published, within their days, and not closed.

    Examples
    --------
    >>> import yijiang as yj
    >>> offers = yj.case("tiny").table("offers")
    >>> bool(live(offers, date(2018, 6, 1)).all())
    False
    """
    text = day.isoformat()
    begun = (frame["from"] == "") | (frame["from"] <= text)
    ended = (frame["until"] != "") & (frame["until"] < text)
    fine = (frame["state"] == "published") & begun & ~ended
    return fine & (frame["secrecy"] != "closed") if "secrecy" in frame.columns else fine


def moved(frame: pd.DataFrame, moves: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Return the table after some of its rows were moved to another state.

    Parameters
    ----------
    frame
        Offers or needs.
    moves
        Identifier and new state of each row that moves, in order.

    Raises
    ------
    OptionError
        For an unknown row or a move that leaves out a step: what was not reviewed is not published.

    Examples
    --------
    >>> import yijiang as yj
    >>> needs = yj.case("tiny").table("needs")
    >>> draft = needs.loc[needs["state"] == "draft", "need"].iloc[0]
    >>> after = moved(needs, [(draft, "reviewed"), (draft, "published")])
    >>> after.loc[after["need"] == draft, "state"].iloc[0]
    'published'
    """
    result = frame.copy()
    key = frame.columns[0]
    for name, state in moves:
        row = result.index[result[key] == name]
        if len(row) == 0:
            raise OptionError(f"unknown {key} {name!r}; all: {', '.join(result[key].head(40))}")
        now = str(result.loc[row[0], "state"])
        if state not in MOVES.get(now, ()):
            raise OptionError(
                f"{name} is {now}: it can go to {' or '.join(MOVES.get(now, ()))}, not to {state}; "
                "what is published was reviewed first"
            )
        result.loc[row[0], "state"] = state
    return result


def with_interest(frame: pd.DataFrame, offer: str, need: str, side: str, day: date) -> pd.DataFrame:
    """Return the interests with one more: a side of a pair says that it is interested; said twice counts once."""
    if side not in ("offer", "need"):
        raise OptionError(f"an interest comes from the side offer or need, not {side!r}")
    known = frame[(frame["offer"] == offer) & (frame["need"] == need) & (frame["side"] == side)]
    if len(known):
        return frame
    row = pd.DataFrame([{"offer": offer, "need": need, "side": side, "on": day.isoformat()}])
    return pd.concat([frame, row], ignore_index=True)
