"""`yijiang learn`: what two regions, or two parks of a sheet, can learn from each other; pledges and their effect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, progress_line, show
from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES, message
from yijiang.outputs import folder_for, refuse_file, write_tables, write_text

if TYPE_CHECKING:
    from cyclopts import App

    from yijiang.belt import Belt
    from yijiang.learning import Learning
    from yijiang.planning import Plan

Language = Literal["zh", "en", "both"]


def _said(lang: str) -> tuple[str, ...]:
    return LANGUAGES if lang == "both" else (lang,)


def found_for(belt: Belt, regions: tuple[str, ...], progress: Callable[[str], None], **options: Any) -> Learning:
    """Return what two regions can learn from each other, with their place in the value chain where it is known."""
    from yijiang.learning import learn as run

    where = None
    if "economy" in belt.scope:
        from yijiang.valuechain import positions

        progress("value chain")
        where = positions(belt.require_clean())
    return run(belt, regions, positions=where, progress=progress, **options)


def with_learning(document: dict[str, Any], plan: Plan, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return the plan document with the key `learning`, for a plan of two partners whose belt has indicators."""
    if len(plan.regions) != 2 or plan.base.belt.tables["indicators"].empty:
        return document
    progress("learning")
    found = found_for(plan.base.belt, tuple(plan.regions), lambda step: None, draws=0, seed=plan.seed)
    return {**document, "learning": found.document}


def learn(
    *regions: str,
    topic: str | None = None,
    belt: str = "yangtze2017",
    agenda: Path | None = None,
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
    draws: int = 300,
    top: int = 6,
    out: Path | None = None,
    lang: Language = "both",
    seed: int = 0,
    json: bool = False,
) -> int:
    """Show what two regions can learn from each other, figure by figure; nobody is ranked.

    Prints who sells and buys technology, who is ahead in which figure and since when, peers and reported practices.
    With --out also learn.html, learn.json, tables/, and projects/: the belt's own and the new candidates, for
    yijiang plan --projects.
    Example: yijiang learn Upper Middle --belt tiny

    Parameters
    ----------
    regions
        Two regions, by English or Chinese name: Hubei Jiangsu, 湖北 江苏.
    topic
        Only one topic of the agreement or of the figures: manufacturing, 制造业.
    belt
        A built-in case (see `yijiang cases`), a folder of tables, or an .xlsx workbook.
    agenda
        A report or minutes (text, HTML, docx, pdf): what was said of learning from the other stands beside the topics.
    inputs
        Indicators used, for a frontier of your own; repeat the option. Refused with fewer regions than
        3 × (inputs + outputs).
    outputs
        Indicators made, for a frontier of your own; repeat the option.
    draws
        Draws behind the bounds of the efficiencies, 0 for none.
    top
        Lessons printed for each region; the files hold all.
    out
        Folder for the results; nothing is written unless given.
    lang
        Language of the page and the summary.
    seed
        Seed of the draws.
    json
        Print everything as JSON instead of the summary.
    """
    if len(regions) != 2:
        raise OptionError("two regions learn from each other, for example: yijiang learn Hubei Jiangsu")
    if top < 1:
        raise OptionError(f"--top must be 1 or more, not {top}")
    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    said = None
    if agenda is not None:
        from yijiang.cli.points import read_agenda

        said = read_agenda(agenda)
    with progress_line("learn") as progress:
        found = found_for(
            chosen, regions, progress, topic=topic, inputs=inputs or (), outputs=outputs or (), draws=draws, seed=seed
        )
        document = found.document
        if said is not None and agenda is not None:
            from yijiang.cli.lessonpoints import with_said

            document = with_said(document, said, agenda)
        _write(found, document, out, lang, progress)
    return _shown(found, document, out, lang, top, json)


def _write(
    found: Learning, document: dict[str, Any], out: Path | None, lang: str, progress: Callable[[str], None]
) -> None:
    if out is None:
        return
    from yijiang.report.learning import write_html

    progress("report")
    with folder_for(out) as folder:
        write_html(document, folder / "learn.html", lang, str(out / "projects"))
        (folder / "learn.json").write_text(as_json(document) + "\n", encoding="utf-8", newline="\n")
        write_tables({"profile": found.table}, folder / "tables")
        if found.belt is not None:
            (folder / "projects").mkdir()
            for name, frame in found.with_own().items():
                file = folder / "projects" / f"{name}.csv"
                frame.to_csv(file, index=False, encoding="utf-8", lineterminator="\n")


def _shown(found: Learning, document: dict[str, Any], out: Path | None, lang: str, top: int, json: bool) -> int:
    from yijiang.report.learning import summary

    if json:
        show(as_json(document))
        return 0
    show("\n\n".join(summary(document, one, top) for one in _said(lang)))
    if out is not None:
        show(f"\n{out / 'learn.html'}" + (f"\n{out / 'projects'}" if found.belt is not None else ""))
    return 0


def park(
    sheet: Path,
    /,
    *parks: str,
    topic: str | None = None,
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
    draws: int = 300,
    top: int = 6,
    out: Path | None = None,
    lang: Language = "both",
    seed: int = 0,
    json: bool = False,
) -> int:
    """Compare two parks of a sheet of your own, with the method and the page of two regions.

    Write a sheet to fill in first. Example: yijiang learn sheet parks.csv, then
    yijiang learn park parks.csv park_a park_b

    Parameters
    ----------
    sheet
        A CSV file: one row per park, indicator and year.
    parks
        Two parks, by key or name.
    topic
        Only one topic of the sheet.
    inputs
        Indicators used, for a frontier of the parks; repeat the option.
    outputs
        Indicators made; repeat the option.
    draws
        Draws behind the bounds of the efficiencies, 0 for none.
    top
        Lessons printed for each park.
    out
        Folder for the results; nothing is written unless given.
    lang
        Language of the page and the summary.
    seed
        Seed of the draws.
    json
        Print everything as JSON instead of the summary.
    """
    from yijiang.learning.parks import learn_parks, sheet_from

    if top < 1:
        raise OptionError(f"--top must be 1 or more, not {top}")
    if out is not None:
        refuse_file(out)
    rows = sheet_from(sheet)
    options = {"topic": topic, "inputs": inputs or (), "outputs": outputs or (), "draws": draws, "seed": seed}
    with progress_line("park") as progress:
        found = learn_parks(rows, parks, sheet=sheet.name, **options)  # type: ignore[arg-type]
        _write(found, found.document, out, lang, progress)
    return _shown(found, found.document, out, lang, top, json)


