"""The commands `yijiang ledger …`: commitments followed by all sides from what was said to what is verified.

A ledger is named by a file or by postgresql://…; the key of the side that writes is given by `--key`, by the
environment variable YIJIANG_KEY, or lies beside the file under its name and `.key`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.common import as_json, show
from yijiang.cli.ledger.exchange import merge, status, verify, witness
from yijiang.cli.ledger.exporting import export
from yijiang.cli.ledger.fields import body_of
from yijiang.cli.ledger.places import json_file, new_key, other_place, to_write
from yijiang.cli.ledger.summary import say
from yijiang.errors import OptionError, YijiangError

if TYPE_CHECKING:
    from cyclopts import App


def init(place: str, /, *, side: str, sides: list[str], title: str, key: Path | None = None) -> int:
    """Begin a ledger as one of its sides; makes the side's key if there is none.

    Example: yijiang ledger init two.db --side Hubei --sides Hubei --sides Jiangsu --title "Hubei and Jiangsu"

    Parameters
    ----------
    place
        A file that is not there yet, or postgresql://….
    side
        The side that writes this copy.
    sides
        Every side, this one included; repeat the option.
    title
        What the ledger is about.
    key
        The side's private key; made if the file is not there.
    """
    from yijiang.ledger import Ledger

    file, made = new_key(place, key)
    try:
        with Ledger.create(place, side=side, sides=sides, title=title, key=file) as ledger:
            show(f"{place}: {ledger.id}")
            _say_key(file, made, ledger.fingerprints())
    except YijiangError:
        if made:
            file.unlink()
        raise
    return 0


def join(place: str, exchange: str, /, *, side: str, key: Path | None = None) -> int:
    """Begin this side's copy of a ledger from what another side sent; makes the side's key if there is none.

    Example: yijiang ledger join ours.db from-hubei.jsonl --side Jiangsu

    Parameters
    ----------
    place
        A file that is not there yet, or postgresql://….
    exchange
        What `yijiang ledger export` wrote, or another copy.
    side
        The side that writes this copy.
    key
        The side's private key; made if the file is not there.
    """
    from yijiang.ledger import Ledger

    file, made = new_key(place, key)
    try:
        with Ledger.join(place, other_place(exchange), side, file) as ledger:
            show(f"{place}: {ledger.id}")
            _say_key(file, made, ledger.fingerprints())
    except YijiangError:
        if made:
            file.unlink()
        raise
    return 0


def _say_key(file: Path, made: bool, fingerprints: dict[str, str]) -> None:
    say("key_new" if made else "key_there", file=file)
    for side, short in fingerprints.items():
        say("fingerprint", side=side, short=short)


def import_(place: str, file: Path, /, *, key: Path | None = None, json: bool = False) -> int:
    """Take a report's visit and commitments, a plan's projects and targets, or matches and shared use into the ledger.

    Commitments enter as proposed, however firm the report sounds: only sign-offs of all sides make them agreed.
    What the ledger holds already is left as it is.

    Example: yijiang ledger import two.db report.txt

    Parameters
    ----------
    place
        The ledger.
    file
        A report or minutes (text, HTML, docx, pdf), or a plan.json, match.json or facility.json.
    key
        The side's private key.
    json
        Print what was added as JSON.
    """
    from yijiang.cli.ledger.importing import changes, plan_items, report_items
    from yijiang.cli.ledger.sharing import facility_items, match_items

    if not file.is_file():
        raise OptionError(f"there is no file {str(file)!r}")
    is_plan = file.suffix.lower() == ".json"
    with to_write(place, key) as ledger:
        state = ledger.state().to_dict()
        beside: dict[str, Any] = {}
        if is_plan:
            document = json_file(file)
            shared = {"matching": match_items, "facilities": facility_items}.get(str(document.get("document")))
            items = plan_items(document, state) if shared is None else shared(document)
        else:
            from yijiang.agenda import read_report
            from yijiang.ledger.events import digest

            agenda = read_report(file)
            items = report_items(agenda, digest(agenda.text), ledger.sides)
            persons = [person.name for person in agenda.participants]
            beside = {"persons": persons, "documents": [(agenda.title or file.name, agenda.text)]}
        fresh = changes(items, state)
        added = ledger.add_many(fresh, **beside) if fresh else []
    there = len(items) - len(fresh)
    if json:
        show(as_json({"added": [{"kind": kind, **body} for kind, body in fresh], "held_already": there}))
        return 0
    for (kind, body), id_ in zip(fresh, added, strict=True):
        words = ", ".join(body["fields"]) if kind == "amend" else body.get("text") or body.get("title")
        shown = " / ".join(words.values()) if isinstance(words, dict) else words
        show(f"{kind:<12}{body['of'] if kind == 'amend' else id_:<24} {shown}")
    say("imported", added=len(fresh), held=there)
    return 0


def add(place: str, kind: str, /, *fields: str, key: Path | None = None) -> int:
    """Add one event of your side, its fields as name=value.

    Example: yijiang ledger add two.db milestone project=p1 title="Berth opened" due=2027-06

    Parameters
    ----------
    place
        The ledger.
    kind
        visit, commitment, owner, status, project, milestone, evidence, indicator, actual, amend or note.
    fields
        Fields of that kind, name=value each; a list is parted by commas.
    key
        The side's private key.
    """
    body = body_of(kind, fields)
    with to_write(place, key) as ledger:
        show(ledger.add(kind, **body))
    return 0


def sign(place: str, of: str, step: Literal["agreed", "verified"], /, *, key: Path | None = None) -> int:
    """Sign off, for your side, what a commitment, project or milestone says now.

    Example: yijiang ledger sign two.db c1 agreed

    Parameters
    ----------
    place
        The ledger.
    of
        Its id.
    step
        agreed, or verified once it was delivered.
    key
        The side's private key.
    """
    with to_write(place, key) as ledger:
        ledger.sign(of, step)
        show(_standing(ledger.state().find(of)))
    return 0


def _standing(row: dict[str, Any]) -> str:
    return f"{row['id']}: {row['status']} (claimed: {row['claimed']})"


def evidence(
    place: str,
    of: str,
    /,
    *,
    kind: Literal["document", "data", "photo", "contract", "observation", "inspection", "statement"] = "document",
    file: Path | None = None,
    url: str | None = None,
    note: str = "",
    on: str | None = None,
    id: str | None = None,
    key: Path | None = None,
) -> int:
    """Lay down evidence; of a file only its SHA-256 goes into the ledger, so keep the file.

    Example: yijiang ledger evidence two.db m1 --file minutes.pdf --note "handed over"

    Parameters
    ----------
    place
        The ledger.
    of
        The milestone, project, commitment, visit or indicator that it is evidence of.
    kind
        What it is; a statement alone makes no outcome substantive.
    file
        The file itself.
    url
        Where it can be seen.
    note
        What it shows.
    on
        Its day, YYYY-MM-DD.
    id
        Id to call it by later; made up and printed unless given.
    key
        The side's private key.
    """
    import hashlib

    if file is None and url is None and not note:
        raise OptionError("evidence needs a --file, a --url or a --note")
    digest = None
    if file is not None:
        if not file.is_file():
            raise OptionError(f"there is no file {str(file)!r}")
        with file.open("rb") as stream:
            digest = "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
    with to_write(place, key) as ledger:
        show(ledger.add("evidence", id=id, of=of, kind=kind, digest=digest, url=url, note=note, on=on))
    return 0


def accept(place: str, of: str, /, *, reject: bool = False, note: str = "", key: Path | None = None) -> int:
    """Accept, or reject, evidence that another side laid down.

    Example: yijiang ledger accept two.db e1

    Parameters
    ----------
    place
        The ledger.
    of
        The evidence.
    reject
        Reject it.
    note
        Why.
    key
        The side's private key.
    """
    with to_write(place, key) as ledger:
        show(ledger.add("accept", of=of, accepted=not reject, note=note))
        for row in ledger.state().to_dict()["indicators"]:
            for actual in row["actuals"]:
                if actual["evidence"] == of and ledger.side in actual["confirmed"]:
                    told = {"value": actual["value"], "day": actual["on"], "side": actual["side"]}
                    say("confirms", indicator=row["id"], **told)
    return 0


def erase(place: str, person: str, /, *, key: Path | None = None) -> int:
    """Erase a person's name from this copy and, by the exchange, from the others; the chains stay whole.

    Source documents are kept as they were published; the ids of those that hold the name are listed.

    Example: yijiang ledger erase two.db "Wang Xiaodong"

    Parameters
    ----------
    place
        The ledger.
    person
        The name.
    key
        The side's private key.
    """
    with to_write(place, key) as ledger:
        ledger.add("erase", person=person)
        for row in ledger.state().to_dict()["sources"]:
            if row["text"] and person in row["text"]:
                say("still_named", title=row["title"], digest=row["digest"])
        say("erased")
    return 0


def remove(place: str, digest: str, /, *, key: Path | None = None) -> int:
    """Take the text of a source document out of this copy; its digest stays.

    Example: yijiang ledger remove two.db 4bbda28ed34c

    Parameters
    ----------
    place
        The ledger.
    digest
        Digest of the document, or its beginning.
    key
        The side's private key.
    """
    with to_write(place, key) as ledger:
        say("removed", digest=ledger.remove_document(digest))
    return 0


def application() -> App:
    """Return the commands as a cyclopts application to hang under `yijiang`."""
    from cyclopts import App

    app = App(
        name="ledger",
        help="Follow commitments, by all sides, from what was said to what is verified.\n\n"
        'Example: yijiang ledger init two.db --side Hubei --sides Hubei --sides Jiangsu --title "Hubei and Jiangsu"',
    )
    for command in (init, join, add, sign, evidence, accept, status, verify, merge, witness, erase, remove, export):
        app.command(command)
    app.command(import_, name="import")
    return app
