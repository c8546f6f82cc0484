"""Rules of the projects: somebody agrees, somebody pays, and every lever is moved by money or an engineering figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from yijiang.belt.columns import cell_text
from yijiang.belt.findings import Findings, near
from yijiang.belt.rules.river import NOT_SECTORS

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

SHARE_TOLERANCE = 1e-6

FIELDS: Mapping[str, tuple[str, ...]] = {
    "productivity": ("region", "sector"),
    "capital": ("region", "partner"),
    "friction": ("region", "partner", "sector"),
    "link": ("target", "attribute"),
    "terminal": ("target", "attribute"),
    "lock": ("target", "attribute"),
    "mode": ("target", "attribute"),
    "ship": ("target", "attribute"),
    "zone": ("target", "attribute"),
    "removal": ("region", "pollutant", "target"),
}
"""The columns a lever of each kind must fill besides amount and rate."""

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "link": (
        "depth_m", "km", "hours", "money", "link_hours", "link_money", "capacity_mt", "vdf_alpha", "vdf_beta",
        "limit_mt", "open",
    ),
    "terminal": ("hours", "money", "capacity_mt", "service_hours", "berths", "limit_mt", "open"),
    "lock": ("capacity_mt", "hours", "money", "transit_hours", "service_hours", "limit_mt", "open"),
    "mode": ("money_per_tkm", "money_fixed", "speed_kmh", "speed_up_kmh", "co2_kg_per_tkm", "empty_return"),
    "ship": ("draught_m", "payload_t", "money_per_tkm", "light_draught_m"),
    "zone": ("access_km",),
}  # fmt: skip
"""What an engineering lever may change."""

_TARGETS = {
    "link": ("links", "link"), "terminal": ("terminals", "node"), "lock": ("locks", "lock"), "mode": ("modes", "mode"),
    "ship": ("ships", "ship"), "zone": ("zones", "region"),
}  # fmt: skip


def unsized(belt: Belt) -> set[str]:
    """Return the projects whose row says why no rule sizes them; they may have blanks and are not planned with."""
    frame = belt.tables["projects"]
    return set(frame["project"][(frame["unsized_en"] != "") | (frame["unsized_zh"] != "")])


def sized_or_said_why(belt: Belt, found: Findings) -> None:
    """A cost, an amount or a rate is blank only in a project that says why no rule sizes it."""
    excused = unsized(belt)
    for table, names in (("projects", ("capital_cost", "running_cost")), ("levers", ("amount", "rate"))):
        frame = belt.tables[table]
        required = ~frame["project"].isin(excused).to_numpy()
        for column in names:
            at = np.flatnonzero(frame[column].isna().to_numpy() & required)
            remedy = f"enter the {column}, or say in unsized_en of the project why no rule sizes it"
            found.rows(table, at, column, [""] * len(at), "no value", remedy)


def have_members_payers_levers(belt: Belt, found: Findings) -> None:
    """Every project has at least one member, one payer and, unless nothing sizes it, one lever."""
    needs = (
        ("members", "project without a member", "add the regions that must agree to members"),
        ("payers", "project without a payer", "add who bears the cost to payers, shares summing to 1"),
        ("levers", "project without a lever", "add what it changes to levers, with amount and rate"),
    )
    for table, problem, remedy in needs:
        have = set(belt.tables[table]["project"])
        if table == "levers":
            have |= unsized(belt)
        for i, project in enumerate(belt.projects):
            if project and project not in have:
                found.add("projects", i + 2, "project", project, problem, remedy)


def shares_sum_to_one(belt: Belt, found: Findings) -> None:
    """The shares of a project's payers sum to 1."""
    frame = belt.tables["payers"]
    shares = frame["share"].to_numpy(dtype=float)
    lines: dict[str, list[int]] = {}
    for i, project in enumerate(frame["project"].tolist()):
        lines.setdefault(project, []).append(i)
    for project, at in lines.items():
        total = float(np.nansum(shares[at]))
        if abs(total - 1) > SHARE_TOLERANCE:
            remedy = "make the shares of its payers sum to 1"
            value = f"{project}: {total:.6g}"
            found.add("payers", at[0] + 2, "share", value, "payer shares do not sum to 1", remedy)


def cost_something(belt: Belt, found: Findings) -> None:
    """A project costs something: a free lever would decide every plan by assumption."""
    frame = belt.tables["projects"]
    total = frame["capital_cost"].fillna(0) + frame["running_cost"].fillna(0)
    given = frame["capital_cost"].notna() & frame["running_cost"].notna()
    at = np.flatnonzero((given & (total <= 0)).to_numpy())
    names = [cell_text(total.iloc[i]) for i in at]
    remedy = "enter its capital_cost or running_cost; an effect that costs nothing is refused"
    found.rows("projects", at, "capital_cost", names, "project without cost", remedy)


def multipliers_in_order(belt: Belt, found: Findings) -> None:
    """The lower multiplier of effect and cost is at most the upper one."""
    frame = belt.tables["projects"]
    for what in ("effect", "cost"):
        at = np.flatnonzero((frame[f"{what}_low"] > frame[f"{what}_high"]).to_numpy())
        values = [cell_text(frame[f"{what}_low"].iloc[i]) for i in at]
        remedy = f"give {what}_low ≤ {what}_high"
        found.rows("projects", at, f"{what}_low", values, "the lower multiplier is above the upper one", remedy)