def sheet(file: Path, /) -> int:
    """Write a sheet of parks to fill in: the header and example rows. Example: yijiang learn sheet parks.csv

    Parameters
    ----------
    file
        The file to write; one that is there is not overwritten.
    """
    from yijiang.learning.parks import empty_sheet

    if file.exists():
        raise OptionError(f"the file {str(file)!r} exists; choose another name")
    write_text(file, empty_sheet())
    for lang in LANGUAGES:
        show(message("learning.sheet_written", lang, file=file))
    return 0


def pledge(
    ledger: str,
    learner: str,
    ahead: str,
    /,
    *,
    indicator: str,
    by: int,
    target: float | None = None,
    close: float | None = None,
    practice: str | None = None,
    belt: str = "yangtze2017",
    key: Path | None = None,
    json: bool = False,
) -> int:
    """Write a pledge into a ledger: what one learns from the other, from which figure to which by when.

    It enters as proposed: a commitment, a project that takes over the practice, an indicator with baseline and target.
    Example: yijiang learn pledge two.db Hubei Jiangsu --indicator rd_intensity --close 0.25 --by 2027

    Parameters
    ----------
    ledger
        The ledger, kept by both sides.
    learner
        The region that learns, by English or Chinese name.
    ahead
        The region it learns from.
    indicator
        The figure, by key or name.
    by
        The year by which it is promised.
    target
        The figure promised.
    close
        Instead of a target: the share of today's gap to close, 0 to 1.
    practice
        The practice to take over, by key; the first on record unless given.
    belt
        Where the figures are: a built-in case, a folder of tables, or an .xlsx workbook.
    key
        The side's private key.
    json
        Print what was added as JSON.
    """
    from yijiang.cli.ledger.importing import canonical, changes
    from yijiang.cli.ledger.places import to_write
    from yijiang.learning import learn as run
    from yijiang.learning import pledge as make

    chosen = open_belt(belt)
    found = run(chosen, (learner, ahead), draws=0)
    lesson = found.lesson(found.places[0], indicator)
    with to_write(ledger, key) as book:
        known = {canonical(side): side for side in book.sides}
        sides = {}
        for place in found.places:
            own = [canonical(name) for name in found.names[place].values()]
            match = next((known[name] for name in (*own, place) if name in known), None)
            if match is None:
                raise OptionError(f"{place} is no side of this ledger; its sides: {', '.join(book.sides)}")
            sides[place] = match
        made = make(lesson, found.names, sides, year=by, target=target, close=close, practice=practice)
        fresh = changes(made.items, book.state().to_dict())
        if fresh:
            book.add_many(fresh)
    if json:
        show(as_json({"added": [{"kind": kind, **body} for kind, body in fresh], "id": made.id}))
        return 0
    for lang in LANGUAGES:
        show(message("learning.pledged" if fresh else "learning.pledged_again", lang, id=made.id))
    for kind, body in fresh if fresh else ():
        words = body.get("text") or body.get("title") or ""
        show(f"{kind:<12}{' / '.join(words[one] for one in LANGUAGES) if isinstance(words, dict) else words}")
    for lang in LANGUAGES:
        show(message("learning.pledge_next", lang, place=ledger, id=made.id))
    return 0


def effect(
    ledger: str,
    pledged: str | None = None,
    /,
    *,
    belt: str = "yangtze2017",
    lang: Language = "both",
    json: bool = False,
) -> int:
    """Show what pledges brought: the way gone to the target, and the difference to regions that pledged nothing.

    The latest figure is that of the ledger, or else of the belt. Peers are the belt's members without such a pledge.
    Example: yijiang learn effect two.db

    Parameters
    ----------
    ledger
        The ledger.
    pledged
        Only this pledge, by its id.
    belt
        Where the peers' figures are: a built-in case, a folder of tables, or an .xlsx workbook.
    lang
        Language of the text.
    json
        Print everything as JSON.
    """
    from yijiang.learning.measured import measured
    from yijiang.ledger import Ledger
    from yijiang.report.learning import effect_lines

    chosen = open_belt(belt)
    with Ledger.open(ledger) as book:
        rows = measured(chosen, book.state().to_dict(), pledged)
    if json:
        show(as_json(rows))
        return 0
    for one in _said(lang):
        lines = [line for row in rows for line in effect_lines(row, one)]
        show("\n".join(lines or [message("learning.no_pledge", one)]) + "\n")
    return 0


def application() -> App:
    """Return the commands as a cyclopts application to hang under `yijiang`."""
    from cyclopts import App, Parameter

    app = App(
        name="learn",
        help="What two regions, or two parks, can learn from each other; pledges, and what they brought.\n\n"
        "Example: yijiang learn Upper Middle --belt tiny",
        default_parameter=Parameter(negative=()),
    )
    app.default(learn)
    for command in (park, sheet, pledge, effect):
        app.command(command)
    return app


__all__ = ["application", "found_for", "with_learning"]
