"""The commands `yijiang aid …`: from a request to its settlement in the ledger, depots, and dispatch on the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yijiang.cli.aid.planning import dispatch, preposition, status
from yijiang.cli.aid.saying import said
from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json
from yijiang.cli.ledger.places import to_write
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from cyclopts import App


def request(
    place: str,
    id: str,
    /,
    *,
    good: str,
    amount: float,
    at: str,
    unit: str = "",
    text: str = "",
    by: str | None = None,
    belt: str | None = None,
    key: Path | None = None,
) -> int:
    """Enter a request of your side into the ledger: what, how much, where.

    Example: yijiang aid request two.db r1 --good medical_team --amount 200 --unit persons --at Hubei

    Parameters
    ----------
    place
        The ledger.
    id
        What to call the request, one word.
    good
        What is needed, one word such as medical_team.
    amount
        How much.
    at
        Where: a node or a region of the belt.
    unit
        Unit of the amount.
    text
        The request in words; made up of the rest unless given.
    by
        By when it is needed, a date.
    belt
        The belt that knows the place, to check and shorten its name.
    key
        The side's private key.
    """
    from yijiang.aid import place_of, request_items

    node = place_of(open_belt(belt), at) if belt else at
    with to_write(place, key) as ledger:
        ledger.add_many(request_items(id, good, amount, unit, node, text, ledger.sides, by))
        said("entered_request", id=id, side=ledger.side)
    return 0


def offer(
    place: str,
    id: str,
    /,
    *requests: str,
    good: str,
    amount: float,
    at: str,
    belt: str | None = None,
    key: Path | None = None,
) -> int:
    """Enter an offer of your side to another side's requests.

    Example: yijiang aid offer two.db o1 r1 --good medical_team --amount 150 --at Jiangsu

    Parameters
    ----------
    place
        The ledger.
    id
        What to call the offer, one word.
    requests
        Requests it answers; all open ones of other sides for this good unless given.
    good
        What is offered.
    amount
        How much, in the unit of the request.
    at
        Where it sets out: a node or a region of the belt.
    belt
        The belt that knows the place.
    key
        The side's private key.
    """
    from yijiang.aid import offer_items, place_of

    node = place_of(open_belt(belt), at) if belt else at
    with to_write(place, key) as ledger:
        state = ledger.state().to_dict()
        ledger.add_many(offer_items(id, requests, good, amount, node, state, str(ledger.side)))
        said("entered_offer", id=id, side=ledger.side)
    return 0


def _stage(
    place: str, offer: str, stage: str, key: Path | None, *, on: str | None, note: str, url: str | None,
    amount: float | None = None, unit: str = "",
) -> int:  # fmt: skip
    from yijiang.aid import stage_items

    with to_write(place, key) as ledger:
        state, side = ledger.state().to_dict(), str(ledger.side)
        items = stage_items(offer, stage, state, side, on=on, amount=amount, unit=unit, note=note, url=url)
        ledger.add_many(items)
        said("entered_stage", offer=offer, stage=stage, side=side, evidence=f"{offer}.{stage}.evidence")
    return 0


def arrive(
    place: str, offer: str, /, *, amount: float | None = None, on: str | None = None, note: str = "",
    url: str | None = None, key: Path | None = None,
) -> int:  # fmt: skip
    """Record that an offer has arrived; the other side confirms it with yijiang ledger accept.

    Example: yijiang aid arrive two.db o1 --amount 150 --on 2026-11-26

    Parameters
    ----------
    place
        The ledger.
    offer
        The offer.
    amount
        How much arrived; all of it unless given.
    on
        The day, YYYY-MM-DD.
    note
        What it shows.
    url
        Where the proof can be seen.
    key
        The side's private key.
    """
    return _stage(place, offer, "arrival", key, on=on, note=note, url=url, amount=amount)


def back(
    place: str, offer: str, /, *, on: str | None = None, note: str = "", url: str | None = None, key: Path | None = None
) -> int:
    """Record that what an offer gave has returned.

    Example: yijiang aid return two.db o1 --on 2026-12-20

    Parameters
    ----------
    place
        The ledger.
    offer
        The offer.
    on
        The day, YYYY-MM-DD.
    note
        What it shows.
    url
        Where the proof can be seen.
    key
        The side's private key.
    """
    return _stage(place, offer, "return", key, on=on, note=note, url=url)


def settle(
    place: str, offer: str, /, *, cost: float | None = None, unit: str = "million CNY", on: str | None = None,
    thanks: str = "", url: str | None = None, key: Path | None = None,
) -> int:  # fmt: skip
    """Record how an offer was settled: what it cost, or thanks alone.

    Example: yijiang aid settle two.db o1 --cost 3.2 --thanks "Hubei thanks Jiangsu"

    Parameters
    ----------
    place
        The ledger.
    offer
        The offer.
    cost
        What it cost; left out, nothing is said of money.
    unit
        Unit of the cost.
    on
        The day, YYYY-MM-DD.
    thanks
        Thanks, in words.
    url
        Where the proof can be seen.
    key
        The side's private key.
    """
    if cost is None and not thanks:
        raise OptionError("a settlement needs a --cost or --thanks")
    return _stage(place, offer, "settlement", key, on=on, note=thanks, url=url, amount=cost, unit=unit)


def history(place: str, /, *, belt: str = "yangtze2017", key: Path | None = None) -> int:
    """Enter the help of the past that the belt knows into the ledger as notes, each once.

    Example: yijiang aid history two.db --belt yangtze2017

    Parameters
    ----------
    place
        The ledger.
    belt
        The belt whose help of the past is entered.
    key
        The side's private key.
    """
    from yijiang.aid import history as past

    texts = [
        f"{row['record']} · {stage}: {entry['text']['zh']} / {entry['text']['en']} [{row['source']}]"
        for row in past(open_belt(belt))
        for stage, entry in row["stages"].items()
        if entry
    ]
    with to_write(place, key) as ledger:
        held = as_json(ledger.state().to_dict()["history"])
        fresh = [text for text in texts if as_json(text) not in held]
        if fresh:
            ledger.add_many([("note", {"of": None, "text": text}) for text in fresh])
    said("entered_history", count=len(fresh), held=len(texts) - len(fresh))
    return 0


def application() -> App:
    """Return the commands as a cyclopts application to hang under `yijiang`."""
    from cyclopts import App

    app = App(
        name="aid",
        help="Mutual aid: request, offer, dispatch, arrival, return, settlement; depots; past help.\n\n"
        "Example: yijiang aid preposition Hubei Jiangsu --depots 3 --hours 6",
    )
    for command in (request, offer, dispatch, arrive, settle, preposition, status, history):
        app.command(command)
    app.command(back, name="return")
    return app
