"""Sites, visits, speeds of travel and past help of yangtze2017.

Run ``python recipes/culture_aid.py SOURCE_FOLDER [--out CASE_FOLDER]``; the source folder holds
``socio_tourism_partial.csv``, itself or in a folder ``yangtze``.

Visits: one holiday week of 2019 in the provinces whose figure was found; Jiangsu, Zhejiang and Anhui stay blank. A
site's limit is the lowest daily figure its keeper published (for the sites at Nanjing the reasonable capacity, not the
maximum); where none was found it stays blank, and no joint route goes there. Hours, lengths of visits, access and
speeds are assumed. The history of help holds what the report of April 2021 says of 2020, in our own words; it gives no
number of people, money or supplies, and no request, offer, arrival or return, so these stay blank.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from common import merge_sources, subfolder, write_table

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "yangtze2017"
ASSUMED = {"year": "2017", "source": "culture_assumption", "status": "assumed"}
WEEK = {"visits": "tourist_visits_national_day_week", "revenue": "tourism_revenue_national_day_week"}
PROVINCES = (
    *("Shanghai", "Jiangsu", "Zhejiang", "Anhui", "Jiangxi", "Hubei"),
    *("Hunan", "Chongqing", "Sichuan", "Guizhou", "Yunnan"),
)

TRAVEL = [
    # Coaches on motorways; trains of all kinds, stops included; river cruisers. Waits: halt, station, pier.
    {"mode": "road", "speed_kmh": 80, "speed_up_kmh": 80, "wait_hours": 0.25},
    {"mode": "rail", "speed_kmh": 150, "speed_up_kmh": 150, "wait_hours": 1},
    {"mode": "water", "speed_kmh": 25, "speed_up_kmh": 20, "wait_hours": 2},
]

SITES = """
three_gorges_dam|Three Gorges Dam|三峡大坝|Hubei|maoping|0.5|3|40000|2014|sites_three_gorges
bamboo_sea|Three Gorges Bamboo Sea|三峡竹海|Hubei|maoping|1|3|10080|2019|sites_bamboo_sea
yellow_crane_tower|Yellow Crane Tower|黄鹤楼|Hubei|wuhan|0.5|2|||
sun_yat_sen_mausoleum|Sun Yat-sen Mausoleum|中山陵|Jiangsu|nanjing|0.5|2|40000|2013|sites_zhongshan
ming_xiaoling|Ming Xiaoling Mausoleum|明孝陵|Jiangsu|nanjing|0.5|2|50000|2013|sites_zhongshan
linggu_temple|Linggu Temple|灵谷寺|Jiangsu|nanjing|0.5|2|40000|2013|sites_zhongshan
suzhou_gardens|Classical gardens of Suzhou|苏州古典园林|Jiangsu|taicang|1|3|||
"""
"""site|name_en|name_zh|region|node|access_hours|visit_hours|limit_day|limit_year|limit_source."""

HISTORY = """
medical_team_2020|dispatch|medical_team|2020
    In 2020 Jiangsu sent the largest number of medical staff of all who came to help Hubei.|2020年，江苏派往湖北的医疗队在各地中人数最多。
medical_team_2020|settlement|medical_team|2021
    Hubei's side thanked Jiangsu in April 2021; nothing is said of money.|2021年4月，湖北方面向江苏表示感谢；未提及费用。
donation_2020|dispatch|money_and_supplies|2020
    Jiangsu gave money and supplies; the report names no amount.|江苏捐赠了资金和物资；报道未给出数额。
donation_2020|settlement|money_and_supplies|2021
    Hubei's side thanked Jiangsu in April 2021.|2021年4月，湖北方面向江苏表示感谢。
"""
"""record|stage|good|year, then text_en|text_zh; the other stages are written blank."""
STAGES = ("request", "offer", "dispatch", "arrival", "return", "settlement")
UNITS = {"medical_team": "persons", "money_and_supplies": ""}


def sites() -> list[dict[str, Any]]:
    """Rows of the sites; every site is worth the same, and open from 8 to 17."""
    names = ("site", "name_en", "name_zh", "region", "node", "access_hours", "visit_hours", "limit_day", "limit_year",
             "limit_source")  # fmt: skip
    rows = [dict(zip(names, line.split("|"), strict=True)) for line in SITES.strip().splitlines()]
    return [
        {**row, "opens": 8, "closes": 17, "worth": 1, "limit_status": "official" if row["limit_day"] else "", **ASSUMED}
        for row in rows
    ]


def visits(folder: Path) -> list[dict[str, Any]]:
    """Rows of the holiday week, blank where the source has none."""
    with (subfolder(folder, "yangtze") / "socio_tourism_partial.csv").open(encoding="utf-8-sig", newline="") as file:
        known = {(row["indicator"], row["region"]): row["value"] for row in csv.DictReader(file)}
    rows = []
    for region in PROVINCES:
        found = (WEEK["visits"], region) in known
        rows.append(
            {
                "origin": "", "destination": region, "period": "national_day_week", "year": 2019 if found else "",
                "value": known.get((WEEK["visits"], region), ""), "revenue": known.get((WEEK["revenue"], region), ""),
                "source": "visits_week" if found else "indicators_none", "status": "official",
            }
        )  # fmt: skip
    return rows


def history() -> list[dict[str, Any]]:
    """Rows of the help of 2020, every stage of every record; blank where the report states nothing."""
    lines = [line.split("|") for line in HISTORY.replace("\n    ", "|").strip().splitlines()]
    told = {(record, stage): (year, en, zh) for record, stage, _, year, en, zh in lines}
    goods = {record: good for record, _, good, *_ in lines}
    rows = []
    for record, good in goods.items():
        for stage in STAGES:
            year, en, zh = told.get((record, stage), ("", "", ""))
            rows.append(
                {
                    "record": record, "stage": stage, "giver": "Jiangsu", "receiver": "Hubei", "good": good,
                    "text_en": en, "text_zh": zh, "unit": UNITS[good], "year": year, "source": "agreement_report",
                    "status": "official",
                }
            )  # fmt: skip
    return rows


def main() -> None:
    """Write the four tables and put their sources among those of the case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of the source tables")
    parser.add_argument("--out", type=Path, default=CASE, help="folder of the case")
    arguments = parser.parse_args()
    write_table(arguments.out, "travel", [{**row, **ASSUMED} for row in TRAVEL])
    write_table(arguments.out, "sites", sites())
    write_table(arguments.out, "visits", visits(arguments.source))
    write_table(arguments.out, "aid_history", history())
    merge_sources(arguments.out)


if __name__ == "__main__":
    main()
