"""The command line: `yijiang plan | evaluate | calibrate | complement | learn | match | facility | agenda | ledger …`.

Results go to stdout, progress and errors to stderr. Exit status: 0 done; 2 bad usage or bad input, with every finding
printed and nothing written; 3 no feasible package; 4 a solver did not converge. Everything heavy is imported by the
command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from yijiang._version import __version__
from yijiang.cli.agenda import agenda
from yijiang.cli.belts import open_belt
from yijiang.cli.calibrate import calibrate
from yijiang.cli.common import as_json, progress_line, show
from yijiang.cli.complement import complement, with_complement
from yijiang.cli.learn import application as learn_application
from yijiang.cli.learn import with_learning
from yijiang.cli.match import match
from yijiang.cli.route import route
from yijiang.errors import DataError, Finding, OptionError, YijiangError
from yijiang.outputs import folder_for, refuse_file, write_tables

if TYPE_CHECKING:
    import pandas as pd
    from cyclopts import App

    from yijiang.belt import Belt

USAGE = 2
INTERRUPTED = 130
PROJECT_TABLES = ("projects", "members", "payers", "levers")


def _with_projects(belt: Belt, folder: Path) -> Belt:
    """Return the belt with the project tables found in a folder in place of its own; new sources are added."""
    import pandas as pd

    from yijiang.belt.findings import Findings
    from yijiang.belt.reading import frame_of
    from yijiang.belt.texts import decode, parse_csv

    if not (folder / "projects.csv").is_file():
        wanted = ", ".join(f"{t}.csv" for t in PROJECT_TABLES)
        hint = f"give a folder that holds projects.csv and, as needed, the others of {wanted}"
        raise DataError([Finding(str(folder), 0, "", "", "there is no projects.csv in this folder", hint)])
    found = Findings()
    frames: dict[str, pd.DataFrame] = {}
    for table in (*PROJECT_TABLES, "sources"):
        file = folder / f"{table}.csv"
        if not file.is_file():
            continue
        text = decode(file.read_bytes())
        if text is None:
            found.add(table, 0, "", "", "is neither UTF-8 nor GB18030", "save the file as CSV UTF-8")
            continue
        frame = frame_of(table, parse_csv(text), found)
        if frame is not None:
            frames[table] = frame
    if found.all():
        raise DataError(found.all())
    if "sources" in frames:
        extra = frames["sources"]
        known = set(belt.table("sources")["source"])
        fresh = extra.loc[~extra["source"].isin(known)]
        frames["sources"] = pd.concat([belt.table("sources"), fresh], ignore_index=True)
    return belt.with_tables(**frames).require_clean()


def plan(
    *regions: str,
    belt: str = "yangtze2017",
    agenda: Path | None = None,
    projects: Path | None = None,
    objective: Literal["nash", "total", "maxmin", "eps"] = "nash",
    draws: int | None = None,
    out: Path = Path("yijiang-plan"),
    lang: Literal["zh", "en", "both"] = "both",
    seed: int = 0,
    store: Path | None = None,
    workers: int = 0,
    time_limit: float | None = None,
    json: bool = False,
) -> int:
    """Choose the package of projects that leaves every partner better off, and write the report.

    Writes plan.html (one self-contained page), plan.json and tables/ (CSV and Parquet). Money in million a year.

    Parameters
    ----------
    regions
        Two or more partners, by English or Chinese name: Hubei Jiangsu, 湖北 江苏.
    belt
        A built-in case (see `yijiang cases`), a folder of tables, or an .xlsx workbook.
    agenda
        A report or minutes (text, HTML, docx, pdf) of what the partners said; the page then goes through it point by
        point.
    projects
        A folder with projects.csv, members.csv, payers.csv, levers.csv that replace those of the belt.
    objective
        nash: product of the surpluses; total: sum; maxmin: the smallest surplus; eps: sum, with the frontier.
    draws
        Joint draws behind the ranges.
    out
        Folder for the results.
    lang
        Language of the report and the summary.
    seed
        Seed of the draws.
    store
        A folder where finished evaluations and draws are kept: a run that was stopped goes on where it stopped.
    workers
        Processes for the draws; 0: as many as pay. The figures are the same for any number.
    time_limit
        Longest time of one search for a package [s]; the best found by then is taken, with its gap.
    json
        Print the plan document instead of the summary.
    """
    from yijiang.planning import plan as make
    from yijiang.report import write_html
    from yijiang.report.summary import summary
    from yijiang.report.tables import tables
    from yijiang.waters import river_tables

    if len(regions) < 2:
        raise OptionError("a plan needs two or more regions, for example: yijiang plan Hubei Jiangsu")
    if draws is not None and draws < 1:
        raise OptionError(f"--draws must be 1 or more, not {draws}")
    if seed < 0:
        raise OptionError(f"--seed must be 0 or more, not {seed}")
    if workers < 0:
        raise OptionError(f"--workers must be 0 or more, not {workers}")
    if time_limit is not None and not time_limit > 0:
        raise OptionError(f"--time-limit must be above 0, not {time_limit:g}")
    refuse_file(out)
    chosen = open_belt(belt)
    if projects is not None:
        chosen = _with_projects(chosen, projects)
    said = None
    if agenda is not None:
        from yijiang.cli.points import read_agenda, with_points

        said = read_agenda(agenda)
    with progress_line("plan") as progress:
        result = make(
            chosen,
            regions=list(regions),
            objective=objective,
            draws=draws,
            seed=seed,
            store=store,
            workers=workers,
            seconds=math.inf if time_limit is None else time_limit,
            progress=progress,
        )
        document = result.document
        if said is not None and agenda is not None:
            document = with_points(document, said, agenda.name)
        document = with_complement(document, result, progress)
        document = with_learning(document, result, progress)
        progress("report")
        with folder_for(out) as folder:
            write_html(document, folder / "plan.html", lang=lang)
            (folder / "plan.json").write_text(as_json(document) + "\n", encoding="utf-8", newline="\n")
            write_tables({**tables(document), **river_tables(result.outcome)}, folder / "tables")
    if json:
        show(as_json(document))
    else:
        show("\n\n".join(summary(document, one) for one in (("en", "zh") if lang == "both" else (lang,))))
        show(f"\n{out / 'plan.html'}")
    return 0


def evaluate(
    *projects: str, belt: str = "yangtze2017", draws: int = 0, out: Path | None = None, json: bool = False
) -> int:
    """Evaluate one package of projects against the base; no project is the base itself.

    Parameters
    ----------
    projects
        Projects by identifier or name.
    belt
        A built-in case (see `yijiang cases`), a folder of tables, or an .xlsx workbook.
    draws
        Ranges over this many of the belt's trade draws (a large number means all); 0 for none.
    out
        Folder for evaluation.html, evaluation.json and tables/; nothing is written unless given.
    json
        Print the outcome as JSON.
    """
    from yijiang.cli.evaluation import freight_tables, outcome_tables, told
    from yijiang.evaluation import evaluate as run
    from yijiang.ranges import spread
    from yijiang.report.transport import write_html as write_page
    from yijiang.waters import river_tables

    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    with progress_line("evaluate") as progress:
        outcome = run(chosen, projects=list(projects))
        frames, values = outcome_tables(chosen, outcome), outcome.to_dict()
        ranges = None
        if draws:
            progress("ranges")
            found = spread(chosen, projects, draws)
            ranges = found.table()
            frames["ranges"] = ranges.reset_index()
            values["ranges"] = {"draws": len(found.by_draw), "failed": list(found.failed), "of": ranges.T.to_dict()}
        if out is not None:
            progress("tables")
            with folder_for(out) as folder:
                values |= told(chosen, outcome)
                frames |= freight_tables(values) | river_tables(outcome)
                write_page(values, folder / "evaluation.html")
                (folder / "evaluation.json").write_text(as_json(values) + "\n", encoding="utf-8", newline="\n")
                write_tables(frames, folder / "tables")
    if json:
        show(as_json(values))
        return 0
    show(f"{chosen.name}: {', '.join(values.get('package') or projects) or 'the base, no project'}")
    show(f"{'region':<20}{'real income, %':>16}{f'equivalent variation, {chosen.money} a year':>52}")
    for region, variation in outcome.equivalent_variation.items():
        line = f"{region!s:<20}{100 * (float(outcome.real_income[str(region)]) - 1):>16.4f}{float(variation):>52,.1f}"
        if ranges is not None:
            row = ranges.loc[str(region)]
            line += f"  ({row['low']:,.1f} to {row['high']:,.1f}) {f'sign {row.sign}' if row['sign'] else ''}"
        show(line.rstrip())
    if ranges is not None:
        show(f"(5th to 95th percentile over {len(found.by_draw)} estimates of the trade between the regions)")
    if out is not None:
        show(f"\n{out / 'evaluation.json'}")
    return 0


def cases(*, json: bool = False) -> int:
    """List the built-in cases.

    Parameters
    ----------
    json
        Print the list as JSON.
    """
    from yijiang.belt import cases as listed

    rows = listed().to_dict("records")
    if json:
        show(as_json(rows))
        return 0
    for row in rows:
        show(f"{row['name']:<14}{row['title_en']} / {row['title_zh']}")
        show(f"{'':<14}{row['year']}, {row['regions']} regions, {row['sectors']} sectors; {row['scope']}")
    return 0


def check(folder: str, /, *, json: bool = False) -> int:
    """Check a belt and list every finding: table, line, column, what is wrong, what to do.

    Parameters
    ----------
    folder
        A folder of tables, an .xlsx workbook, or a built-in case.
    json
        Print the findings as JSON.
    """
    from yijiang.belt import cases as listed
    from yijiang.belt import read

    found: Sequence[Finding]
    try:
        built_in = not Path(folder).exists() and folder.casefold() in {str(n).casefold() for n in listed()["name"]}
        found = (open_belt(folder) if built_in else read(folder, strict=False)).findings
    except DataError as error:
        found = error.findings
    if json:
        keys = ("table", "row", "column", "value", "problem", "remedy")
        show(as_json({"belt": folder, "findings": [{k: getattr(f, k) for k in keys} for f in found]}))
    elif found:
        show(str(DataError(found)))
    else:
        show(f"{folder}: no findings")
    return USAGE if found else 0


def new(folder: Path, /) -> int:
    """Write an empty, commented belt: belt.toml, the header of every table, a README that explains every column.

    Parameters
    ----------
    folder
        A folder that does not exist or is empty.
    """
    from yijiang.belt import new as write_new

    write_new(folder)
    show(f"{folder}\nfill in belt.toml and the tables, then: yijiang check {folder}")
    return 0


def application() -> App:
    """Return the command line as a cyclopts application."""
    from cyclopts import App, Parameter

    from yijiang.cli.aid import application as aid_application
    from yijiang.cli.facility import application as facility_application
    from yijiang.cli.ledger import application as ledger_application

    app = App(
        name="yijiang",
        help="Plans cooperation between regions that share a river: trade, transport, water and who gains.",
        version=__version__,
        default_parameter=Parameter(negative=()),
    )
    for command in (plan, evaluate, calibrate, complement, match, route, agenda, cases, check, new):
        app.command(command)
    app.command(aid_application())
    app.command(learn_application())
    app.command(ledger_application())
    app.command(facility_application())
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments
        The words after `yijiang`; those of the process unless given.

    Examples
    --------
    >>> main(["check", "tiny"])
    tiny: no findings
    0
    """
    from cyclopts import CycloptsError

    # Arrays and tables fill the memory, and few of them hang in circles: looking for circles after every 700 new
    # objects, as Python does unless told, took a twelfth of a plan's time.
    gc.set_threshold(20_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks Chinese characters shows their codes (which JSON reads back) instead of stopping.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command, bound, *_ = application().parse_args(words, exit_on_error=False, print_error=False)
        status = command(*bound.args, **bound.kwargs)
        sys.stdout.flush()
    except CycloptsError as error:
        return _fail(f"{error}\nsee: yijiang --help", USAGE)
    except YijiangError as error:
        return _fail(str(error), error.exit_status)
    except BrokenPipeError:
        # The reader of a pipe went away (as `head` does): no fault, but Python would complain when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(f"{error.filename or 'file'}: {error.strerror or error}", USAGE)
    except KeyboardInterrupt:
        return _fail("stopped", INTERRUPTED)
    return status if isinstance(status, int) else 0


def _fail(text: str, status: int) -> int:
    sys.stderr.write(f"yijiang: {text}\n")
    return status
