"""What the pledges of a ledger brought, with the figures of a belt as those of the peers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from yijiang.errors import OptionError
from yijiang.learning.effect import effect
from yijiang.learning.pledge import pledged
from yijiang.learning.reading import indicators_of

if TYPE_CHECKING:
    from yijiang.belt import Belt


def measured(belt: Belt, state: Mapping[str, Any], of: str | None = None) -> list[dict[str, Any]]:
    """Return every pledge of a ledger with its figure now and its measured effect, as plain values.

    The figure after the pledge is the latest one the ledger holds, else the latest of the belt after the baseline's
    year. Peers are the belt's members that pledged nothing on the same indicator.

    Parameters
    ----------
    belt
        Where the peers' figures are.
    state
        The ledger's state as plain values.
    of
        Only this pledge, by its id.

    Raises
    ------
    OptionError
        If the ledger holds no pledge with the id, or one names a region or indicator that the belt lacks.
    """
    belt.require_clean()
    known = {one.key: one for one in indicators_of(belt)}
    every = pledged(state)
    rows = []
    for row in pledged(state, of):
        region, key = row["region"], row["indicator"]
        if region not in belt.regions or key not in known:
            raise OptionError(f"{row['id']}: the belt {belt.name} has no {key} of {region}; name its own with --belt")
        one, figure = known[key], row["figure"]
        start = figure["baseline_year"]
        path = {year: value for year, value in one.path(region).items() if year}
        if start is not None and figure["baseline"] is not None:
            path[start] = float(figure["baseline"])
        actuals = sorted((a for a in figure["actuals"] if start and int(a["on"][:4]) > start), key=lambda a: a["on"])
        confirmed: list[str] | None = None
        after: int | None = None
        if actuals:
            after, confirmed = int(actuals[-1]["on"][:4]), list(actuals[-1]["confirmed"])
            path[after] = float(actuals[-1]["value"])
        elif start is not None and (later := [year for year in path if year > start]):
            after = max(later)
        bound = {other["region"] for other in every if other["indicator"] == key}
        peers = {name: one.path(name) for name in belt.members if name != region and name not in bound}
        found = None
        if after is not None and start is not None:
            found = asdict(effect(path, peers, start, after, relative=one.unit != "%"))
        target, baseline = figure["target"], figure["baseline"]
        share = None
        if after is not None and target is not None and baseline is not None and target != baseline:
            share = (path[after] - baseline) / (target - baseline)
        rows.append(
            {
                "id": row["id"], "region": region, "indicator": key, "title": figure["title"], "unit": figure["unit"],
                "better": one.better, "status": row["status"], "claimed": row["claimed"], "baseline": baseline,
                "before": start, "target": target, "by": figure["year"], "after": after,
                "value": path[after] if after is not None else None, "share": share,
                "from_ledger": bool(actuals), "confirmed": confirmed, "effect": found,
            }
        )  # fmt: skip
    return rows
