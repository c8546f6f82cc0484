"""Who sends what to whom on the open network, at the least time under way, and why a need stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.aid.flow import Flow, cheapest_flow
from yijiang.errors import DataError, Finding

TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Dispatch:
    """A plan of deliveries.

    Attributes
    ----------
    deliveries : offer, need, good, amount, hours, path (places passed, ends included), modes (one for each leg).
    needs : need, place, good, wanted, sent, open, why ("" met; `no_way`, `no_offer`, `used_up`), price.
    offers : offer, place, good, amount, sent, left.
    gap, violation : largest over the goods; 0 proves that nothing gets there sooner in all.
    """

    deliveries: pd.DataFrame
    needs: pd.DataFrame
    offers: pd.DataFrame
    gap: float
    violation: float

    @property
    def balance(self) -> float:
        """Largest difference between what is sent and what arrives, of any offer or need [unit]."""
        worst = 0.0
        for table, key in ((self.needs, "need"), (self.offers, "offer")):
            sent = table.set_index([key, "good"])["sent"]
            moved = self.deliveries.groupby([key, "good"])["amount"].sum()
            worst = max(
                worst, float((sent - moved.reindex(sent.index, fill_value=0.0)).abs().max() if len(sent) else 0.0)
            )
        return worst


def dispatch(
    needs: pd.DataFrame, offers: pd.DataFrame, arcs: pd.DataFrame, capacity: Mapping[str, float] | None = None
) -> Dispatch:
    """Send offers to needs over the open arcs so that the sum of amount × hours is least; as much as can be is met.

    Per good a cheapest flow (`cheapest_flow`): source → offers → network → needs. A need without a path or an offer
    left stays open and says why.

    Parameters
    ----------
    needs
        need, place, good, amount [unit > 0].
    offers
        offer, place, good, amount [unit > 0].
    arcs
        tail, head (places or states), hours [h], mode and link of every open arc (see `yijiang.journeys`).
    capacity
        Most units of one good over a link, both directions apart, by link; none unless given.

    Raises
    ------
    DataError
        If a row lacks a place on the network, a good or an amount above 0, or stands twice.

    Examples
    --------
    >>> arcs = pd.DataFrame(
    ...     {"tail": ["a", "b"], "head": ["b", "c"], "hours": [2.0, 3.0], "mode": "road", "link": ["x", "y"]}
    ... )
    >>> needs = pd.DataFrame({"need": ["n"], "place": ["c"], "good": ["boats"], "amount": [5.0]})
    >>> offers = pd.DataFrame({"offer": ["o"], "place": ["a"], "good": ["boats"], "amount": [4.0]})
    >>> plan = dispatch(needs, offers, arcs)
    >>> plan.deliveries[["amount", "hours"]].values.tolist(), plan.needs[["open", "why"]].values.tolist()
    ([[4.0, 5.0]], [[1.0, 'used_up']])
    """
    nodes = list(dict.fromkeys([*arcs["tail"], *arcs["head"], *needs["place"], *offers["place"]]))
    on_network = {*arcs["tail"], *arcs["head"]}
    _check(needs, offers, on_network)
    number = {name: i for i, name in enumerate(nodes)}
    tail = arcs["tail"].map(number).to_numpy(np.int64)
    head = arcs["head"].map(number).to_numpy(np.int64)
    hours = arcs["hours"].to_numpy(np.float64)
    room = arcs["link"].map(dict(capacity or {})).to_numpy(np.float64)
    room = np.where(np.isnan(room), np.inf, room)
    deliveries, met, given = [], [], []
    gap = violation = 0.0
    for good in dict.fromkeys([*needs["good"], *offers["good"]]):
        wanted = needs[needs["good"] == good].reset_index(drop=True)
        offered = offers[offers["good"] == good].reset_index(drop=True)
        count, base = len(nodes), len(nodes) + len(offered)
        total = base + len(wanted)
        t = np.concatenate([tail, count + np.arange(len(offered)), wanted["place"].map(number).to_numpy(np.int64)])
        h = np.concatenate([head, offered["place"].map(number).to_numpy(np.int64), base + np.arange(len(wanted))])
        cost = np.concatenate([hours, np.zeros(len(offered) + len(wanted))])
        limit = np.concatenate([room, np.full(len(offered) + len(wanted), np.inf)])
        balance = np.zeros(total)
        balance[count:base] = offered["amount"].to_numpy(np.float64)
        balance[base:] = -wanted["amount"].to_numpy(np.float64)
        solved = cheapest_flow(t, h, cost, balance, limit)
        gap, violation = max(gap, solved.gap), max(violation, solved.violation)
        rows = _paths(solved.flow, t, h, count, base, nodes, cost, arcs)
        for o, n, amount, time, path, modes in rows:
            deliveries.append((offered["offer"][o], wanted["need"][n], good, amount, time, path, modes))
        near = _reachable(t, h, count, base, total, limit)
        open_ = solved.unmet[base:]
        sent = wanted["amount"].to_numpy(np.float64) - open_
        why = [_why(float(open_[n]), near[n], len(offered)) for n in range(len(wanted))]
        met.append(
            pd.DataFrame(
                {
                    "need": wanted["need"],
                    "place": wanted["place"],
                    "good": good,
                    "wanted": wanted["amount"],
                    "sent": sent,
                    "open": open_,
                    "why": why,
                    "price": _prices(solved, base),
                }
            )
        )
        left = solved.spare[count:base]
        given.append(
            pd.DataFrame(
                {
                    "offer": offered["offer"],
                    "place": offered["place"],
                    "good": good,
                    "amount": offered["amount"],
                    "sent": offered["amount"].to_numpy(np.float64) - left,
                    "left": left,
                }
            )
        )
    columns = ["offer", "need", "good", "amount", "hours", "path", "modes"]
    table = pd.DataFrame(deliveries, columns=columns).sort_values(["good", "hours", "need", "offer"], ignore_index=True)
    need_columns = ["need", "place", "good", "wanted", "sent", "open", "why", "price"]
    return Dispatch(
        table,
        pd.concat(met, ignore_index=True) if met else pd.DataFrame(columns=need_columns),
        pd.concat(given, ignore_index=True)
        if given
        else pd.DataFrame(columns=["offer", "place", "good", "amount", "sent", "left"]),
        gap,
        violation,
    )


def _prices(solved: Flow, base: int) -> NDArray[np.float64]:
    """What one unit more at each need would cost in hours; NaN where it would stay open."""
    price = solved.price[base:].copy()
    price[solved.unmet[base:] > TINY] = np.nan
    # Prices are known up to a common shift unless some offer has a rest, whose price is 0.
    return price if (solved.spare > TINY).any() else np.full_like(price, np.nan)


def _why(open_: float, near: Sequence[int], offers: int) -> str:
    if open_ <= TINY:
        return ""
    if not offers:
        return "no_offer"
    return "used_up" if len(near) else "no_way"


def _reachable(
    tail: NDArray[np.int64], head: NDArray[np.int64], count: int, base: int, total: int, limit: NDArray[np.float64]
) -> list[list[int]]:
    """Offers from which an open way leads to each need."""
    after: dict[int, list[int]] = {}
    for a, b, k in zip(tail.tolist(), head.tolist(), limit.tolist(), strict=True):
        if k > 0:
            after.setdefault(b, []).append(a)
    found = []
    for need in range(base, total):
        seen, ahead = {need}, [need]
        while ahead:
            for node in after.get(ahead.pop(), ()):
                if node not in seen:
                    seen.add(node)
                    ahead.append(node)
        found.append(sorted(node - count for node in seen if count <= node < base))
    return found


def _paths(
    flow: NDArray[np.float64],
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    count: int,
    base: int,
    nodes: Sequence[str],
    cost: NDArray[np.float64],
    arcs: pd.DataFrame,
) -> list[tuple[int, int, float, float, str, str]]:
    """Take a flow apart into paths from offers to needs."""
    rest = flow.copy()
    out: dict[int, list[int]] = {}
    for arc in np.flatnonzero(rest > TINY).tolist():
        out.setdefault(int(tail[arc]), []).append(arc)
    modes, links = arcs["mode"].tolist(), arcs["link"].tolist()
    rows: dict[tuple[int, int, str, str], list[float]] = {}
    for offer in range(count, base):
        while True:
            walk: list[int] = []
            node = offer
            while node < base:
                ahead = next((a for a in out.get(node, ()) if rest[a] > TINY), None)
                if ahead is None:
                    break
                walk.append(ahead)
                node = int(head[ahead])
                if len(walk) > len(flow):
                    break
            if node < base:
                break
            amount = float(rest[walk].min())
            rest[walk] -= amount
            places: list[str] = []
            legs: list[str] = []
            for arc in walk[1:-1]:
                for end in (nodes[tail[arc]], nodes[head[arc]]):
                    name = str(end).split("@")[0]
                    if not places or places[-1] != name:
                        places.append(name)
                if links[arc] and (not legs or legs[-1] != modes[arc]):
                    legs.append(modes[arc])
            if not places:
                places = [str(nodes[head[walk[0]]])]
            key = (offer - count, node - base, " ".join(places), " ".join(legs))
            entry = rows.setdefault(key, [0.0, float(cost[walk].sum())])
            entry[0] += amount
    return [(o, n, amount, time, path, mode) for (o, n, path, mode), (amount, time) in rows.items()]


def _check(needs: pd.DataFrame, offers: pd.DataFrame, places: set[str]) -> None:
    findings: list[Finding] = []
    for table, key, frame in (("needs", "need", needs), ("offers", "offer", offers)):
        for i, row in enumerate(frame.to_dict("records")):
            if not float(row["amount"]) > 0:
                remedy = "give how much, above 0"
                findings.append(Finding(table, i + 2, "amount", str(row["amount"]), "no amount", remedy))
            if not str(row["good"]).strip():
                findings.append(Finding(table, i + 2, "good", "", "no good", "say what it is"))
            if row["place"] not in places:
                remedy = "name a node of the network; or open a way to it"
                problem = "no open way touches this place"
                findings.append(Finding(table, i + 2, "place", str(row["place"]), problem, remedy))
        for i in np.flatnonzero(frame.duplicated([key, "good"])).tolist():
            remedy = f"give each {key} of a good once"
            findings.append(Finding(table, int(i) + 2, key, str(frame[key].iloc[i]), "stands twice", remedy))
    if findings:
        raise DataError(findings)
