"""The places that were visited."""

from __future__ import annotations

import re

from yijiang.agenda.records import Site, Span
from yijiang.agenda.regions import HAN, Atlas, compiled

_SITE_END = (
    "展示中心|展览馆|规划馆|博物馆|纪念馆|文化馆|图书馆|美术馆|体验中心|服务中心|指挥中心|创新中心|科创中心|数据中心|研发中心|物流中心|中心|"
    "研究院|研究所|实验室|有限责任公司|股份有限公司|有限公司|集团公司|公司|集团|"
    "工业园区|工业园|产业园区|产业园|科技园|示范园|园区|基地|开发区|高新区|保税区|示范区|自贸区|科学城|产业城|科技城|大学城|新城|"
    "旅游区|度假区|风景区|保护区|示范段|示范点|修复点|种植园|生态园|博览园|植物园|果园|茶园|园艺场|育苗场|农场|林场|牧场|茶场|合作社|"
    "历史文化街区|街区|故居|老街|陵园|书院|酒庄|工地|展厅|展馆|大坝|车站|机场|口岸|驿站|楼|"
    "码头|港区|港|枢纽|船闸|大桥|电站|水库|水厂|污水处理厂|工厂|厂|车间|社区|村|古城|古镇|景区|遗址|公园|湿地|"
    "大学|学院|中学|小学|幼儿园|学校|卫生院|医院|敬老院|福利院|平台|总部|小镇|馆|站|湖|广场|园(?![区艺林])"
)
_SITE = re.compile(rf"[{HAN}A-Za-z0-9·()“”]{{1,30}}?(?:{_SITE_END})(?:\([^()]{{1,8}}\)(?:有限公司|公司))?”?")
_VISIT = re.compile(
    r"(?:先后|分别|一行|专程|实地|现场|首先|随后|还|又|并|深入)*(?:来到了?|走进了?|(?:参观考察|参观|实地考察|考察调研|考察|调研|访问)了?(?![组团])|察看了?|"
    r"观摩了?|走访了?|前往|抵达|深入|到访|实地察看了?|在|到|赴)"
)
_KINDS = (
    ("展示中心|展览馆|规划馆|展厅|展馆", "exhibition_centre"),
    ("研究院|研究所|实验室|创新中心|科创中心|研发中心|科学城", "research_institute"),
    ("体验中心|平台|数据中心|指挥中心", "platform"),
    ("果园|茶园|种植园|生态园|园艺场|育苗场|农场|林场|牧场|茶场|合作社", "farm"),
    ("公司|集团|厂|车间|总部|酒庄", "company"),
    ("园区|工业园|产业园|科技园|示范园|基地|开发区|高新区|保税区|示范区|自贸区|新城", "industrial_park"),
    ("码头|港区|港|枢纽|船闸|大桥|大坝|电站|车站|机场|口岸|驿站|站|工地", "infrastructure"),
    (
        "博物馆|纪念馆|文化馆|图书馆|美术馆|故居|历史文化街区|街区|老街|古城|古镇|景区|旅游区|度假区|遗址|书院|陵园|馆",
        "culture",
    ),
    ("村|社区|小镇", "community"),
    ("水库|水厂|污水处理厂|公园|湿地|湖|保护区|风景区|修复点|植物园", "environment"),
    ("大学|学院|中学|小学|幼儿园|学校|卫生院|医院|敬老院|福利院", "public_service"),
)
_VAGUE = "该|各类|相关|有关|重点|部分|多家|一批|等|两地|本地|当地|我[省市县区]|全[省市县区]"
_GENERIC = rf"^(?:{{region}}(?:省|市)?|[{HAN}]{{0,3}}(?:{_VAGUE})[{HAN}]*)$"


