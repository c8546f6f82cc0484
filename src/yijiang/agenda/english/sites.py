"""The places visited, in English: what follows a verb of visiting and is a thing one can stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yijiang.agenda.english.regions import Map
from yijiang.agenda.records import Site, Span

_VISITS = re.compile(
    r"\b(?:visited|toured|inspected|went to(?: see)?|walked to|drove to|sailed to|stopped at|viewed|called at|were "
    r"shown(?: around)?|saw|were "
    r"taken to|"
    r"paid (?:a |an )?(?:\w+ )?visits? to|made (?:a |an )?(?:\w+ )?visits? to)\s+"
)
_HEADS: tuple[tuple[str, str], ...] = (
    (r"exhibition (?:centre|center|hall)|showroom", "exhibition_centre"),
    (
        r"institute|laborator(?:y|ies)|research (?:centre|center|station)|innovation (?:centre|center)|observatory",
        "research_institute",
    ),
    (r"platform|data (?:centre|center)|control (?:centre|center|room)", "platform"),
    (r"industrial park|chemical park|science park|technology park|business park|zone|base|park", "industrial_park"),
    (r"company|factory|plant|works|shipyard|mill|brewery|winery|farm|group|headquarters|workshop", "company"),
    (
        r"ship lift|locks?|port|harbou?r|terminal|dam|weir|bridge|station|airport|power plant|wharf|quay|depot|"
        r"railway|canal|"
        r"tunnel|pumping station|gauge|dyke|dike|levee|wall",
        "infrastructure",
    ),
    (r"museum|gallery|castle|abbey|monastery|memorial|old town|theatre|church|temple|library|heritage site", "culture"),
    (
        r"wetlands?|nature reserve|reserve|national park|reservoir|lake|treatment plant|waterworks|fish pass|garden",
        "environment",
    ),
    (r"hospital|school|university|college|campus|clinic", "public_service"),
    (r"village|community|neighbou?rhood", "community"),
    (r"centre|center|hub|hall|site|market|street|square|tower|hotel", "other"),
)
_HEAD = re.compile(rf"\b(?:{'|'.join(words for words, _ in _HEADS)})s?\b", re.I)
_STOP = re.compile(
    r"[.;:!?\"(]|,? (?:where|which|who|whose|that|to (?=[a-z])|before|after|during|on (?=[A-Z\d])|in order|while|"
    r"when|as well as a demonstration|"
    r"for (?=a |an |the |talks)|by (?=boat|bus)|and (?=then|were|was|heard|met|held|discussed|learned|spoke|saw|went|"
    r"took))"
)


def find_sites(folded: str, narrative: Sequence[Span], regions: Map) -> list[Site]:
    """Return the places visited, from the writer's own sentences.

    Parameters
    ----------
    folded
        The folded text.
    narrative
        Sentences that no speaker says.
    regions
        The regions of the text; a region itself is no site.
    """
    found: dict[str, Site] = {}
    for sentence in narrative:
        for verb in _VISITS.finditer(folded, *sentence):
            stop = _STOP.search(folded, verb.end(), sentence.end)
            for span in _pieces(folded, verb.end(), stop.start() if stop else sentence.end):
                name = folded[span.start : span.end]
                head = list(_HEAD.finditer(name))
                if not head or regions.region(name) or name in found:
                    continue
                # "The dam at Zagreb" keeps where it lies, "the dam last week" does not keep when.
                tail = re.search(
                    r" (?:last|this|yesterday|today|earlier|later|together|with|twice)\b.*$", name[head[-1].end() :]
                )
                if tail:
                    span = Span(span.start, span.end - len(tail[0]))
                    name = folded[span.start : span.end]
                kind = next(k for words, k in _HEADS if re.search(rf"\b(?:{words})s?\b", head[-1][0], re.I))
                inside = regions.inside(name)
                place = inside[0] if inside else None
                found[name] = Site(name=name, kind=kind, place=place, spans=(span,), rule="english.visit")
    return list(found.values())


def _pieces(folded: str, start: int, end: int) -> list[Span]:
    """Return the parts of a list of places, articles left out."""
    found, at = [], start
    for match in [*re.compile(r", and |, | and (?=(?:the|a|an|its) |[A-Z])").finditer(folded, start, end), None]:
        stop = match.start() if match else end
        article = re.compile(r"\s*(?:(?:the|a|an|its|their|both|also) )?").match(folded, at, stop)
        begin = article.end() if article else at
        close = begin + len(folded[begin:stop].rstrip(" ,"))
        if close > begin:
            found.append(Span(begin, close))
        at = match.end() if match else end
    return found