def starts_in_order(belt: Belt, found: Findings) -> None:
    """The last year in which work may start is not before the first."""
    frame = belt.tables["projects"]
    at = np.flatnonzero((frame["latest_start"] < frame["start_year"]).fillna(False).to_numpy(dtype=bool))
    values = [cell_text(frame["latest_start"].iloc[i]) for i in at]
    remedy = "give latest_start ≥ start_year, or leave it blank"
    found.rows("projects", at, "latest_start", values, "the last possible start is before the first", remedy)


def sizes_need_money(belt: Belt, found: Findings) -> None:
    """A project may be done in part only if all its levers are in proportion to money."""
    frame = belt.tables["projects"]
    levers = belt.tables["levers"]
    built = set(levers.loc[levers["kind"].isin(list(ATTRIBUTES)), "project"])
    for i, (project, smallest) in enumerate(zip(frame["project"], frame["smallest"], strict=True)):
        if project in built and smallest < 1:
            problem = "a project with an engineering lever is done whole or not at all"
            found.add("projects", i + 2, "smallest", cell_text(smallest), problem, "enter 1 or leave it blank")


def relations_make_sense(belt: Belt, found: Findings) -> None:
    """No project needs or excludes itself, and no chain of needs comes back to where it began."""
    frame = belt.tables["relations"]
    needs: dict[str, list[str]] = {}
    for i, row in enumerate(frame.to_dict("records")):
        if row["project"] == row["other"]:
            problem = f"a project that {row['relation']} itself"
            found.add("relations", i + 2, "other", row["other"], problem, "name another project, or drop the row")
        elif row["relation"] == "requires":
            needs.setdefault(row["project"], []).append(row["other"])
    for first in sorted(needs):
        reached, waiting = set(), list(needs[first])
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += needs.get(name, [])
        if first in reached:
            found.add("relations", 0, "other", first, "a chain of needs comes back to it", "break the circle")


def levers_complete(belt: Belt, found: Findings) -> None:
    """A lever fills the columns that its kind needs, with attributes that exist."""
    frame = belt.tables["levers"]
    for i, kind in enumerate(frame["kind"].tolist()):
        for column in FIELDS.get(kind, ()):
            if not frame[column].iloc[i]:
                problem = f"a {kind} lever needs {', '.join(FIELDS[kind])}"
                found.add("levers", i + 2, column, "", problem, f"enter the {column} it moves")
        attribute = frame["attribute"].iloc[i]
        if attribute and kind in ATTRIBUTES and attribute not in ATTRIBUTES[kind]:
            remedy = near(attribute, ATTRIBUTES[kind], f"use one of: {', '.join(ATTRIBUTES[kind])}")
            found.add("levers", i + 2, "attribute", attribute, f"a {kind} has no such attribute", remedy)


def levers_priced(belt: Belt, found: Findings) -> None:
    """Amount and rate of a lever are above 0: nothing moves without money or an engineering figure."""
    frame = belt.tables["levers"]
    engineering = frame["kind"].isin(list(ATTRIBUTES)).to_numpy()
    for column in ("amount", "rate"):
        values = frame[column].to_numpy(dtype=float)
        # A transfer may be made free of charge or of waiting, so an engineering figure may be 0.
        bad = np.flatnonzero((values < 0) | ((values == 0) & ~(engineering & (column == "amount"))))
        remedy = (
            "enter spending, investment or the new engineering value" if column == "amount" else "enter a rate above 0"
        )
        found.rows("levers", bad, column, (cell_text(values[i]) for i in bad), f"a lever without {column}", remedy)


def levers_hit_something(belt: Belt, found: Findings) -> None:
    """What a lever names is there: the part of the network, the load it removes, the trade it eases."""
    frame = belt.tables["levers"]
    loads, trade = belt.tables["loads"], belt.tables["trade"]
    known = {kind: set(belt.tables[table][column]) for kind, (table, column) in _TARGETS.items()}
    reaches = set(belt.tables["reaches"]["reach"])
    activities = {*belt.sectors, *NOT_SECTORS}
    polluted = set(zip(loads["region"], loads["reach"], loads["pollutant"], strict=True))
    flows = trade[["importer", "exporter", "sector"]][trade["value"] > 0].drop_duplicates()
    traded = set(flows.itertuples(index=False, name=None))
    for i, row in enumerate(frame.to_dict("records")):
        kind, target = row["kind"], row["target"]
        if kind in known and target and target not in known[kind]:
            remedy = near(target, known[kind], f"use one of: {', '.join(sorted(known[kind])[:8])}")
            found.add(
                "levers", i + 2, "target", target, f"unknown {kind}: not in the table {_TARGETS[kind][0]}", remedy
            )
        if kind == "removal" and target:
            where = (row["region"], target, row["pollutant"])
            if target not in reaches:
                remedy = near(target, reaches, f"use one of: {', '.join(sorted(reaches)[:8])}")
                found.add("levers", i + 2, "target", target, "unknown reach: not in the table reaches", remedy)
            elif all(where) and where not in polluted:
                remedy = "name a reach that the region loads with this pollutant"
                found.add("levers", i + 2, "target", " · ".join(where), "there is no load to remove", remedy)
            if row["attribute"] and row["attribute"] not in activities:
                remedy = near(
                    row["attribute"], activities, "name the activity whose load is removed, or leave it blank"
                )
                found.add("levers", i + 2, "attribute", row["attribute"], "unknown activity", remedy)
        if kind == "friction" and all((row["region"], row["partner"], row["sector"])) and not trade.empty:
            pair = (row["region"], row["partner"], row["sector"])
            if pair not in traded:
                remedy = "name an importer, exporter and sector between which there is trade"
                found.add("levers", i + 2, "partner", " · ".join(pair), "there is no trade to ease", remedy)
