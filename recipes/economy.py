"""Accounts and interprovincial trade of the case yangtze2017.

Run ``python recipes/economy.py SOURCE_FOLDER [--out CASE_FOLDER]``; the source folder holds
``io_prov2017_z42.csv.gz``, ``io_prov2017_margins42.csv``, ``io_sectors42.csv``, ``io_china2017_42_noncompetitive.csv``,
``geo_regions.csv``, ``socio_economy.csv`` and the rail cut that `provinces.py` reads. Then run ``network.py``, whose
base tonnes follow the trade of draw 0. ``--known FILE`` fixes surveyed flows (province names, sector codes of 42,
million yuan) with their status; ``--flows FILE`` writes the table of docs/estimate.md.

The provincial tables of 2017 (31 provinces, 42 sectors) say what a province sends to and gets from the others, not from
whom. They were made apart: reported inflow exceeds outflow by 9.6 %, and by product much more. What is done, at 42
sectors:

1. Product accounts (`estimate.balance_uses`). Output, value added, export, import and what a sector spends on inputs
   stay; the product mix of inputs and final use moves until the country's use of each product equals its supply. With
   inputs held as published instead, supply would fall short of the inputs alone in mining, process manufacturing and
   utilities, and final use would have to absorb it below zero: −3.4 trillion yuan in all, against −0.2 after this step.
   All draws share these inputs (status estimated). Value added is official. With ``--national`` inputs and final use
   keep to the national table as well; that moves the provincial tables twice as far and Hubei's trade with Jiangsu by
   1 to 12 %, so it is a check, not the case.
2. Trade (`estimate.interregional`): transit removed, cross-hauling, closing, gravity in freight cost (`provinces.py`),
   RAS. Final use absorbs the rest; the table `adjustments` says how much.
3. Sums to 11 provinces, the rest of China and abroad, and to 9 sectors; then rounding to 0.01 million yuan. Own
   deliveries take the rounding of the sales account, final use that of the purchases, so both hold exactly.

Draws: exponent of freight cost 0.5, 1, 2 × closing min, mean, joint × cross-hauling none, Hubei, belt (all eleven
provinces). The base, draw 0, is the one nearest to the median of Hubei's trade with Jiangsu, both ways
(`Interregional.central`), so that a plan's point estimate does not stand at the end of its own range. Why
cross-hauling: Hubei reports outflow of 5 % of output (and none in 2012), Sichuan 10 %, Yunnan 13 %, against a median of
25 %. Products at 42 sectors are mixed bags, so near-net trade is a habit of reporting, not a fact. docs/estimate.md has
the flows.

Labour is compensation of employees. Capital is operating surplus, depreciation and net production tax. Where subsidies
make capital negative, it is set to 0 and labour takes the sum, so that value added stays. Negative final use of a
product (stocks and what no supply covers) is the category stock_drawdown.

Value of a tonne: assumed from prices of typical goods (grain and vegetables; coal and ore; food, cloth and paper; oil
products, steel and cement; machines and electronics), from half to double. Capital stock: depreciation ÷ 5 % a year,
the range 7 % to 4 %.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common import GOODS, SECTORS, cents, merge_sources, subfolder, write_head, write_table
from provinces import freight_cost
from yijiang.economy import estimate

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "yangtze2017"
YEAR = 2017
MONEY = "million CNY"
BELT = {
    "Shanghai": ("上海", 9),
    "Jiangsu": ("江苏", 8),
    "Zhejiang": ("浙江", 0),
    "Anhui": ("安徽", 7),
    "Jiangxi": ("江西", 6),
    "Hubei": ("湖北", 4),
    "Hunan": ("湖南", 5),
    "Chongqing": ("重庆", 3),
    "Sichuan": ("四川", 2),
    "Guizhou": ("贵州", 0),
    "Yunnan": ("云南", 1),
}
"""Chinese name, and place along the main stem counted from the source."""
REST, ABROAD = "RestOfChina", "Abroad"
DENSITIES = {
    "agriculture": (2700, 1500, 5000),
    "mining": (700, 300, 1500),
    "light_manufacturing": (12000, 6000, 25000),
    "process_manufacturing": (4000, 2000, 8000),
    "equipment_manufacturing": (60000, 30000, 120000),
}
"""Value of a tonne [CNY/t]: value, low, high."""
FINAL = ("rural_household", "urban_household", "government", "fixed_capital", "inventory")
EXPONENTS, CLOSINGS = (0.5, 1.0, 2.0), ("min", "mean", "joint")
HAULING = {"none": (), "Hubei": ("Hubei",), "belt": tuple(BELT)}
DEPRECIATION = {"value": 0.05, "low": 0.07, "high": 0.04}
SIDES = ("Hubei", "Jiangsu")
HEAD = {
    "name": "yangtze2017",
    "title_en": "Yangtze River Economic Belt, 2017",
    "title_zh": "长江经济带，2017年",
    "year": YEAR,
    "money": MONEY,
    "river_en": "Yangtze",
    "river_zh": "长江",
    "scope": ["economy", "transport", "river", "projects"],
    "sides": list(SIDES),
}
Array = NDArray[np.float64]
Cents = NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """The provincial tables, the parts of value added, depreciation, freight cost by sector, the national table."""

    tables: estimate.RegionalTables
    compensation: Array
    depreciation: Array
    cost: dict[str, pd.DataFrame]
    sector_of: tuple[str, ...]
    national: tuple[Array, Array]


def read_source(folder: Path) -> Source:
    """Read the provincial tables of 2017 as arrays (province, sector)."""
    margins = pd.read_csv(folder / "io_prov2017_margins42.csv", dtype={"sector": str})
    regions = tuple(dict.fromkeys(margins["region"]))
    sectors = tuple(sorted(set(margins["sector"])))

    def column(name: str) -> Array:
        table = margins.pivot_table(index="region", columns="sector", values=name)
        return table.loc[list(regions), list(sectors)].to_numpy(dtype=float)

    flows = pd.read_csv(folder / "io_prov2017_z42.csv.gz", dtype={"from": str, "to": str})
    inputs = np.zeros((len(regions), len(sectors), len(sectors)))
    at = [
        pd.Index(names).get_indexer(flows[c]) for names, c in ((regions, "region"), (sectors, "from"), (sectors, "to"))
    ]
    np.add.at(inputs, tuple(at), flows["value"].to_numpy(dtype=float))
    tables = estimate.RegionalTables(
        output=column("gross_output"),
        intermediate=inputs,
        final=np.sum([column(name) for name in FINAL], axis=0),
        export=column("export_abroad"),
        import_=column("import_abroad"),
        outflow=column("outflow_domestic"),
        inflow=column("inflow_domestic"),
        value_added=column("value_added"),
        regions=regions,
        sectors=sectors,
    )
    names = pd.read_csv(folder / "io_sectors42.csv", dtype=str).query(f"year == '{YEAR}'").set_index("code")
    sector_of = tuple(names["agg9"].loc[list(sectors)])
    by_good = freight_cost(folder, {good: value for good, (value, _, _) in DENSITIES.items()})
    cost = {s: by_good.get(aggregate, by_good["services"]) for s, aggregate in zip(sectors, sector_of, strict=True)}
    parts = column("compensation"), column("depreciation")
    return Source(tables, *parts, cost, sector_of, read_national(folder, sectors))


def read_national(folder: Path, sectors: Sequence[str]) -> tuple[Array, Array]:
    """Read inputs (input, using) and final use in the country (sector,) of the national table, imports included."""
    table = pd.read_csv(folder / "io_china2017_42_noncompetitive.csv", dtype={"Code": str})
    home, foreign = (table[table["Origin"] == o].set_index("Code").loc[list(sectors)] for o in ("Domestic", "Imports"))
    uses = home.drop(columns="Origin") + foreign.drop(columns="Origin")
    final = uses[["TC", "FU201", "FU202"]].sum(axis=1)
    return uses[list(sectors)].to_numpy(dtype=float), final.to_numpy(dtype=float)


def choices() -> list[estimate.Draw]:
    """List the draws; which of them is the base is decided by what they give."""
    grid = product(HAULING.values(), CLOSINGS, EXPONENTS)
    return [estimate.Draw(exponent, closing, where) for where, closing, exponent in grid]


def hauling(draw: estimate.Draw) -> str:
    """Name of a draw's cross-hauling."""
    return next(name for name, where in HAULING.items() if where == draw.cross_hauling)


