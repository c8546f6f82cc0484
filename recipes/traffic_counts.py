"""Sourced traffic of yangtze2017, for `network.py`: what the loads of the network are fitted to and checked against.

Freight by province and mode is published for 2008 in the stored copies at hand, not for 2017. Rail is brought to 2017
by the growth of the nation's rail freight (the provinces' shares kept, assumed); water by that of the nation's water
freight. Rail tonnes are those loaded in the province. Water tonnes are those of carriers registered there, sea-going
ships and trips within the province included, so they say little of what a province sends: they are shown for the
inland provinces only. Road tonnes are mostly trips within a province, which the network has not: they are left out.
"""

from __future__ import annotations

from typing import Any

#: 10^4 t in 2008: railways, waterways (China Statistical Yearbook 2009, table 15-14).
YEARBOOK_2008 = {
    "Shanghai": (1012, 43060), "Jiangsu": (5575, 38511), "Zhejiang": (3830, 43656), "Anhui": (12014, 27774),
    "Jiangxi": (6046, 4616), "Hubei": (6460, 12681), "Hunan": (5892, 11494), "Chongqing": (2203, 6971),
    "Sichuan": (7915, 3736), "Guizhou": (6683, 737), "Yunnan": (5224, 339),
}  # fmt: skip
CHINA_2008 = (330354, 294510)
#: Mt in 2017: railways (statistical communiqué of 2017), waterways (the statistics office's figure of early 2018).
CHINA_2017 = (3690.0, 6660.0)
INLAND = ("Anhui", "Jiangxi", "Hubei", "Hunan", "Chongqing", "Sichuan")
NAMES = {
    "Shanghai": "上海", "Jiangsu": "江苏", "Zhejiang": "浙江", "Anhui": "安徽", "Jiangxi": "江西", "Hubei": "湖北",
    "Hunan": "湖南", "Chongqing": "重庆", "Sichuan": "四川", "Guizhou": "贵州", "Yunnan": "云南",
}  # fmt: skip
ABOVE = ("Yunnan", "Sichuan", "Chongqing", "Guizhou", "Hubei", "Hunan", "Jiangxi", "Anhui")
#: Jiangsu by water, January–November 2021: 610 Mt to other provinces, 56 % of it up-river; 1470 Mt in, 26.7 % from there.
JIANGSU_OUT, JIANGSU_IN = 610 * 0.56, 1470 * 0.267
LOCK_TONNES = 138.0

SOURCES = {
    "counts_yearbook2009": (
        "China Statistical Yearbook 2009, table 15-14, freight traffic by region, 2008; national growth to 2017 by the "
        "statistical communiqués (rail 3.69 bn t, water 6.66 bn t)",
        "http://www.stats.gov.cn/tjsj/ndsj/2009/html/P1514e.htm", "official statistics; figures only",
    ),
    "counts_jiangsu2021": (
        "Yangtze Evening News, 23 December 2021: Jiangsu's freight by water with other provinces, January–November 2021",
        "http://www.liveol.net/zh/2021/1223/16977.html", "press report; figures only",
    ),
    "counts_ports2021": (
        "China News Service, 22 September 2022: ports of the Yangtze's main stem handled 3.53 bn t in 2021",
        "https://www.ntv.cn/news/content/0/866/99866177.html", "press report; figures only",
    ),
    "counts_hubei2024": (
        "Hubei Daily, 6 August 2024: ports of Hubei handled 355.78 Mt in the first half of 2024; capacity 554 Mt a year",
        "http://otuountil.com/post/48/191613", "press report; figures only",
    ),
    "counts_jiangsu2023": (
        "China Quality News, 31 October 2023: ports of Jiangsu handled 2.56 bn t in January–September 2023",
        "https://www.cqn.com.cn/fangchan/content/2023-10/31/content_8994194.htm", "press report; figures only",
    ),
}  # fmt: skip


