"""Who took part: names after chains of posts, in lists of leaders, in lists of those present, and as speakers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from yijiang.agenda.names import NEVER, all_han, name_at, shapes
from yijiang.agenda.posts import Inheritance, Post, find_posts, iter_posts, split_organisation
from yijiang.agenda.records import Mention, Position, Span
from yijiang.agenda.regions import COUNTY, HAN, Atlas, compiled
from yijiang.agenda.words import surnames


@dataclass(slots=True)
class Person:
    """A person while the text is being read: posts, mentions, where the name was met first."""

    name: str
    rule: str
    region: str | None = None
    role: str = "participant"
    positions: list[Position] = field(default_factory=list)
    mentions: list[Span] = field(default_factory=list)
    side: str | None = None
    out: str | None = None
    doubt: bool = False


_TITLE_WORDS = ("同志", "先生", "女士")
_GLUE = re.compile(r"(?:\s*(?:、|,|兼|和|及|,兼|;)\s*)?$")
_MARKS = re.compile(rf"\((?:女|男|[{HAN}]{{1,4}}族|女,[{HAN}]{{1,4}}族|[^()]{{0,6}}代|正厅级|副厅级|正处级|副处级)\)")
_BESIDE = re.compile(r"\((?:挂职|兼|正厅级|副厅级|正处级|副处级|主持工作|援[藏疆青鄂]|第一批)\)")
_LEADERS = re.compile(
    rf"(?P<region>(?>(?:{{regions}}){{1,4}})|[省市县区州盟旗](?=领导)|我[省市县区州]|{COUNTY})?(?P<kind>(?:有关|部分|等)?(?:党政|省|市|州|县|"
    rf"区){{0,4}}领导(?:同志)?|有关负责(?:同志|人)|市直?部门负责人)"
)


@cache
def _leaders() -> re.Pattern[str]:
    return compiled(_LEADERS.pattern.replace("{regions}", "{region}"))


_MENTIONED = re.compile(
    r"总书记|同志为核心|(?:新时代|思想|外交思想|法治思想|生态文明思想)|主席(?:的)?(?:重要|指示)|生前|故居|纪念馆"
)
_ENTRUSTED = re.compile(r"(?:受|代表|转达了?|根据|按照|遵照)[^,。;]{0,40}$")


def split_sentences(folded: str, body: Span) -> Iterator[Span]:
    """Give the sentences: split after 。！？ and at line ends, outer blanks dropped."""
    for line in re.finditer(r"[^\n\r]+", folded[body.start : body.end]):
        offset = body.start + line.start()
        # A sentence without end is cut, so that no text can make the rules slow.
        for match in re.finditer(r"[^。!?]{0,1500}[。!?]+[”)]*|[^。!?]{1,1500}", line[0]):
            words = match[0]
            left = len(words) - len(words.lstrip())
            if words.strip():
                yield Span(offset + match.start() + left, offset + match.start() + len(words.rstrip()))


class Roll:
    """The people of one text, in the order met."""

    def __init__(self, folded: str, body: Span, atlas: Atlas, home: str | None, barred: set[str]) -> None:
        self.folded, self.body, self.atlas, self.home, self.barred = folded, body, atlas, home, barred
        words = folded[body.start : body.end]
        self.named = frozenset(r.name for n in compiled("{region}").findall(words) if (r := atlas.region(n)))
        self.seen: list[str] = []
        self.people: dict[str, Person] = {}
        self.mentioned: dict[str, Mention] = {}

    def read(self) -> None:
        """Walk the sentences and take every person met in a post chain, a list or as a speaker."""
        for sentence in split_sentences(self.folded, self.body):
            self._sentence(sentence)
        self._speakers()
        self._mentions()

    def _heir(self) -> Inheritance:
        return Inheritance(self.atlas, self.home, self.seen, self.named)

    # Chains of posts -------------------------------------------------------------------------------------------------

    def _sentence(self, sentence: Span) -> None:
        folded = self.folded
        start, end = sentence
        scopes = self._lists(sentence)
        heir = self._heir()
        chain: list[Post] = []
        after = start
        stream = iter_posts(folded, start, end)
        post, following = next(stream, None), next(stream, None)
        while post is not None:
            scope = next((region for span, region in scopes if span.start <= post.span.start < span.end), None)
            if chain and not _GLUE.fullmatch(folded[chain[-1].span.end : post.span.start]):
                chain = []
            if not chain:
                between = folded[after : post.span.start]
                follows = bool(re.fullmatch(rf"(?:{_MARKS.pattern})?[、,;和与及以]*", between)) and after > start
                heir.scope = scope or heir.scope
                if not follows and not post.region and scope is None:
                    # A bare post that opens a clause of its own speaks from the publisher's side.
                    heir.previous = (self.home or heir.previous[0], None)
                if scope is not None:
                    heir.previous = (scope, None)
            chain.append(post)
            if following and _GLUE.fullmatch(folded[post.span.end : following.span.start]):
                # Without a mark between them a name may stand there: 董事长郑高清和省水利厅厅长.
                apart = following.span.start > post.span.end
                if apart or name_at(folded, post.span.end, end, strong=False) is None:
                    post, following = following, next(stream, None)
                    continue
            last = self._named(chain, heir, sentence)
            chain = []
            if last is not None and last > post.span.end:
                after = last
                stream = iter_posts(folded, last, end)
                following = next(stream, None)
            elif last is not None:
                after = last
            post, following = following, next(stream, None)

    def _named(self, chain: list[Post], heir: Inheritance, sentence: Span) -> int | None:
        folded, at = self.folded, chain[-1].span.end
        positions = [heir.position(post) for post in chain]
        region = None if chain[-1].many else heir.previous[0]
        while at < sentence.end and folded[at] in " :":
            at += 1
        if beside := _BESIDE.match(folded, at, sentence.end):
            at = beside.end()
        for word in _TITLE_WORDS:
            if folded.startswith(word, at):
                at += len(word)
        name = name_at(folded, at, sentence.end, strong=self._complete(chain))
        if name is None:
            return self._name_before(chain, positions, sentence)
        last = self._take(name, positions, "people.chain", region)
        # 副省长甲、乙和丙: the names of a list share the post; one that is followed by a post of its own does not.
        while True:
            mark = _MARKS.match(folded, last, sentence.end)
            last = mark.end() if mark else last
            glue = re.compile(r"\s*(?:、|和|与|及|以及)\s*").match(folded, last, sentence.end)
            if not glue:
                break
            following = name_at(folded, glue.end(), sentence.end, strong=False) or self._bare(glue.end(), sentence.end)
            if following is None or self._post_starts(following, sentence.end):
                break
            last = self._take(following, positions, "people.chain_list", region)
        return last

    def _complete(self, chain: list[Post]) -> bool:
        first = chain[0]
        return (
            bool(first.region or first.level or first.body)
            or len(chain) > 1
            or bool(re.search(r"[省市县区州盟旗]长$|秘书长$|董事长$", chain[-1].rank))
        )

    def _bare(self, at: int, end: int) -> Span | None:
        """Return a name without a known surname that stands alone between two marks of a list."""
        found = re.compile(rf"([{HAN}]{{2,4}})(?=[、,。;)(]|等|参加|出席|陪同|$)").match(self.folded, at, end)
        if found is None or found[1] in NEVER or self.atlas.region(found[1]) is not None:
            return None
        if find_posts(self.folded, found.start(), found.end()) or re.search(
            r"(?:省|市|县|区|局|厅|委|部|办|公司|集团|中心)$", found[1]
        ):
            return None
        return Span(found.start(), found.end())

    def _post_starts(self, name: Span, end: int) -> bool:
        """Say whether what looks like a name is the head of another post (和秭归县委书记)."""
        stop = re.compile(r"[、,。;:!?()\s]").search(self.folded, name.start, end)
        posts = find_posts(self.folded, name.start, stop.start() if stop else end)
        return bool(posts) and posts[0].span.start < name.end

    def _name_before(self, chain: list[Post], positions: list[Position], sentence: Span) -> int | None:
        """Take 余明巡视员: a name right before the post, at the head of a clause or in a list."""
        post = chain[0]
        match = None
        _, family, _ = shapes()
        begin = post.span.start
        window = self.folded[max(sentence.start, begin - 1) : post.span.end]
        for offset in range(begin, min(begin + 3, post.span.end)):
            found = family.match(self.folded, offset, post.span.end)
            if found and (offset == sentence.start or self.folded[offset - 1] in "、,。;:( "):
                for end in (found.end(), found.end() - 1):
                    inner = find_posts(self.folded, end, post.span.end)
                    clean = self.folded[offset:end] not in NEVER and end - offset >= 2
                    clean = clean and self.atlas.region(self.folded[offset:end]) is None
                    if inner and inner[0].span.start == end and clean:
                        match = (Span(offset, end), inner)
                        break
            if match:
                break
        if match is None:
            match = self._name_between(post, sentence)
        if match is None and begin - 2 >= sentence.start:
            for length in (3, 2):
                offset = begin - length
                if offset < sentence.start or not all_han(self.folded, offset, length, begin):
                    continue
                found = family.match(self.folded, offset, begin)
                clean = offset == sentence.start or self.folded[offset - 1] in "、,。;:( "
                if found and found.end() == begin and clean and self.folded[offset:begin] not in NEVER:
                    match = (Span(offset, begin), [post])
                    break
        if match is None or not window:
            return None
        name, inner = match
        heir = self._heir()
        heir.previous = (self.home, None)
        self._take(name, [heir.position(p) for p in inner], "people.name_first", heir.previous[0])
        return inner[-1].span.end

    def _name_between(self, post: Post, sentence: Span) -> tuple[Span, list[Post]] | None:
        """Take 州交通运输局苏 宁局长: a name between the organisation and the rank."""
        if post.region or post.level or post.body:
            return None
        begin = post.span.start
        before = self.folded[max(sentence.start, begin - 40) : begin]
        one = rf"[{HAN}]"
        found = re.search(rf"(?:(?P<a>{one} {{1,2}}{one}(?: {{1,2}}{one})?)|(?P<b>{one}{{2,3}})) {{0,2}}$", before)
        lengths = (len(found["a"]),) if found and found["a"] else (3, 2)
        edge = begin - (len(before) - len(before.rstrip(" ")))
        for length in lengths:
            start = edge - length
            name = self.folded[start:edge]
            known = name.replace(" ", "") in self.people
            single, _ = surnames()
            if start < sentence.start or name[:1] not in single or name.replace(" ", "") in NEVER:
                continue
            words = re.split(r"[,、。;:!?()]", self.folded[sentence.start : start])[-1].strip()
            region, level, body, _ = split_organisation(words)
            if body or known or (" " in name and not words):
                return Span(start, edge), [Post(post.span, region, level, body, post.rank)]
        return None

    # Lists -----------------------------------------------------------------------------------------------------------

    def _lists(self, sentence: Span) -> list[tuple[Span, str | None]]:
        """Take the names after 某省领导 and return the stretches those lists cover, with their region."""
        folded, scopes = self.folded, []
        # 镇江市:副市长… in minutes: the label of a list speaks for all of it.
        label = compiled(r"(?P<r>{region}|{county})(?:方面|一方|方|代表)?(?:参加|出席|参会)?(?:人员|领导)?\s*:").match(
            folded, *sentence
        )
        if label:
            scopes.append((Span(*sentence), self._heir().full_name(label["r"])))
        # The pattern costs much where there is a region at every sign, and says nothing without one of these words.
        listed = re.compile("领导|负责").search(folded, *sentence)
        for match in _leaders().finditer(folded, *sentence) if listed else ():
            words = match["region"]
            region = self._heir().full_name(words) if words and len(words) > 1 else None
            if words and (len(words) == 1 or words.startswith("我")):
                heir = self._heir()
                region = heir.at_level(words[-1]) or self.home
            stop = re.compile(r"[;。]").search(folded, match.end(), sentence.end)
            until = stop.start() if stop else sentence.end
            scopes.append((Span(match.start(), until), region))
            at = match.end()
            if folded[at : at + 1] in (":", " "):
                at += 1
            while True:
                name = name_at(folded, at, until, strong=False) or self._bare(at, until)
                if name is None or self._post_starts(name, until):
                    break
                last = self._take(name, [], "people.leaders", region)
                mark = _MARKS.match(folded, last, until)
                glue = re.compile(r"\s*(?:、|和|及|以及| )\s*").match(folded, mark.end() if mark else last, until)
                if not glue:
                    break
                at = glue.end()
        return scopes

    # Speakers and mentions -------------------------------------------------------------------------------------------

    def _speakers(self) -> None:
        _, family, _ = shapes()
        verb = r"(?:说|指出|强调|表示|认为|介绍说|要求|代表[^,。;]{2,30}[,对向])"
        for sentence in split_sentences(self.folded, self.body):
            found = family.match(self.folded, *sentence)
            if not found:
                continue
            name = name_at(self.folded, sentence.start, sentence.end, strong=False)
            if (
                name
                and self.folded[name.start : name.end] not in self.people
                and (re.compile(verb).match(self.folded, name.end, sentence.end))
            ):
                self._take(name, [], "people.speaker", None)

    def _mentions(self) -> None:
        """Find every place of every name, from left to right, the longest first: a name inside another is none."""
        lengths = sorted({len(name) for name in self.people}, reverse=True)
        found: dict[str, set[Span]] = {name: set(person.mentions) for name, person in self.people.items()}
        covered = self.body.start
        for at in range(self.body.start, self.body.end):
            for length in lengths:
                name = self.folded[at : at + length]
                if name in found and covered < at + length <= self.body.end:
                    found[name].add(Span(at, at + length))
                    covered = at + length
                    break
        for name, person in self.people.items():
            person.mentions = sorted(found[name])

    def _take(self, name: Span, positions: list[Position], rule: str, region: str | None) -> int:
        words = self.folded[name.start : name.end].replace(" ", "")
        around = self.folded[name.start : name.end + 12]
        if words in self.barred or (_MENTIONED.search(around[: len(words) + 8]) and positions and "总书记" in around):
            self.mentioned.setdefault(
                words, Mention(name=words, kind="mentioned", spans=(name,), rule="people.mentioned")
            )
            return name.end
        first = positions[0].spans[0].start if positions else name.start
        if _ENTRUSTED.search(self.folded[max(self.body.start, first - 45) : first]) and re.search(
            r"^(?:的)?(?:委托|问候|指示|批示|要求|讲话精神)", self.folded[name.end : name.end + 6]
        ):
            self.mentioned.setdefault(
                words, Mention(name=words, kind="mentioned", spans=(name,), rule="people.entrusted")
            )
            return name.end
        person = self.people.setdefault(words, Person(words, rule))
        person.mentions.append(name)
        known = {(p.organisation, p.title) for p in person.positions}
        titles = {p.title for p in person.positions} if rule == "people.name_first" else set()
        person.positions += [p for p in positions if (p.organisation, p.title) not in known and p.title not in titles]
        person.region = person.region or region
        return name.end
