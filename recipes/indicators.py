"""Indicators of the case yangtze2017 for the paired profile of two provinces.

Run ``python recipes/indicators.py SOURCE_FOLDER [--out CASE_FOLDER]``; the source folder holds ``socio_economy.csv``,
``socio_innovation.csv``, ``socio_platforms.csv``, ``io_prov2017_margins9.csv`` and ``io_prov2017_margins42.csv``. The
earlier years of each indicator are written by ``learning.py`` with the same formulas.

Each indicator takes the latest year for which all eleven provinces have a figure. Left out: columns whose unit is
inferred in the sources or that come from a collection without stated terms (urbanisation, investment, freight, lengths
of road and rail, energy), and tourism (one holiday week without Jiangsu). Exports and investment therefore come from
the provincial input–output tables, as do the shares of value added; gross regional product is a later vintage: the two
never meet in one ratio.
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
FIRST_YEAR = 2010
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
sharing_reviewed|Institutes in the review of shared instruments|参加大型仪器开放共享评价的单位|science|institutes|high
    open_share_institutions_evaluated||1|indicators_sharing
sharing_excellent|Institutes rated excellent in the review of shared instruments|大型仪器开放共享评价优秀的单位
    science|institutes|high
    open_share_institutions_excellent||1|indicators_sharing
tech_sold_per_product|Technology contracts sold per 100 yuan of product|每百元地区生产总值的技术合同输出额
    science|CNY|high
    tech_contract_value_output|gdp|0.01|indicators_techme
tech_bought_per_product|Technology contracts bought per 100 yuan of product|每百元地区生产总值的技术合同吸纳额
    science|CNY|none
    tech_contract_value_absorbed|gdp|0.01|indicators_techme
contract_size_sold|Value of a technology contract sold|单项技术合同输出额|science|10 000 CNY|none
    tech_contract_value_output|tech_contracts_output|1|indicators_techme
contract_size_bought|Value of a technology contract bought|单项技术合同吸纳额|science|10 000 CNY|none
    tech_contract_value_absorbed|tech_contracts_absorbed|1|indicators_techme
grants_per_rd|Invention patents granted per 100 million yuan of R&D|每亿元研发经费的发明专利授权量
    science_innovation|patents|high
    invention_grants|rd_expenditure|1|indicators_techme
hitech_certified|High-technology enterprises certified in the year|当年认定的高新技术企业|manufacturing|enterprises|high
    hitech_firms_certified_in_year||1|indicators_techme
hitech_per_product|High-technology industry, revenue per 100 yuan of product|每百元地区生产总值的高技术产业营业收入
    manufacturing|CNY|high
    hitech_revenue|gdp|100|indicators_techme
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
exports_share|Exports abroad, share of value added|出口占增加值比重|regional_economy
investment_share|Fixed investment, share of value added|固定资本形成占增加值比重|regional_economy
"""
"""Indicators of the input–output tables: indicator|name_en|name_zh|topic."""

NEUTRAL = ("agriculture_share", "exports_share", "investment_share")
"""Shares of which more is neither better nor worse."""

PARTS: dict[str, tuple[int, str, Sequence[str], Sequence[str]]] = {
    "goods_share": (9, "value_added", GOODS, ALL),
    "manufacturing_share": (9, "value_added", MANUFACTURING, ALL),
    "equipment_share": (9, "value_added", MANUFACTURING[2:], MANUFACTURING),
    "agriculture_share": (9, "value_added", GOODS[:1], ALL),
    "food_per_farm_yuan": (42, "value_added", ("06",), ("01",)),
    "exports_share": (9, "export_abroad", ALL, ALL),
    "investment_share": (9, "fixed_capital", ALL, ALL),
}
"""Number of sectors of the table, column above the line (below it stands value added), sectors above and below."""

BLANK = """
county_product|Product of the counties, share of the province|县域生产总值占比|county_economy|%|high
park_product|Product of development zones, share of the province|开发区生产总值占比|park_economy|%|high
good_sections|River sections at class III or better|地表水优良断面比例|ecological_protection|%|high
tp_discharge|Total phosphorus discharged|总磷排放量|river|t|low
port_throughput|Cargo handled in inland ports|内河港口货物吞吐量|transport|10 000 t|high
tourists|Visits by domestic tourists|国内旅游人次|culture|10^4 visits|high
"""
"""Topics without a figure: indicator|name_en|name_zh|topic|unit|better."""

LISTS = ("state_key_laboratories", "open_share_institutions")
"""Lists of places: a province that is missing from the list has no figure."""

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
    if columns[0].startswith(LISTS):
        return years[0]
    raise ValueError(f"no year has {columns} for all provinces")


def number(value: float) -> str:
    """Write a number with at most six digits that count.

    >>> number(137008.0), number(2.5200001), number(0.0)
    ('137008', '2.52', '0')
    """
    return format(float(f"{value:.6g}"), ".10f").rstrip("0").rstrip(".")


def ratio(known: Figures, column: str, divisor: str, factor: str, year: int, region: str) -> float | None:
    """Value of a yearbook indicator for one province and year; None where a column has no figure."""
    top = known.get((column, year, region))
    bottom = known.get((divisor, year, region)) if divisor else 1.0
    return None if top is None or bottom is None else top * float(factor) / bottom


def ratio_rows(known: Figures) -> list[list[str]]:
    """Rows of the yearbook indicators."""
    rows = []
    for key, english, chinese, topic, unit, better, above, below, factor, source in listed(RATIOS):
        columns = (above, below) if below else (above,)
        year = latest_common_year(known, columns)
        status = "aggregated" if below else "official"
        for region in PROVINCES:
            value = ratio(known, above, below, factor, year, region)
            told = "" if value is None else number(value)
            rows.append([key, region, english, chinese, topic, told, unit, better, str(year), source, status])
    return rows


def shares(folder: Path, year: int) -> dict[tuple[str, str], float]:
    """Indicators of the input–output tables of a year, by (indicator, province)."""
    cells = {
        (size, row["region"], row["sector"]): row
        for size in (9, 42)
        for row in read(folder, f"io_prov{year}_margins{size}.csv")
    }
    found = {}
    for key, (size, column, above, below) in PARTS.items():
        for region in PROVINCES:
            top = sum(float(cells[size, region, sector][column]) for sector in above)
            bottom = sum(float(cells[size, region, sector]["value_added"]) for sector in below)
            found[key, region] = 100.0 * top / bottom
    return found


def share_rows(folder: Path) -> list[list[str]]:
    """Rows of the indicators of the input–output tables of 2017."""
    found = shares(folder, 2017)
    rows = []
    for key, english, chinese, topic in listed(SHARES):
        better = "none" if key in NEUTRAL else "high"
        unit = "CNY" if key == "food_per_farm_yuan" else "%"
        for region in PROVINCES:
            named = [key, region, english, chinese, topic, number(found[key, region]), unit, better]
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
