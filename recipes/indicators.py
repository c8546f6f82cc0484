"""Indicators of the case yangtze2017 for the paired profile of two provinces.

Run ``python recipes/indicators.py SOURCE_FOLDER [--out CASE_FOLDER]``; the source folder holds ``socio_economy.csv``,
``socio_innovation.csv``, ``socio_platforms.csv``, ``io_prov2017_margins9.csv`` and ``io_prov2017_margins42.csv``.

Each indicator takes the latest year for which all eleven provinces have a figure. Left out: columns whose unit is
inferred in the sources or that come from a collection without stated terms (urbanisation, investment, freight, lengths
of road and rail, energy), and tourism (one holiday week without Jiangsu). Value-added shares come from the provincial
input–output tables of 2017, not from gross regional product, which is a later vintage: the two never meet in one ratio.
A topic without a figure keeps its row with a blank value, so that the profile can say that none was found. Status:
official as published, aggregated where this recipe divides or sums official figures.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

PROVINCES = (
    *("Shanghai", "Jiangsu", "Zhejiang", "Anhui", "Jiangxi", "Hubei"),
    *("Hunan", "Chongqing", "Sichuan", "Guizhou", "Yunnan"),
)
TABLES = ("socio_economy", "socio_innovation", "socio_platforms")
COLUMNS = "indicator,region,name_en,name_zh,topic,value,unit,better,year,source,status"
GOODS = ("agriculture", "mining", "light_manufacturing", "process_manufacturing", "equipment_manufacturing")
MANUFACTURING = GOODS[2:]
ALL = (*GOODS, "utilities", "construction", "trade_transport", "other_services")

RATIOS = """
gdp|Gross regional product|地区生产总值|regional_economy|100 million CNY|high
    gdp||1|indicators_nbs
gdp_per_head|Gross regional product per head|人均地区生产总值|regional_economy|CNY|high
    gdp|population_year_end|10000|indicators_nbs
population|Resident population|常住人口|regional_economy|10 000 persons|none
    population_year_end||1|indicators_nbs
rd_expenditure|R&D spending|研发经费|science_innovation|100 million CNY|high
    rd_expenditure||1|indicators_techme
rd_intensity|R&D spending, share of product|研发经费投入强度|science_innovation|%|high
    rd_intensity||1|indicators_techme
rd_basic_share|Basic research, share of R&D spending|基础研究占研发经费比重|science_innovation|%|high
    rd_basic|rd_expenditure|0.01|indicators_techme
rd_enterprise_share|R&D paid by enterprises|企业资金占研发经费比重|industry|%|high
    rd_fund_enterprise|rd_expenditure|0.01|indicators_techme
rd_personnel|R&D staff per 10 000 residents|每万人研发人员|science_innovation|person-years|high
    rd_personnel_fte|population_year_end|1|indicators_techme
tech_sold|Technology contracts sold|技术合同输出成交额|science|100 million CNY|high
    tech_contract_value_output||0.0001|indicators_techme
tech_bought|Technology contracts bought|技术合同吸纳成交额|science|100 million CNY|none
    tech_contract_value_absorbed||0.0001|indicators_techme
invention_grants|Invention patents granted in the year|发明专利授权量|science_innovation|patents|high
    invention_grants||1|indicators_techme
inventions_in_force|Invention patents in force per 10 000 residents|每万人有效发明专利|science_innovation|patents|high
    invention_patents_in_force|population_year_end|1|indicators_techme
science_budget|Science and technology, share of the budget|科技支出占财政支出比重|science_innovation|%|high
    budget_science|budget_expenditure|100|indicators_techme
key_laboratories|State key laboratories, academic|学科国家重点实验室|science|laboratories|high
    state_key_laboratories_academic||1|indicators_platforms
enterprise_laboratories|State key laboratories of enterprises|企业国家重点实验室|industry|laboratories|high
    state_key_laboratories_enterprise||1|indicators_platforms
hitech_enterprises|High-technology industry, enterprises|高技术产业企业数|manufacturing|enterprises|high
    hitech_enterprises||1|indicators_techme
hitech_revenue|High-technology industry, revenue|高技术产业营业收入|manufacturing|100 million CNY|high
    hitech_revenue||1|indicators_techme
hitech_margin|High-technology industry, profit on revenue|高技术产业营收利润率|manufacturing|%|high
    hitech_profit|hitech_revenue|100|indicators_techme
"""
"""Yearbook indicators: indicator|name_en|name_zh|topic|unit|better, then column|divisor (or blank)|factor|source."""

SHARES = """
goods_share|Agriculture, mining and manufacturing, share of value added|农业、采矿业和制造业占增加值比重|real_economy
manufacturing_share|Manufacturing, share of value added|制造业占增加值比重|manufacturing
equipment_share|Equipment, share of manufacturing|装备制造业占制造业增加值比重|manufacturing
agriculture_share|Agriculture, share of value added|农业占增加值比重|agricultural_industrialisation
food_per_farm_yuan|Food industry per 100 yuan of agriculture|每百元农业增加值对应的食品工业增加值
    agricultural_industrialisation
