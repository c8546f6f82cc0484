"""`yijiang route`: joint river routes and visitor flows; joins the belt's network to the sites and their limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, progress_line, show
from yijiang.errors import OptionError
from yijiang.outputs import folder_for, refuse_file, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from yijiang.belt import Belt


def with_own(belt: Belt, fresh: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the belt's own project tables with new candidates added, for `yijiang plan --projects`."""
    import pandas as pd

    tables = {}
    for name, frame in fresh.items():
        own = belt.table(name)
        if len(frame):
            own = pd.concat([own.astype(object), frame.astype(object)], ignore_index=True)
        tables[name] = own
    return tables


def route(
    *regions: str,
    belt: str = "yangtze2017",
    days: int = 4,
    groups: int = 2,
    group: float | None = None,
    share: float | None = None,
    start: str | None = None,
    end: str | None = None,
    close: list[str] | None = None,
    model: Literal["unconstrained", "origin", "destination", "doubly"] = "doubly",
    out: Path | None = None,
    lang: Literal["zh", "en", "both"] = "both",
    json: bool = False,
) -> int:
    """Draw up a joint river route within the limits of its sites, and say who visits whom and what it is worth.

    With --out also route.html, route.json, tables/ and projects/: the belt's own and the new candidates, for
    yijiang plan --projects. Example: yijiang route Upper Middle --belt tiny --days 3

    Parameters
    ----------
    regions
        Two or more regions, by English or Chinese name: Hubei Jiangsu, 湖北 江苏. The route begins in the first and
        ends in the last.
    belt
        A built-in case (see `yijiang cases`), a folder of tables, or an .xlsx workbook.
    days
        Days of one trip.
    groups
        Groups that set out on one day of departure.
    group
        Visitors of a group; the belt's parameter route_group unless given.
    share
        Largest share of a site's daily limit the route may take; the belt's parameter route_site_share unless given.
    start
        Node where it begins; the centre of the first region unless given.
    end
        Node where it ends; the centre of the last region unless given.
    close
        A lock, link or node that is closed; repeat the option.
    model
        Totals that fitted visitor flows keep, where flows were counted.
    out
        Folder for the results; nothing is written unless given.
    lang
        Language of the page and the summary.
    json
        Print everything as JSON instead of the summary.
    """
    from yijiang.complement.candidates import unit_rule
    from yijiang.culture import culture, trip_of
    from yijiang.journeys import closures, journeys, region_hours
    from yijiang.report.route import summary, write_html

    if len(regions) < 2:
        raise OptionError("a joint route needs two or more regions, for example: yijiang route Hubei Jiangsu")
    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    with progress_line("route") as progress:
        progress("network")
        net = journeys(chosen, closures(chosen, close or []))
        trip = trip_of(chosen, days=days, groups=groups, group=group, share=share)
        progress("sites and visits")
        found = culture(
            chosen, regions, net.hours, region_hours(chosen, net), trip, model=model, rule=unit_rule(chosen, False),
            start=start, end=end,
        )  # fmt: skip
        document = found.document
        if out is not None:
            progress("report")
            with folder_for(out) as folder:
                write_html(document, folder / "route.html", lang, str(out / "projects"))
                (folder / "route.json").write_text(as_json(document) + "\n", encoding="utf-8", newline="\n")
                frames = {"stops": found.route.stops, "carrying": found.route.carrying}
                if found.visits is not None:
                    frames["visits"] = found.visits.table
                write_tables(frames, folder / "tables")
                (folder / "projects").mkdir()
                for name, frame in with_own(chosen, found.projects).items():
                    frame.to_csv(
                        folder / "projects" / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n"
                    )
    if json:
        show(as_json(document))
        return 0
    show("\n\n".join(summary(document, one) for one in (("en", "zh") if lang == "both" else (lang,))))
    if out is not None:
        show(f"\n{out / 'route.html'}\n{out / 'projects'}")
    return 0
