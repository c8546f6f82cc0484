"""The commands of `yijiang ledger` that read a ledger, examine it, or pass it between the sides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.common import as_json, progress_line, show
from yijiang.cli.ledger.places import json_file, key_if_there, other_place, to_write
from yijiang.cli.ledger.summary import say, summary
from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES

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

    Example: yijiang ledger status two.db --out status.html

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
    from yijiang.cli.ledger.importing import side_names
    from yijiang.ledger import Ledger

    with Ledger.open(place) as ledger:
        state = ledger.state(as_of).to_dict()
        names = side_names(ledger.sides)
        if out is not None:
            from yijiang.report.status import write

            if out.is_dir():
                raise OptionError(
                    f"{str(out)!r} is a folder; name the file of the page, as {str(out / 'status.html')!r}"
                )
            with progress_line("status"):
                faults = [_fault_row(fault) for fault in ledger.verify()]
                write(state, out, lang=lang, faults=faults, names=names)
    if json:
        show(as_json(state))
        return 0
    for language in ("en", "zh") if lang == "both" else (lang,):
        show("\n".join(summary(state, language, names)) + "\n")
    if out is not None:
        show(str(out))
    return 0


def _fault_row(fault: Fault) -> dict[str, Any]:
    detail = {lang: fault.told(lang) for lang in LANGUAGES}
    return {"side": fault.side, "seq": fault.seq, "what": fault.what, "detail": detail, "note": fault.note}


def verify(place: str, /, *, heads: list[Path] | None = None, json: bool = False) -> int:
    """Examine every signature and chain; exit status 2 if anything is wrong (what is only worth knowing is told).

    Example: yijiang ledger verify two.db --heads from-jiangsu.json

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
            where = f"{fault.side} {fault.seq}" if fault.side else place
            show(f"{where}: {fault.what}: {' · '.join(fault.told(lang) for lang in LANGUAGES)}")
    else:
        say("no_fault", place=place, count=count)
    # A note, such as a side that worked on two computers, is told but is no sign of damage.
    return USAGE if any(not fault.note for fault in faults) else 0


def merge(place: str, other: str, /, *, key: Path | None = None, json: bool = False) -> int:
    """Take what another copy or exchange has and this one has not; nothing is taken if anything in it is unsound.

    With the key of this side at hand, a name that was erased elsewhere and is here under another reference is erased
    in this side's chain as well.

    Example: yijiang ledger merge two.db from-jiangsu.jsonl

    Parameters
    ----------
    place
        The ledger.
    other
        What `yijiang ledger export` wrote, or another copy.
    key
        The side's private key; without one, the copy only takes.
    json
        Print how many events were taken, and the conflicts, as JSON.
    """
    from yijiang.ledger import Ledger

    file = key_if_there(place, key)
    with Ledger.open(place, file) as ledger:
        taken = ledger.merge(other_place(other))
        conflicts = ledger.state().to_dict()["conflicts"]
    if json:
        show(as_json({"taken": taken, "conflicts": conflicts}))
        return 0
    say("taken", count=taken)
    for row in conflicts:
        show(f"conflict: {row['what']} {row['of']}: {row['field']}: {' | '.join(str(v) for v in row['values'])}")
    return 0


def witness(place: str, heads: Path, /, *, key: Path | None = None) -> int:
    """Keep another side's statement of heads, so that cutting its chain shows.

    Example: yijiang ledger witness two.db jiangsu-heads.json

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
