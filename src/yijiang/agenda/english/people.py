"""Who took part, in English: lists of those present, posts before and after names, names with a title or a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from yijiang.agenda.english.layout import Layout
from yijiang.agenda.english.regions import FORM, Map
from yijiang.agenda.english.regions import pattern as regions_pattern
from yijiang.agenda.english.text import FULL, HONORIFIC, NAME, TOKEN, UPPER, sentences
from yijiang.agenda.records import Position, Span
from yijiang.agenda.tree import any_of

_BEFORE = (
    r"(?:(?:deputy|vice|acting|executive|assistant|senior|first|second|third|permanent|under|associate|chief|lead|"
    r"principal|"
    r"party|state|interim|honorary|general|managing|technical|standing|lord|co|former|regional|provincial|municipal|"
    r"county|"
    r"district|city|federal|national|group|project|programme|program)[ -])*"
)
_CORE = (
    r"secretary[ -]general|directors?[ -]general|secretary of state|prime minister|"
    r"head of (?:the )?(?:delegation|division|department|unit|section|office|secretariat|mission|service|cabinet)|"
    r"chief executive(?: officer)?|chief of staff|member of parliament|chair(?:man|woman|person)?|governor|mayor|"
    r"minister|"
    r"secretary|president|premier|director|commissioner|ambassador|engineer|expert|advis[eo]r|officer|manager|"
    r"professor|"
    r"co-?ordinator|representative|councillor|counsellor|chancellor|rector|dean|inspector|administrator|prefect|"
    r"magistrate|"
    r"specialist|analyst|consul|attach[ée]|senator|head|leader|hydrologist|harbou?r master|scientist|researcher|"
    r"planner|"
    r"economist|consultant|superintendent|delegate|spokes(?:man|woman|person)|lecturer|CEO|CFO|CTO|chief"
)
RANK = rf"(?:{_BEFORE}(?:{_CORE}))(?![\w])(?!-general)"
"""A post in words, any case."""

_RANK = re.compile(RANK, re.I)
_LEVELLED = re.compile(r"provincial|municipal|county|district|state", re.I)
_PLACE = rf"(?:{FORM}|{regions_pattern()})"
# Words that begin with a capital and belong to no name of a person.
_NOT_NAME = re.compile(
    r"\b(?:The|In|On|At|Of|And|For|From|To|By|With|Both|Each|Under|After|Before|When|While|This|That|These|Those|All|"
    r"Our|Its|"
    r"Their|His|Her|It|He|She|They|We|You|Mr|Ms|Mrs|Dr|Prof|Ministry|Department|Bureau|Office|Agency|Commission|"
    r"Committee|"
    r"Council|Government|Group|Company|Corporation|Institute|University|Port|River|Lake|Bridge|Park|Centre|Center|Hall|"
    r"Province|Municipality|County|District|Region|State|City|Republic|Delegation|Working|Party|Secretariat|Action|"
    r"Decision|"
    r"Item|Owner|Deadline|Date|Venue|Next|Joint|Water|North|South|East|West|Upper|Lower|Middle|Bank|Street|Road|"
    r"Railway|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|"
    r"Thursday|Friday|Saturday|Sunday)\b"
)
SAYS = (
    r"(?:said|says|stated|noted|stressed|emphasi[sz]ed|added|told|explained|reported|replied|proposed|suggested|"
    r"recommended|"
    r"asked|urged|hoped|called|announced|thanked|welcomed|recalled|expressed|pointed|underlined|declared|confirmed|"
    r"pledged|"
    r"promised|offered|invited|requested|presented|informed|argued|warned|concluded|remarked|observed|volunteered|"
    r"briefed|"
    r"summari[sz]ed|supported|mentioned|outlined|indicated|insisted|reminded|encouraged|wished|reiterated|reaffirmed|"
    r"undertook|undertakes|committed|commits|agreed|praised)"
)
"""Verbs of saying."""


@dataclass(slots=True)
class Person:
    """A person while the text is being read."""

    name: str
    rule: str
    positions: list[Position] = field(default_factory=list)
    mentions: list[Span] = field(default_factory=list)
    region: str | None = None
    host: bool = False
    role: str = "participant"
    listed: bool = False


def _part(words: str, at: int, *, title: str | None, organisation: str | None) -> Position:
    return Position(
        organisation=organisation, title=title, spans=(Span(at, at + len(words)),), rule="english.post", confidence="B"
    )


def posts_in(words: str, at: int) -> list[Position]:
    """Return the posts that the words beside a name state.

    Parameters
    ----------
    words
        The words, without the name.
    at
        Where they begin in the text.

    Examples
    --------
    >>> [(p.title, p.organisation) for p in posts_in("Mayor of Passau and Chair, Danube Council", 0)]
    [('Mayor', 'Passau'), ('Chair', 'Danube Council')]
    """
    found: list[Position] = []
    # Two posts are joined by "and" or ";" in front of another rank.
    for piece in re.finditer(rf"(?i:(?:(?!(?: and|;|,) (?:the )?{RANK}).)+)", words, re.S):
        start = piece.start() + len(re.match(r"(?:[ ,;]|and |\band )*", piece[0])[0])  # type: ignore[index]
        text = words[start : piece.end()].rstrip(" ,;.")
        if not text:
            continue
        if not _RANK.search(text):
            if found and found[-1].organisation is None:
                last = found.pop()
                span = Span(last.spans[0].start, at + start + len(text))
                found.append(Position(organisation=_clean(text), title=last.title, spans=(span,), rule=last.rule))
            continue
        found.append(_post(text, at + start))
    return found


def _post(text: str, at: int) -> Position:
    parts = [p.strip() for p in re.split(r", |\t| - |; ", text) if p.strip()]
    k = next(i for i, p in enumerate(parts) if _RANK.search(p))
    others = [p for i, p in enumerate(parts) if i != k]
    title = re.sub(r"^(?:the|a|an) ", "", parts[k])
    organisation = next((p for p in others if not re.fullmatch(_PLACE, p)), others[0] if others else None)
    of = re.match(rf"(?P<t>.*?(?i:{RANK}))(?: (?:of|for|at|in|with) )(?P<o>.+)$", title)
    if organisation is None and of:
        title, organisation = of["t"], of["o"]
    elif organisation is None:
        # Hubei Governor, Yichang city mayor: the region stands in front of the post.
        lead = re.match(rf"(?P<o>{_PLACE}) (?P<t>.*(?i:{RANK}).*)$", title)
        if lead:
            title, organisation = lead["t"], lead["o"]
    return _part(text, at, title=title, organisation=_clean(organisation) if organisation else None)


def _clean(words: str) -> str:
    return " ".join(re.sub(r"^(?:the|The|of|at|for) ", "", words.strip(" ,;:()")).split())


class Roll:
    """The people of one text, in the order met."""

    def __init__(self, folded: str, parts: Layout, regions: Map) -> None:
        self.folded, self.parts, self.regions = folded, parts, regions
        self.people: dict[str, Person] = {}
        self.within: set[str] = set()
        self.levels: dict[str, set[str]] = {}
        self.barred = {m.name for m in parts.mentions}

    def read(self) -> None:
        """Take everyone in the lists of those present, then in the prose."""
        region: str | None = None
        host = False
        for block in self.parts.blocks:
            if block.kind == "side":
                region, host = block.region and self.regions.add(block.region), block.role == "host"
            elif block.kind == "person":
                self._seat(block.span, region, host=host)
            elif block.kind == "label" and block.value is not None:
                if re.match(r"chair|presiding|co-?chair|moderator", block.key, re.I):
                    self._list(block.value, None, role="chair")
                elif re.match(r"observer", block.key, re.I):
                    self._list(block.value, None, role="observer")
                elif re.match(
                    r"present|attend|participants|attendees|attendance|in attend|members|also|guest", block.key, re.I
                ):
                    self._list(block.value, None)
            if block.kind == "heading" or (block.kind == "label" and not re.match("chair", block.key, re.I)):
                region, host = None, False
        for block in self.parts.blocks:
            if block.kind in ("prose", "item"):
                for sentence in sentences(self.folded, block.span):
                    self._prose(sentence)
        self._mentions()

    # Lists -----------------------------------------------------------------------------------------------------------

    def _list(self, span: Span, region: str | None, role: str = "participant") -> None:
        """Read several people in one line: parted by semicolons, or by commas after brackets or before a title."""
        words = self.folded[span.start : span.end]
        cut = re.compile(rf"; ?|(?<=\)),? (?:and )?(?=\S)|,? (?:and |, )(?={HONORIFIC}{FULL})|, (?={HONORIFIC}{FULL})")
        at = 0
        for match in [*cut.finditer(words), None]:
            end = match.start() if match else len(words)
            self._seat(Span(span.start + at, span.start + end), region, role=role)
            at = match.end() if match else end

    def _seat(self, span: Span, region: str | None, *, host: bool = False, role: str = "participant") -> None:
        words = self.folded[span.start : span.end]
        found = re.match(
            rf"(?:[-*•●▪◦] ?|\(?\d{{1,2}}[.)] |and )?(?:{HONORIFIC})*(?P<n>{NAME})(?P<sep>,|;| - |\t| ?\(|$|"
            rf"\.$)(?P<rest>.*)$",
            words,
        )
        if found is None:
            # Hubei Port Group: Mr Tan Yichen
            found = re.match(rf"(?:[-*•●▪◦] ?)?(?P<rest>[^:]{{3,100}})(?P<sep>: )(?:{HONORIFIC})?(?P<n>{FULL})$", words)
        if found is None or (role == "participant" and not self._is_name(found["n"])):
            return
        at = Span(span.start + found.start("n"), span.start + found.end("n"))
        rest = found["rest"]
        begin = span.start + found.start("rest")
        blank = len(rest) - len(rest.lstrip(" ("))
        rest = rest[blank:].rstrip(" ).")
        posts = posts_in(rest, begin + blank)
        if not posts and rest[:1].isupper():
            # Ada Li (Hubei Port Group): the list says for whom, not as what.
            posts = [_part(rest, begin + blank, title=None, organisation=_clean(rest))]
        person = self._take(at, posts, "english.list")
        if person is not None:
            person.region, person.host, person.listed = person.region or region, person.host or host, True
            person.role = role if person.role == "participant" else person.role

    # Prose -----------------------------------------------------------------------------------------------------------

    def _prose(self, sentence: Span) -> None:
        words = self.folded[sentence.start : sentence.end]
        base = sentence.start
        for match in _POST_NAME.finditer(words):
            if not self._is_name(match["n"]):
                continue
            at = Span(base + match.start("n"), base + match.end("n"))
            post = self._governs(words, match, base)
            chairs = post.organisation is None and re.fullmatch(
                r"(?i:co-?)?(?i:chair(?:man|woman|person)?)", match["rank"]
            )
            person = self._take(at, [] if chairs else [post], "english.post_name")
            if person is not None and chairs:
                person.role = "chair"
        for match in _NAME_POST.finditer(words):
            start = match.start("n") + _lead(match["n"])
            name = words[start : match.end("n")]
            if self._is_name(name) and _RANK.search(match["post"]):
                at = Span(base + start, base + match.end("n"))
                self._take(at, posts_in(match["post"], base + match.start("post")), "english.name_post")
        for match in _TITLED.finditer(words):
            if self._is_name(match["n"]):
                self._take(Span(base + match.start("n"), base + match.end("n")), [], "english.titled")
        speaker = _SPEAKS.match(words)
        if speaker and self._is_name(speaker["n"]):
            self._take(Span(base + speaker.start("n"), base + speaker.end("n")), [], "english.speaker")

    def _governs(self, words: str, match: re.Match[str], base: int) -> Position:
        """Return the post in front of a name: of the region before it, of the words after "of", or of who is led."""
        title = match["rank"]
        start = match.start("place") if match["place"] else match.start("rank")
        after = re.compile(rf" of (?:the )?(?P<r>{_PLACE})").match(words, match.end())
        organisation = match["place"] or match["of"] or (after["r"] if after else None)
        if organisation is None:
            led = re.search(
                rf"(?:(?:from|of) (?:the )?(?P<r>{_PLACE}|{TOKEN}(?: {TOKEN}){{0,2}})|(?P<s>{_PLACE}) (?:\w+ "
                rf")?delegations?),? "
                r"(?:was |is |were )?(?:led|headed) by (?:[^.;]{0,80} and )?(?:the )?(?:its )?$",
                words[: match.start("rank")],
            )
            level = _LEVELLED.match(title)
            named = self._of_level(level[0]) if level else set()
            organisation = (led["r"] or led["s"]) if led else named.pop() if len(named) == 1 else None
        end = match.end("of") if match["of"] else match.end("rank")
        return _part(
            words[start:end], base + start, title=title, organisation=_clean(organisation) if organisation else None
        )

    def _of_level(self, level: str) -> set[str]:
        """Return the regions of the text with a word of level: a county prefect is of the only county named."""
        word = {"provincial": "Province", "municipal": "Municipality"}.get(level.lower(), level.capitalize())
        if word not in self.levels:
            forms = {m[0] for m in re.finditer(FORM, self.folded)}
            self.levels[word] = {form for form in forms if re.search(rf"\b{word}\b", form)}
        return set(self.levels[word])

    def _is_name(self, name: str) -> bool:
        return not (_NOT_NAME.search(name) or _RANK.search(name) or re.fullmatch(_PLACE, name) or name in self.within)

    def _take(self, at: Span, positions: list[Position], rule: str) -> Person | None:
        name = " ".join(self.folded[at.start : at.end].split()).rstrip(".")
        if name in self.barred:
            return None
        at = Span(at.start, at.end - (1 if self.folded[at.end - 1] == "." else 0))
        if name not in self.people:
            self.people[name] = Person(name, rule)
            words = name.split()
            parts = ((i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1) if j - i < len(words))
            self.within |= {" ".join(words[i:j]) for i, j in parts}
        person = self.people[name]
        person.mentions.append(at)
        known = {(p.title or "").casefold() for p in person.positions}
        person.positions += [p for p in positions if (p.title or "").casefold() not in known]
        return person

    def _mentions(self) -> None:
        for match in re.finditer(rf"(?<!\w){any_of(self.people)}(?!\w)", self.folded):
            self.people[match[0]].mentions.append(Span(*match.span()))
        for person in self.people.values():
            person.mentions = sorted(set(person.mentions))

    def voices(self) -> Iterator[tuple[str, Person]]:
        """Give every form that stands for one person: the full name, and a first or last word nobody shares."""
        short: dict[str, set[str]] = {}
        for person in self.people.values():
            tokens = person.name.split()
            for token in {tokens[0], tokens[-1]}:
                short.setdefault(token, set()).add(person.name)
        for person in self.people.values():
            yield person.name, person
        for token, names in short.items():
            if len(names) == 1 and len(token) > 1:
                yield token, self.people[next(iter(names))]


def _lead(name: str) -> int:
    """Return how many characters in front belong to the sentence, not to the name: "In Ada Li" has three."""
    found = re.match(r"(?:(?:The|In|On|At|And|But|Also|When|While|After|Then|Both|With|For) )+", name)
    return found.end() if found else 0


_POST_NAME = re.compile(
    rf"(?:(?P<place>{_PLACE})(?:'s)? )?(?P<rank>(?i:{RANK}))(?: (?:of|for) (?P<of>(?:the )?[{UPPER}][\w'-]*(?: (?:of "
    rf"|for |and |the )?"
    rf"[{UPPER}][\w'-]*){{0,4}}?))?,? (?:{HONORIFIC})?(?P<n>{FULL})(?![\w])"
)
_ORG = r"[^,;.()\"]{2,90}"
_NAME_POST = re.compile(
    rf"(?P<n>{FULL})(?:, | \()(?:who is )?(?P<post>(?:the |a |an )?(?:[\w'&-]+ ){{0,6}}?(?i:{RANK})"
    rf"(?: (?:of|for|at|in|with) {_ORG}?)?(?: and (?i:{RANK})(?: (?:of|for|at|in) {_ORG}?)?)?)"
    rf"(?=[,;.)]|$| (?:{SAYS}|led|headed|chaired|opened|attended|accompanied|took|visited)\b)"
)
_TITLED = re.compile(rf"(?:{HONORIFIC})(?P<n>{FULL})(?!\w)")
_SPEAKS = re.compile(rf"(?P<n>{FULL})(?: (?:also|then))? {SAYS}\b")