def members(names: Sequence[str], groups: Sequence[str], group_of: Sequence[str]) -> Array:
    """Matrix (name, group) with 1 where the name belongs to the group."""
    if len(names) != len(group_of):
        raise ValueError(f"{len(names)} names, {len(group_of)} groups")
    return (np.array(group_of)[:, None] == np.array(groups)[None, :]).astype(float)


@dataclass(frozen=True)
class Accounts:
    """What the case ships, in hundredths of a million: every sales and purchase account holds exactly."""

    trade: Cents
    inputs: Cents
    added: Cents
    final: Cents
    clipped: tuple[tuple[str, str, float], ...]


def hundredths(values: Array) -> Cents:
    """Round to 0.01."""
    return np.rint(values * 100).astype(np.int64)


def accounts(source: Source, tables: estimate.RegionalTables, trade: Array) -> Accounts:
    """Sum to the case's regions and sectors, round, and let own deliveries and final use absorb the rounding.

    `trade` is (draw, importer, exporter, sector) of the provinces with abroad last.
    """
    regions = [*BELT, REST]
    group = [r if r in BELT else REST for r in tables.regions]
    to_region = members(tables.regions, regions, group)
    to_sector = members(tables.sectors, tuple(SECTORS), source.sector_of)
    to_everyone = np.block([[to_region, np.zeros((len(group), 1))], [np.zeros((1, len(regions))), np.ones((1, 1))]])
    inputs = hundredths(np.einsum("rjk,rn,ja,kb->nab", tables.intermediate, to_region, to_sector, to_sector))
    total = hundredths(to_region.T @ tables.value_added @ to_sector)
    labour = hundredths(to_region.T @ source.compensation @ to_sector)
    over = labour > total
    clipped = tuple(
        (regions[n], tuple(SECTORS)[j], (total - labour)[n, j] / 100) for n, j in np.argwhere(over).tolist()
    )
    labour = np.minimum(labour, total)
    added = np.stack([labour, total - labour], axis=1)
    flows = hundredths(np.einsum("dips,in,pm,sj->dnmj", trade, to_everyone, to_everyone, to_sector, optimize=True))
    own = np.arange(len(regions))
    flows[:, own, own] = 0
    flows[:, own, own] = inputs.sum(axis=1) + total - flows.sum(axis=1)[:, own]
    final = flows[:, own].sum(axis=2) - inputs.sum(axis=2)
    for name, cells in (("trade", flows), ("intermediate", inputs), ("value added", added)):
        if (cells < 0).any():
            raise ValueError(f"{name} has a negative cell after rounding: {cells.min() / 100:g}")
    return Accounts(flows, inputs, added, final, clipped)


