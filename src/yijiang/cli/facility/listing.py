"""`yijiang facility list`: the catalogue, with bookings, who used how much, and ways from door to door."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, show
from yijiang.errors import OptionError
from yijiang.outputs import folder_for, refuse_file, write_tables

if TYPE_CHECKING:
    from yijiang.science.facilities.booking import Bookings
    from yijiang.science.facilities.catalogue import Catalogue

Lang = Literal["zh", "en", "both"]


def languages(lang: str) -> tuple[str, ...]:
    """Return the languages that are printed."""
    return ("en", "zh") if lang == "both" else (lang,)


def catalogue_of(belt: str) -> Catalogue:
    """Return the catalogue of a belt by its name or folder."""
    from yijiang.science.facilities.catalogue import Catalogue

    return Catalogue.of(open_belt(belt))


def open_bookings(place: str, belt: str, *, new: bool = False) -> Bookings:
    """Open bookings; only what books makes a new file."""
    from yijiang.science.facilities.booking import Bookings

    if not new and not place.startswith(("postgresql://", "postgres://")) and not Path(place).is_file():
        raise OptionError(f"there are no bookings at {place!r}; yijiang facility book makes the file")
    return Bookings(place, catalogue_of(belt))


def list_(
    *,
    belt: str = "yangtze2017",
    bookings: str | None = None,
    origin: str | None = None,
    hours: float = 4.0,
    matrix: Path | None = None,
    out: Path | None = None,
    lang: Lang = "both",
    json: bool = False,
) -> int:
    """List the facilities: where, whose, when open, on which terms; with bookings who has them and who used how much.

    With --origin also hours from door to door. With --out facility.html, facility.json and tables/.
    Example: yijiang facility list --belt tiny --origin Upper

    Parameters
    ----------
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    bookings
        The file or address of the bookings.
    origin
        Region from which ways are counted.
    hours
        Hours of use behind the ways.
    matrix
        A table of hours between regions (CSV, region in the first column), in place of the belt's network.
    out
        Folder for the results.
    lang
        Language of the page and the text.
    json
        Print everything as JSON.
    """
    import pandas as pd

    from yijiang.report.science import facility_summary, write_facility
    from yijiang.science.facilities.catalogue import UTC
    from yijiang.science.facilities.document import document as told
    from yijiang.science.facilities.doors import trips

    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    catalogue = catalogue_of(belt)
    home = None if origin is None else catalogue.region(origin)
    ways = []
    if home is not None:
        table = _matrix(matrix) if matrix is not None else _network(chosen)
        ways = [way for one in catalogue for way in trips(one, home, hours, table)]
    opened = None if bookings is None else open_bookings(bookings, belt)
    try:
        document = told(chosen, catalogue, opened, datetime.now(UTC), ways, home, handed_in=matrix is not None)
    finally:
        if opened is not None:
            opened.close()
    if out is not None:
        with folder_for(out) as folder:
            write_facility(document, folder / "facility.html", lang)
            (folder / "facility.json").write_text(as_json(document) + "\n", encoding="utf-8", newline="\n")
            frames = {name: pd.DataFrame(document[name]) for name in ("bookings", "use", "trips") if document[name]}
            write_tables({"facilities": chosen.table("facilities"), **frames}, folder / "tables")
    if json:
        show(as_json(document))
        return 0
    show("\n\n".join(facility_summary(document, one) for one in languages(lang)))
    if out is not None:
        show(f"\n{out / 'facility.html'}")
    return 0


def _network(belt: Any) -> Any:
    from yijiang.doors import hours_between

    return hours_between(belt)


def _matrix(file: Path) -> Any:
    import pandas as pd

    if not file.is_file():
        raise OptionError(f"there is no file {str(file)!r}")
    return pd.read_csv(file, index_col=0)