"""
"""Value-added indicators: indicator|name_en|name_zh|topic."""

PARTS: dict[str, tuple[int, Sequence[str], Sequence[str]]] = {
    "goods_share": (9, GOODS, ALL),
    "manufacturing_share": (9, MANUFACTURING, ALL),
    "equipment_share": (9, MANUFACTURING[2:], MANUFACTURING),
    "agriculture_share": (9, GOODS[:1], ALL),
    "food_per_farm_yuan": (42, ("06",), ("01",)),
}
"""Number of sectors of the table, sectors above the line, sectors below it."""

BLANK = """
county_product|Product of the counties, share of the province|县域生产总值占比|county_economy|%|high
park_product|Product of development zones, share of the province|开发区生产总值占比|park_economy|%|high
good_sections|River sections at class III or better|地表水优良断面比例|ecological_protection|%|high
tp_discharge|Total phosphorus discharged|总磷排放量|river|t|low
port_throughput|Cargo handled in inland ports|内河港口货物吞吐量|transport|10 000 t|high
tourists|Visits by domestic tourists|国内旅游人次|culture|10 000 visits|high
"""
"""Topics without a figure: indicator|name_en|name_zh|topic|unit|better."""

Figures = dict[tuple[str, int, str], float]


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Read a source table from the folder or from its subfolder yangtze."""
    path = folder / name if (folder / name).is_file() else folder / "yangtze" / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listed(text: str) -> list[list[str]]:
    """Cells of a list above; an indented line goes on with the one before it.

    >>> listed("\\na|b\\n    c|d\\ne|f\\n")
    [['a', 'b', 'c', 'd'], ['e', 'f']]
    """
    return [line.split("|") for line in text.replace("\n    ", "|").split("\n") if line]


def figures(folder: Path) -> Figures:
    """Figures with a stated unit, by (indicator, year, province)."""
    return {
        (row["indicator"], int(row["year"]), row["region"]): float(row["value"])
        for table in TABLES
        for row in read(folder, f"{table}.csv")
        if row["region"] in PROVINCES and row["value"] and "inferred" not in row["unit"]
    }


def latest_common_year(known: Figures, columns: tuple[str, ...]) -> int:
    """Latest year with every column for every province; for lists of places, the latest year of any."""
    years = sorted({year for name, year, _ in known if name == columns[0]}, reverse=True)
    for year in years:
        if all((column, year, region) in known for column in columns for region in PROVINCES):
            return year
    if columns[0].startswith("state_key_laboratories"):
        return years[0]
    raise ValueError(f"no year has {columns} for all provinces")


def number(value: float) -> str:
    """Write a number with at most six digits that count.

    >>> number(137008.0), number(2.5200001), number(0.0)
    ('137008', '2.52', '0')
    """
    return format(float(f"{value:.6g}"), ".10f").rstrip("0").rstrip(".")


def ratio_rows(known: Figures) -> list[list[str]]:
    """Rows of the yearbook indicators."""
    rows = []
    for key, english, chinese, topic, unit, better, above, below, factor, source in listed(RATIOS):
        columns = (above, below) if below else (above,)
        year = latest_common_year(known, columns)
        status = "aggregated" if below else "official"
        for region in PROVINCES:
            top = known.get((above, year, region))
            bottom = known[below, year, region] if below else 1.0
            value = "" if top is None else number(top * float(factor) / bottom)
            rows.append([key, region, english, chinese, topic, value, unit, better, str(year), source, status])
    return rows


def share_rows(folder: Path) -> list[list[str]]:
    """Rows of the value-added shares of 2017 [%]."""
    added = {
        (size, row["region"], row["sector"]): float(row["value_added"])
        for size in (9, 42)
        for row in read(folder, f"io_prov2017_margins{size}.csv")
    }
    rows = []
    for key, english, chinese, topic in listed(SHARES):
        size, above, below = PARTS[key]
        better = "none" if key == "agriculture_share" else "high"
        unit = "CNY" if key == "food_per_farm_yuan" else "%"
        for region in PROVINCES:
            top, bottom = (sum(added[size, region, sector] for sector in part) for part in (above, below))
            value = number(100.0 * top / bottom)
            named = [key, region, english, chinese, topic, value, unit, better]
            rows.append([*named, "2017", "indicators_io2017", "aggregated"])
    return rows


def blank_rows() -> list[list[str]]:
    """Rows of the topics for which no figure was found."""
    return [
        [key, region, english, chinese, topic, "", unit, better, "", "indicators_none", "official"]
        for key, english, chinese, topic, unit, better in listed(BLANK)
        for region in PROVINCES
    ]


def main() -> None:
    """Write the table and print how many figures it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of the source tables")
    case = Path(__file__).resolve().parents[1] / "src/yijiang/belt/cases/yangtze2017"
    parser.add_argument("--out", type=Path, default=case, help="folder of the case")
    arguments = parser.parse_args()
    rows = [*ratio_rows(figures(arguments.source)), *share_rows(arguments.source), *blank_rows()]
    arguments.out.mkdir(parents=True, exist_ok=True)
    with (arguments.out / "indicators.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS.split(","))
        writer.writerows(rows)
    filled = sum(bool(row[5]) for row in rows)
    print(f"{len({row[0] for row in rows})} indicators, {len(rows)} rows, {filled} with a figure")


if __name__ == "__main__":
    main()
