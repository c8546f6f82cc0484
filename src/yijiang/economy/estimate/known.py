"""Surveyed flows between regions: they fix their cells of every draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yijiang.economy.estimate.scaling import Array
from yijiang.errors import DataError, Finding, OptionError, match_name

STATUSES = ("official", "aggregated", "estimated", "assumed")
COLUMNS = ("exporter", "importer", "sector", "value", "status")


@dataclass(frozen=True)
class Known:
    """Known flows as arrays.

    Attributes
    ----------
    value
        Flow (exporter, importer, sector), NaN where nothing is known [money/yr].
    status
        Status of each known flow (exporter, importer, sector), "" elsewhere.
    """

    value: Array
    status: np.ndarray[tuple[int, ...], np.dtype[np.object_]]

    def sums(self) -> tuple[Array, Array]:
        """What every region is known to send, and to get (region, sector) [money/yr]."""
        return np.nansum(self.value, axis=1), np.nansum(self.value, axis=0)

    def names(self, regions: Sequence[str], sectors: Sequence[str], sector: int) -> str:
        """The known flows of a sector, in words."""
        cells = np.argwhere(~np.isnan(self.value[:, :, sector])).tolist()
        shown = [f"{regions[i]} → {regions[n]} {self.value[i, n, sector]:.6g}" for i, n in cells[:8]]
        more = f" and {len(cells) - 8} more" if len(cells) > 8 else ""
        return f"{sectors[sector]}: {', '.join(shown)}{more}"


def read_known(
    known: pd.DataFrame | None, regions: Sequence[str], sectors: Sequence[str], supply: Array, use: Array
) -> Known:
    """Read a table of known flows with the columns exporter, importer, sector, value and status.

    Raises
    ------
    DataError
        For unknown names or statuses, values below 0, a flow given twice or from a region to itself, and for flows that
        together exceed what a region makes and does not export (`supply`), or uses (`use`) (region, sector).
    """
    shape = (len(regions), len(regions), len(sectors))
    result = Known(np.full(shape, np.nan), np.full(shape, "", dtype=object))
    if known is None:
        return result
    missing = [c for c in COLUMNS if c not in known.columns]
    if missing:
        raise OptionError(f"known flows need the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    found: list[Finding] = []
    for line, row in enumerate(known[list(COLUMNS)].to_dict("records"), 2):
        at = []
        for column, names in (("exporter", regions), ("importer", regions), ("sector", sectors)):
            try:
                at.append(list(names).index(match_name(str(row[column]), ((n,) for n in names), column)))
            except OptionError as error:
                found.append(Finding("known", line, column, str(row[column]), str(error), "use a name of the tables"))
        if row["status"] not in STATUSES:
            text = f"unknown status; one of {', '.join(STATUSES)}"
            found.append(Finding("known", line, "status", str(row["status"]), text, "say how the flow is known"))
        value = pd.to_numeric(row["value"], errors="coerce")
        if not (np.isfinite(value) and value >= 0):
            found.append(Finding("known", line, "value", str(row["value"]), "must be at least 0", "enter the flow"))
        if len(at) < 3:
            continue
        i, n, j = at
        where = f"{regions[i]} → {regions[n]}, {sectors[j]}"
        if i == n:
            found.append(Finding("known", line, "importer", regions[n], "is the exporter itself", "leave it out"))
        if not np.isnan(result.value[i, n, j]):
            found.append(Finding("known", line, "value", str(row["value"]), f"{where} is given twice", "keep one"))
        result.value[i, n, j], result.status[i, n, j] = float(value), str(row["status"])
    if found:
        raise DataError(found)
    sent, received = result.sums()
    for total, most, word in ((sent, supply, "send"), (received, use, "get")):
        limit = "makes beyond its export" if word == "send" else "uses"
        for r, j in np.argwhere(total > most * (1 + 1e-9)).tolist():
            text = f"{regions[r]} would {word} {total[r, j]:.6g}, more than the {most[r, j]:.6g} it {limit}"
            detail = result.names(regions, sectors, j)
            found.append(Finding("known", 0, sectors[j], "", f"{text} ({detail})", "correct the flows or the table"))
    if found:
        raise DataError(found)
    return result