def stamped(source: str, status: str, unit: str = MONEY) -> dict[str, object]:
    """Evidence columns of a row."""
    return {"unit": unit, "year": YEAR, "source": source, "status": status}


def region_rows(folder: Path, provinces: Sequence[str]) -> Iterator[dict[str, object]]:
    """Rows of `regions`: the belt, the rest of China, abroad."""
    people = pd.read_csv(folder / "socio_economy.csv").query(f"indicator == 'population_year_end' and year == {YEAR}")
    if set(people["unit"].str.split(",").str[0]) != {"10 000 persons"}:
        raise ValueError(f"population is not in 10 000 persons: {sorted(set(people['unit']))}")
    population = people.set_index("region")["value"] / 100
    place = pd.read_csv(folder / "geo_regions.csv").set_index("region")[["lon", "lat"]]
    evidence = {"year": YEAR, "source": "economy_regions"}
    for name, (zh, order) in BELT.items():
        lon, lat = place.loc[name]
        row = {
            "region": name,
            "name_en": name,
            "name_zh": zh,
            "kind": "member",
            "lon": f"{lon:.2f}",
            "lat": f"{lat:.2f}",
        }
        numbers = {"population": f"{population[name]:.2f}", "river_order": order}
        yield row | numbers | evidence | {"status": "official"}
    others = [p for p in provinces if p not in BELT]
    weight = population[others] / population[others].sum()
    lon, lat = (float((place.loc[others, c] * weight).sum()) for c in ("lon", "lat"))
    row = {"region": REST, "name_en": "Rest of China", "name_zh": "全国其他地区", "kind": "rest", "lon": f"{lon:.2f}"}
    numbers = {"lat": f"{lat:.2f}", "population": f"{population[others].sum():.2f}", "river_order": 0}
    yield row | numbers | evidence | {"status": "aggregated"}
    row = {"region": ABROAD, "name_en": "Abroad", "name_zh": "国外", "kind": "abroad", "river_order": 0}
    yield row | evidence | {"status": "aggregated"}


