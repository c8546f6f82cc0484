"""Matching as users call it: tables in, a `Matching` out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.science.matching.certificate import blocking_pairs
from yijiang.science.matching.choosing import assigned, deferred, lists
from yijiang.science.matching.pairs import pairs, weights_of
from yijiang.science.matching.result import Matching
from yijiang.science.matching.sides import Floats, sides
from yijiang.science.matching.tables import blank, live

RULES = ("value", "offers", "needs")


def match(
    offers: pd.DataFrame,
    needs: pd.DataFrame,
    *,
    interests: pd.DataFrame | None = None,
    preferences: pd.DataFrame | None = None,
    day: date,
    rule: Literal["value", "offers", "needs"] = "value",
    across: bool = True,
    hours: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
    aliases: Mapping[str, str] | None = None,
    most: int = 20,
    least: float = 0.05,
    progress: Callable[[str], None] = lambda text: None,
) -> Matching:
    """Match offers with needs: hard filters, then the largest total value, or a stable matching of both sides' lists.

    Value: max Σ v x, Σ_o x_on ≤ c_n, Σ_n x_on ≤ r_o, 0 ≤ x ≤ 1, v the mean score of both sides, solved exactly over
    the candidates with a dual bound. Stable: deferred acceptance, many to many, each side choosing one by one from its
    list, so that no two who are not matched would both rather have each other.

    Parameters
    ----------
    offers, needs
        Tables as `yijiang.science.matching.tables.read_table` gives them, or those of a belt.
    interests, preferences
        Who is interested in what; lists of preferences. A list that is stated is complete: what is not on it is not
        accepted.
    day
        Only what is published and holds on this day is matched.
    rule
        "value", or the side that proposes: "offers", "needs".
    across
        Only pairs from two different regions.
    hours : DataFrame (region, region)
        Hours from door to door between regions [h]; unless given, distance does not count.
    weights
        Weights of the parts text, sector, money and near of a score, in place of the built-in ones.
    aliases
        Other names of regions in lists of partners, to identifiers.
    most
        Candidates per row of either side, where there are too many pairs to look at all.
    least
        Least likeness of texts [0 to 1] of a candidate.
    progress
        Called with a line of text at every step.

    Returns
    -------
    Matching

    Raises
    ------
    DataError
        If a region of the tables has no row in `hours`.
    OptionError
        For an unknown rule or part, or a number out of range.

    References
    ----------
    D. Gale, L. S. Shapley, College admissions and the stability of marriage, 1962; A. E. Roth, Stability and
    polarization of interests in job matching, 1984; R. Jonker, A. Volgenant, A shortest augmenting path algorithm for
    dense and sparse linear assignment problems, 1987.

    Examples
    --------
    >>> import yijiang as yj
    >>> belt = yj.case("tiny")
    >>> found = match(belt.table("offers"), belt.table("needs"), day=date(2018, 6, 1), rule="needs")
    >>> found.blocking, found.table.loc[0, ["offer", "need"]].tolist()
    (0, ['outlets', 'crayfish'])
    """
    if rule not in RULES:
        raise OptionError(f"unknown rule {rule!r}; one of: {', '.join(RULES)}")
    if most < 1 or not 0 <= least <= 1:
        raise OptionError(f"most must be 1 or more and least between 0 and 1, not {most} and {least}")
    chosen = weights_of(weights)
    there = [frame[live(frame, day).to_numpy()].reset_index(drop=True) for frame in (offers, needs)]
    progress("texts")
    both = sides(there[0], there[1], across, aliases or {})
    apart = None if hours is None else _hours(hours, both.regions)
    progress("candidates")
    found = pairs(both, blank("interests") if interests is None else interests, chosen, apart, most, least)
    progress("lists")
    known = lists(both, found, blank("preferences") if preferences is None else preferences)
    progress("matching")
    bound, other_way = None, None
    if rule == "value":
        solution = assigned(both, found, known.fine)
        held, bound = solution.held, solution.bound
    else:
        held = deferred(both, found, known, rule)
        back = deferred(both, found, known, "needs" if rule == "offers" else "offers")
        other_way = int((back & ~held).sum())
    progress("proof")
    at = np.flatnonzero(known.fine)
    blocking = blocking_pairs(
        found.offer[at], found.need[at], known.of_offer[at], known.of_need[at], held[at], both.room, both.capacity
    )
    total = float(found.value[held].sum())
    return Matching(
        rule, both, found, held, known.of_offer, known.of_need, known.fine, len(blocking), other_way, total, bound,
        known.ties, known.stated, chosen, across,
    )  # fmt: skip


def _hours(hours: pd.DataFrame, regions: tuple[str, ...]) -> Floats:
    frame = hours.set_axis([str(n) for n in hours.index], axis=0).set_axis([str(n) for n in hours.columns], axis=1)
    missing = [name for name in regions if name not in frame.index or name not in frame.columns]
    if missing:
        hint = "add its row and column"
        raise DataError([Finding("hours", 0, "region", name, "no hours from and to it", hint) for name in missing])
    result: Floats = frame.loc[list(regions), list(regions)].to_numpy(dtype=float)
    return result