def find_sites(folded: str, narrative: list[Span], atlas: Atlas, barred: set[str]) -> list[Site]:
    """Return the places visited, from the reporter's own sentences.

    Parameters
    ----------
    folded
        The folded text.
    narrative
        Sentences that no speaker says.
    atlas
        Regions of the text.
    barred
        Names of regions and meetings that are no sites.
    """
    sites: dict[str, Site] = {}
    for sentence in narrative:
        for verb in _VISIT.finditer(folded, *sentence):
            at = verb.end()
            loose = verb[0][-1] in "在到赴"
            while True:
                found = _SITE.match(folded, at, sentence.end)
                if not found:
                    break
                span = _grow(folded, Span(found.start(), found.end()), sentence.end)
                name = folded[span.start : span.end]
                tail = folded[span.end : span.end + 12]
                if not _good(name, tail, loose, atlas, barred):
                    break
                if name not in sites:
                    sites[name] = _site(folded, name, span, sentence, atlas)
                glue = re.compile(r"、|和|,?以及|及|与").match(folded, span.end, sentence.end)
                if not glue:
                    break
                at = glue.end()
    return list(sites.values())


def _grow(folded: str, span: Span, end: int) -> Span:
    """Reach on while the name goes on: 研究院 + 有限公司, 中心 + 码头, an open quotation mark."""
    start, stop = span
    while True:
        more = re.compile(rf"[{HAN}A-Za-z0-9()]{{0,8}}?(?:{_SITE_END})(?![{HAN}]{{0,2}}(?:建设|发展))").match(
            folded, stop, end
        )
        if more and not re.search(r"[,、;]|建设|发展|情况|介绍|了解|察看|考察|参观|听取|的|与|和|及|在|等", more[0]):
            stop = more.end()
            continue
        break
    opened = folded.count("“", start, stop) - folded.count("”", start, stop)
    if opened > 0 and (close := folded.find("”", stop, end)) >= 0 and close - stop < 12:
        stop = close + 1
    elif folded[stop : stop + 1] == "”" and opened > 0:
        stop += 1
    return Span(start, stop)


def _good(name: str, tail: str, loose: bool, atlas: Atlas, barred: set[str]) -> bool:
    if name in barred or compiled(_GENERIC).match(name) or atlas.region(name) is not None or len(name) < 3:
        return False
    if re.search(
        r"[,。;]|会议|座谈|建设中|建成|新建|共建|筹建|过程|发展中|情况|代表团|服务中心建设|我们|取得|推动|推进|促进|加快|打造|成为|提升|深化|加强|把",
        name,
    ):
        return False
    if loose and not re.match(
        r"[,、。和及与]|考察|调研|参观|察看|学习|听取|了解|实地|详细|现场|一行|观摩|大家|代表团", tail
    ):
        return False
    return not re.match(r"(?:建设|发展|经验|模式|体系|战略|项目建设)", tail) or not loose


def _site(folded: str, name: str, span: Span, sentence: Span, atlas: Atlas) -> Site:
    kind = next((k for words, k in _KINDS if re.search(rf"(?:{words})(?:\([^)]*\))?”?$", name)), "other")
    place: str | None = None
    related: tuple[str, ...] = ()
    stop = re.compile(r"[;。]").search(folded, span.end, sentence.end)
    clause = folded[span.end : stop.start() if stop else sentence.end]
    located = compiled("(?:所在地|位于|坐落于)((?:{region}|{county})+)").search(clause)
    inside = compiled("{region}").search(name)
    if located:
        place = located[1]
    elif inside and (region := atlas.region(inside[0])):
        place = "".join(reversed(atlas.path(region.name)))
    created = re.search(rf"(?:创办|打造|建设|建成|搭建)的?([{HAN}“”]{{3,20}}?平台)(?=[,、。;]|的)", clause)
    if created:
        related = (created[1],)
    if located and (parts := compiled("{region}|{county}").findall(located[1])):
        above = list(atlas.path(parts[0])[1:])
        place = "".join(reversed(above)) + located[1]
    return Site(name=name, kind=kind, place=place, related=related, spans=(span,), rule="places.visit")
