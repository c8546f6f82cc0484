"""Which candidate pairs are matched: stable for lists of preferences, or of the largest value in all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.science.matching.kernels.assignment import auction, augment
from yijiang.science.matching.kernels.deferred import propose
from yijiang.science.matching.pairs import Pairs
from yijiang.science.matching.sides import Floats, Sides, Whole

#: Bids of the auction per need before the rest is seated one by one.
BIDS = 60


@dataclass(frozen=True)
class Lists:
    """Places of every pair on the lists of both sides (0 is best), and whether both sides accept it.

    `ties` counts neighbours on a list with the same score, told apart by identifier only; `stated` the lists stated.
    """

    of_offer: Whole
    of_need: Whole
    fine: NDArray[np.bool_]
    ties: int
    stated: int


def _order_of(rows: pd.DataFrame) -> list[str]:
    """Names on one stated list, the best first: by place, or in an order that fits all comparisons."""
    ranked = rows[rows["over"] == ""]
    if len(ranked):
        return [str(name) for name in ranked.sort_values("rank", kind="stable")["other"]]
    above: dict[str, set[str]] = {}
    for better, worse in zip(rows["other"], rows["over"], strict=True):
        above.setdefault(str(better), set())
        above.setdefault(str(worse), set()).add(str(better))
    found: list[str] = []
    while above:
        # The tables were checked: there is no circle, so somebody always has nobody above.
        following = min(name for name, higher in above.items() if not higher - set(found))
        found.append(following)
        del above[following]
    return found


def _placed(owner: Whole, other: Whole, score: Floats, stated: dict[tuple[int, int], int], listed: set[int]) -> tuple[
    Whole, NDArray[np.bool_], int
]:  # fmt: skip
    fine = np.ones(len(owner), bool)
    value = -score
    if listed:
        has_list = np.isin(owner, list(listed))
        for k in np.flatnonzero(has_list):
            listed_at = stated.get((int(owner[k]), int(other[k])))
            fine[k] = listed_at is not None
            value[k] = np.inf if listed_at is None else float(listed_at)
    order = np.lexsort((other, value, owner))
    sorted_owner, sorted_value = owner[order], value[order]
    new = np.ones(len(order), bool)
    new[1:] = sorted_owner[1:] != sorted_owner[:-1]
    starts = np.flatnonzero(new)
    place: Whole = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    both = np.isfinite(sorted_value)
    same = (~new)[1:] & both[1:] & (sorted_value[1:] == sorted_value[:-1])
    return place, fine, int(same.sum())


def lists(sides: Sides, found: Pairs, preferences: pd.DataFrame) -> Lists:
    """Put every pair in its place on both sides' lists: those stated, else by score, ties by the order of the table."""
    names = {
        "offer": {str(n): k for k, n in enumerate(sides.offers["offer"])},
        "need": {str(n): k for k, n in enumerate(sides.needs["need"])},
    }
    stated: dict[str, dict[tuple[int, int], int]] = {"offer": {}, "need": {}}
    listed: dict[str, set[int]] = {"offer": set(), "need": set()}
    for (side, who), rows in preferences.groupby(["side", "who"], sort=False):
        own, opposite = names[str(side)], names["need" if side == "offer" else "offer"]
        if who not in own:
            continue
        listed[str(side)].add(own[str(who)])
        ranks = dict(zip(rows["other"], rows["rank"], strict=True))
        for k, other in enumerate(_order_of(rows)):
            if other in opposite:
                rank = ranks.get(other)
                stated[str(side)][own[str(who)], opposite[other]] = k if rank is None or pd.isna(rank) else int(rank)
    by_offer = _placed(found.offer, found.need, found.by_offer, stated["offer"], listed["offer"])
    by_need = _placed(found.need, found.offer, found.by_need, stated["need"], listed["need"])
    count = len(listed["offer"]) + len(listed["need"])
    return Lists(by_offer[0], by_need[0], by_offer[1] & by_need[1], by_offer[2] + by_need[2], count)


def _ends(owner: Whole, count: int) -> Whole:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)


def deferred(sides: Sides, found: Pairs, known: Lists, proposing: str) -> NDArray[np.bool_]:
    """Return the pairs of the stable matching that is best for the side that proposes."""
    at = np.flatnonzero(known.fine)
    offer, need = found.offer[at], found.need[at]
    by_offer, by_need = known.of_offer[at], known.of_need[at]
    if proposing == "offers":
        edges = np.lexsort((by_offer, offer))
        ends, other, place = _ends(offer, len(sides.offers)), need, by_need
        held, _ = propose(ends, edges, other, place, sides.room, sides.capacity)
    else:
        edges = np.lexsort((by_need, need))
        ends, other, place = _ends(need, len(sides.needs)), offer, by_offer
        held, _ = propose(ends, edges, other, place, sides.capacity, sides.room)
    result = np.zeros(len(found.offer), bool)
    result[at[held]] = True
    return result


@dataclass(frozen=True)
class Assigned:
    """Pairs of the assignment, and what a place is worth: the duals that prove it."""

    held: NDArray[np.bool_]
    worth: Floats
    price: Floats
    total: float
    bound: float


def assigned(sides: Sides, found: Pairs, fine: NDArray[np.bool_]) -> Assigned:
    """Return the pairs of the largest total value within the capacities, and the dual bound that proves it.

    max Σ v x with Σ_o x ≤ capacity_n, Σ_n x ≤ room_o, 0 ≤ x ≤ 1; bound = Σ capacity u + Σ room p + Σ max(0, v − u − p)
    """
    at = np.flatnonzero(fine)
    offer, need, value = found.offer[at], found.need[at], found.value[at]
    ends = _ends(need, len(sides.needs))
    first, price = auction(ends, offer, value, sides.capacity, sides.room, BIDS * (len(sides.needs) + 1))
    held, worth, price, _ = augment(ends, offer, value, sides.capacity, sides.room, first, price)
    over = np.maximum(value - worth[need] - price[offer], 0.0)
    bound = float(sides.capacity @ worth + sides.room @ price + over.sum())
    result = np.zeros(len(found.offer), bool)
    result[at[held]] = True
    return Assigned(result, worth, price, float(value[held].sum()), bound)