def _row(count: str, en: str, zh: str, kind: str, value: float, source: str, year: int, **more: Any) -> dict[str, Any]:
    status = more.pop("status", "official")
    note_en, note_zh = more.pop("note", ("", ""))
    return {
        "count": count, "name_en": en, "name_zh": zh, "kind": kind, "value": round(value, 2), "unit": "Mt/yr",
        "fitted": str(more.pop("fitted", False)).lower(), "note_en": note_en, "note_zh": note_zh, "year": year,
        "source": source, "status": status, **more,
    }  # fmt: skip


def count_rows() -> list[dict[str, Any]]:
    """Rows of the table of counts."""
    rail, water = (CHINA_2017[k] * 100 / CHINA_2008[k] for k in (0, 1))
    grown = (
        "2008 by province, brought to 2017 by the nation's growth; trips within the province are in it",
        "2008年分省数，按全国增长推至2017年；含省内运输",
    )
    afloat = (
        "Tonnes of carriers registered there, 2008 brought to 2017; ships of one province carry for others",
        "按船舶注册地统计，2008年数按全国增长推至2017年；各省船舶也为他省承运",
    )
    eleven = (
        "January–November 2021 taken for the year 2017; by water, to and from Yunnan … Anhui",
        "以2021年1—11月数代表2017年；水运，对象为云南至安徽各省",
    )
    partners = " ".join(ABOVE)
    rows = [
        _row("lock_three_gorges", "Three Gorges lock", "三峡船闸", "lock", LOCK_TONNES, "network_locks", 2017,
             target="three_gorges", fitted=True, note=("Both directions", "双向合计")),
        _row("rail_members", "Rail, sent by the eleven provinces", "铁路，十一省市发送", "sent",
             sum(v[0] for v in YEARBOOK_2008.values()) / 100 * rail, "counts_yearbook2009", 2017, mode="rail",
             fitted=True, status="estimated", note=grown),
        _row("jiangsu_up", "Jiangsu by water, to the provinces up-river", "江苏水运，发往中上游各省", "sent", JIANGSU_OUT,
             "counts_jiangsu2021", 2021, region="Jiangsu", partners=partners, mode="water", fitted=True,
             note=eleven),
        _row("jiangsu_down", "Jiangsu by water, from the provinces up-river", "江苏水运，来自中上游各省", "received",
             JIANGSU_IN, "counts_jiangsu2021", 2021, region="Jiangsu", partners=partners, mode="water", fitted=True,
             note=eleven),
        _row("ports_main_stem", "Ports of the main stem", "长江干线港口吞吐量", "port", 3530, "counts_ports2021", 2021,
             note=("Figure of 2021; loaded and unloaded, trips within a province included", "2021年数；装卸合计，含省内运输")),
        _row("ports_hubei", "Ports of Hubei", "湖北港口吞吐量", "port", 355.78 * 2, "counts_hubei2024", 2024,
             region="Hubei", status="estimated", note=("First half of 2024, doubled", "2024年上半年数乘以二")),
        _row("ports_jiangsu", "Ports of Jiangsu", "江苏港口吞吐量", "port", 2560 * 12 / 9, "counts_jiangsu2023", 2023,
             region="Jiangsu", status="estimated",
             note=("January–September 2023 × 12/9; sea and canal ports and trips within the province are in it",
                   "2023年1—9月数乘以12/9；含沿海、运河港口及省内运输")),
    ]  # fmt: skip
    for region, (by_rail, _) in YEARBOOK_2008.items():
        rows.append(
            _row(f"rail_{region.lower()}", f"Rail, sent by {region}", f"铁路，{NAMES[region]}发送", "sent",
                 by_rail / 100 * rail, "counts_yearbook2009", 2017, region=region, mode="rail", status="estimated",
                 note=grown)
        )  # fmt: skip
    for region in INLAND:
        rows.append(
            _row(f"water_{region.lower()}", f"Water, sent by {region}", f"水运，{NAMES[region]}发送", "sent",
                 YEARBOOK_2008[region][1] / 100 * water, "counts_yearbook2009", 2017, region=region, mode="water",
                 status="estimated", note=afloat)
        )  # fmt: skip
    return rows
