"""What a matching is: its pairs with reasons and rivals, what was left over and why, and its proof."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.science.matching.kernels.candidates import failures
from yijiang.science.matching.pairs import PARTS, Pairs
from yijiang.science.matching.sides import FILTERS, Sides, Whole

#: Rows without a match for which every filter is counted.
TOLD_WHY = 200


@dataclass(frozen=True)
class Matching:
    """Offers matched with needs.

    Attributes
    ----------
    rule
        "value": the largest total value; "offers", "needs": stable, that side proposing.
    candidates
        Pairs that pass every hard filter and are alike enough.
    whole
        True when every pair was looked at; False when the likeliest of each row were.
    held : (pair,)
        Which candidate pairs are matched.
    blocking
        Pairs of candidates who would rather have each other: 0 proves stability.
    other_way
        For a stable rule: pairs that the other side's proposing would match instead; 0 where only one stable matching
        was found from both ends, which then is the only one.
    total, bound, gap
        Value of the matching, the dual bound, and (bound − value) ÷ value [1]; the bound only for the rule "value".
    ties
        Neighbours on a list with equal scores, told apart by their order in the table.
    stated
        Lists of preferences that were stated.
    """

    rule: str
    sides: Sides
    pairs: Pairs
    held: NDArray[np.bool_]
    of_offer: Whole
    of_need: Whole
    fine: NDArray[np.bool_]
    blocking: int
    other_way: int | None
    total: float
    bound: float | None
    ties: int
    stated: int
    weights: dict[str, float]
    across: bool

    @property
    def candidates(self) -> int:
        """Number of candidate pairs."""
        return len(self.pairs.offer)

    @property
    def whole(self) -> bool:
        """True when every pair was looked at."""
        return self.pairs.whole

    @property
    def gap(self) -> float:
        """Relative gap between the value and its bound [1]; 0 for the stable rules, which claim no largest value."""
        if self.bound is None or self.total <= 0:
            return 0.0
        gap = max(self.bound - self.total, 0.0) / self.total
        # The optimum up to the rounding of its sums has no gap.
        return gap if gap > 1e-12 else 0.0

    @cached_property
    def order(self) -> Whole:
        """Positions of the matched pairs, the most valuable first."""
        at = np.flatnonzero(self.held)
        order: Whole = at[np.lexsort((self.pairs.offer[at], self.pairs.need[at], -self.pairs.value[at]))]
        return order

    @cached_property
    def table(self) -> pd.DataFrame:
        """The matches, the most valuable first: scores of both sides, parts, and the best rival turned away by each."""
        p, at = self.pairs, self.order
        offers, needs = self.sides.offers, self.sides.needs
        columns: dict[str, Any] = {
            "offer": offers["offer"].to_numpy()[p.offer[at]],
            "need": needs["need"].to_numpy()[p.need[at]],
            "kind": offers["kind"].to_numpy()[p.offer[at]],
            "from": offers["region"].to_numpy()[p.offer[at]],
            "to": needs["region"].to_numpy()[p.need[at]],
            "value": p.value[at],
            "by_offer": p.by_offer[at],
            "by_need": p.by_need[at],
            **{part: p.parts[at, k] for k, part in enumerate(PARTS)},
            "interest_offer": p.interest[at, 0],
            "interest_need": p.interest[at, 1],
        }
        for name, rival in (("rival_need", self._rivals(True)), ("rival_offer", self._rivals(False))):
            source = needs["need"] if name == "rival_need" else offers["offer"]
            position = p.need if name == "rival_need" else p.offer
            told = (
                source.to_numpy(dtype=object)[position[np.maximum(rival, 0)]] if len(p.offer) else np.array([], object)
            )
            columns[name] = np.where(rival >= 0, told, "")
            columns[f"{name}_score"] = np.where(
                rival >= 0, (p.by_offer if name == "rival_need" else p.by_need)[np.maximum(rival, 0)], np.nan
            )
        return pd.DataFrame(columns)

    def _rivals(self, of_offer: bool) -> Whole:
        """For every match the best pair its offer (or its need) was not given, −1 where there was no other."""
        p = self.pairs
        owner, place = (p.offer, self.of_offer) if of_offer else (p.need, self.of_need)
        count = len(self.sides.offers) if of_offer else len(self.sides.needs)
        out = np.flatnonzero(~self.held & self.fine)
        out = out[np.lexsort((place[out], owner[out]))][::-1]
        best = np.full(count, -1, np.int64)
        # Written from the last to the first: what stays is the best of each.
        best[owner[out]] = out
        result: Whole = best[owner[self.order]]
        return result

    @cached_property
    def left(self) -> pd.DataFrame:
        """Offers and needs without a match, with the reason: candidates (none, or taken), else what was in the way."""
        p = self.pairs
        rows = []
        for side, frame, own, held in (
            ("offer", self.sides.offers, p.offer, p.offer[self.held]),
            ("need", self.sides.needs, p.need, p.need[self.held]),
        ):
            count = np.bincount(own[self.fine], minlength=len(frame))
            free = np.setdiff1d(np.arange(len(frame)), held)
            for at in free[:TOLD_WHY]:
                why = "outbid" if count[at] else self._why(side, int(at))
                rows.append({"side": side, "name": str(frame.iloc[at, 0]), "why": why, "candidates": int(count[at])})
        return pd.DataFrame(rows, columns=["side", "name", "why", "candidates"])

    @property
    def unmatched(self) -> tuple[int, int]:
        """Offers and needs without a match."""
        p = self.pairs
        return (
            len(self.sides.offers) - len(np.unique(p.offer[self.held])),
            len(self.sides.needs) - len(np.unique(p.need[self.held])),
        )

    def _why(self, side: str, at: int) -> str:
        """Say which filter kept most of the other side away, or that no text is alike enough."""
        other = len(self.sides.needs) if side == "offer" else len(self.sides.offers)
        every, one = np.arange(other), np.full(other, at)
        pair = (one, every) if side == "offer" else (every, one)
        codes = failures(pair[0], pair[1], self.sides.left, self.sides.right, self.sides.open)
        if other == 0:
            return "nobody"
        if (codes == 0).any():
            return "unlike"
        # Only what is of its kind could have been stopped by something else.
        codes = codes[codes > 1]
        if len(codes) == 0:
            return "kind"
        return FILTERS[int(np.bincount(codes).argmax()) - 1]
