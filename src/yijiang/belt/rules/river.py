"""Rules of the river: a chain of reaches without gaps to one mouth, sections inside their reach, binding limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yijiang.belt.columns import cell_text
from yijiang.belt.findings import Findings, near

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

KM_TOLERANCE = 1e-3
"""Kilometres by which two ends of neighbouring reaches may differ."""

NOT_SECTORS = ("households", "land", "upstream")
"""Activities that load the river and are no producing sector."""


def chain_ends_in_one_mouth(belt: Belt, found: Findings) -> None:
    """Following `downstream` from any reach leads to one and the same mouth, never in a circle."""
    frame = belt.tables["reaches"]
    names, after = frame["reach"].tolist(), frame["downstream"].tolist()
    following = dict(zip(names, after, strict=True))
    mouths = [i for i, name in enumerate(after) if not name]
    for i in mouths[1:]:
        remedy = f"name the reach downstream of {names[i]}; {names[mouths[0]]} is a mouth already"
        found.add("reaches", i + 2, "downstream", names[i], "a second mouth", remedy)
    safe: set[str] = set()
    for i, start in enumerate(names):
        path: list[str] = []
        at = start
        while at and at in following and at not in safe and at not in path:
            path.append(at)
            at = following[at]
        if at in path:
            circle = path[path.index(at) :]
            told = " → ".join([*circle, at])
            remedy = "correct downstream so that the chain ends at the mouth"
            found.add("reaches", i + 2, "downstream", told, "the reaches form a circle", remedy)
        safe.update(path)


def chain_without_gaps(belt: Belt, found: Findings) -> None:
    """A reach has a length, and the next one begins where it ends."""
    frame = belt.tables["reaches"]
    begins = dict(zip(frame["reach"], frame["km_from"], strict=True))
    columns = (frame[c].tolist() for c in ("reach", "downstream", "km_from", "km_to"))
    for i, (reach, after, start, end) in enumerate(zip(*columns, strict=True)):
        if end <= start:
            remedy = "river-km count from the head of the chain downstream"
            found.add("reaches", i + 2, "km_to", cell_text(end), "must be greater than km_from", remedy)
        if after in begins and after != reach and abs(begins[after] - end) > KM_TOLERANCE:
            problem = "gap in the river: the next reach does not begin where this one ends"
            remedy = f"{reach} ends at km {end:g}, {after} begins at km {begins[after]:g}: make them the same"
            found.add("reaches", i + 2, "km_to", cell_text(end), problem, remedy)


def flows_in_order(belt: Belt, found: Findings) -> None:
    """Flows and velocities are above 0, the low flow at most the mean."""
    frame = belt.tables["reaches"]
    for column in ("flow_mean", "flow_low", "velocity_mean", "velocity_low"):
        at = np.flatnonzero((frame[column] == 0).to_numpy())
        found.rows(
            "reaches", at, column, ["0"] * len(at), "must be above 0", "enter the figure of the gauge or a sourced one"
        )
    at = np.flatnonzero((frame["flow_low"] > frame["flow_mean"]).to_numpy())
    values = [cell_text(frame["flow_low"].iloc[i]) for i in at]
    found.rows("reaches", at, "flow_low", values, "low flow above the mean flow", "exchange the two or correct one")


def water_goes_nowhere(belt: Belt, found: Findings) -> None:
    """Flow falls downstream only by a stated abstraction, which leaves some water."""
    frame = belt.tables["reaches"]
    names, below = frame["reach"].tolist(), frame["downstream"].tolist()
    place = {name: i for i, name in enumerate(names)}
    taken = frame["abstraction"].fillna(0.0).to_numpy()
    for column in ("flow_mean", "flow_low"):
        flow, arriving = frame[column].to_numpy(), np.zeros(len(frame))
        for i, after in enumerate(below):
            if after in place:
                arriving[place[after]] += flow[i]
        left = arriving - taken
        for i in np.flatnonzero((arriving > 0) & ((left <= 0) | (flow < left * (1 - 1e-9)))).tolist():
            problem = f"{arriving[i]:g} m³/s arrive and {taken[i]:g} are taken out: the flow does not fit"
            remedy = "correct the flow, or state in abstraction what is taken out"
            found.add("reaches", i + 2, column, cell_text(flow[i]), problem, remedy)


def lakes_in_every_regime(belt: Belt, found: Findings) -> None:
    """A lake has its volume at mean and at low flow, and a depth is stated for both or for none."""
    frame = belt.tables["reaches"]
    for what in ("volume", "depth"):
        for column, other in ((f"{what}_mean", f"{what}_low"), (f"{what}_low", f"{what}_mean")):
            at = np.flatnonzero((frame[column].isna() & frame[other].notna()).to_numpy())
            found.rows("reaches", at, column, [""] * len(at), f"{other} is given", f"enter {column}, or neither")
            at = np.flatnonzero((frame[column] == 0).to_numpy())
            found.rows("reaches", at, column, ["0"] * len(at), "must be above 0", "enter the figure, or leave it blank")


YEAR_TOLERANCE = 0.02
"""How far the mean of the months may be from 1: published monthly means are rounded."""
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def months_make_a_year(belt: Belt, found: Findings) -> None:
    """All twelve months are there, and over the year their flow and washed-in loads come to the mean."""
    frame = belt.tables["months"]
    if frame.empty:
        return
    missing = sorted(set(range(1, 13)) - set(frame["month"].dropna().astype(int)))
    if missing:
        listed = ", ".join(str(m) for m in missing)
        found.add("months", 0, "month", listed, "months are missing", "give all twelve months, or none")
        return
    days = frame["month"].map(dict(enumerate(DAYS, start=1))).to_numpy(float)
    for column in ("flow", "diffuse"):
        values = frame[column].to_numpy(float)
        at = np.flatnonzero(values <= 0) if column == "flow" else np.zeros(0, dtype=np.intp)
        found.rows("months", at, column, ["0"] * len(at), "must be above 0", "enter flow ÷ long-term mean flow")
        mean = float(values @ days / days.sum())
        if not abs(mean - 1) <= YEAR_TOLERANCE:
            remedy = "divide every month by the mean of the year"
            found.add("months", 0, column, f"{mean:.3g}", "the mean of the months is not 1", remedy)


def classes_in_order(belt: Belt, found: Findings) -> None:
    """A standard of the belt has four or five classes for every pollutant in it, each looser than the one before."""
    frame = belt.tables["standards"]
    if frame.empty:
        return
    counts = {}
    for pollutant, rows in frame.groupby("pollutant", sort=True):
        order = rows.sort_values("class", kind="stable")
        counts[str(pollutant)] = len(order)
        at = int(order.index[0])
        if order["class"].tolist() != list(range(1, len(order) + 1)) or len(order) not in (4, 5):
            remedy = "give classes 1 to 4 (high, good, moderate, poor) or 1 to 5 (I to V)"
            found.add("standards", at + 2, "class", str(pollutant), "classes are missing", remedy)
        elif (np.diff(order["value"].to_numpy(float)) < 0).any():
            remedy = "let the limits rise from class to class"
            found.add("standards", at + 2, "value", str(pollutant), "a worse class has a stricter limit", remedy)
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        found.add("standards", 0, "class", told, "pollutants differ in their number of classes", "give all the same")


def observations_say_something(belt: Belt, found: Findings) -> None:
    """An observation has a flux or a concentration."""
    frame = belt.tables["observations"]
    at = np.flatnonzero((frame["flux"].isna() & frame["concentration"].isna()).to_numpy())
    remedy = "enter a flux [t/yr] or a concentration [mg/L]"
    found.rows("observations", at, "flux", [""] * len(at), "nothing was observed", remedy)


def sections_in_their_reach(belt: Belt, found: Findings) -> None:
    """A section's river-km lies between the ends of its reach."""
    reaches = belt.tables["reaches"]
    ends = {r: (a, b) for r, a, b in zip(reaches["reach"], reaches["km_from"], reaches["km_to"], strict=True)}
    frame = belt.tables["sections"]
    for i, (section, reach, km) in enumerate(zip(frame["section"], frame["reach"], frame["km"], strict=True)):
        if reach not in ends:
            continue
        start, end = ends[reach]
        if km < start - KM_TOLERANCE or km > end + KM_TOLERANCE:
            remedy = f"{section}: {reach} runs from km {start:g} to km {end:g}; correct km or name another reach"
            found.add("sections", i + 2, "km", cell_text(km), "section outside its reach", remedy)


