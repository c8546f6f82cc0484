"""`yijiang calibrate`: a user's monitored values against a belt's river."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, progress_line, show
from yijiang.outputs import folder_for, refuse_file, write_tables


def calibrate(
    file: Path,
    /,
    *,
    belt: str = "yangtze2017",
    pollutant: tuple[str, ...] = (),
    by: tuple[str, ...] = (),
    out: Path | None = None,
    lang: Literal["zh", "en", "both"] = "both",
    json: bool = False,
) -> int:
    """Fit decay and loads of a belt's river to monitored values, and show how well they fit.

    FILE is a CSV of weekly or monthly values: section, date and a column for each parameter with its unit in the
    header ("TP (mg/L)", 总磷(mg/L)), or section, date, parameter, value, unit. Sections go by identifier or name.
    Example: yijiang calibrate weekly.csv --belt my_belt --out fit

    Parameters
    ----------
    file
        Monitored values (CSV, UTF-8 or GB 18030).
    belt
        A built-in case with a river, a folder of tables, or an .xlsx workbook.
    pollutant
        Only these (may be repeated); default: all of the belt's that FILE has.
    by
        region, source (the activity) or both: groups of loads with a factor of their own.
    out
        Folder for calibration.html, calibration.json and tables/, among them kinetics and loads with what was found,
        to be put into a belt of one's own.
    lang
        Language of the page and the text.
    json
        Print the result as JSON.
    """
    from pandas import NA

    from yijiang.observing import calibrated, document, fit_belt, tables
    from yijiang.report.river.fitpage import write_html

    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    with progress_line("calibrate") as progress:
        found = fit_belt(chosen, file, pollutant, by)
        told = document(chosen, found, file.name)
        if out is not None:
            progress("tables")
            with folder_for(out) as folder:
                write_html(told, folder / "calibration.html", lang)
                (folder / "calibration.json").write_text(as_json(told) + "\n", encoding="utf-8", newline="\n")
                write_tables({**tables(found), **calibrated(chosen, found, by)}, folder / "tables")
    if json:
        show(as_json(told))
        return 0
    for one in found.values():
        show("\n".join(one.report(word) for word in (("en", "zh") if lang == "both" else (lang,))))
        show(f"{'section':<24}{'values':>7}{'observed':>10}{'modelled':>10}{'bias':>10}{'rmse':>9}{'nse':>8}  [mg/L]")
        for section, row in one.fit.iterrows():
            nse = "–" if row["nse"] is NA else f"{row['nse']:.3f}"
            figures = f"{row['observed']:>10.4f}{row['modelled']:>10.4f}{row['bias']:>+10.4f}{row['rmse']:>9.4f}"
            show(f"{section!s:<24}{row['count']:>7}{figures}{nse:>8}")
        show("")
    if out is not None:
        show(f"{out / 'calibration.html'}")
    return 0
