"""Candidate pairs and what each side thinks of them.

A side's score of a pair is Σ weight · part over the parts text, sector, money and distance, each between 0 and 1, plus
1 where that side has said it is interested: what a side names itself stands before everything it does not name.

- text: cosine of grams and terms (see `similarity`);
- sector: 1 where both name the same, 0.5 where one names none;
- money: to whoever pays, 1 − ask ÷ (2 · have), to whoever is paid, have ÷ (2 · ask); capital turned about; ½ where the
  two sums are equal, and where one is not stated;
- near: 1 − hours ÷ longest hours from door to door, where a table of hours was given, else left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.errors import OptionError
from yijiang.science.matching.kernels.candidates import every, failures, invert, likeliest, products, taken
from yijiang.science.matching.kernels.grams import BUCKETS
from yijiang.science.matching.sides import Floats, Sides, Whole
from yijiang.science.matching.similarity import terms
from yijiang.science.matching.tables import KINDS

WEIGHTS: Mapping[str, float] = {"text": 0.7, "sector": 0.15, "money": 0.1, "near": 0.05}
"""Weights of the parts of a score; assumed."""
PARTS = tuple(WEIGHTS)
#: Pairs of offers and needs up to which every pair is looked at.
ALL_PAIRS = 4_000_000
#: Beyond that, tokens that more offers of a kind than this hold are left out of the search.
COMMON = 2_000
#: Tokens of a need that are searched by: those that weigh most in it.
SEARCHED = 48
#: Kinds that are searched beside each other.
THREADS = 2


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs, sorted by need, then offer.

    Attributes
    ----------
    offer, need : (pair,)
        Positions in the tables.
    parts : (pair, part)
        The parts as the need sees them; money of the offer beside it.
    by_offer, by_need : (pair,)
        Scores of both sides, interest included.
    interest : (pair, 2)
        Whether the offer's and the need's side said to be interested.
    whole
        True when every pair was looked at.
    """

    offer: Whole
    need: Whole
    parts: Floats
    money_offer: Floats
    by_offer: Floats
    by_need: Floats
    interest: NDArray[np.bool_]
    whole: bool

    @property
    def value(self) -> Floats:
        """Value of a pair in the assignment: the mean of both scores."""
        result: Floats = (self.by_offer + self.by_need) / 2
        return result


def weights_of(given: Mapping[str, float] | None) -> dict[str, float]:
    """Return the weights of the parts, those given in place of the built-in ones.

    >>> weights_of({"near": 0.0})["text"]
    0.7
    """
    unknown = sorted(set(given or ()) - set(WEIGHTS))
    if unknown:
        raise OptionError(f"unknown part {unknown[0]!r} of a score; one of: {', '.join(WEIGHTS)}")
    result = {**WEIGHTS, **(given or {})}
    if any(not value >= 0 for value in result.values()) or not sum(result.values()) > 0:
        raise OptionError("the weights of a score must be 0 or more, and not all 0")
    return result


def _named(sides: Sides, interests: pd.DataFrame) -> tuple[Whole, Whole, NDArray[np.bool_]]:
    """Pairs somebody is interested in: positions, and which side said so; rows not in the tables are left out."""
    offer = {str(name): k for k, name in enumerate(sides.offers["offer"])}
    need = {str(name): k for k, name in enumerate(sides.needs["need"])}
    said: dict[tuple[int, int], list[bool]] = {}
    for a, b, side in zip(interests["offer"], interests["need"], interests["side"], strict=True):
        if a in offer and b in need:
            said.setdefault((offer[a], need[b]), [False, False])[side == "need"] = True
    keys = sorted(said)
    at = np.array(keys, dtype=np.int64).reshape(-1, 2)
    return at[:, 0], at[:, 1], np.array([said[k] for k in keys], dtype=bool).reshape(-1, 2)


def _searched(sides: Sides, most: int, whole: bool) -> tuple[Whole, Whole]:
    """Pairs with some token in common that pass every filter: all of them, or the likeliest of each row.

    Kind by kind: only what is of one kind can meet, and the kinds share nothing, so they run beside each other.
    """

    def of_kind(kind: int) -> tuple[Whole, Whole]:
        at = [np.flatnonzero(one[:, 0] == kind) for one in (sides.left, sides.right)]
        if not (len(at[0]) and len(at[1])):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        (a, b), width = sides.texts, BUCKETS + len(terms())
        offers, needs = taken(a.ends, a.tokens, a.weight, at[0]), taken(b.ends, b.tokens, b.weight, at[1])
        heads, rows, values = invert(*offers, width)
        left, right = sides.left[at[0]], sides.right[at[1]]
        if whole:
            found = every(needs[0], needs[1], heads, rows, left, right, sides.open)
        else:
            found = likeliest(*needs, heads, rows, values, left, right, sides.open, most, COMMON, SEARCHED)
        return at[0][found[0]], at[1][found[1]]

    kinds = range(len(KINDS))
    if whole:
        found = [of_kind(kind) for kind in kinds]
    else:
        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            found = list(pool.map(of_kind, kinds))
    return np.concatenate([o for o, _ in found]), np.concatenate([n for _, n in found])


