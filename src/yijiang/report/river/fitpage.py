"""The page of a calibration: what the data say of decay and loads, and how well the river fits them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from yijiang.charts import fit_points
from yijiang.report.paging import page, write_page
from yijiang.report.wording import Document, Names, each, figure, pair, percent, say


def render(document: Document, lang: str = "both") -> str:
    """Return a calibration as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        As `observing.document` makes it.
    lang
        "en", "zh", or "both": both languages in the page with a switch.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    names = Names(document)
    headline = say("fit.headline", title=pair(document["titles"]), file=document["file"])
    parts = [_pollutant(names, one) for one in document["pollutants"]]
    return page("river/fit.html.j2", lang, headline, headline=headline, parts=parts)


def _pollutant(names: Names, one: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "section": say("fit.all") if row["section"] == "all" else names("sections", row["section"]),
            "count": str(row["count"]),
            **{key: figure(row[key]) for key in ("observed", "modelled", "bias", "rmse", "nse", "kge")},
        }
        for row in one["fit"]
    ]
    return {
        "name": names("pollutants", one["pollutant"]),
        "lines": [
            {lang: one["report"][lang].split("\n")[k].strip() for lang in one["report"]}
            for k in range(len(one["report"]["en"].split("\n")))
        ],
        "error": say("fit.error", value=percent(one["relative_error"])),
        "rows": rows,
        "picture": each(partial(_picture, names, one)),
    }


def _picture(names: Names, one: Mapping[str, Any], lang: str) -> str:
    points = []
    for row in one["observed"]:
        place, pair_of = names("sections", row["section"])[lang], (figure(row["value"]), figure(row["modelled"]))
        points.append((float(row["value"]), float(row["modelled"]), f"{place} {row['time']}: {' → '.join(pair_of)}"))
    axes = say("fit.axis_observed")[lang], say("fit.axis_modelled")[lang]
    return fit_points(points, axes, names("pollutants", one["pollutant"])[lang])


def write_html(document: Document, path: Path, lang: str = "both") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    return write_page(render(document, lang), path)
