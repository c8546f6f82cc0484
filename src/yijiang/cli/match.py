"""`yijiang match`: offers matched with needs, from two tables or from a belt; joins the belt's network to the room."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, progress_line, show
from yijiang.errors import OptionError
from yijiang.outputs import folder_for, refuse_file, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from yijiang.belt import Belt

_FILES = (".csv", ".parquet")


def day_from(text: str | None, option: str = "--day") -> date:
    """Return a day written YYYY-MM-DD; today unless given."""
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise OptionError(f"{option} must be a day as YYYY-MM-DD, not {text!r}") from None


def match(
    *words: str,
    belt: str | None = None,
    rule: Literal["value", "offers", "needs"] = "value",
    day: str | None = None,
    within: bool = False,
    near: bool = False,
    interests: Path | None = None,
    preferences: Path | None = None,
    move: list[str] | None = None,
    interest: list[str] | None = None,
    most: int = 20,
    top: int = 8,
    out: Path | None = None,
    lang: Literal["zh", "en", "both"] = "both",
    json: bool = False,
) -> int:
    """Match offers of technology, talent, capital, facilities and markets with needs, and say why.

    Only what is published and holds on the day is matched; every match prints its reasons and the best rival that was
    turned away. With --out also match.html, match.json, tables/, and projects/ for yijiang plan --projects.
    Example: yijiang match --belt tiny

    Parameters
    ----------
    words
        Two tables, offers and needs (CSV or Parquet), or regions of the belt; nothing is all of the belt's.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook; yangtze2017 where no tables are given.
    rule
        value: largest value in all; offers or needs: stable, that side choosing first.
    day
        The day, YYYY-MM-DD; today unless given.
    within
        Pairs within one region as well.
    near
        Let the hours on the belt's network count.
    interests
        A table of who is interested in what, in place of the belt's.
    preferences
        A table of lists of preferences, in place of the belt's.
    move
        A row and its new state, as press:reviewed; repeat the option. The tables with it are written to --out.
    interest
        An offer, a need and the side that is interested, as robot:seams:need; repeat the option.
    most
        Candidates per row, where there are too many pairs to look at all.
    top
        Matches printed; the files hold more.
    out
        Folder for the results; nothing is written unless given.
    lang
        Language of the page and the summary.
    json
        Print everything as JSON instead of the summary.
    """
    from yijiang.belt.candidates import below_own
    from yijiang.report.science import match_summary, write_match
    from yijiang.science.matching.document import document as told
    from yijiang.science.matching.face import match as make
    from yijiang.science.projects import candidates

    if top < 1:
        raise OptionError(f"--top must be 1 or more, not {top}")
    if out is not None:
        refuse_file(out)
    on = day_from(day)
    with progress_line("match") as progress:
        progress("tables")
        chosen, tables, regions, faces = _tables(words, belt, interests, preferences)
        tables = _changed(tables, move or [], interest or [], on)
        aliases = {} if chosen is None else {a: names[0] for names in chosen.aliases("region") for a in names}
        found = make(
            tables["offers"], tables["needs"], interests=tables["interests"], preferences=tables["preferences"],
            day=on, rule=rule, across=not within, hours=_hours(chosen) if near else None, aliases=aliases, most=most,
            progress=progress,
        )  # fmt: skip
        projects = candidates(found, chosen)
        document = told(found, on, chosen, projects, faces)
        document["regions"] = regions
        if out is not None:
            progress("report")
            with folder_for(out) as folder:
                write_match(document, folder / "match.html", lang, str(out / "projects"))
                (folder / "match.json").write_text(as_json(document) + "\n", encoding="utf-8", newline="\n")
                write_tables({"matches": found.table, "left": found.left, **tables}, folder / "tables")
                if chosen is not None and len(projects["projects"]):
                    _write_projects(below_own(chosen, projects), folder / "projects")
    if json:
        show(as_json(document))
        return 0
    show("\n\n".join(match_summary(document, one, top) for one in (("en", "zh") if lang == "both" else (lang,))))
    if out is not None:
        show(f"\n{out / 'match.html'}")
    return 0


def _write_projects(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    folder.mkdir()
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")


def _tables(
    words: tuple[str, ...], belt: str | None, interests: Path | None, preferences: Path | None
) -> tuple[Belt | None, dict[str, pd.DataFrame], list[dict[str, str]], dict[str, str]]:
    from yijiang.science.matching.tables import TABLES, blank, read_table

    files = [word for word in words if word.lower().endswith(_FILES)]
    chosen: Belt | None = None
    regions: list[dict[str, str]] = []
    if files:
        if len(words) != 2 or len(files) != 2:
            raise OptionError("match takes two tables, offers and needs: yijiang match offers.csv needs.csv")
        chosen = None if belt is None else open_belt(belt).require_clean()
        money = "million CNY" if chosen is None else chosen.money
        tables = {name: blank(name) for name in TABLES}
        tables |= {name: read_table(file, name, money, chosen) for name, file in zip(TABLES, files, strict=False)}
    else:
        chosen = open_belt(belt or "yangtze2017").require_clean()
        money = chosen.money
        tables = {name: chosen.table(name) for name in TABLES}
        if tables["offers"].empty and tables["needs"].empty:
            raise OptionError(f"the belt {chosen.name!r} has no offers and no needs; add offers.csv and needs.csv")
        if words:
            named = [chosen.region(word) for word in words]
            regions = [{lang: chosen.name_of("region", one, lang) for lang in ("en", "zh")} for one in named]
            for name in ("offers", "needs"):
                frame = tables[name]
                tables[name] = frame[frame["region"].isin(named)].reset_index(drop=True)
    for name, file in (("interests", interests), ("preferences", preferences)):
        if file is not None:
            tables[name] = read_table(file, name, money)
    return chosen, tables, regions, dict(zip(("offers", "needs"), files, strict=False))


def _changed(tables: dict[str, pd.DataFrame], moves: list[str], said: list[str], day: date) -> dict[str, pd.DataFrame]:
    """Carry out the moves and interests of the options."""
    from yijiang.science.matching.tables import moved, with_interest

    result = dict(tables)
    for text in moves:
        name, sign, state = text.partition(":")
        if not sign:
            raise OptionError(f"--move takes a row and its new state, as press:reviewed, not {text!r}")
        table = "offers" if name in set(result["offers"]["offer"]) else "needs"
        result[table] = moved(result[table], [(name, state)])
    for text in said:
        parts = text.split(":")
        if len(parts) != 3:
            raise OptionError(f"--interest takes an offer, a need and a side, as robot:seams:need, not {text!r}")
        for name, table in ((parts[0], "offer"), (parts[1], "need")):
            if name not in set(result[f"{table}s"][table]):
                raise OptionError(f"unknown {table} {name!r}")
        result["interests"] = with_interest(result["interests"], parts[0], parts[1], parts[2], day)
    return result


def _hours(belt: Belt | None) -> Any:
    from yijiang.doors import hours_between

    if belt is None:
        raise OptionError("--near needs a --belt with a network")
    return hours_between(belt)
