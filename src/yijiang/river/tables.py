"""What the tables of a river must say: every check runs, and every fault is reported at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import Finding
from yijiang.river.cells import flags, label, missing_columns, names, numbers
from yijiang.river.formulas import post_order

REGIMES = ("mean", "low")
REACH_NUMBERS = tuple(f"{quantity}_{regime}" for quantity in ("flow", "velocity") for regime in REGIMES)
KM_TOLERANCE = 1e-6


def check_reaches(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the table of reaches; return it clean (typed, all columns present) with its findings.

    The clean table is of use only if there are no findings.
    """
    has_km = "km_from" in frame.columns or "km_to" in frame.columns
    has_length = "length_km" in frame.columns
    needed = ["reach", "downstream", *REACH_NUMBERS]
    needed += ["km_from", "km_to"] if has_km else [] if has_length else ["length_km"]
    found = missing_columns(frame, "reaches", needed)
    if not len(frame):
        found.append(Finding("reaches", 0, "", "", "the table has no rows", "give at least one reach"))
    if found:
        return frame, found

    clean = pd.DataFrame({"reach": names(frame, "reaches", "reach", found)})
    clean["downstream"] = [label(value) for value in frame["downstream"]]
    clean["river"] = [label(value) for value in frame["river"]] if "river" in frame.columns else ""
    for column in REACH_NUMBERS:
        unit = "m³/s" if column.startswith("flow") else "m/s"
        clean[column] = numbers(frame, "reaches", column, unit, found, above=True)
    clean["abstraction"] = 0.0
    if "abstraction" in frame.columns:
        stated = frame.assign(abstraction=frame["abstraction"].where(frame["abstraction"].notna(), 0.0))
        clean["abstraction"] = numbers(stated, "reaches", "abstraction", "m³/s", found)
    clean["tidal"] = flags(frame, "reaches", "tidal", found)
    _lengths(frame, clean, has_km, has_length, found)
    for i in np.flatnonzero(clean["flow_low"].to_numpy() > clean["flow_mean"].to_numpy()):
        value = label(clean["flow_low"].iloc[i])
        problem = f"greater than the mean flow {label(clean['flow_mean'].iloc[i])}"
        found.append(Finding("reaches", int(i) + 2, "flow_low", value, problem, "check which column is which"))
    down = _downstream(clean, found)
    if down is not None:
        _stem_km(clean, down, found)
        _falling_flow(clean, down, found)
    return clean, found


