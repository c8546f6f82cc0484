"""What the tables of a river must say: every check runs, and every fault is reported at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import Finding
from yijiang.river.cells import flags, label, labels, missing_columns, names, numbers
from yijiang.river.formulas import Floats
from yijiang.river.topology import Edges, loops

REGIMES = ("mean", "low")
KM_TOLERANCE = 1e-6
SHARE_TOLERANCE = 1e-9


def regimes_in(columns: pd.Index) -> tuple[str, ...]:
    """Regimes a table of reaches has: mean, low, and any other with a column of flow and one of velocity.

    >>> regimes_in(pd.Index(["flow_mean", "velocity_mean", "flow_low", "velocity_low", "flow_jul", "velocity_jul"]))
    ('mean', 'low', 'jul')
    """
    named = [str(c).removeprefix("flow_") for c in columns if str(c).startswith("flow_")]
    return REGIMES + tuple(r for r in named if r not in REGIMES and f"velocity_{r}" in columns)


def check_reaches(
    frame: pd.DataFrame, splits: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, Edges | None, list[Finding]]:
    """Read the table of reaches and of splits; return it clean (typed, all columns present), its ways, its findings.

    The clean table and the ways are of use only if there are no findings.
    """
    has_km = "km_from" in frame.columns or "km_to" in frame.columns
    has_length = "length_km" in frame.columns
    regimes = regimes_in(frame.columns)
    needed = ["reach", "downstream", *(f"{what}_{regime}" for what in ("flow", "velocity") for regime in regimes)]
    needed += ["km_from", "km_to"] if has_km else [] if has_length else ["length_km"]
    found = missing_columns(frame, "reaches", needed)
    if not len(frame):
        found.append(Finding("reaches", 0, "", "", "the table has no rows", "give at least one reach"))
    if found:
        return frame, None, found

    clean = pd.DataFrame({"reach": names(frame, "reaches", "reach", found)})
    clean["downstream"] = labels(frame["downstream"])
    clean["river"] = labels(frame["river"]) if "river" in frame.columns else ""
    _water(frame, clean, regimes, found)
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
    edges = _ways(clean, splits, found)
    if edges is not None:
        if clean["has_km"].any():
            down = np.full(len(clean), -1, dtype=np.int64)
            down[edges[0]] = edges[1]
            _stem_km(clean, down, found)
        _falling_flow(clean, edges, regimes, found)
    return clean, edges, found


def _water(frame: pd.DataFrame, clean: pd.DataFrame, regimes: tuple[str, ...], found: list[Finding]) -> None:
    """Fill flow, velocity, and what only some reaches have: volume (lakes), depth, k_hours and x (flood waves)."""

    def optional(column: str, unit: str) -> Floats:
        values = np.full(len(frame), np.nan)
        if column in frame.columns:
            given = frame[column].notna().to_numpy() & (frame[column].astype(str).str.strip() != "").to_numpy()
            rows = np.flatnonzero(given)
            found_here: list[Finding] = []
            values[rows] = numbers(frame.iloc[rows], "reaches", column, unit, found_here, above=True)
            # Rows were counted among the given ones only.
            found.extend(
                Finding(f.table, int(rows[f.row - 2]) + 2, f.column, f.value, f.problem, f.remedy) for f in found_here
            )
        return values

    for regime in regimes:
        clean[f"flow_{regime}"] = numbers(frame, "reaches", f"flow_{regime}", "m³/s", found, above=True)
        clean[f"volume_{regime}"] = optional(f"volume_{regime}", "10⁶ m³")
        clean[f"depth_{regime}"] = optional(f"depth_{regime}", "m")
        lake = clean[f"volume_{regime}"].notna()
        column = f"velocity_{regime}"
        # The travel time of a lake is volume/flow; it needs no velocity.
        without = lake.to_numpy() & frame[column].isna().to_numpy()
        stated = pd.DataFrame({column: frame[column].where(~without, 1.0)})
        clean[column] = np.where(without, np.nan, numbers(stated, "reaches", column, "m/s", found, above=True))
    clean["lake"] = clean["volume_mean"].notna()
    for regime in regimes:
        for i in np.flatnonzero((clean[f"volume_{regime}"].notna() != clean["lake"]).to_numpy()):
            problem, remedy = "a lake needs its volume in every regime", "enter it, or leave all of them empty"
            found.append(Finding("reaches", int(i) + 2, f"volume_{regime}", "", problem, remedy))
    clean["k_hours"], clean["x"] = optional("k_hours", "h"), np.nan
    if "x" in frame.columns:
        clean["x"] = pd.to_numeric(frame["x"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        for i in np.flatnonzero(~clean["x"].between(0, 0.5).to_numpy() & frame["x"].notna().to_numpy()):
            problem, remedy = "outside 0 to 0.5", "enter the weight X of Muskingum's storage, 0 to 0.5"
            found.append(Finding("reaches", int(i) + 2, "x", label(frame["x"].iloc[i]), problem, remedy))


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
    bad = ~np.isfinite(length) | (length <= 0)
    apart = np.isfinite(measured) & (np.abs(measured - length) > KM_TOLERANCE)
    for i in np.flatnonzero(bad | apart).tolist():
        row = i + 2
        if not np.isfinite(length[i]):
            column = "length_km" if has_length else "km_to"
            problem, remedy = "the reach has no length", "enter km_from and km_to, or length_km [km]"
            found.append(Finding("reaches", row, column, label(frame[column].iloc[i]), problem, remedy))
        elif length[i] <= 0:
            column = "length_km" if np.isfinite(given[i]) else "km_to"
            value, problem = label(frame[column].iloc[i]), "the length is not greater than 0"
            found.append(Finding("reaches", row, column, value, problem, "enter the length along the river [km]"))
        else:
            problem = f"km_from and km_to are {label(measured[i])} km apart"
            found.append(Finding("reaches", row, "length_km", label(given[i]), problem, "let the two agree"))
    whole = np.isfinite(measured)
    # A reach without river-km is measured from its own head.
    clean["has_km"] = whole
    clean["km_from"] = np.where(whole, from_km, 0.0)
    clean["km_to"] = np.where(whole, to_km, length)
    clean["length_km"] = length


def _ways(clean: pd.DataFrame, splits: pd.DataFrame | None, found: list[Finding]) -> Edges | None:
    """Origin, target and share of every way from reach to reach; None if the names do not say, or run in a circle."""
    listed = clean["reach"].tolist()
    place = {name: i for i, name in reversed(list(enumerate(listed)))}
    sound = len(place) == len(clean) and "" not in place
    divided = _splits(splits, place, found) if splits is not None else {}
    origin, target, share = [], [], []
    for i, name in enumerate(clean["downstream"]):
        if name and name not in place:
            problem, remedy = "there is no such reach", "name a reach of this table, or leave it empty at a mouth"
            found.append(Finding("reaches", i + 2, "downstream", name, problem, remedy))
        elif i in divided:
            if name and place[name] not in divided[i]:
                problem, remedy = "the splits of this reach do not name it", "leave it empty, or name it in the splits"
                found.append(Finding("reaches", i + 2, "downstream", name, problem, remedy))
            for below, part in divided[i].items():
                origin.append(i)
                target.append(below)
                share.append(part)
        elif name:
            origin.append(i)
            target.append(place[name])
            share.append(1.0)
    edges = np.array(origin, dtype=np.int64), np.array(target, dtype=np.int64), np.array(share, dtype=np.float64)
    rings = loops(len(clean), edges)
    for ring in rings:
        written = " → ".join(listed[j] for j in [*ring, ring[0]])
        problem, remedy = f"the reaches run in a circle: {written}", "let one of them end at a mouth"
        below = listed[ring[1 % len(ring)]]
        found.append(Finding("reaches", ring[0] + 2, "downstream", below, problem, remedy))
    return edges if sound and not rings else None


def _splits(frame: pd.DataFrame, place: dict[str, int], found: list[Finding]) -> dict[int, dict[int, float]]:
    """Shares of the ways below every reach that divides; they must sum to 1."""
    missing = missing_columns(frame, "splits", ["reach", "downstream", "share"])
    if missing:
        found += missing
        return {}
    part = numbers(frame, "splits", "share", "-", found)
    divided: dict[int, dict[int, float]] = {}
    row_of: dict[int, int] = {}
    for i, (name, below) in enumerate(zip(map(label, frame["reach"]), map(label, frame["downstream"]), strict=True)):
        unknown = [column for column, word in (("reach", name), ("downstream", below)) if word not in place]
        for column in unknown:
            value = name if column == "reach" else below
            remedy = "name a reach of the table of reaches"
            found.append(Finding("splits", i + 2, column, value, "there is no such reach", remedy))
        if unknown:
            continue
        ways = divided.setdefault(place[name], {})
        row_of.setdefault(place[name], i + 2)
        if place[below] in ways:
            problem, remedy = "the way stands in an earlier line already", "give every way one line"
            found.append(Finding("splits", i + 2, "downstream", below, problem, remedy))
        ways[place[below]] = float(part[i])
    for i, ways in divided.items():
        total = sum(ways.values())
        if not abs(total - 1.0) <= SHARE_TOLERANCE:
            name = next(word for word, j in place.items() if j == i)
            problem, remedy = f"the shares of {name} sum to {total:g}", "let the shares of a reach sum to 1"
            found.append(Finding("splits", row_of[i], "share", "", problem, remedy))
    return divided


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


def _falling_flow(clean: pd.DataFrame, edges: Edges, regimes: tuple[str, ...], found: list[Finding]) -> None:
    """Water may not vanish on the way: flow falls only by a stated abstraction, which leaves some water."""
    taken = clean["abstraction"].to_numpy()
    origin, target, share = edges
    for column in (f"flow_{regime}" for regime in regimes):
        flow = clean[column].to_numpy()
        arriving = np.zeros(len(clean))
        np.add.at(arriving, target, share * flow[origin])
        left = arriving - taken
        for i in np.flatnonzero((arriving > 0) & ((left <= 0) | (flow < left * (1 - 1e-9)))).tolist():
            if left[i] <= 0:
                problem = f"takes all of the {arriving[i]:g} m³/s that arrive ({column})"
                remedy = "abstract less than arrives"
                found.append(Finding("reaches", i + 2, "abstraction", label(taken[i]), problem, remedy))
            else:
                problem = f"the flow falls: {left[i]:g} m³/s arrive after abstraction"
                remedy = f"state at least {arriving[i] - flow[i]:g} m³/s in the column abstraction, or correct the flow"
                found.append(Finding("reaches", i + 2, column, label(flow[i]), problem, remedy))


def check_sections(frame: pd.DataFrame, reaches: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the table of sections against the clean table of reaches; return it clean with its findings."""
    found = missing_columns(frame, "sections", ["section", "reach"])
    if found:
        return frame, found
    clean = pd.DataFrame({"section": names(frame, "sections", "section", found)})
    clean["reach"] = labels(frame["reach"])
    for column in ("name_en", "name_zh"):
        given = labels(frame[column]) if column in frame.columns else [""] * len(frame)
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
        # A lake is mixed: every place in it is as its end.
        fraction[i] = 1.0 if bool(known.loc[reach, "lake"]) else min(max(part, 0.0), 1.0)
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
