"""Accounts and trade of the case danube2011: six riparian countries and the rest of the world, a closed world.

Run ``python recipes/danube.py SOURCE_FOLDER [--out CASE_FOLDER]``; the source folder holds ``io_mrio2011_7x9.csv``, a
summing up of the World Input-Output Database (release 2013) to 7 regions and 9 sectors. Nothing is estimated: one draw.

Sums of a cell over its users are trade, over its origins inputs and final use. Output is inputs plus value added. In
the source the rows miss it by up to 0.01 % of world output; own deliveries take that up, and final use follows, so
both accounts hold exactly. Value added is one factor: the table has no parts of it; taxes and transport margins are in
it. Negative deliveries (stocks taken down) are set to 0 and named; negative final use is stock_drawdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common import GOODS, SECTORS, SOURCES, cents, merge_sources, subfolder, write_head, write_table

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "danube2011"
YEAR = 2011
MONEY = "million USD"
REGIONS = {
    "Germany": ("德国", 13.4, 52.5, 1),
    "Austria": ("奥地利", 16.4, 48.2, 2),
    "Slovakia": ("斯洛伐克", 17.1, 48.1, 3),
    "Hungary": ("匈牙利", 19.0, 47.5, 4),
    "Bulgaria": ("保加利亚", 23.3, 42.7, 5),
    "Romania": ("罗马尼亚", 26.1, 44.4, 6),
}
"""Chinese name, position of the capital, place along the river from the source (Bulgaria and Romania share a bank)."""
WORLD = "Rest of World"
REST = "RestOfWorld"
HEAD = {
    "name": "danube2011",
    "title_en": "Danube countries, 2011",
    "title_zh": "多瑙河沿岸国家，2011年",
    "year": YEAR,
    "money": MONEY,
    "river_en": "Danube",
    "river_zh": "多瑙河",
    "scope": ["economy", "transport", "projects"],
    "sides": [],
}
CITED = "danube_wiod2011"
PLACES = "danube_regions"

Array = NDArray[np.float64]
Cents = NDArray[np.int64]


@dataclass(frozen=True)
class Accounts:
    """What the case ships, in hundredths of a million; `missed` is the largest rounding and balance error taken up."""

    trade: Cents
    inputs: Cents
    added: Cents
    final: Cents
    missed: float
    clipped: tuple[tuple[str, str, str, float], ...]


def read_source(folder: Path) -> tuple[Array, Array, Array]:
    """Read inputs (exporter, product, importer, using), final use (exporter, product, importer) and value added."""
    table = pd.read_csv(folder / "io_mrio2011_7x9.csv")
    regions, sectors = pd.Index([*REGIONS, WORLD]), pd.Index(list(SECTORS))
    seller, good = regions.get_indexer(table["from_region"]), sectors.get_indexer(table["from_sector"])
    buyer, user = regions.get_indexer(table["to_region"]), sectors.get_indexer(table["to_sector"])
    value = table["value"].to_numpy(dtype=float)
    final = table["to_sector"].str.startswith("fd:").to_numpy(dtype=bool)
    is_input, is_final = (good >= 0) & (user >= 0), (good >= 0) & final
    is_added = (table["from_sector"] == "value_added").to_numpy(dtype=bool)
    n, k = len(regions), len(sectors)
    inputs, uses, added = np.zeros((n, k, n, k)), np.zeros((n, k, n)), np.zeros((n, k))
    np.add.at(inputs, tuple(a[is_input] for a in (seller, good, buyer, user)), value[is_input])
    np.add.at(uses, tuple(a[is_final] for a in (seller, good, buyer)), value[is_final])
    np.add.at(added, tuple(a[is_added] for a in (buyer, user)), value[is_added])
    return inputs, uses, added


def hundredths(values: Array) -> Cents:
    """Round to 0.01."""
    return np.rint(values * 100).astype(np.int64)


def accounts(inputs: Array, uses: Array, added: Array) -> Accounts:
    """Sum to trade, inputs and final use, and let own deliveries and final use absorb what is left."""
    names, sectors = [*REGIONS, REST], list(SECTORS)
    deliveries = (inputs.sum(axis=3) + uses).transpose(2, 0, 1)
    below = [(n, i, j) for n, i, j in np.argwhere(deliveries < 0).tolist() if n != i]
    clipped = tuple((names[n], names[i], sectors[j], float(deliveries[n, i, j])) for n, i, j in below)
    trade = hundredths(np.maximum(deliveries, 0.0))
    used, value = hundredths(inputs.sum(axis=0).transpose(1, 0, 2)), hundredths(added)
    own = np.arange(len(names))
    before = trade[own, own].copy()
    trade[own, own] = 0
    trade[own, own] = used.sum(axis=1) + value - trade.sum(axis=0)
    missed = float(np.abs(trade[own, own] - before).max()) / 100
    final = trade.sum(axis=1) - used.sum(axis=2)
    for what, cells in (("trade", trade), ("intermediate", used), ("value added", value)):
        if (cells < 0).any():
            raise ValueError(f"{what} has a negative cell: {cells.min() / 100:g}")
    return Accounts(trade, used, value, final, missed, clipped)


def rows(names: str, cells: Iterator[Sequence[object]]) -> Iterator[dict[str, object]]:
    """Make rows of money with their evidence."""
    evidence = {"unit": MONEY, "year": YEAR, "source": CITED, "status": "aggregated"}
    for cell in cells:
        yield dict(zip(names.split(), cell, strict=True)) | evidence


def write_case(out: Path, result: Accounts) -> None:
    """Write every table of the case."""
    names, sectors = [*REGIONS, REST], list(SECTORS)
    places = [
        {"region": r, "name_en": r, "name_zh": zh, "kind": "member", "lon": lon, "lat": lat, "river_order": order}
        for r, (zh, lon, lat, order) in REGIONS.items()
    ]
    places.append({"region": REST, "name_en": "Rest of the world", "name_zh": "世界其他地区", "kind": "rest"})
    evidence = {"year": YEAR, "source": PLACES, "status": "aggregated"}
    write_table(out, "regions", ({"river_order": 0} | place | evidence for place in places))
    kinds = [
        {"sector": s, "name_en": en, "name_zh": zh, "goods": str(s in GOODS).lower()} for s, (en, zh) in SECTORS.items()
    ]
    write_table(out, "sectors", kinds)
    write_table(out, "factors", [{"factor": "value_added", "name_en": "Value added", "name_zh": "增加值"}])
    write_table(out, "draws", [{"draw": 0, "exponent": "0.0", "closing": "none", "cross_hauling": "none"}])
    cells = (
        (0, names[n], names[i], sectors[j], cents(int(v))) for (n, i, j), v in np.ndenumerate(result.trade) if v > 0
    )
    write_table(out, "trade", rows("draw importer exporter sector value", cells))
    cells = ((names[n], sectors[j], sectors[k], cents(int(v))) for (n, j, k), v in np.ndenumerate(result.inputs))
    write_table(out, "intermediate", rows("region input using value", cells))
    cells = ((names[n], "value_added", sectors[j], cents(int(v))) for (n, j), v in np.ndenumerate(result.added))
    write_table(out, "value_added", rows("region factor sector value", cells))
    final = []
    for (n, r), (j, s) in product(enumerate(names), enumerate(sectors)):
        value = int(result.final[n, j])
        final.append((0, r, "use", s, cents(max(value, 0))))
        if value < 0:
            final.append((0, r, "stock_drawdown", s, cents(value)))
    write_table(out, "final", rows("draw region category sector value", iter(final)))
    theta = {
        s: ("4.0", "3.0", "8.0", "danube_theta_goods")
        if s in GOODS
        else ("5.0", "4.0", "8.22", "danube_theta_services")
        for s in SECTORS
    }
    assumed = {"unit": "1", "year": YEAR, "status": "assumed"}
    elasticities = (
        {"sector": s, "value": v, "low": lo, "high": hi, "source": cited} | assumed
        for s, (v, lo, hi, cited) in theta.items()
    )
    write_table(out, "elasticities", elasticities)


def report(result: Accounts) -> None:
    """Say what came out."""
    output = (result.inputs.sum(axis=1) + result.added) / 100
    for n, name in enumerate([*REGIONS, REST]):
        added, final = result.added[n].sum() / 1e5, result.final[n].sum() / 1e5
        print(f"{name}: value added {added:.0f}, final use {final:.0f} bn USD")
    largest = result.missed / output.sum()
    print(f"largest error taken up by own deliveries {result.missed:.0f} {MONEY}, {largest:.1e} of world output")
    print(f"world: final use − value added {(result.final.sum() - result.added.sum()) / 100:.2f} {MONEY}")
    for buyer, seller, sector, value in result.clipped:
        print(f"negative delivery set to 0: {seller} to {buyer}, {sector}, {value:.0f} {MONEY}")
    negative = np.minimum(result.final, 0).sum() / 100
    print(f"stock drawdown {negative:.0f} {MONEY}")


def main() -> None:
    """Build the case danube2011."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="folder with io_mrio2011_7x9.csv")
    parser.add_argument("--out", type=Path, default=CASE, help="folder of the case")
    arguments = parser.parse_args()
    folder = subfolder(arguments.source, "danube")
    result = accounts(*read_source(folder))
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_head(arguments.out, HEAD)
    write_case(arguments.out, result)
    merge_sources(arguments.out, SOURCES / "danube")
    report(result)


if __name__ == "__main__":
    main()
