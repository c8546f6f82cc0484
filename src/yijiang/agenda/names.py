"""Where a name begins and ends: known surnames, dotted names, and names in the place where one must stand."""

from __future__ import annotations

import re
from functools import cache

from yijiang.agenda.posts import find_posts
from yijiang.agenda.records import Span
from yijiang.agenda.regions import HAN
from yijiang.agenda.words import not_names, surnames

# What may stand right after a name. Longer words go first only for reading; any of them ends a name.
AFTER = re.compile(
    r"$|[\s、,.。;:!?()“”《》\d|/]|以及|和|与|及|等|率|带领|带队|陪同|陪|出席|参加|参与|主持|致辞|致欢迎|讲话|作|介绍|代表|分别|说|表示|指出|强调|"
    r"认为|要求|希望|感谢|提出|在|向|对|到|来|赴|前往|一行|共同|会见|先后|先生|女士|同志|为|的|就|还|也|详细|一同|随同|同行|深入|走进|先|则|汇报|宣布|"
    r"宣读|签署|签|通报|总结|发言|回应|建议|是|于|从|从事|接受|检查|调研|考察|察看|实地|参观|听取|发表|担任|主旨|围绕|结合|授|揭|见证|率先|最后|现场|委托|问候|批准|兼任|表态|作为|携|偕|"
    r"主讲|挂帅|调任|当选|看望|慰问|"
    r"将|已|应邀|欢迎|回顾|列席|缺席|请假|记录|领|牵头|负责|主持人|指示|部署|受|会上|会后|一起|率团|率队|谈|进行|热情|简要|全程|亲自|充分|首先"
)
NEVER = not_names()
"""Words that have the shape of a name and are none."""


@cache
def shapes() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of dotted names, names with a known surname, and names of two spaced characters."""
    single, compound = surnames()
    one = "[" + "".join(sorted(single)) + "]"
    two = "(?:" + "|".join(sorted(compound)) + ")"
    dotted = re.compile(rf"[{HAN}]{{1,8}}(?:·[{HAN}]{{1,10}}){{1,3}}")
    family = re.compile(rf"(?:{two}[{HAN}]{{1,2}}|{one}[{HAN}]{{1,2}}|{one}  ?[{HAN}](?![{HAN}]))")
    spaced = re.compile(rf"[{HAN}]  ?[{HAN}]")
    return dotted, family, spaced


def name_at(folded: str, at: int, end: int, *, strong: bool, after: bool = True) -> Span | None:
    """Return the name that starts at a place, or None.

    Parameters
    ----------
    folded
        The folded text.
    at, end
        Where it would start; how far it may reach.
    strong
        True right after a full post, where a name must follow: then two to four characters up to a boundary are
        one even without a known surname (扎西平措); else a known surname is asked for.
    after
        Whether a name after a joining word may be looked for, to tell 甲和 from a name that ends in 和.

    Examples
    --------
    >>> name_at("应勇代表湖北", 0, 6, strong=False), name_at("扎西平措介绍", 0, 6, strong=True)
    (Span(start=0, end=2), Span(start=0, end=4))
    """
    dotted, _, _ = shapes()
    if found := dotted.match(folded, at, end):
        last = found.end()
        # The last part of a dotted name runs into the verb after it: 吐尼亚孜介绍.
        for cut in range(folded.rfind("·", at, last) + 2, last + 1):
            if AFTER.match(folded, cut, end) and cut - folded.rfind("·", at, last) > 2:
                return Span(at, cut)
        return Span(at, last)
    return _joined(folded, _undotted(folded, at, end, strong=strong, after=after), end)


def _joined(folded: str, name: Span | None, end: int) -> Span | None:
    """Take a closing 和 into the name when nothing follows that it could join: 巴图苏和,盟长…."""
    if (
        name
        and folded[name.end : name.end + 1] in ("和", "与")
        and folded[name.end + 1 : name.end + 2] in tuple("、,。;)(")
    ):
        return Span(name.start, name.end + 1)
    return name


def _undotted(folded: str, at: int, end: int, *, strong: bool, after: bool) -> Span | None:
    _, _, spaced = shapes()
    best: Span | None = None
    single, compound = surnames()
    if folded[at : at + 2] in compound:
        lengths: tuple[int, ...] = (4, 3)
    elif folded[at : at + 1] in single:
        lengths = (3, 2)
    else:
        lengths = ()
    found = re.compile(rf"[{HAN}] {{1,2}}[{HAN}] {{1,2}}[{HAN}]").match(folded, at, end)
    if found and folded[at] in single and AFTER.match(folded, found.end(), end):
        return Span(at, found.end())
    if found := spaced.match(folded, at, end):
        inside = found[0].replace(" ", "")
        if folded[at] in single and inside not in NEVER and AFTER.match(folded, found.end(), end):
            return Span(at, found.end())
    clean = [n for n in lengths if all_han(folded, at, n, end) and AFTER.match(folded, at + n, end)]
    clean = [n for n in clean if folded[at : at + n] not in NEVER and folded[at : at + 2] not in NEVER]
    if clean:
        # 李向东: both 李向 + 东 and the whole; a boundary of punctuation decides for the longer one.
        best = Span(at, at + clean[0])
        if len(clean) == 2 and folded[at + clean[1]] in "和与及率陪作在向对到来为的就还也先则是于从将已受说说请签领谈":
            whole = folded[at + clean[0] : at + clean[0] + 1]
            longer = whole in "、,。;:)( 等" or not whole
            if after and folded[at + clean[1]] in "和与及":
                # 甲和乙 joins two names, 茹景和出席 is one: what follows 和 decides.
                rest = at + clean[1] + 1
                longer = name_at(folded, rest, end, strong=False, after=False) is None and not find_posts(
                    folded, rest, min(rest + 24, end)
                )
            best = Span(at, at + (clean[0] if longer else clean[1]))
        elif len(clean) == 2:
            best = Span(at, at + clean[1])
        return best
    if not strong or (re.match(rf"[{HAN}]", folded[at : at + 1]) and AFTER.match(folded, at, end)):
        return None
    for n in (2, 3, 4, 5, 6):
        if not all_han(folded, at, n, end):
            break
        if AFTER.match(folded, at + n, end) and folded[at : at + n] not in NEVER:
            return Span(at, at + n)
    return None


def all_han(folded: str, at: int, count: int, end: int) -> bool:
    """Say whether so many Han characters stand at a place."""
    return at + count <= end and re.fullmatch(rf"[{HAN}]{{{count}}}", folded[at : at + count]) is not None
