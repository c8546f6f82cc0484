"""Depths of the Yangtze's main stem month by month, for `network.py`.

No source at hand gives all months of one year. Each figure below names the notice it was read from; months that no
notice covers take the figure of a neighbouring month of the same season of the same reach, and are marked assumed:

- below Wuhan the plan that held until 31 May 2018 (so in 2017, the case's year) is quoted month by month in the notice
  that raised it; the low-water depth of Wuhan–Anqing before its channel works is in a report of March 2019;
- above Wuhan: the plans of October and November 2022, of September 2012, and the notice of 12 May 2023;
- the lock reach has the depth over the sills of the Three Gorges lock (5.0 m), all year;
- below Nanjing 12.5 m, the depth of the deep-water channel, all year (no notice at hand).

The depth of a link in the yearly network is the depth that at least six months of the twelve have.
"""

from __future__ import annotations

from typing import Any

#: key: citation, url, year.
NOTICES = {
    "network_depths_2018": (
        "Changjiang Waterway Bureau, notice of 31 May 2018 on the maintained depths of Wuhan–Wuhu, as reported on "
        "6 June 2018; the depths before the rise are those of 2017", "http://wenjiangshan.com/?id=7572&mod=detail", 2017,
    ),
    "network_depths_2019": (
        "Economic Daily, 3 March 2019, on the Wuhan–Anqing channel works: low-water depths Yichang–Wuhan 3.8 m in parts, "
        "Wuhan–Anqing 4.5 m", "http://www.yf0898.cn/politics/2019-03/03/c_1124185505.htm", 2019,
    ),
    "network_depths_2022": (
        "Ministry of Transport, planned and forecast depths of the Yangtze's main stem, October and November 2022",
        "https://big5.mot.gov.cn/gate/big5/www.mot.gov.cn/shuiluchuxing/changjiangweihushuishen/202210/t20221028_3701489.html",
        2022,
    ),
    "network_depths_2012": (
        "Changjiang Waterway Bureau, planned depths of September 2012 and forecast of week 39",
        "http://www.cjsyw.com/hangyun/content.aspx?id=14084", 2012,
    ),
    "network_depths_2023": (
        "Xinhua, 12 May 2023: least maintained depths from that day 3.5 m (upper), 5.0 m (middle), 7.6 m (lower reaches)",
        "http://refinebothell.com/news/guanzhu/20230513/224167.html", 2023,
    ),
    "network_depths": (
        "Changjiang Waterway Bureau, maintained depths of the main stem, week 48 of 2024 (23–29 November)",
        "https://cjhy.mot.gov.cn/fw/cxfw/ssyb/202411/t20241122_422284.shtml", 2024,
    ),
}  # fmt: skip

Month = tuple[float, str]
"""Depth [m] and the notice it is in; a blank notice means assumed."""


def _months(**spans: Month) -> dict[int, Month]:
    """Read spans such as `m11_4=(4.5, "…")`: from month 11 to month 4."""
    out: dict[int, Month] = {}
    for span, figure in spans.items():
        first, _, last = span[1:].partition("_")
        month = int(first)
        while True:
            out[month] = figure
            if month == int(last or first):
                break
            month = month % 12 + 1
    return dict(sorted(out.items()))


SEP12, PLAN22, MAY23, LOW19, OLD18 = (f"network_depths_{y}" for y in ("2012", "2022", "2023", "2019", "2018"))
WEEK48 = "network_depths"
#: Lower end of the reach [river-km] and its twelve months, down the river.
REACHES: list[tuple[float, dict[int, Month]]] = [
    (1084, _months(m12_4=(3.2, ""), m5=(3.5, MAY23), m6_8=(3.7, ""), m9=(3.7, SEP12), m10=(3.5, PLAN22), m11=(3.2, PLAN22))),
    (1204, _months(m12_4=(4.5, ""), m5_8=(4.0, ""), m9=(4.0, SEP12), m10=(4.0, PLAN22), m11=(4.5, PLAN22))),
    (1688, _months(m11_4=(5.5, ""), m5_8=(4.5, ""), m9=(4.5, SEP12), m10=(5.5, PLAN22))),
    (1728, _months(m1_12=(5.0, ""))),
    (2123, _months(m1_3=(3.8, LOW19), m4=(3.8, ""), m5=(5.0, MAY23), m6_8=(5.0, ""), m9=(4.0, SEP12), m10=(3.8, PLAN22),
                   m11_12=(3.8, ""))),
    (2352, _months(m11_4=(4.5, ""), m5=(5.0, MAY23), m6_9=(5.0, ""), m10=(4.5, PLAN22))),
    (2787, _months(m1_3=(4.5, LOW19), m4=(4.5, ""), m5=(5.0, OLD18), m6_9=(6.0, OLD18), m10=(5.0, OLD18), m11_12=(4.5, ""))),
    (2969.5, _months(m12_3=(6.0, ""), m4=(6.5, ""), m5=(7.0, OLD18), m6_8=(8.0, OLD18), m9=(7.5, OLD18), m10=(7.0, ""),
                     m11=(6.5, ""))),
    (3078, _months(m12_10=(9.0, ""), m11=(9.0, WEEK48))),
    (3621, _months(m1_12=(12.5, ""))),
]  # fmt: skip


def month_of(start: float, end: float, month: int) -> Month:
    """Depth and notice of the shallowest reach between two river-km in a month."""
    upper = [0.0, *[km for km, _ in REACHES]]
    met = [months[month] for k, (km, months) in enumerate(REACHES) if upper[k] < end and km > start]
    return min(met, key=lambda m: m[0])


def depth_rows(links: list[dict[str, Any]], km: dict[str, float]) -> list[dict[str, Any]]:
    """Rows of the table of depths for the links on water."""
    rows = []
    for link in links:
        for month in range(1, 13):
            depth, notice = month_of(km[link["from_node"]], km[link["to_node"]], month)
            rows.append(
                {
                    "link": link["link"],
                    "month": month,
                    "depth_m": depth,
                    "year": NOTICES[notice][2] if notice else "2017",
                    "source": notice or "network_assumption",
                    "status": "official" if notice else "assumed",
                }
            )
    return rows


def half_the_year(start: float, end: float) -> float:
    """The depth that at least six of the twelve months have between two river-km."""
    return sorted(month_of(start, end, month)[0] for month in range(1, 13))[6]
