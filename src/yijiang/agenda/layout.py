"""Where the parts of a printed report lie: headline, source line, by-line, body, what the page adds around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yijiang.agenda.records import DateRecord, Mention, Span
from yijiang.agenda.regions import HAN

_FURNITURE = re.compile(
    r"^(?:正在加载|点击收起.*|点击查看.*|扫一扫.*|返回顶部|最新推荐.*|推荐阅读.*|相关(?:新闻|阅读|链接).*|精彩图集|"
    r"正在阅读.*|手机看.*|"
    r"A- ?A\+?|\||打印.*|关闭.*|分享.*|字号.*|上一篇.*|下一篇.*|热点.*|评论.*|"
    r"首页.*|当前位置.*|您的位置.*|版权.*|(?:本站|网站)\S*)$"
)
_SOURCE = re.compile(r"^(?:来源|稿源|信息来源|文章来源|发布时间|发布日期|时间|日期|原标题|作者|记者)\s*:")
_STAMP = re.compile(r"(\d{4})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})(?:日)?(?:\s*(\d{1,2}):(\d{2}))?")
_TODAY = re.compile(r"今天是|今日是|现在是|当前时间")
_PRINTED = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日\s*(?:印发|印制|编印)")
_BULLETIN = re.compile(r"(?:简报|专报|快报|动态|通报|信息|通讯)$|^(?:\()?第\d+期")
_EDITOR = re.compile(
    r"^\(?(?:责任编辑|责编|编辑|值班编辑|校对|审核|监制|终审|统筹|供稿|撰稿|作者|文字|文/|文\||图/|摄影)\s*[:/|]?"
)
_BYLINE = re.compile(
    rf"\((?:[{HAN}]{{0,12}}?)(?:全媒体|特派|本报|首席|见习|融媒体?|实习)*(?:记者|通讯员|特约记者)[^()]{{1,60}}\)"
)
_PUBLISHER = re.compile(
    rf"([{HAN}]{{2,10}}?(?:日报|晚报|晨报|都市报|新闻网|网|发布|电视台|广播电视台|融媒体中心|时报|报))"
)
_DATELINE = re.compile(
    rf"^\s*(?:本报讯|本报[{HAN}]{{1,10}}讯|[{HAN}]{{2,12}}讯|[{HAN}]{{2,6}}\d{{1,2}}月\d{{1,2}}日电)"
)
_NOT_NAMES = {
    "本报",
    "记者",
    "通讯员",
    "特约",
    "实习",
    "摄影",
    "报道",
    "全媒体",
    "首席",
    "见习",
    "通讯",
    "实习生",
    "文图",
    "图文",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a report; spans in code points."""

    title: str | None
    title_span: Span | None
    body: Span
    publisher: str | None
    published: DateRecord | None
    mentions: tuple[Mention, ...]


def lines(text: str) -> list[Span]:
    """Return the span of every line that is not blank, outer blanks dropped.

    >>> lines("  甲\\n\\n乙 ")
    [Span(start=2, end=3), Span(start=5, end=6)]
    """
    return [Span(m.start(), m.end()) for m in re.finditer(r"[^\s](?:[^\n\r]*[^\s])?", text)]


def _names(folded: str, start: int, end: int, kind: str, rule: str) -> list[Mention]:
    found = []
    # 记者李保林: the word before the names is no part of them.
    label = re.compile(
        rf"^\W*(?:[{HAN}]{{0,12}}?(?:记者|通讯员|编辑|责编|校对|审核|作者|摄影|供稿|监制|讯)\s*[:/|]?)"
    ).match(folded[start:end])
    start += label.end() if label else 0
    spaced = re.compile(rf"[{HAN}]{{2,4}}(?:·[{HAN}]{{1,8}})*|[{HAN}] [{HAN}](?![{HAN}])")
    for match in spaced.finditer(folded, start, end):
        word = match[0].replace(" ", "")
        if not any(n in word for n in ("记者", "通讯员", "编辑", "校对", "审核", "责编", "讯", "摄影", "监制")) and (
            word not in _NOT_NAMES
        ):
            span = Span(match.start(), match.end())
            found.append(Mention(name=word, kind=kind, spans=(span,), rule=rule))
    return found


