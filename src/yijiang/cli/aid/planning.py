"""`yijiang aid dispatch | preposition | status`: what the network, the depots and the ledger say; pages and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.aid.saying import said
from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, progress_line, show
from yijiang.cli.ledger.places import key_if_there, to_write
from yijiang.cli.route import with_own
from yijiang.errors import DataError, Finding, OptionError
from yijiang.outputs import folder_for, refuse_file, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from yijiang.belt import Belt

Lang = Literal["zh", "en", "both"]


def dispatch(
    place: str | None = None,
    /,
    *,
    needs: Path | None = None,
    offers: Path | None = None,
    belt: str = "yangtze2017",
    close: list[str] | None = None,
    limit: list[str] | None = None,
    record: bool = False,
    on: str | None = None,
    out: Path | None = None,
    lang: Lang = "both",
    key: Path | None = None,
    json: bool = False,
) -> int:
    """Plan who sends what to whom over what is open, soonest in all; --record enters your side's dispatches.

    From a ledger, or from two tables: needs (need, place, good, amount) and offers (offer, place, good, amount).
    Example: yijiang aid dispatch --belt tiny --needs needs.csv --offers offers.csv --close gate

    Parameters
    ----------
    place
        The ledger.
    needs
        A CSV table of needs, instead of a ledger.
    offers
        A CSV table of offers.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    close
        A lock, link or node that is closed; repeat the option.
    limit
        Most units over a link, as link=units; repeat the option.
    record
        Enter the dispatch of your side's offers that the plan uses into the ledger.
    on
        Day of the dispatch, YYYY-MM-DD.
    out
        Folder for the results; nothing is written unless given.
    lang
        Language of the page and the summary.
    key
        The side's private key.
    json
        Print everything as JSON instead of the summary.
    """
    from yijiang.aid import dispatch as plan_of
    from yijiang.aid import document, from_ledger, listed, stage_items
    from yijiang.journeys import closures, journeys

    if (place is None) == (needs is None or offers is None) or (place is not None and (needs or offers)):
        raise OptionError("name a ledger, or both --needs and --offers")
    if record and place is None:
        raise OptionError("--record needs a ledger")
    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    room = _limits(chosen, limit or [])
    state: dict[str, Any] | None = None
    with progress_line("dispatch") as progress:
        progress("network")
        closed = closures(chosen, close or [])
        net = journeys(chosen, closed)
        if place is not None:
            state = _state(place)
            wanted, given = from_ledger(chosen, state)
        else:
            assert needs is not None
            assert offers is not None
            wanted, given = (
                listed(chosen, "needs", _csv("needs", needs)),
                listed(chosen, "offers", _csv("offers", offers)),
            )
        progress("flow")
        # A closed place may still hold a need: it is told, not refused.
        plan = plan_of(wanted, given, _touching(net.open_arcs, wanted, given), room)
    content = document(chosen, closed=closed, plan=plan, state=state)
    if record and place is not None and state is not None:
        with to_write(place, key) as ledger:
            mine = {
                row["offer"] for c in content["ledger"]["chains"] for row in c["offers"] if row["giver"] == ledger.side
            }
            for name in dict.fromkeys(str(o) for o in plan.deliveries["offer"] if o in mine):
                rows = plan.deliveries[plan.deliveries["offer"] == name]
                words = "; ".join(
                    f"{r['amount']:g} → {r['need']}, {r['hours']:.1f} h: {r['path']}" for r in rows.to_dict("records")
                )
                ledger.add_many(stage_items(name, "dispatch", state, str(ledger.side), on=on, note=words))
                said(
                    "entered_stage",
                    offer=name,
                    stage="dispatch",
                    side=ledger.side,
                    evidence=f"{name}.dispatch.evidence",
                )
        content = document(chosen, closed=closed, plan=plan, state=_state(place))
    _deliver(content, {"deliveries": plan.deliveries, "needs": plan.needs, "offers": plan.offers}, out, lang, json)
    return 0


def preposition(
    *regions: str,
    depots: int = 2,
    hours: float = 8.0,
    belt: str = "yangtze2017",
    close: list[str] | None = None,
    out: Path | None = None,
    lang: Lang = "both",
    json: bool = False,
) -> int:
    """Choose where some regions keep relief ready, at least one depot in each, to reach most people in time.

    Example: yijiang aid preposition Upper Middle --belt tiny --depots 2 --hours 7

    Parameters
    ----------
    regions
        Who keeps the depots: Hubei Jiangsu, 湖北 江苏.
    depots
        Number of depots.
    hours
        Time that counts as in time.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    close
        A lock, link or node that is closed; repeat the option.
    out
        Folder for the results, projects/ included; nothing is written unless given.
    lang
        Language of the page and the summary.
    json
        Print everything as JSON instead of the summary.
    """
    from yijiang.aid import document
    from yijiang.aid import preposition as choose
    from yijiang.journeys import closures, journeys

    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    with progress_line("preposition") as progress:
        progress("network")
        closed = closures(chosen, close or [])
        net = journeys(chosen, closed)
        progress("covering")
        found = choose(chosen, regions, net.hours, depots, hours)
    names = list(dict.fromkeys(chosen.region(r) for r in regions))
    content = document(chosen, regions=names, closed=closed, depots=found)
    frames = {"depots": found.depots, "reached": found.reached, "curve": found.curve}
    _deliver(content, frames, out, lang, json, with_own(chosen, found.projects))
    return 0


def status(
    place: str | None = None, /, *, belt: str = "yangtze2017", out: Path | None = None, lang: Lang = "both",
    json: bool = False,
) -> int:  # fmt: skip
    """Show every request with its offers and stages, the balance between the sides, and the help of the past.

    Example: yijiang aid status --belt yangtze2017

    Parameters
    ----------
    place
        The ledger; only the past is shown without one.
    belt
        The belt whose help of the past is shown.
    out
        Folder for the results; nothing is written unless given.
    lang
        Language of the page and the summary.
    json
        Print everything as JSON instead of the summary.
    """
    from yijiang.aid import document

    if out is not None:
        refuse_file(out)
    content = document(open_belt(belt), state=None if place is None else _state(place))
    _deliver(content, {}, out, lang, json)
    return 0


def _state(place: str) -> dict[str, Any]:
    from yijiang.ledger import Ledger

    with Ledger.open(place, key_if_there(place, None)) as ledger:
        return ledger.state().to_dict()


def _csv(table: str, file: Path) -> pd.DataFrame:
    import pandas as pd

    from yijiang.belt.texts import decode, parse_csv

    if not file.is_file():
        raise DataError([Finding(table, 0, "", str(file), "there is no such file", "name a CSV file")])
    text = decode(file.read_bytes())
    if text is None:
        raise DataError([Finding(table, 0, "", str(file), "is neither UTF-8 nor GB18030", "save it as CSV UTF-8")])
    header, *rows = parse_csv(text) or [[]]
    whole = [row for row in rows if len(row) == len(header)]
    if len(whole) < len(rows):
        line = next(i for i, row in enumerate(rows) if len(row) != len(header)) + 2
        raise DataError([Finding(table, line, "", "", f"the header has {len(header)} cells", "give each line as many")])
    return pd.DataFrame(whole, columns=[str(h).strip() for h in header])


def _limits(belt: Belt, given: list[str]) -> dict[str, float]:
    from yijiang.errors import match_name

    rows = belt.tables["links"]
    aliases = [(str(k), str(e), str(z)) for k, e, z in zip(rows["link"], rows["name_en"], rows["name_zh"], strict=True)]
    found = {}
    for text in given:
        name, sign, value = text.rpartition("=")
        try:
            units = float(value)
        except ValueError:
            units = -1.0
        if not sign or units < 0:
            raise OptionError(f"--limit takes link=units with units of 0 or more, not {text!r}")
        found[match_name(name, aliases, "link")] = units
    return found


def _touching(arcs: pd.DataFrame, *tables: pd.DataFrame) -> pd.DataFrame:
    """Add an arc from each place to itself, so that a place cut off from everything is still on the network."""
    import pandas as pd

    places = list(dict.fromkeys(p for table in tables for p in table["place"]))
    own = pd.DataFrame({"arc": "", "tail": places, "head": places, "mode": "", "link": "", "hours": 0.0, "km": 0.0})
    return pd.concat([arcs, own], ignore_index=True) if places else arcs


def _deliver(
    content: dict[str, Any], frames: dict[str, pd.DataFrame], out: Path | None, lang: Lang, json: bool,
    projects: dict[str, pd.DataFrame] | None = None,
) -> None:  # fmt: skip
    from yijiang.report.aid import summary, write_html

    if out is not None:
        with folder_for(out) as folder:
            write_html(content, folder / "aid.html", lang)
            (folder / "aid.json").write_text(as_json(content) + "\n", encoding="utf-8", newline="\n")
            if frames:
                write_tables(frames, folder / "tables")
            if projects:
                (folder / "projects").mkdir()
                for name, frame in projects.items():
                    frame.to_csv(
                        folder / "projects" / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n"
                    )
    if json:
        show(as_json(content))
        return
    show("\n\n".join(summary(content, one) for one in (("en", "zh") if lang == "both" else (lang,))))
    if out is not None:
        show(f"\n{out / 'aid.html'}")
