"""Of hundreds of projects, which are worth an exact evaluation: one gradient through the loop tells for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.evaluation import Evaluator, Outcome, State
from yijiang.scenario import NETWORK_KINDS

Floats = NDArray[np.float64]

#: A candidate is left out only where even so much more than its first-order gains would not pay for it.
MARGIN = 0.25


@dataclass(frozen=True)
class Ranking:
    """Candidates by what a first-order look finds.

    Attributes
    ----------
    kept, left
        Candidates that are evaluated, and those that cannot pay; both sorted.
    gross : {project: (region,)}
        First-order gain before cost of those left out [million yuan a year].
    """

    kept: tuple[str, ...]
    left: tuple[str, ...]
    gross: Mapping[str, Floats]


def ranking(
    evaluator: Evaluator,
    still: State,
    names: Sequence[str],
    partners: Sequence[str],
    cost: Mapping[str, Floats],
    most: int,
) -> Ranking:
    """Tell the candidates that may pay from those that cannot.

    First-order gains are those of `Outcome.response` at the base. A candidate stays if it cleans the river or moves the
    network, whose worth a gradient of incomes does not show; if another that stays needs it; or if for some coalition
    its gains, taken `MARGIN` better than they look, exceed its cost.

    Parameters
    ----------
    evaluator
        A warm evaluator.
    still
        The base state.
    names
        Candidates.
    partners
        Regions that plan together.
    cost : {project: (region,)}
        Annual cost borne [million yuan a year].
    most
        Up to so many candidates all stay.
    """
    names = sorted(names)
    if len(names) <= most:
        return Ranking(tuple(names), (), {})
    base = evaluator.base
    table = Outcome(evaluator, still, still).response.projects
    regions = base.belt.regions
    gross = dict(zip(names, table.loc[names, regions].to_numpy(), strict=True))
    where = [regions.index(p) for p in partners]

    def may_pay(name: str) -> bool:
        project = base.projects[name]
        if any(lever["kind"] == "removal" or lever["kind"] in NETWORK_KINDS for lever in project.levers):
            return True
        net = gross[name] + MARGIN * np.abs(gross[name]) - cost[name]
        # Members must agree; other partners join where that helps.
        return bool(sum(net[n] if regions[n] in project.members else max(net[n], 0.0) for n in where) > 0)

    kept = {n for n in names if may_pay(n)}
    relations = base.belt.tables["relations"]
    needed = relations.loc[relations["relation"] == "requires", ["project", "other"]].to_numpy().tolist()
    while more := {other for one, other in needed if one in kept and other in gross} - kept:
        kept |= more
    left = tuple(n for n in names if n not in kept)
    return Ranking(tuple(n for n in names if n in kept), left, {n: gross[n] for n in left})