def statuses(source: Source, found: estimate.Interregional) -> list[list[list[str]]]:
    """Status of every flow (importer, exporter, sector) of the case: the weakest of those that it sums."""
    regions, everyone, sectors = [*BELT, REST], [*BELT, REST, ABROAD], list(SECTORS)
    group = [everyone.index(r if r in BELT else REST) for r in source.tables.regions] + [len(regions)]
    order = ("official", "aggregated", "estimated", "assumed")
    weakest = np.full((len(everyone), len(everyone), len(sectors)), -1)
    parts = np.zeros_like(weakest)
    of = found.status.to_numpy()
    for (n, i, j), value in np.ndenumerate(found.trade[0].to_numpy()):
        if value > 0 or of[n, i, j] != "estimated":
            at = group[n], group[i], sectors.index(source.sector_of[j])
            weakest[at] = max(weakest[at], order.index(of[n, i, j]))
            parts[at] += 1
    weakest[(weakest == 0) & (parts > 1)] = 1
    named = np.array([*order, "estimated"])[weakest]
    return named.tolist()


def write_accounts(out: Path, result: Accounts, drawn: Sequence[estimate.Draw], status: list[list[list[str]]]) -> None:
    """Write draws, trade, intermediate, value_added and final."""
    regions, everyone, sectors = [*BELT, REST], [*BELT, REST, ABROAD], list(SECTORS)
    rows = [
        {"draw": d, "exponent": draw.exponent, "closing": draw.closing, "cross_hauling": hauling(draw)}
        for d, draw in enumerate(drawn)
    ]
    write_table(out, "draws", rows)
    evidence = stamped("economy_mrio2017", "estimated")
    names = ("draw", "importer", "exporter", "sector", "value", "status")
    cells = (
        (d, everyone[n], everyone[i], sectors[j], cents(int(result.trade[d, n, i, j])), status[n][i][j])
        for d, n, i, j in np.argwhere(result.trade > 0).tolist()
    )
    write_table(out, "trade", (evidence | dict(zip(names, c, strict=True)) for c in cells), compress=True)
    cells = (
        (r, j, k, cents(int(result.inputs[n, a, b])))
        for (n, r), (a, j), (b, k) in product(enumerate(regions), enumerate(sectors), enumerate(sectors))
    )
    names = ("region", "input", "using", "value")
    write_table(out, "intermediate", (dict(zip(names, c, strict=True)) | evidence for c in cells))
    cells = (
        (r, f, j, cents(int(result.added[n, g, a])))
        for (n, r), (g, f), (a, j) in product(enumerate(regions), enumerate(("labour", "capital")), enumerate(sectors))
    )
    names, official = ("region", "factor", "sector", "value"), stamped("economy_io2017", "aggregated")
    write_table(out, "value_added", (dict(zip(names, c, strict=True)) | official for c in cells))
    final = []
    for (d, n, j), value in np.ndenumerate(result.final):
        final.append((d, regions[n], "use", sectors[j], cents(max(int(value), 0))))
        if value < 0:
            final.append((d, regions[n], "stock_drawdown", sectors[j], cents(int(value))))
    names = ("draw", "region", "category", "sector", "value")
    write_table(out, "final", (dict(zip(names, c, strict=True)) | evidence for c in final))


