"""Offers, needs and facilities of the case yangtze2017, from published totals by province.

Run ``python recipes/science.py SOURCE_FOLDER [--out CASE_FOLDER]``; the source folder holds ``socio_innovation.csv`` and
``socio_platforms.csv``.

No organisation's offer is published with its sum, so what stands here are totals of a province, with `basis` total: a
ceiling of what there is to talk about, no contract. Three balances, each of the latest year with a figure for all eleven
provinces:

- technology: value of technology contracts sold less bought; who sells more offers, who buys more needs;
- talent: researchers (full-time equivalent) beyond, or short of, the common rate per yuan of high-technology revenue;
- facility: academic state key laboratories beyond, or short of, the common rate per researcher.

The common rate is Σ has ÷ Σ measured by over the eleven provinces. Capital and markets have no such figure and stay out.
The catalogue of facilities counts what the lists of the Ministry name, by province: hours, seats and prices are in no
source and stay blank, so that these can be listed and not booked.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from common import SOURCES, merge_sources, write_sources, write_table
from indicators import PROVINCES, figures, latest_common_year, number

CHINESE = dict(zip(PROVINCES, "上海 江苏 浙江 安徽 江西 湖北 湖南 重庆 四川 贵州 云南".split(), strict=True))
#: Matches a total may take part in.
CAPACITY = 3
#: Below this part of the larger side a balance is none.
SMALL = 0.02

FACILITIES = (
    ("state_key_laboratories_academic", "academic_laboratories", "laboratory", "State key laboratories, academic",
     "学科国家重点实验室", "Universities and institutes that run them", "各依托单位"),
    ("state_key_laboratories_enterprise", "enterprise_laboratories", "laboratory", "State key laboratories of enterprises",
     "企业国家重点实验室", "Enterprises that run them", "各依托企业"),
    ("state_key_laboratories_PSKL", "joint_laboratories", "laboratory",
     "State key laboratories built by province and ministry", "省部共建国家重点实验室",
     "Universities and institutes that run them", "各依托单位"),
    ("open_share_institutions_evaluated", "open_institutes", "institute",
     "Institutes in the yearly review of shared large instruments", "参加科研设施与仪器开放共享评价考核的单位",
     "The institutes", "各参评单位"),
)  # fmt: skip

SOURCE_ROWS = (
    {
        "source": "science_contracts",
        "citation": "China Statistical Yearbook on Science and Technology and the yearly report of the technology market, "
        "2000–2023: technology contracts sold and bought, researchers, and high-technology revenue by province, as carried "
        "by the R package techme; balances by recipes/science.py",
        "url": "https://github.com/huhuaping/techme/tree/9ad60a190dec4a56953da9c478d42cd44c80762a",
        "licence": "facts; carrier MIT",
    },
    {
        "source": "science_platforms",
        "citation": "Ministry of Science and Technology of China, lists of state key laboratories (academic 2019, "
        "enterprise 2016, built by province and ministry 2020) and of institutes in the yearly review of shared large "
        "instruments, counted by province, as carried by the R package techme; a province not in a list has no row",
        "url": "https://github.com/huhuaping/techme/tree/9ad60a190dec4a56953da9c478d42cd44c80762a",
        "licence": "facts; carrier MIT",
    },
)


def balance(known: dict[tuple[str, int, str], float], has: str, by: str, even: bool) -> tuple[int, dict[str, float]]:
    """Return the year, and by how much each province is beyond (above 0) or short of what the other figure calls for."""
    if has.startswith("state_key"):
        # The lists come out every few years, and a province that is not in one has none.
        year = max(y for name, y, _ in known if name == has)
    else:
        year = latest_common_year(known, (has, by))
    first = {p: known.get((has, year, p), 0.0) for p in PROVINCES}
    second = {p: known[by, year, p] for p in PROVINCES}
    rate = 1.0 if even else sum(first.values()) / sum(second.values())
    return year, {p: first[p] - rate * second[p] for p in PROVINCES}


def listings(known: dict[tuple[str, int, str], float]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Rows of offers and needs."""
    kinds = {
        "technology": balance(known, "tech_contract_value_output", "tech_contract_value_absorbed", True),
        "talent": balance(known, "rd_researchers_fte", "hitech_revenue", False),
        "facility": balance(known, "state_key_laboratories_academic", "rd_researchers_fte", False),
    }
    words = {
        "technology": (
            "{name}: technology contracts sold beyond those bought, {year}", "{name}：技术合同输出超过吸纳，{year}年",
            "{name}: technology contracts bought beyond those sold, {year}", "{name}：技术合同吸纳超过输出，{year}年",
            "{size} million yuan", "{hundreds}亿元",
        ),
        "talent": (
            "{name}: researchers beyond what high-technology industry calls for, {year}", "{name}：研究人员多于高技术产业所需，{year}年",
            "{name}: researchers short of what high-technology industry calls for, {year}", "{name}：研究人员少于高技术产业所需，{year}年",
            "{size} person-years", "{size}人年",
        ),
        "facility": (
            "{name}: state key laboratories beyond the common rate per researcher, {year}", "{name}：国家重点实验室多于按研究人员的平均水平，{year}年",
            "{name}: state key laboratories short of the common rate per researcher, {year}", "{name}：国家重点实验室少于按研究人员的平均水平，{year}年",
            "{size} laboratories", "{size}个",
        ),
    }  # fmt: skip
    offers: list[dict[str, object]] = []
    needs: list[dict[str, object]] = []
    for kind, (year, amounts) in kinds.items():
        top = max(abs(v) for v in amounts.values())
        for province, amount in amounts.items():
            if abs(amount) < SMALL * top:
                continue
            offer = amount > 0
            # Contracts are in 10 000 yuan.
            size = abs(amount) / 100 if kind == "technology" else abs(amount)
            told, hundreds = number(float(f"{size:.3g}")), number(float(f"{size / 100:.3g}"))
            pair = words[kind][:2] if offer else words[kind][2:4]
            row: dict[str, object] = {
                "region": province, "kind": kind, "title_en": pair[0].format(year=year, name=province),
                "title_zh": pair[1].format(year=year, name=CHINESE[province]), "text_en": words[kind][4].format(size=told),
                "text_zh": words[kind][5].format(size=told, hundreds=hundreds), "capacity": CAPACITY, "basis": "total",
                "state": "published", "year": year,
                "source": "science_platforms" if kind == "facility" else "science_contracts", "status": "aggregated",
            }  # fmt: skip
            if kind == "technology":
                row |= {"value": told, "unit": "million CNY"}
            key = f"{kind}_{province.lower()}"
            (offers if offer else needs).append({("offer" if offer else "need"): key, **row})
    return offers, needs