def layout(folded: str) -> Layout:
    """Find headline, publisher, date of publication, by-lines and body of a report.

    Parameters
    ----------
    folded
        The report after `yijiang.agenda.folding.fold`.

    Returns
    -------
    Layout
        The body runs from the first line of prose to the last; a text without a header is all body.

    Examples
    --------
    >>> parts = layout(
    ...     "甲乙合作\\n来源:湖北日报 | 2021年04月17日 09:02\\n"
    ...     "两省代表团15日在南京举行座谈会,共商合作事宜。\\n编辑:王芳"
    ... )
    >>> parts.publisher, parts.published.start, [m.name for m in parts.mentions]
    ('湖北日报', '2021-04-17T09:02', ['王芳'])
    """
    spans = lines(folded)
    prose = [k for k, s in enumerate(spans) if _is_prose(folded[s.start : s.end])]
    if not prose:
        whole = Span(spans[0].start, spans[-1].end) if spans else Span(0, 0)
        return Layout(None, None, whole, None, None, ())
    first, last = prose[0], prose[-1]
    head = spans[:first]
    titles = [s for s in head if _is_title(folded[s.start : s.end])]
    # The name of a series of bulletins stands above the headline.
    title_span = next((s for s in titles if not _BULLETIN.search(folded[s.start : s.end])), next(iter(titles), None))
    # A short heading with nothing in front of it, such as 会议纪要, is a title as well.
    publisher, published = _source(folded, head or [])
    body = Span(spans[first].start, spans[last].end)
    if published is None and (printed := _PRINTED.search(folded, body.start)):
        published = _stamped(printed, 0)
    mentions: list[Mention] = []
    wire = re.compile(r"(?:讯|电)\s*\(([^()\d]{2,30})\)").search(folded, body.start, min(body.start + 120, body.end))
    if wire and not _BYLINE.search(wire[0]):
        mentions += _names(folded, wire.start(1), wire.end(1), "byline_reporter", "layout.wire")
    for match in _BYLINE.finditer(folded, body.start, body.end):
        mentions += _names(folded, match.start(), match.end(), "byline_reporter", "layout.byline")
    for s in spans[:first] + spans[last + 1 :]:
        line = folded[s.start : s.end]
        if re.match(r"^\(?(?:本报)?(?:全媒体)?(?:记者|通讯员|作者|文/|供稿)", line):
            mentions += _names(folded, s.start, s.end, "byline_reporter", "layout.reporter_line")
        elif _EDITOR.match(line) and not _PUBLISHER.fullmatch(line.partition(":")[2].strip()):
            for part in re.finditer(r"[^\s:/|、,;]+", line):
                mentions += _names(
                    folded, s.start + part.start(), s.start + part.end(), "byline_editor", "layout.editor"
                )
    if publisher is None:
        found = re.match(
            rf"\s*([{HAN}]{{2,8}}?(?:日报|晚报|时报|报|新闻网|网))讯", folded[body.start : body.start + 40]
        )
        publisher = found[1] if found else None
    title = folded[title_span.start : title_span.end] if title_span else None
    return Layout(title, title_span, body, publisher, published, tuple(mentions))


def _is_title(line: str) -> bool:
    return len(line) >= 4 and not (_SOURCE.match(line) or _STAMP.search(line) or _FURNITURE.match(line) or "|" in line)


def _is_prose(line: str) -> bool:
    if _FURNITURE.match(line) or _TODAY.search(line) or (_EDITOR.match(line) and len(line) < 60):
        return False
    if _SOURCE.match(line) and not re.match(r"^(?:会议)?时间\s*:", line):
        return False
    if re.match(r"^(?:会议)?时间\s*:", line):
        # In minutes the time of the meeting; beside a source, a type size or a counter the time of the page.
        return re.search(r"来源|字体|字号|作者|浏览|点击|阅读", line) is None
    return bool(
        _DATELINE.match(line)
        or (line.endswith(("。", ";", "!", "。”", "。)")) and len(line) >= 8)
        or (line.endswith(("”", ")")) and len(line) >= 8 and re.search(r"[,。;]", line))
        or re.match(r"^(?:会议)?(?:地点|主持人?|参会|参加|出席|与会|列席|记录|议题|议定|缺席)\S{0,6}\s*:", line)
        or re.match(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d+[.、])", line)
        or line.count("。") >= 1
    )


def _stamped(stamp: re.Match[str], at: int) -> DateRecord | None:
    """Return the day of publication that a stamp gives, with its time of day where that stands beside it."""
    year, month, day = (int(stamp[k]) for k in (1, 2, 3))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    clock = f"T{int(stamp[4]):02d}:{stamp[5]}" if stamp.re.groups > 3 and stamp[4] else ""
    value = f"{year:04d}-{month:02d}-{day:02d}{clock}"
    where = Span(at + stamp.start(), at + stamp.end())
    return DateRecord(kind="published", start=value, end=value, year_from="stated", spans=(where,), rule="layout.stamp")


def _source(folded: str, head: list[Span]) -> tuple[str | None, DateRecord | None]:
    publisher, published = None, None
    for s in head:
        line = folded[s.start : s.end]
        stamp = None if _TODAY.search(line) else _STAMP.search(line)
        if stamp and published is None:
            published = _stamped(stamp, s.start)
        named = re.search(r"来源\s*:\s*([^\s|:]{2,20})", line)
        if publisher is None and named and not named[1][0].isdigit():
            publisher = named[1]
        elif publisher is None and (stamp or "|" in line):
            found = _PUBLISHER.search(line)
            publisher = found[1] if found else None
    return publisher, published