def write_rest(out: Path, source: Source, result: Accounts) -> Mapping[str, float]:
    """Write sectors, factors, adjustments, elasticities, value_densities and capital; return the adjustment ratios."""
    rows = [
        {"sector": s, "name_en": en, "name_zh": zh, "goods": str(s in GOODS).lower()} for s, (en, zh) in SECTORS.items()
    ]
    write_table(out, "sectors", rows)
    factors = (("labour", "Labour", "劳动"), ("capital", "Capital and net production tax", "资本与生产税净额"))
    write_table(out, "factors", [{"factor": f, "name_en": en, "name_zh": zh} for f, en, zh in factors])
    regions = [*BELT, REST]
    to_region = members(source.tables.regions, regions, [r if r in BELT else REST for r in source.tables.regions])
    official = to_region.T @ source.tables.final.sum(axis=1)
    used = result.final[0].sum(axis=1) / 100
    ratios = dict(zip(regions, (used / official).tolist(), strict=True))
    evidence = stamped("economy_mrio2017", "estimated")
    rows = [
        {"region": r, "official": f"{official[n]:.2f}", "used": f"{used[n]:.2f}", "ratio": f"{ratios[r]:.6f}"}
        | evidence
        for n, r in enumerate(regions)
    ]
    write_table(out, "adjustments", rows)
    theta = {
        True: ("4.0", "3.0", "8.0", "economy_theta_goods"),
        False: ("5.0", "4.0", "8.22", "economy_theta_services"),
    }
    rows = []
    for s in SECTORS:
        value, low, high, cited = theta[s in GOODS]
        rows.append({"sector": s, "value": value, "low": low, "high": high} | stamped(cited, "assumed", "1"))
    write_table(out, "elasticities", rows)
    priced = stamped("economy_densities", "assumed", "CNY/t")
    rows = [{"sector": s, "value": v, "low": lo, "high": hi} | priced for s, (v, lo, hi) in DENSITIES.items()]
    write_table(out, "value_densities", rows)
    yearly = to_region.T @ source.depreciation.sum(axis=1)
    stock = stamped("economy_capital", "assumed")
    rows = [
        {"region": r} | {name: f"{yearly[n] / rate:.0f}" for name, rate in DEPRECIATION.items()} | stock
        for n, r in enumerate(regions)
    ]
    write_table(out, "capital", rows)
    return ratios


def build(
    folder: Path, national: bool = False, known: pd.DataFrame | None = None
) -> tuple[Source, estimate.UseBalance, estimate.Interregional, Accounts]:
    """Estimate all draws, put the central one first and settle the accounts."""
    source = read_source(folder)
    uses = estimate.balance_uses(source.tables, tol=1e-11, national=source.national if national else None)
    found = estimate.interregional(uses.tables, source.cost, choices(), known=known, abroad=ABROAD, tol=1e-11)
    found = found.with_base(found.central(SIDES))
    return source, uses, found, accounts(source, uses.tables, found.trade.to_numpy())