def _lengths(frame: pd.DataFrame, clean: pd.DataFrame, has_km: bool, has_length: bool, found: list[Finding]) -> None:
    """Fill km_from, km_to and length_km, whichever of them were given."""
    count = len(frame)
    from_km, to_km = (
        pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        if has_km
        else np.full(count, np.nan)
        for column in ("km_from", "km_to")
    )
    given = (
        pd.to_numeric(frame["length_km"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        if has_length
        else np.full(count, np.nan)
    )
    measured = np.abs(to_km - from_km)
    length = np.where(np.isfinite(given), given, measured)
    for i in range(count):
        row = i + 2
        if not np.isfinite(length[i]):
            column = "length_km" if has_length else "km_to"
            problem, remedy = "the reach has no length", "enter km_from and km_to, or length_km [km]"
            found.append(Finding("reaches", row, column, label(frame[column].iloc[i]), problem, remedy))
        elif length[i] <= 0:
            column = "length_km" if np.isfinite(given[i]) else "km_to"
            value, problem = label(frame[column].iloc[i]), "the length is not greater than 0"
            found.append(Finding("reaches", row, column, value, problem, "enter the length along the river [km]"))
        elif abs(measured[i] - length[i]) > KM_TOLERANCE:
            problem = f"km_from and km_to are {label(measured[i])} km apart"
            found.append(Finding("reaches", row, "length_km", label(given[i]), problem, "let the two agree"))
    whole = np.isfinite(measured)
    # A reach without river-km is measured from its own head.
    clean["has_km"] = whole
    clean["km_from"] = np.where(whole, from_km, 0.0)
    clean["km_to"] = np.where(whole, to_km, length)
    clean["length_km"] = length


def _downstream(clean: pd.DataFrame, found: list[Finding]) -> npt.NDArray[np.int64] | None:
    """Number of the reach below each; None if the names do not say."""
    listed = clean["reach"].tolist()
    place = {name: i for i, name in reversed(list(enumerate(listed)))}
    down = np.full(len(clean), -1, dtype=np.int64)
    sound = len(place) == len(clean) and "" not in place
    for i, name in enumerate(clean["downstream"]):
        if name and name not in place:
            problem, remedy = "there is no such reach", "name a reach of this table, or leave it empty at a mouth"
            found.append(Finding("reaches", i + 2, "downstream", name, problem, remedy))
        elif name:
            down[i] = place[name]
    order, _ = post_order(down)
    rest = np.ones(len(clean), dtype=np.bool_)
    rest[order] = False
    # Of the reaches that never come to a mouth, those met twice on the way down are the cycles.
    while rest.any():
        i = int(np.flatnonzero(rest)[0])
        path: list[int] = []
        while rest[i]:
            rest[i] = False
            path.append(i)
            i = int(down[i])
        if i in path:
            loop = path[path.index(i) :]
            ring = " → ".join([listed[j] for j in loop] + [listed[i]])
            sound = False
            problem, remedy = f"the reaches run in a circle: {ring}", "let one of them end at a mouth"
            found.append(Finding("reaches", min(loop) + 2, "downstream", listed[down[min(loop)]], problem, remedy))
    return down if sound else None


def _stem_km(clean: pd.DataFrame, down: npt.NDArray[np.int64], found: list[Finding]) -> None:
    """River-km must go on from reach to reach.

    A tributary may count its own km, so where rivers meet one of them must go on; with a column `river`, every reach
    goes on from those of the same river.
    """
    begin, end = clean["km_from"].to_numpy(), clean["km_to"].to_numpy()
    counted, river = clean["has_km"].to_numpy(), clean["river"].to_numpy()
    upstream: dict[int, list[int]] = {}
    for j in np.flatnonzero((down >= 0) & counted):
        upstream.setdefault(int(down[j]), []).append(int(j))
    for i, all_above in sorted(upstream.items()):
        above = [j for j in all_above if river[j] == river[i]]
        if not counted[i] or not above:
            continue
        meeting = [j for j in above if abs(end[j] - begin[i]) <= KM_TOLERANCE]
        remedy = "let km_to of the reach above equal km_from of this one"
        if not meeting or (river[i] and len(meeting) < len(above)):
            ends = ", ".join(f"{clean['reach'].iloc[j]} at {label(end[j])}" for j in above if j not in meeting)
            problem = f"the river-km has a gap or an overlap: above it ends {ends}"
            found.append(Finding("reaches", i + 2, "km_from", label(begin[i]), problem, remedy))
        elif all((end[j] - begin[j]) * (end[i] - begin[i]) < 0 for j in meeting):
            problem = f"the river-km runs the other way than in {clean['reach'].iloc[meeting[0]]}"
            found.append(Finding("reaches", i + 2, "km_to", label(end[i]), problem, remedy))


def _falling_flow(clean: pd.DataFrame, down: npt.NDArray[np.int64], found: list[Finding]) -> None:
    """Water may not vanish on the way: flow falls only by a stated abstraction, which leaves some water."""
    taken = clean["abstraction"].to_numpy()
    for column in ("flow_mean", "flow_low"):
        flow = clean[column].to_numpy()
        arriving = np.zeros(len(clean))
        np.add.at(arriving, down[down >= 0], flow[down >= 0])
        for i in np.flatnonzero(arriving > 0):
            left = arriving[i] - taken[i]
            if left <= 0:
                problem = f"takes all of the {arriving[i]:g} m³/s that arrive ({column})"
                remedy = "abstract less than arrives"
                found.append(Finding("reaches", int(i) + 2, "abstraction", label(taken[i]), problem, remedy))
            elif flow[i] < left * (1 - 1e-9):
                problem = f"the flow falls: {left:g} m³/s arrive after abstraction"
                remedy = f"state at least {arriving[i] - flow[i]:g} m³/s in the column abstraction, or correct the flow"
                found.append(Finding("reaches", int(i) + 2, column, label(flow[i]), problem, remedy))


def check_sections(frame: pd.DataFrame, reaches: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the table of sections against the clean table of reaches; return it clean with its findings."""
    found = missing_columns(frame, "sections", ["section", "reach"])
    if found:
        return frame, found
    clean = pd.DataFrame({"section": names(frame, "sections", "section", found)})
    clean["reach"] = [label(value) for value in frame["reach"]]
    for column in ("name_en", "name_zh"):
        given = [label(value) for value in frame[column]] if column in frame.columns else [""] * len(frame)
        clean[column] = [name or key for name, key in zip(given, clean["section"], strict=True)]
    known = reaches.drop_duplicates("reach").set_index("reach")
    fraction, km = np.ones(len(frame)), np.full(len(frame), np.nan)
    tidal = flags(frame, "sections", "tidal", found)
    limit: list[int | None] = []
    for i, reach in enumerate(clean["reach"]):
        row = i + 2
        limit.append(_limit_class(frame, i, found))
        if reach not in known.index:
            remedy = "name a reach of the table of reaches"
            found.append(Finding("sections", row, "reach", reach, "there is no such reach", remedy))
            continue
        if "tidal" not in frame.columns:
            tidal[i] = bool(known.loc[reach, "tidal"])
        begin, end = float(known.loc[reach, "km_from"]), float(known.loc[reach, "km_to"])
        given_km = label(frame["km"].iloc[i]) if "km" in frame.columns else ""
        km[i] = end if not given_km else float(pd.to_numeric(pd.Series([given_km]), errors="coerce").iloc[0])
        part = (km[i] - begin) / (end - begin) if end != begin else np.nan
        slack = KM_TOLERANCE / abs(end - begin) if end != begin else 0.0
        if not -slack <= part <= 1 + slack:
            problem = f"outside its reach, which runs from {label(begin)} to {label(end)}"
            remedy = "give the river-km inside the reach, or none for its end"
            found.append(Finding("sections", row, "km", given_km, problem, remedy))
        fraction[i] = min(max(part, 0.0), 1.0)
    clean["km"], clean["fraction"], clean["tidal"] = km, fraction, tidal
    clean["limit_class"] = pd.array(limit, dtype="Int64")
    return clean, found


def _limit_class(frame: pd.DataFrame, i: int, found: list[Finding]) -> int | None:
    """Class a section must keep, 1 to 5; None if none is set."""
    word = label(frame["limit_class"].iloc[i]) if "limit_class" in frame.columns else ""
    if word in {"1", "2", "3", "4", "5"}:
        return int(word)
    if word:
        found.append(
            Finding("sections", i + 2, "limit_class", word, "not a class", "enter 1, 2, 3, 4 or 5, or nothing")
        )
    return None
