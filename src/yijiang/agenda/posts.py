"""Posts as official texts write them: organisation and rank, in chains, with what they inherit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from yijiang.agenda.records import Position, Span
from yijiang.agenda.regions import HAN, LEVELS, Atlas, by_name, compiled

_RANKS = (
    "党总支书记|总支书记|党支部书记|支部书记|主委|委员|党组成员|党组书记|党委书记|总书记|书记长|书记|主任委员|主任|主席|省长|市长|区长|县长|州长|盟长|旗长|镇长|乡长|部长|厅长|局长|司长|处长|科长|"
    "秘书长|巡视员|调研员|董事长|董事|监事长|创始人|合伙人|总经理|总裁|首席执行官|首席科学家|行长|院长|所长|校长|检察长|组长|会长|理事长|司令员|政委|专员|行政长官|委员长|"
    "常委|村支书|馆长|站长|台长|社长|主编|总工程师|总工|总会计师|经理|负责人|首席代表|总监|园长|队长|领队"
)
# 长期, 长江, 长远, 制度: what begins like a rank and is none.
_NO_RANK = r"(?:(?<=长)(?:期|江|远|久|征|三角|春|治|途|效|联席)|们|级|会|办公|单位|制|负责制|联席)"
RANK = re.compile(rf"(?:(?:[一二三四]级|代理|代|执行|常务|第一|副|总|原|兼){{0,4}})(?:{_RANKS})(?:助理)?(?!{_NO_RANK})")

_CORE = (
    "委办公厅|委组织部|委宣传部|委统战部|委政法委|委改革办|委政研室|委常委会|纪委监委|纪检监察委员会|纪委|监委|监察委员会|人大常委会|人民代表大会常务委员会|"
    "人大|政协|人民政府|政府|行政公署|行署|委员会|委|党委|党工委|党组|管委会|管理委员会|人民法院|高级人民法院|中级人民法院|法院|人民检察院|检察院|军区|军分区"
)
_KIND = (
    "股份有限公司|有限责任公司|有限公司|集团公司|公司|集团|大学|学院|研究院|研究所|实验室|委员会|管委会|党工委|党委|党组|局|厅|部|署|办公厅|办公室|办|处|"
    "协会|商会|联合会|学会|银行|医院|中心|总队|法院|检察院|海关|总站|基地|博物馆|报社|电视台|合作社|开发区|高新区|经开区|新区|园区|联盟|秘书处|医疗队|工作队|救援队|"
    "工商联|总工会|工会|团委|妇联|文联|社科联|残联|红十字会|发改委|发展改革委|国资委|卫健委|住建委|交委|经信委|科委|农委|建委|工委|卫生健康委|民族宗教委|民宗委|城管委|交通委|经济信息委|农业农村委|"
    "住房城乡建设委|文化旅游委|文旅委|规划自然资源委|村|社区|街道|镇|乡|港|厂|馆|站|会"
)
_NOISE = re.compile(
    r"^(?:由|和|与|及|在|以|向|对|率领|带领|陪同|邀请|会见|听取|以及|其中|还有|包括|当地|时任|来自|随同|同|经|受|让|请|据|并|"
    r"参加活动的|出席会议的|主持人为?|主持|记录人?|代表|分别由|担任|[^,。;]{0,8}?(?:的有|包括)(?=\S{3})|我们|访问|走访|考察|会议由|活动由|座谈会由|仪式由|论坛由)"
)
_STOP = "，,。;:!?()“”《》、 \n\r\t|/"


_MANY = re.compile(r"(?:[两二三四五六七八九十]|\d)+(?:省|市|县|区|州|地)(?:\([^()]{1,4}\))?$")

# Offices of a committee or a government that a chain names without saying whose they are.
_OFFICES = frozenset(
    ("办公室", "办公厅", "组织部", "宣传部", "统战部", "政法委", "政法委员会", "改革办", "政研室", "秘书处")
)


@dataclass(frozen=True, slots=True)
class Post:
    """One element of a chain as it stands: its span, the pieces of its organisation, its rank."""

    span: Span
    region: str | None
    level: str | None
    body: str | None
    rank: str
    many: bool = False


@cache
def _organisation() -> re.Pattern[str]:
    one = "(?:{region}(?:(?<![省市州盟区县])(?:省|市|自治区|州|县|区))?|{county})"
    return compiled(
        rf"(?P<region>(?:{one}){{1,3}})?(?P<level>全国|中央|国家|自治区|自治州|自治县|自治旗|省|市|州|盟|地区|县|新区|林区|区|旗)?"
        rf"(?P<body>{_CORE}|[{HAN}·A-Za-z0-9()“”]{{0,24}}?(?:{_KIND}))?(?P<group>{_CORE})?$"
    )


def find_posts(folded: str, start: int, end: int) -> list[Post]:
    """Return every post between two places of a text, left to right.

    Parameters
    ----------
    folded
        The folded text.
    start, end
        Where to look, code points.

    Examples
    --------
    >>> [(p.region, p.level, p.body, p.rank) for p in find_posts("湖北省委副书记、省长王晓东", 0, 13)]
    [('湖北省', None, '委', '副书记'), (None, None, None, '省长')]
    """
    return list(iter_posts(folded, start, end))


def iter_posts(folded: str, start: int, end: int) -> Iterator[Post]:
    """Give the posts of `find_posts` one by one: who starts again after each name pays for the next post only."""
    floor = start
    for match in RANK.finditer(folded, start, end):
        left = match.start()
        city = compiled("{region}").match(folded, match.end() - 1, end) if match[0].endswith("长") else None
        if city and city.end() - city.start() > 2:
            # 湖南省长沙市: the sign belongs to the name of the city.
            continue
        begin = left
        while begin > floor and folded[begin - 1] not in _STOP and left - begin < 40:
            begin -= 1
        # A company's place stands in brackets inside its name: 信达生物制药(苏州)有限公司董事长.
        if begin > floor and folded[begin - 1] == ")" and (open_at := folded.rfind("(", floor, begin)) >= 0:
            inside = folded[open_at + 1 : begin - 1]
            if (
                len(inside) <= 6
                and not re.search(r"[、,。;:]", inside)
                and folded[begin:left].startswith(("有限", "集团", "股份"))
            ):
                begin = open_at
                while begin > floor and folded[begin - 1] not in _STOP:
                    begin -= 1
        words = folded[begin:left]
        region, level, body, used = split_organisation(words)
        many = region is None and bool(
            _MANY.search(folded[max(floor, left - used - 12) : left - used + len(level or "")])
        )
        yield Post(Span(left - used, match.end()), region, level, body, match[0], many)
        floor = match.end()


def split_organisation(words: str) -> tuple[str | None, str | None, str | None, int]:
    """Return region, level word and body at the end of some words, and how many characters they take."""
    while True:
        stripped = _NOISE.sub("", words)
        if stripped == words or len(stripped) < 2:
            break
        words = stripped
    found = _organisation().search(words)
    if found is None or not found[0]:
        return None, None, None, 0
    region, level, body = found["region"], found["level"], found["body"]
    if found["group"]:
        body = (body or "") + found["group"]
    if region and not body and not level and not _organisation().fullmatch(words):
        return None, None, None, 0
    return region, level, body, len(found[0])


def last_region(words: str | None) -> str | None:
    """Return the innermost of joined names: 湖北省宜昌市 gives 宜昌市."""
    if not words:
        return None
    parts = compiled("{region}(?:(?<![省市州盟区县])(?:省|市|自治区|州|县|区))?|{county}").findall(words)
    return parts[-1] if parts else words


class Inheritance:
    """Fills in what a post leaves out, from the post before it, the sentence, or the publisher's own region."""

    def __init__(self, atlas: Atlas, home: str | None, seen: list[str], named: frozenset[str]) -> None:
        self.atlas, self.home, self.seen, self.named = atlas, home, seen, named
        self.scope: str | None = None
        self.previous: tuple[str | None, str | None] = (None, None)

    def full_name(self, words: str | None) -> str | None:
        """Return the full name of the region that a post names."""
        inner = last_region(words)
        if inner is None:
            return None
        if inner.endswith("新区") and inner not in by_name():
            # 湖南湘江新区 is one name.
            return words
        region = self.atlas.region(inner)
        if region and inner != region.name and inner[-1] in "州盟":
            # 甘孜州 is how the text calls it; the full name stays behind it.
            self.atlas.aliases.setdefault(region.name, inner)
        return region.name if region else inner

    def at_level(self, level: str) -> str | None:
        """Return the region that a bare level word stands for: of the chain, the list, the publisher, then the text."""
        wanted = LEVELS.get(level)
        if wanted is None:
            return None
        for name in (self.previous[0], self.scope, self.home, *reversed(self.seen)):
            found = self._reach(name, level, wanted) if name else None
            if found:
                return found
        named = {f for name in self.named if (f := self._reach(name, level, wanted))}
        # Only one region of this level in the whole text: there is nothing else it could be.
        return named.pop() if len(named) == 1 else None

    def _reach(self, name: str, level: str, wanted: str) -> str | None:
        for above in self.atlas.path(name) or [name]:
            region = self.atlas.region(above)
            fits = above.endswith(level) or (level == "新区" and above.endswith("区"))
            # 市 is said of a municipality and of a city of county rank as well.
            if fits and (level in ("市", "区") or region is None or region.level == wanted):
                return above
        return None

    def position(self, post: Post) -> Position:
        """Return the post with its organisation in full, None where nothing states it."""
        rank, region, body, stated = post.rank, self.full_name(post.region), post.body, bool(post.region or post.level)
        level = post.level
        if level is None and region is None and body is None:
            level = next((w for w in ("省", "市", "县", "区", "州", "盟", "旗") if rank.endswith(w + "长")), None)
            if level is None and not stated:
                return self._inherit(post)
        if region is not None and self.atlas.region(region) is not None and region not in self.seen[-1:]:
            self.seen.append(region)
        if post.many:
            # 五县(区)政协主席: each of them is of another county.
            return Position(organisation=None, title=rank, spans=(post.span,), rule="posts.many")
        if region is None and level in ("全国", "中央", "国家"):
            return self._done(post, f"{level}{body or ''}" or None, None)
        if region is None and level is not None:
            region = self.at_level(level)
        if region is None and body is not None and level is None:
            region = self.previous[0] if body in _CORE.split("|") else None
        return self._done(post, self._name(post, region, body, level), region)

    def _inherit(self, post: Post) -> Position:
        region, organisation = self.previous
        return self._done(post, organisation, region)

    def _done(self, post: Post, organisation: str | None, region: str | None) -> Position:
        self.previous = (region or self.previous[0], organisation)
        title = post.rank
        for mark in ("党组", "党委"):
            if organisation and organisation.endswith(mark) and title.endswith(("书记", "成员", "委员")):
                if organisation.startswith("中共"):
                    break
                organisation, title = organisation.removesuffix(mark), mark + title
                self.previous = (self.previous[0], organisation)
        if organisation and organisation.startswith("中共") and organisation.endswith("党委"):
            title = title.removeprefix("党委")
        return Position(organisation=organisation or None, title=title, spans=(post.span,), rule="posts.chain")

    def _name(self, post: Post, region: str | None, body: str | None, level: str | None) -> str | None:
        place = self.atlas.aliases.get(region, region) if region else ""
        if body is None:
            if re.search(r"(?:省|市|县|区|州|盟|旗|镇|乡)长$", post.rank) or (
                post.rank.endswith("主席") and region and region.endswith("自治区")
            ):
                return f"{place}{'行政公署' if post.rank.endswith('盟长') else '人民政府'}" if region else None
            if "党委" in post.rank and region and region.endswith("自治区"):
                return f"中共{place}党委"
            if post.rank.endswith(("书记", "常委")) and region:
                return f"中共{place}委"
            return region
        if post.region and re.search(r"(?:公司|集团|大学|学院|协会|商会|银行|医院|研究院|研究所|合作社)$", body):
            # A body that is no part of the government keeps the name it is written with.
            return f"{post.region}{body}"
        if post.region and re.search(r"(?:经开区|高新区|开发区|新区|园区|示范区|保税区)", body):
            return f"{post.region}{body}"
        above = self.previous[1] or ""
        if post.region is None and level is None and body == "管委会" and above.endswith("党工委"):
            return f"{above.removeprefix('中共').removesuffix('党工委')}管委会"
        if post.region is None and level is None and body in ("党组", "党委") and above:
            return f"{above}{body}"
        bare = post.region is None and level is None
        if bare and body in _OFFICES and (above.startswith("中共") or above.endswith("人民政府")):
            return f"{above}{body}"
        if region is None and level is not None:
            return f"{level}{body}"
        if body.startswith("委") and body not in ("委员会",):
            return f"中共{place}{body}" if place else body
        if body == "党委" and region and not region.endswith("自治区") and self.atlas.region(region):
            return f"中共{place}委"
        if body in ("纪委", "纪委监委", "党委"):
            return f"中共{place}{body}" if place else body
        if body == "政府":
            return f"{place}人民政府"
        if body.startswith("政府"):
            return f"{place}人民{body}"
        if body == "人大":
            return f"{place}人大常委会" if "主任" in post.rank else f"{place}人大"
        return f"{place}{body}"