def report(
    uses: estimate.UseBalance, found: estimate.Interregional, result: Accounts, ratios: Mapping[str, float]
) -> None:
    """Say what came out."""
    sectors = uses.tables.sectors
    print("product accounts: use after ÷ before, inputs (final use), by 42 sectors")
    pairs = zip(sectors, uses.intermediate_ratio, uses.final_ratio, strict=True)
    print("  " + "  ".join(f"{s} {a:.2f} ({b:.2f})" for s, a, b in pairs))
    print(f"  final use of every province × {uses.final_factor:.4f}; residual {uses.residual:.1e}")
    print("final use in the base ÷ official: " + ", ".join(f"{r} {v:.3f}" for r, v in ratios.items()))
    ways = (SIDES, SIDES[::-1])
    flow = pd.DataFrame({f"{a}–{b}": found.flow(a, b) / 1000 for a, b in ways})
    print("flows per draw [bn yuan]")
    for d, draw in enumerate(found.draws):
        low = float(np.minimum(result.final[d], 0).sum()) / 1e5
        pair = ", ".join(f"{c} {v:.1f}" for c, v in flow.loc[d].items())
        print(f"  {d:2d} β {draw.exponent} {draw.closing:5s} {hauling(draw):5s} {pair}; stock drawdown {low:.0f}")
    for way, values in flow.items():
        cuts = ", ".join(f"{q:.0%} {values.quantile(q):.1f}" for q in (0.05, 0.25, 0.5, 0.75, 0.95))
        print(f"  {way}: base {values[0]:.1f}, rank {int((values < values[0]).sum()) + 1} of {len(values)}; {cuts}")
    print("amounts of the base [bn yuan]: " + ", ".join(f"{c} {v / 1000:.0f}" for c, v in found.amounts.loc[0].items()))
    print("worst residuals: " + ", ".join(f"{c} {v:.1e}" for c, v in found.residuals.max().items()))
    for row in found.clipped.to_dict("records"):
        print(f"cut: {row['column']} of {row['region']}, {row['sector']}: {row['value']:.3f} {MONEY}")
    for region, sector, value in result.clipped:
        print(f"negative capital moved to labour: {region}, {sector}, {value:.0f} {MONEY}")


def flows_table(folder: Path, found: estimate.Interregional, result: Accounts) -> str:
    """The pair's trade in every draw, and with the national table as control, as a table of docs/estimate.md."""
    checked = build(folder, national=True)[2]
    controlled = dict(zip(checked.draws, checked.flow(*SIDES), strict=True))
    columns = found.flow(*SIDES) / 1000, found.flow(*SIDES[::-1]) / 1000
    control = pd.Series([controlled[draw] for draw in found.draws]) / 1000
    heads = (
        "draw",
        "exponent",
        "closing",
        "cross-hauling",
        " to ".join(SIDES),
        "back",
        "stock drawdown",
        "to, controlled",
    )
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for d, draw in enumerate(found.draws):
        there, back = (column[d] for column in columns)
        below = float(np.minimum(result.final[d], 0).sum()) / 1e5
        figures = f"{there:.1f} | {back:.1f} | {below:.0f} | {control[d]:.1f}"
        lines.append(f"| {d} | {draw.exponent:g} | {draw.closing} | {hauling(draw)} | {figures} |")
    for q in (0.05, 0.5, 0.95):
        there, back = (column.quantile(q) for column in columns)
        lines.append(f"| {q:.0%} are below | | | | {there:.1f} | {back:.1f} | | {control.quantile(q):.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Build the economy tables of yangtze2017."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="folder with the sourced tables")
    parser.add_argument("--out", type=Path, default=CASE, help="folder of the case")
    parser.add_argument("--national", action="store_true", help="control inputs and final use by the national table")
    parser.add_argument("--known", type=Path, help="surveyed flows: exporter, importer, sector, value, status")
    parser.add_argument("--flows", type=Path, help="file for the table of the pair's trade per draw")
    arguments = parser.parse_args()
    folder = subfolder(arguments.source, "yangtze")
    known = None if arguments.known is None else pd.read_csv(arguments.known, dtype={"sector": str})
    source, uses, found, result = build(folder, arguments.national, known)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_head(arguments.out, HEAD)
    write_table(arguments.out, "regions", region_rows(folder, source.tables.regions))
    write_accounts(arguments.out, result, found.draws, statuses(source, found))
    ratios = write_rest(arguments.out, source, result)
    merge_sources(arguments.out)
    report(uses, found, result, ratios)
    if arguments.flows is not None:
        arguments.flows.write_text(flows_table(folder, found, result), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