def pairs(
    sides: Sides,
    interests: pd.DataFrame,
    weights: Mapping[str, float],
    hours: Floats | None,
    most: int,
    least: float,
) -> Pairs:
    """Find the candidate pairs and score them.

    Parameters
    ----------
    sides
        Both sides.
    interests
        Who said to be interested in what.
    weights
        Weights of the parts.
    hours : (region, region)
        Hours from door to door between the regions of the sides [h], or None.
    most
        Candidates kept per row of either side, where not every pair is looked at.
    least
        Pairs whose texts are less alike than this are none, unless a side is interested.
    """
    whole = len(sides.offers) * len(sides.needs) <= ALL_PAIRS
    offer, need = _searched(sides, most, whole)
    named = _named(sides, interests)
    pair = np.ascontiguousarray(named[0]), np.ascontiguousarray(named[1])
    passing = failures(*pair, sides.left, sides.right, sides.open) == 0
    said = tuple(one[passing] for one in named)
    key = np.unique(np.concatenate([need, said[1]]) * len(sides.offers) + np.concatenate([offer, said[0]]))
    need, offer = np.divmod(key, max(len(sides.offers), 1))
    interest = np.zeros((len(key), 2), bool)
    interest[np.searchsorted(key, said[1] * len(sides.offers) + said[0])] = said[2]
    a, b = sides.texts
    alike = np.clip(products(a.ends, a.tokens, a.weight, offer, b.ends, b.tokens, b.weight, need), 0.0, 1.0)
    fine = (alike >= least) | interest.any(axis=1)
    offer, need, interest, alike = offer[fine], need[fine], interest[fine], alike[fine]
    return _scored(sides, offer, need, interest, alike, weights, hours, whole)


def _scored(
    sides: Sides,
    offer: Whole,
    need: Whole,
    interest: NDArray[np.bool_],
    alike: Floats,
    weights: Mapping[str, float],
    hours: Floats | None,
    whole: bool,
) -> Pairs:
    first, second = sides.sector[0][offer], sides.sector[1][need]
    sector = np.where((first < 0) | (second < 0), 0.5, (first == second).astype(float))
    ask, have = sides.ask[offer], sides.have[need]
    capital = sides.left[offer, 0] == KINDS.index("capital")
    # Of capital the offer is the one that pays.
    paid, pays = np.where(capital, have, ask), np.where(capital, ask, have)
    with np.errstate(divide="ignore", invalid="ignore"):
        gets, gives = np.clip(pays / (2 * paid), 0, 1), np.clip(1 - paid / (2 * pays), 0, 1)
    unknown = np.isnan(ask) | np.isnan(have) | ((ask == 0) & (have == 0))
    gets, gives = np.where(unknown, 0.5, gets), np.where(unknown, 0.5, gives)
    money_offer, money_need = np.where(capital, gives, gets), np.where(capital, gets, gives)
    near = np.zeros(len(offer))
    total = sum(weights.values())
    if hours is None:
        total -= weights["near"]
    else:
        apart = hours[sides.offer_region[offer], sides.need_region[need]]
        longest = float(np.max(hours[np.isfinite(hours)], initial=0.0))
        near = np.where(np.isfinite(apart), 1 - apart / longest, 0.0) if longest > 0 else np.ones(len(offer))
    base = (weights["text"] * alike + weights["sector"] * sector + weights["near"] * near) / max(total, 1e-12)
    share = weights["money"] / max(total, 1e-12)
    # Rounded, so that equal scores are equal whatever the order of the sums.
    by_offer = np.round(base + share * money_offer, 9) + interest[:, 0]
    by_need = np.round(base + share * money_need, 9) + interest[:, 1]
    parts = np.column_stack([alike, sector, money_need, near])
    return Pairs(offer, need, parts, money_offer, by_offer, by_need, interest, whole)