def catalogue(known: dict[tuple[str, int, str], float]) -> list[dict[str, object]]:
    """Rows of facilities: one per list and province that stands in it, of the list's latest year."""
    rows: list[dict[str, object]] = []
    for indicator, key, kind, english, chinese, owner_en, owner_zh in FACILITIES:
        year = max(y for name, y, _ in known if name == indicator)
        for province in PROVINCES:
            count = known.get((indicator, year, province))
            if count is None:
                continue
            rows.append(
                {
                    "facility": f"{key}_{province.lower()}", "region": province, "name_en": f"{english}, {province}",
                    "name_zh": f"{CHINESE[province]}{chinese}", "owner_en": owner_en, "owner_zh": owner_zh,
                    "kind": kind, "count": int(count), "days": "1234567", "time_zone": "Asia/Shanghai",
                    "approval": "true", "notice": 0, "by_sample": "false", "year": year,
                    "source": "science_platforms", "status": "aggregated",
                }
            )  # fmt: skip
    return rows


def main() -> None:
    """Write the tables and print how many rows they hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of the source tables")
    case = Path(__file__).resolve().parents[1] / "src/yijiang/belt/cases/yangtze2017"
    parser.add_argument("--out", type=Path, default=case, help="folder of the case")
    arguments = parser.parse_args()
    known = figures(arguments.source)
    offers, needs = listings(known)
    facilities = catalogue(known)
    for table, rows in (("offers", offers), ("needs", needs), ("facilities", facilities)):
        write_table(arguments.out, table, rows)
    write_sources(SOURCES / "science.csv", SOURCE_ROWS)
    merge_sources(arguments.out)
    print(f"{len(offers)} offers, {len(needs)} needs, {len(facilities)} facilities")


if __name__ == "__main__":
    main()
