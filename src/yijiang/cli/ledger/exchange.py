"""The commands of `yijiang ledger` that read a ledger, examine it, or pass it between the sides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.common import as_json, progress_line, show
from yijiang.cli.ledger.places import json_file, other_place, to_write
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.ledger import Fault

USAGE = 2

Language = Literal["zh", "en", "both"]


def status(
    place: str,
    /,
    *,
    as_of: str | None = None,
    out: Path | None = None,
    lang: Language = "both",
    json: bool = False,
) -> int:
    """Show what was said, agreed, under way, delivered, verified and overdue.

    Parameters
    ----------
    place
        The ledger.
    as_of
        The day that says what is overdue, YYYY-MM-DD; today unless given.
    out
        Write the status page, one self-contained HTML file, there.
    lang
        Language of the page and the summary.
    json
        Print the state as JSON.
    """
    from yijiang.cli.ledger.summary import summary
    from yijiang.ledger import Ledger

    with Ledger.open(place) as ledger:
        state = ledger.state(as_of).to_dict()
        if out is not None:
            from yijiang.report.status import write

            with progress_line("status"):
                faults = [_fault_row(fault) for fault in ledger.verify()]
                write(state, out, lang=lang, faults=faults)
    if json:
        show(as_json(state))
        return 0
    for language in ("en", "zh") if lang == "both" else (lang,):
        show("\n".join(summary(state, language)) + "\n")
    if out is not None:
        show(str(out))
    return 0


def _fault_row(fault: Fault) -> dict[str, Any]:
    return {"side": fault.side, "seq": fault.seq, "what": fault.what, "detail": fault.detail}


def verify(place: str, /, *, heads: list[Path] | None = None, json: bool = False) -> int:
    """Examine every signature and chain; exit status 2 if anything is wrong.

    Parameters
    ----------
    place
        The ledger.
    heads
        Statements of heads that were kept elsewhere (`yijiang ledger export --format heads`); repeat the option.
    json
        Print the faults as JSON.
    """
    from yijiang.ledger import Ledger

    statements = [json_file(file) for file in heads or ()]
    for file, statement in zip(heads or (), statements, strict=True):
        if not isinstance(statement, dict):
            raise OptionError(f"{str(file)!r} is no statement of heads")
    with Ledger.open(place) as ledger, progress_line("verify"):
        faults = ledger.verify(statements)
        count = sum(side["events"] for side in ledger.state().to_dict()["sides"])
    if json:
        show(as_json({"events": count, "faults": [_fault_row(fault) for fault in faults]}))
    elif faults:
        for fault in faults:
            show(f"{fault.side} {fault.seq}: {fault.what}: {fault.detail}")
    else:
        show(f"{place}: {count} events, no fault")
    return USAGE if faults else 0


def merge(place: str, other: str, /) -> int:
    """Take what another copy or exchange has and this one has not; nothing is taken if anything in it is unsound.

    Parameters
    ----------
    place
        The ledger.
    other
        What `yijiang ledger export` wrote, or another copy.
    """
    from yijiang.ledger import Ledger

    with Ledger.open(place) as ledger:
        show(f"{ledger.merge(other_place(other))} events taken")
        conflicts = ledger.state().to_dict()["conflicts"]
    for row in conflicts:
        show(f"conflict: {row['what']} {row['of']}: {row['field']}: {' | '.join(str(v) for v in row['values'])}")
    return 0


def witness(place: str, heads: Path, /, *, key: Path | None = None) -> int:
    """Keep another side's statement of heads, so that cutting its chain shows.

    Parameters
    ----------
    place
        The ledger.
    heads
        The statement (`yijiang ledger export --format heads` of the other side).
    key
        The side's private key.
    """
    statement = json_file(heads)
    if not isinstance(statement, dict):
        raise OptionError(f"{str(heads)!r} is no statement of heads")
    with to_write(place, key) as ledger:
        show(ledger.take_heads(statement))
    return 0


def export(
    place: str,
    out: Path,
    /,
    *,
    format: Literal["exchange", "heads"] = "exchange",
    names: bool = True,
    key: Path | None = None,
) -> int:
    """Write the ledger for another side.

    Parameters
    ----------
    place
        The ledger.
    out
        File to write.
    format
        exchange: all events, for `join` and `merge`; heads: where this side's chain ends.
    names
        With the names of persons; `--no-names` leaves them and the source documents out.
    key
        The side's private key, for heads.
    """
    from yijiang.ledger import Ledger

    if format == "heads":
        from yijiang.outputs import write_text

        with to_write(place, key) as ledger:
            write_text(out, as_json(ledger.heads()) + "\n")
    else:
        with Ledger.open(place) as ledger:
            ledger.export(out, names=names)
    show(str(out))
    return 0
