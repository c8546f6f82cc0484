"""What the case yangtze2017 holds for learning from one another: earlier years, sectors over time, reported practices.

Run ``python recipes/learning.py SOURCE_FOLDER [--out CASE_FOLDER]`` after ``indicators.py``; it reads the same tables and
``io_prov2012_margins9.csv`` and ``io_prov2012_margins42.csv``. Written are ``indicator_years`` (every year from 2010 in
which a province has the figure, with the formulas of ``indicators.py``), ``sector_years`` (value added by sector, 2012
and 2017, both as first published, the other twenty provinces summed) and ``practices`` (what the report of the visit
shows, and what is reported of Hubei's technology contracts, told in our own words).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from common import SECTORS, merge_sources, write_sources, write_table
from indicators import FIRST_YEAR, PROVINCES, RATIOS, figures, listed, number, ratio, read, shares

IO_YEARS = (2012, 2017)
REST = "RestOfChina"
SOURCES = (
    {
        "source": "practices_rules",
        "citation": "Summary of a journal article of 2014 on how Hubei turns research into products (jxxfw.com); told in "
        "our own words by recipes/learning.py",
        "url": "https://jxxfw.com/periodical/a5eb250bdd09dccb7ac2aa2d484ffbd3.html",
        "licence": "facts",
    },
    {
        "source": "practices_contracts2017",
        "citation": "Chutian Metropolis Daily, 19 January 2018, on Hubei's conference of science and technology; told in "
        "our own words by recipes/learning.py",
        "url": "http://news.cnhubei.com/news/gd/201801/t4062572.shtml",
        "licence": "facts",
    },
    {
        "source": "practices_contracts2022",
        "citation": "China News Service, 2 February 2023, on Hubei's technology contracts of 2022 (a copy of the page); "
        "told in our own words by recipes/learning.py",
        "url": "http://teach.noabears.com/I_reportproud.html",
        "licence": "facts",
    },
)

# practice|region|topic|indicator|year|source|name_en|name_zh, then text_en, then text_zh on indented lines
PRACTICES = """
turing_institute|Jiangsu|science_innovation||2021|agreement_report|An institute that serves firms|面向企业服务的研究院
    An artificial-intelligence institute in Nanjing offers firms shared technology, gathers talent and takes results to the market.
    南京一家人工智能研究院为企业提供共性技术，汇聚人才，推动成果走向市场。
open_platform|Jiangsu|science_innovation||2021|agreement_report|A firm's platform open to others|企业开放式创新平台
    A drug maker runs an open platform that takes in teams and projects from outside.
    一家药企自建开放平台，吸纳外部团队和项目。
suzhou_park|Jiangsu|park_economy||2021|agreement_report|A park measured by international rules|对照国际规则办园区
    Suzhou Industrial Park takes international trade rules as its yardstick, climbs the value chain and serves business.
    苏州工业园区以国际经贸规则为标尺，向价值链高处走，改进对企业的服务。
partners_abroad|Jiangsu|manufacturing||2021|agreement_report|New drugs with partners abroad|与境外伙伴共研新药
    A maker of biological drugs in Suzhou develops new drugs together with partners abroad.
    苏州一家生物药企与境外伙伴共同研发新药。
industrial_internet|Jiangsu|manufacturing||2021|agreement_report|An industrial-internet platform|工业互联网平台
    A cloud centre shows how factories are tied into one industrial-internet platform.
    一家云体验中心展示如何把工厂接入同一个工业互联网平台。
transfer_rules|Hubei|science|tech_sold|2014|practices_rules|Rules on who owns and earns from results|成果处置与收益分配规则
    Hubei issued interim measures for universities and institutes to transfer results, with rules on disposing of them and on sharing the proceeds.
    湖北出台高校院所科技成果转化暂行办法，并配套成果处置与收益分配等实施细则。
contract_system|Hubei|science|tech_sold|2018|practices_contracts2017|Conditions, platforms, system and mechanism together|环境平台体系机制并举
    The province credits four things done together (conditions, platforms, a system of services, mechanisms) for contracts that rose from sixth to second place in the country between 2012 and 2017.
    湖北把2012年至2017年技术合同成交额由全国第六位升至第二位归因于同时抓环境、平台、体系和机制。
used_at_home|Hubei|science|tech_bought|2023|practices_contracts2022|Results used at home|成果就地转化
    Of the value of the contracts Hubei sold in 2022, 58.25 % went to buyers inside the province; firms sold nine tenths of it.
    2022年湖北输出的技术合同额中58.25%由省内买方吸纳，企业输出约占九成。
"""


def year_rows(folder: Path) -> list[dict[str, object]]:
    """Rows of `indicator_years`: one per indicator, province and year with a figure."""
    known = figures(folder)
    years = sorted({year for _, year, _ in known if year >= FIRST_YEAR})
    rows: list[dict[str, object]] = []
    for key, *_, above, below, factor, source in listed(RATIOS):
        status = "aggregated" if below else "official"
        for region in PROVINCES:
            for year in years:
                value = ratio(known, above, below, factor, year, region)
                if value is not None:
                    rows.append(_row(key, region, year, number(value), source, status))
    for year in IO_YEARS:
        for (key, region), share in shares(folder, year).items():
            rows.append(_row(key, region, year, number(share), f"indicators_io{year}", "aggregated"))
    return rows


def _row(key: str, region: str, year: int, value: str, source: str, status: str) -> dict[str, object]:
    return {"indicator": key, "region": region, "year": year, "value": value, "source": source, "status": status}


def sector_rows(folder: Path) -> list[dict[str, object]]:
    """Rows of `sector_years`: value added by region and sector [million CNY]."""
    rows: list[dict[str, object]] = []
    for year in IO_YEARS:
        sums = {(region, sector): 0.0 for region in (*PROVINCES, REST) for sector in SECTORS}
        for row in read(folder, f"io_prov{year}_margins9.csv"):
            place = row["region"] if row["region"] in PROVINCES else REST
            sums[place, row["sector"]] += float(row["value_added"])
        for (region, sector), value in sums.items():
            rows.append({
                "region": region, "sector": sector, "year": year, "value": f"{value:.2f}", "unit": "million CNY",
                "source": f"indicators_io{year}", "status": "aggregated",
            })  # fmt: skip
    return rows


def practice_rows() -> list[dict[str, object]]:
    """Rows of `practices`."""
    names = ("practice", "region", "topic", "indicator", "year", "source", "name_en", "name_zh", "text_en", "text_zh")
    return [{**dict(zip(names, row, strict=True)), "status": "official"} for row in listed(PRACTICES)]


def main() -> None:
    """Write the three tables, the list of sources, and the merged sources of the case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of the source tables")
    here = Path(__file__).resolve().parent
    case = here.parent / "src/yijiang/belt/cases/yangtze2017"
    parser.add_argument("--out", type=Path, default=case, help="folder of the case")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_table(arguments.out, "indicator_years", year_rows(arguments.source))
    write_table(arguments.out, "sector_years", sector_rows(arguments.source))
    write_table(arguments.out, "practices", practice_rows())
    if arguments.out == case:
        write_sources(here / "sources" / "learning.csv", SOURCES)
        merge_sources(case)


if __name__ == "__main__":
    main()
