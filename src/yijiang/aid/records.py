"""Mutual aid in the ledger's own things: what each stage is entered as, and the chains that come out.

A request is a commitment of the kind `aid_request` with an indicator that says what, how much and where. An offer is a
project of that request with such an indicator and four milestones: dispatch, arrival, return and settlement. What
arrives, and what it cost, are actual values with evidence; another side confirms them by accepting the evidence. An
indicator's id is `<thing>:<good>@<place>`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES, message

Item = tuple[str, dict[str, Any]]
KIND = "aid_request"
STAGES = ("dispatch", "arrival", "return", "settlement")
AFTER: Mapping[str, tuple[str, ...]] = {
    "dispatch": (), "arrival": ("dispatch",), "return": ("arrival",), "settlement": ("arrival",),
}  # fmt: skip


class Ask(NamedTuple):
    """What is asked for or offered, read back from an indicator."""

    of: str
    good: str
    place: str
    amount: float
    unit: str
    side: str


def ask_of(row: Mapping[str, Any]) -> Ask | None:
    """Read an indicator of the ledger's state as what it asks for; None if it is another kind of indicator.

    >>> ask_of({"id": "r1:boats@lower", "of": "r1", "target": 5.0, "unit": "boats", "side": "Lower"}).place
    'lower'
    """
    head, sign, rest = str(row["id"]).partition(":")
    good, at, place = rest.rpartition("@")
    if not (sign and at and good and place) or head != row["of"] or row["target"] is None:
        return None
    return Ask(head, good, place, float(row["target"]), str(row["unit"]), str(row["side"]))


def plain_text(good: str, amount: float, unit: str, place: str) -> str:
    """Return the words of a request that came without any.

    >>> plain_text("boats", 5.0, "", "lower")
    '5 boats, lower'
    """
    return " ".join(part for part in (f"{amount:g}", unit, good) if part) + f", {place}"


def request_items(
    id_: str,
    good: str,
    amount: float,
    unit: str,
    place: str,
    text: str,
    sides: Sequence[str],
    deadline: str | None = None,
) -> list[Item]:
    """Return the events of a request.

    Examples
    --------
    >>> [kind for kind, _ in request_items("r1", "boats", 5, "boats", "lower", "Send boats", ["Upper", "Lower"])]
    ['commitment', 'indicator']
    """
    _refuse_bad(id_, good, amount, place)
    return [
        (
            "commitment",
            {"id": id_, "text": text or plain_text(good, amount, unit, place), "kind": KIND, "area": "aid",
             "sides": list(sides), "amount": amount, "deadline": deadline, "strength": "spoken"},
        ),
        ("indicator", _indicator(id_, good, amount, unit, place)),
    ]  # fmt: skip


def offer_items(
    id_: str, requests: Sequence[str], good: str, amount: float, place: str, state: Mapping[str, Any], side: str
) -> list[Item]:
    """Return the events of an offer of a side to some requests (all open ones for the good unless named).

    Raises
    ------
    OptionError
        If there is no such request for the good, or it is the side's own.
    """
    _refuse_bad(id_, good, amount, place)
    asked = requests_of(state)
    mine = [r for r, ask in asked.items() if ask.side == side and (r in requests or ask.good == good)]
    chosen = list(requests) or [r for r, ask in asked.items() if ask.good == good and ask.side != side]
    for one in chosen:
        if one not in asked:
            raise OptionError(f"there is no request {one!r}; all: {', '.join(asked) or 'none'}")
        if asked[one].good != good:
            raise OptionError(f"the request {one!r} asks for {asked[one].good!r}, not {good!r}")
        if asked[one].side == side:
            raise OptionError(f"the request {one!r} is {side}'s own; another side offers")
    if not chosen:
        goods = ", ".join(sorted({ask.good for ask in asked.values()})) or "none"
        own = f" (your own {', '.join(mine)} apart)" if mine else ""
        raise OptionError(f"no other side asks for {good!r}{own}; goods asked for: {goods}")
    unit = asked[chosen[0]].unit
    title = {lang: message("aid.offer_title", lang, amount=f"{amount:g}", unit=unit, good=good) for lang in LANGUAGES}
    items: list[Item] = [
        ("project", {"id": id_, "title": title, "commitments": chosen}),
        ("indicator", _indicator(id_, good, amount, unit, place)),
    ]
    for stage in STAGES:
        names = {lang: message(f"aid.stage_{stage}", lang) for lang in LANGUAGES}
        items.append(("milestone", {"id": f"{id_}.{stage}", "project": id_, "title": names}))
    return items


def stage_items(
    offer: str,
    stage: str,
    state: Mapping[str, Any],
    side: str,
    *,
    on: str | None = None,
    amount: float | None = None,
    unit: str = "",
    note: str = "",
    url: str | None = None,
) -> list[Item]:
    """Return the events of a stage of an offer: the milestone delivered, its evidence, and the amount if there is one.

    The amount is what arrived or returned (in the offer's unit), or what the settlement cost (`unit` of money).

    Raises
    ------
    OptionError
        If there is no such offer, the stage is done already or comes too early, or more arrives than was offered.
    """
    offers = offers_of(state)
    if offer not in offers:
        raise OptionError(f"there is no offer {offer!r}; all: {', '.join(offers) or 'none'}")
    ask = offers[offer]
    done = _done(state)
    if f"{offer}.{stage}" in done:
        raise OptionError(
            f"the {stage} of {offer!r} is on record already; correct it with a note: yijiang ledger add … note"
        )
    early = [before for before in AFTER[stage] if f"{offer}.{before}" not in done]
    if early:
        raise OptionError(f"the {stage} of {offer!r} comes after its {early[0]}, which is not on record")
    if stage == "dispatch" and side != ask.side:
        raise OptionError(f"{offer!r} is {ask.side}'s offer; its dispatch is recorded by {ask.side}")
    if amount is not None and not amount >= 0:
        raise OptionError(f"an amount is 0 or more, not {amount}")
    if stage == "arrival" and amount is not None and amount > ask.amount:
        raise OptionError(f"{amount:g} {ask.unit} arrive of {ask.amount:g} offered; enter a second offer for the rest")
    milestone, proof = f"{offer}.{stage}", f"{offer}.{stage}.evidence"
    items: list[Item] = [
        ("status", {"of": milestone, "status": "delivered", "on": on, "note": note}),
        ("evidence", {"id": proof, "of": milestone, "kind": "document", "url": url, "on": on,
                      "note": note or message("aid.evidence", "en", stage=stage, offer=offer)}),
    ]  # fmt: skip
    if stage == "arrival":
        value = ask.amount if amount is None else amount
        figure = {"indicator": f"{offer}:{ask.good}@{ask.place}", "value": value, "on": on, "evidence": proof}
        items.append(("actual", figure))
    elif stage == "settlement" and amount is not None:
        title = {lang: message("aid.cost", lang) for lang in LANGUAGES}
        items.append(
            ("indicator", {"id": f"{offer}.cost", "of": milestone, "title": title, "unit": unit, "ascending": False})
        )
        items.append(("actual", {"indicator": f"{offer}.cost", "value": amount, "on": on, "evidence": proof}))
    return items


def _indicator(id_: str, good: str, amount: float, unit: str, place: str) -> dict[str, Any]:
    return {
        "id": f"{id_}:{good}@{place}", "of": id_, "title": good, "unit": unit, "baseline": 0.0, "target": float(amount)
    }  # fmt: skip


def _refuse_bad(id_: str, good: str, amount: float, place: str) -> None:
    faults = []
    for name, value in (("id", id_), ("good", good), ("place", place)):
        if not value.strip() or any(c in value for c in ":@ ") or not value.isprintable():
            faults.append(f"{name} must be a word without blanks, ':' or '@', not {value!r}")
    if not amount > 0:
        faults.append(f"an amount above 0 is needed, not {amount}")
    if faults:
        raise OptionError("; ".join(faults))


def _done(state: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {row["id"]: row for row in state["milestones"] if row["delivered_on"]}


def requests_of(state: Mapping[str, Any]) -> dict[str, Ask]:
    """Return what every request of a ledger's state asks for."""
    ids = {row["id"] for row in state["commitments"] if row["kind"] == KIND}
    asks = [ask_of(row) for row in state["indicators"] if row["of"] in ids]
    return {ask.of: ask for ask in asks if ask is not None}


def offers_of(state: Mapping[str, Any]) -> dict[str, Ask]:
    """Return what every offer of a ledger's state gives."""
    asked = set(requests_of(state))
    ids = {row["id"] for row in state["projects"] if asked & set(row["commitments"])}
    asks = [ask_of(row) for row in state["indicators"] if row["of"] in ids]
    return {ask.of: ask for ask in asks if ask is not None}


def chains(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every request with its offers and how far each has come, claimed and confirmed.

    A stage is `claimed` when one side says it is done and `confirmed` when another side accepted its evidence.
    """
    requests, offers, done = requests_of(state), offers_of(state), _done(state)
    accepted = {
        row["of"]
        for row in state["evidence"]
        if any(bool(ok) for by, ok in row["accepted"].items() if by != row["side"])
    }
    figures = {row["id"]: row for row in state["indicators"]}
    rows = {row["id"]: row for row in state["commitments"]}
    projects = {row["id"]: row for row in state["projects"]}
    found = []
    for request, ask in requests.items():
        given: list[dict[str, Any]] = []
        for offer, offered in offers.items():
            if request not in projects[offer]["commitments"]:
                continue
            stages = {
                stage: None if (at := f"{offer}.{stage}") not in done
                else {"on": done[at]["delivered_on"], "by": done[at]["delivered_by"], "confirmed": at in accepted}
                for stage in STAGES
            }  # fmt: skip
            arrived = figures[f"{offer}:{offered.good}@{offered.place}"]
            cost = figures.get(f"{offer}.cost")
            given.append(
                {
                    "offer": offer, "giver": offered.side, "place": offered.place, "amount": offered.amount,
                    "stages": stages, "arrived": _value(arrived, "claimed"), "confirmed": _value(arrived, "verified"),
                    "cost": _value(cost, "claimed"), "cost_confirmed": _value(cost, "verified"),
                    "cost_unit": str(cost["unit"]) if cost else "", "shared": len(projects[offer]["commitments"]) > 1,
                }
            )  # fmt: skip
        plain = plain_text(ask.good, ask.amount, ask.unit, ask.place)
        offered_all = sum(row["amount"] for row in given)
        found.append(
            {
                "request": request, "receiver": ask.side, "good": ask.good, "unit": ask.unit, "place": ask.place,
                "amount": ask.amount, "text": "" if rows[request]["text"] == plain else rows[request]["text"],
                "deadline": rows[request]["deadline"],
                "status": rows[request]["status"], "offers": given, "offered": offered_all,
                "open": max(ask.amount - offered_all, 0.0),
                "arrived": sum(row["arrived"] or 0.0 for row in given),
                "substantive": rows[request]["substantive"],
            }
        )  # fmt: skip
    return found


def _value(row: Mapping[str, Any] | None, which: str) -> float | None:
    return None if row is None or row[which] is None else float(row[which]["value"])


def balance(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what each side gave each other side: arrived (claimed, confirmed), cost; an offer counts once.

    Examples
    --------
    >>> offer = {
    ...     "offer": "o",
    ...     "giver": "A",
    ...     "amount": 3.0,
    ...     "arrived": 3.0,
    ...     "confirmed": None,
    ...     "cost": 2.0,
    ...     "cost_confirmed": None,
    ...     "cost_unit": "CNY",
    ... }
    >>> rows = [{"receiver": "B", "good": "boats", "unit": "boats", "offers": [offer]}]
    >>> balance(rows)[0]["arrived"], balance(rows)[0]["confirmed"]
    (3.0, 0.0)
    """
    totals: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    seen: set[str] = set()
    for chain in found:
        for offer in chain["offers"]:
            if offer["offer"] in seen:
                continue
            seen.add(offer["offer"])
            key = (offer["giver"], chain["receiver"], chain["good"], chain["unit"])
            row = totals.setdefault(
                key, {"arrived": 0.0, "confirmed": 0.0, "cost": 0.0, "cost_confirmed": 0.0, "cost_unit": ""}
            )
            for name in ("arrived", "confirmed", "cost", "cost_confirmed"):
                row[name] += offer[name] or 0.0
            row["cost_unit"] = row["cost_unit"] or offer["cost_unit"]
    names = ("giver", "receiver", "good", "unit")
    return [dict(zip(names, key, strict=True)) | row for key, row in sorted(totals.items())]