def borders_have_two_sides(belt: Belt, found: Findings) -> None:
    """A border section names two different regions, any other section none."""
    frame = belt.tables["sections"]
    for i, (up, down) in enumerate(zip(frame["upstream_region"], frame["downstream_region"], strict=True)):
        if bool(up) != bool(down):
            column = "downstream_region" if up else "upstream_region"
            found.add("sections", i + 2, column, "", "a border section with one side", "name both regions, or neither")
        elif up and up == down:
            remedy = "enter the region on the other side, or leave both blank"
            found.add("sections", i + 2, "downstream_region", down, "both sides are the same region", remedy)


def activities_known(belt: Belt, found: Findings) -> None:
    """A load comes from a sector, from households, from the land, or from upstream of the chain."""
    frame = belt.tables["loads"]
    if not belt.sectors:
        return
    known = [*belt.sectors, *NOT_SECTORS]
    for name in sorted(set(frame["activity"]) - set(known) - {""}):
        at = np.flatnonzero((frame["activity"] == name).to_numpy())
        remedy = near(name, known, f"use one of: {', '.join(known)}")
        found.rows("loads", at, "activity", [name] * len(at), "unknown activity", remedy)


def limits_on_binding_pollutants(belt: Belt, found: Findings) -> None:
    """Targets and compensation are set only on pollutants whose limits may decide a plan."""
    kinetics = belt.tables["kinetics"]
    loose = set(kinetics["pollutant"][~kinetics["binding"].fillna(False).astype(bool)])
    binding = sorted(set(kinetics["pollutant"]) - loose)
    for table in ("targets", "compensation"):
        frame = belt.tables[table]
        at = np.flatnonzero(frame["pollutant"].isin(loose).to_numpy())
        names = [frame["pollutant"].iloc[i] for i in at]
        remedy = f"use a binding pollutant: {', '.join(binding)}" if binding else "set binding to true in kinetics"
        found.rows(table, at, "pollutant", names, "the pollutant is not binding", remedy)


def compensation_at_borders(belt: Belt, found: Findings) -> None:
    """Compensation is paid at a border section, between the two regions that meet there."""
    sections = belt.tables["sections"]
    columns = ("section", "upstream_region", "downstream_region")
    sides = {s: (u, d) for s, u, d in zip(*(sections[c] for c in columns), strict=True)}
    frame = belt.tables["compensation"]
    for i, (section, up, down) in enumerate(zip(frame["section"], frame["upstream"], frame["downstream"], strict=True)):
        if section not in sides:
            continue
        if not all(sides[section]):
            remedy = "choose a border section, or name its two regions in sections"
            found.add("compensation", i + 2, "section", section, "compensation at a section that is no border", remedy)
        elif (up, down) != sides[section]:
            remedy = f"at {section} the upstream region is {sides[section][0]}, the downstream one {sides[section][1]}"
            found.add("compensation", i + 2, "upstream", f"{up}, {down}", "not the regions of the border", remedy)
