"""What is settled in writing: numbered items of minutes and agreements, signings, and who does what by when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yijiang.agenda.records import Span
from yijiang.agenda.regions import HAN

_BODY = (
    "办公室|委员会|人民政府|有限责任公司|股份有限公司|有限公司|公司|集团|总站|管理处|中心|政府|部门|"
    "联盟|协会|商会|大学|学院|医院|银行|局|委|厅|办|部|处|院|站|会"
)
_ONE = rf"[{HAN}A-Za-z0-9·]{{0,16}}?(?:{_BODY})"
_BODIES = rf"{_ONE}(?:[、和与]{_ONE}){{0,5}}"
_DOES = (
    "牵头|负责|具体负责|承办|承担|承运|承建|起草|制定|拟定|编制|委托|组织|开展|办理|落实|实施|另行|共同|联合|会同|分别|"
    "于|在|按|出资|筹集|提供|建设|完成|提出|研究|建立"
)
_OWNER = re.compile(
    r"(?:责任单位|牵头单位|责任部门|牵头部门|责任人|责任)\s*:\s*(?P<a>[^;。,)\n]{2,40})|"
    rf"由(?P<b>{_BODIES})(?={_DOES})|\((?P<c>{_BODIES})(?:牵头|负责)|"
    rf"(?:^|[。;,])(?P<d>(?!由){_BODIES})(?=(?:牵头|负责|承担|建立|开展|组织|成立|制定))"
)
_YEAR = r"(?:\d{4}年|今年|明年|后年|年)"
_TIMES = (
    rf"(?:到|至|于)?{_YEAR}?\d{{1,2}}月\d{{1,2}}日(?:之?前|以前)|"
    rf"(?:到|至)?{_YEAR}?(?:\d{{1,2}}月)?年?(?:底|末)(?:之?前|以前)?|{_YEAR}?\d{{1,2}}月(?:之前|以前|份?前)|"
    r"\d{4}年(?:之前|以前|前)|\d{4}年(?:上半年|下半年|[一二三四]季度)"
)
_DEADLINE = re.compile(
    rf"(?:完成时限|时限|期限)\s*:\s*(?P<a>[^;。,)\n]{{2,20}})|(?P<b>{_TIMES})|到(?P<c>\d{{4}}年)(?=[,建实基形全])"
)
# In an item that was decided, a plain date is the day by which, or on which, it is to happen.
_DAY = re.compile(r"(?P<a>\d{4}年\d{1,2}月(?:\d{1,2}日)?)(?![日\d]|签|印发|起|至|-)")
_AMOUNT = re.compile(r"(?:约|近|超过|总投资)?(?P<a>[\d,.]+\s*(?:亿|万|百万|千万)?(?:元|美元|欧元|人民币|港元))")

ITEM = re.compile(
    r"^(?:\(?[一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}[、.]|\d{1,2}[.、)](?!\d)|\(\d{1,2}\)|[①-⑳])\s*"
)
"""The mark in front of a numbered item."""

_HEADING = re.compile(r"关于[^。\n]{2,40}。(?=\S)")
_SETTLES = re.compile(r"议定|商定|约定|决定|确定|明确|协议|协定|备忘录|同意|共识|纪要")
_OPENS = re.compile(r"(?:如下|以下[^。]{0,16}|[^。]{0,24}(?:议定|商定|约定|决定|确定|同意)[^。]{0,8})[:。]?$")
_ADVICE = re.compile(r"建议|提议|倡议|希望|意见|要求|措施")
UNDONE = re.compile(r"暂不|暂缓|不再|不予|未予|未能|未达成|没有达成|不列入|不同意|另行研究")
"""Words of a decision against, or of no decision: nothing was agreed."""

DURATION = re.compile(r"有效期|合作期限|期限为|自.{4,14}起|至.{4,14}止|生效")
"""How long a text holds: no task for anybody."""

_TEXT = r"协议书?|备忘录|合同|意向书|协定|宣言|公报|联合声明|倡议书?|行动计划|议定书"
_SIGNED = re.compile(
    rf"(?:签署|签订|签下|通过|发表|达成|缔结)了?(?!的)(?:《[^》\n]{{4,60}}》|[^,。;《]{{2,30}}?(?:{_TEXT})(?![{HAN}]{{0,6}}(?:情况|执行|落实)))"
)
_NAMES_TEXT = re.compile(r"《[^》\n]{4,60}》")
_UNDER = re.compile(
    rf"^(?:根据|按照|依据)(?:该|此|这一|上述|双方)?(?:《[^》\n]{{2,60}}》|[{HAN}]{{0,6}}(?:协议|计划|备忘录|方案|纪要|协定|共识|合同))[^,。;]{{0,10}},|"
    r"^(?:该|此|上述)?(?:《[^》\n]{2,60}》|协议书?|备忘录|方案|协定|合同)(?:明确|约定|规定|商定|确定)[^,。;]{0,4},"
)
_TERMS = re.compile(r"(?:^|[,;])(?P<a>(?:并|双方)?(?:约定|商定|明确|议定)[,:]?)")
_ADVERB = re.compile(r"(?:现场|共同|分别|正式|联合|成功|还|又|并|代表双方)+$")
_NO_PARTY = re.compile(r"^(?:会上|会后|会前|随后|当天|现场|双方|各方|论坛|会议|座谈会|大会|仪式|活动)?$")


def owner_of(words: str) -> str | None:
    """Return who is to do what a decided item says, as it is stated.

    >>> owner_of("由芜湖港航集团有限公司负责,7月1日首航"), owner_of("成立由市政府主要负责同志任组长的专班")
    ('芜湖港航集团有限公司', None)
    """
    found = _OWNER.search(words)
    if found is None:
        return None
    stated = next(group for group in found.groups() if group)
    return None if stated in ("会", "会议", "部门") else stated


def deadline_of(words: str, *, decided: bool = False) -> str | None:
    """Return by when, as it is stated; in what was decided a plain date counts as well.

    >>> deadline_of("6月15日前报两市政府审定"), deadline_of("2024年7月1日首航", decided=True)
    ('6月15日前', '2024年7月1日')
    """
    found = _DEADLINE.search(words) or (_DAY.search(words) if decided else None)
    if found is None:
        return None
    stated = next(group for group in found.groups() if group).strip()
    return stated.removeprefix("于") or None


def amount_of(words: str) -> str | None:
    """Return the first sum of money, as it is stated.

    >>> amount_of("双方共同投资86亿元,其中甲出资50亿元")
    '86亿元'
    """
    found = _AMOUNT.search(words)
    return found["a"] if found else None


def item_blocks(folded: str, body: Span, *, minutes: bool) -> list[Span]:
    """Return the numbered items that follow a line saying that they were settled, marks and headings left out.

    Parameters
    ----------
    folded, body
        The folded text and the stretch to read.
    minutes
        Whether the text is minutes, where a short line such as 议定事项 opens the items as well.

    Returns
    -------
    list of Span
        A paragraph without a mark between two items belongs to the first of them; one after the last does not.

    Examples
    --------
    >>> text = "根据协议,双方将开展以下合作:\\n(一)共建园区;\\n(二)互派干部。\\n仪式由甲主持。"
    >>> [text[s.start : s.end] for s in item_blocks(text, Span(0, len(text)), minutes=False)]
    ['共建园区', '互派干部']
    """
    lines = [
        Span(body.start + m.start(), body.start + m.end())
        for m in re.finditer(r"[^\s](?:[^\n\r]*[^\s])?", folded[body.start : body.end])
    ]
    found: list[Span] = []
    settled, pending = False, None
    for k, line in enumerate(lines):
        words = folded[line.start : line.end]
        mark = ITEM.match(words)
        if settled and mark:
            if pending:
                found.append(pending)
            pending = Span(line.start + mark.end(), line.end)
            continue
        if pending and words[-1] not in ":。;" and len(words) < 20:
            continue
        following = lines[k + 1] if k + 1 < len(lines) else None
        if pending and following and ITEM.match(folded[following.start : following.end]) and not _opens(words, minutes):
            pending = Span(pending.start, line.end)
            continue
        if pending:
            found.append(pending)
        pending, settled = None, _opens(words, minutes)
    if pending:
        found.append(pending)
    return [trimmed for span in found if (trimmed := _trimmed(folded, span)) is not None]


def _opens(words: str, minutes: bool) -> bool:
    """Say whether a line announces items that were settled, not items that somebody proposes."""
    last = re.split(r"(?<=[。;!?])", words.rstrip(":。"))[-1]
    if _ADVICE.search(last):
        return False
    if minutes and len(words) <= 16 and re.search(r"议定事项|决定事项|议定如下", words):
        return True
    return words.endswith(":") and bool(_OPENS.search(last)) and bool(_SETTLES.search(words))


def _trimmed(folded: str, span: Span) -> Span | None:
    """Return an item without its heading, its last stop, and what follows about who is responsible."""
    words = folded[span.start : span.end]
    heading = _HEADING.match(words)
    start = heading.end() if heading else 0
    words = words.rstrip("。;,")
    cut = re.search(r"[。;,(\n]\s*(?:责任单位|牵头单位|责任部门|牵头部门|责任人|完成时限|时限|期限)\s*:", words[start:])
    end = start + cut.start() if cut else len(words)
    # A line that only names the matter, with its tasks in the lines below, is a heading.
    bare = re.fullmatch(r"关于[^。]{2,40}", words[start:end])
    return Span(span.start + start, span.start + end) if end - start >= 4 and not bare else None


def signings(folded: str, span: Span) -> Iterator[tuple[Span, str | None]]:
    """Give each text that a sentence says was signed or passed: the clause, and who signed where that is stated.

    "The memorandum signed in 2023" (签订的《…》) is a past fact, not a signing.

    >>> text = "会上,甲市卫健委与乙市卫健委签署《医疗合作备忘录》,约定互认。"
    >>> [(text[s.start : s.end], who) for s, who in signings(text, Span(0, len(text)))]
    [('甲市卫健委与乙市卫健委签署《医疗合作备忘录》', '甲市卫健委与乙市卫健委')]
    """
    words = folded[span.start : span.end]
    for match in _SIGNED.finditer(words):
        begin = max(words.rfind(mark, 0, match.start()) for mark in ",。;:") + 1
        begin += len(re.match(r"\s*(?:其中|并|会上|会后|会前|随后|当天)?", words[begin:])[0])  # type: ignore[index]
        end = match.end()
        if more := re.compile(rf"(?:、|和|与|及|以及)[^,。;]{{0,24}}?(?:《[^》\n]{{4,60}}》|{_TEXT})").match(
            words, end
        ):
            end = more.end()
        party = _ADVERB.sub("", re.sub(r"在[^,。;]{2,16}$", "", words[begin : match.start()]))
        if re.search(r"^(?:参加|出席|见证|推动|力争|争取|拟|将|要|希望|建议|准备|计划)", party + match[0]):
            continue
        yield Span(span.start + begin, span.start + end), None if _NO_PARTY.match(party) else party


def named_texts(folded: str, span: Span) -> list[Span]:
    """Return the spans of the texts in 《》 that a stretch names."""
    return [Span(m.start(), m.end()) for m in _NAMES_TEXT.finditer(folded, *span)]


def terms(folded: str, span: Span, signed: bool) -> Span | None:
    """Return where a sentence tells what a signed text lays down: 根据协议,… or, after a signing, 约定….

    >>> text = "根据计划,三省将在2024年底前建成公路6条。"
    >>> found = terms(text, Span(0, len(text)), False)
    >>> text[found.start : found.end]
    '三省将在2024年底前建成公路6条。'
    """
    words = folded[span.start : span.end]
    if words.rstrip().endswith(":"):
        return None
    found = _UNDER.match(words)
    at = found.end() if found else None
    if at is None and signed and (laid := _TERMS.search(words)):
        at = laid.start("a")
    return Span(span.start + at, span.end) if at is not None else None
