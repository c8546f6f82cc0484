"""The English words that tell an area of cooperation, a facet of it, and what a sentence does."""

from __future__ import annotations

import re
from functools import cache

AREAS: dict[str, str] = {
    "river_protection": (
        r"water quality|phosph\w+|nitr\w+|ammoni\w+|pollut\w+|sewage|wastewater|effluents?|discharges?|clean water|"
        r"water protection|ecolog\w+|wetlands?|biodiversity|fish\w*|sturgeon|waste|treatment plant|"
        r"environment\w*|groundwater|conservation|river restoration|sediments?|border sections?|clean[- ]up|habitats?"
    ),
    "integrated_transport": (
        r"shipping|navigation|fairway|locks?|ports?|harbou?rs?|terminals?|barges?|vessels?|ships?|sailings?|"
        r"containers?|"
        r"railways?|rail|trains?|roads?|highways?|motorways?|bridges?|tunnels?|airports?|flights?|freight|cargo|"
        r"logistics|transport\w*|waterways?|dredg\w+|draughts?|depths?|ferry|ferries|shuttles?|intermodal|carriers?"
    ),
    "industry": (
        r"industr\w+|manufactur\w+|supply chains?|factor(?:y|ies)|enterprises?|companies|firms|invest\w+|trade|"
        r"markets?|capital|financ\w+|industrial parks?|steel|automotive|vehicles?|batter(?:y|ies)|chemicals?|"
        r"suppliers?|"
        r"business(?:es)?"
    ),
    "science_technology": (
        r"research\w*|laborator(?:y|ies)|scien\w+|technolog\w+|universit(?:y|ies)|innovat\w+|instruments?|patents?|"
        r"test (?:track|bed|site)s?|optic\w*|R&D|pilot plants?|know-how|test facilit(?:y|ies)"
    ),
    "culture_tourism": (
        r"cultur\w+|touris\w+|museums?|heritage|visitors?|cruises?|festivals?|exhibitions?|"
        r"cycl(?:e|ing) (?:path|route|trail)s?|monuments?"
    ),
    "agriculture": r"agricultur\w+|farm\w*|crops?|rural|tea|fruits?|grain|livestock|irrigat\w+",
    "health_education": r"health\w*|hospitals?|doctors?|medic\w+|schools?|education|teachers?|students?|vocational",
    "talent": r"training|staff exchanges?|second\w*ments?|traineeships?|internships?|skills",
    "business_environment": r"permits?|licen[cs]\w+|customs|red tape|one-stop|recognition of|procedures?|approvals?",
    "mutual_aid": r"floods?|emergenc\w+|rescue|disasters?|relief|civil protection|drought aid|evacuat\w+|accidents?|"
    "alarm",
}
"""Words per area, the codes of `yijiang.agenda.lexicon`."""

FACETS: dict[str, tuple[tuple[str, str], ...]] = {
    "industry": (
        ("technology", r"technolog\w+"),
        ("industry_chain", r"supply chains?|suppliers?|value chains?"),
        ("market", r"markets?|trade"),
        ("capital", r"capital|invest\w+|funds?|financ\w+"),
        ("parks", r"industrial parks?|zones?"),
    ),
    "science_technology": (
        (
            "facility_sharing",
            r"open\w* (?:its|their|the)? ?\w* ?laborator\w+|shar\w+|instruments?|facilit\w+|test track",
        ),
        ("joint_research", r"joint\w* research|research|joint fund"),
        ("transfer", r"technology transfer|patents?|licen[cs]ing"),
    ),
    "integrated_transport": (
        ("waterway", r"waterways?|locks?|fairway|depths?|draughts?|navigation|dredg\w+|sailings?|barges?"),
        ("port", r"ports?|harbou?rs?|terminals?|containers?|cargo"),
        ("rail", r"railways?|rail|trains?"),
        ("road", r"roads?|highways?|motorways?|bridges?"),
        ("air", r"airports?|flights?"),
    ),
    "river_protection": (
        (
            "water_quality",
            r"water quality|phosph\w+|nitr\w+|ammoni\w+|pollut\w+|monitoring|border sections?|"
            r"treatment plants?|sewage|wastewater",
        ),
        ("compensation", r"compensat\w+"),
        ("fishing_ban", r"fishing ban"),
        ("joint_enforcement", r"inspections?|enforce\w+|patrols?"),
    ),
    "culture_tourism": (("culture", r"cultur\w+|heritage|museums?"), ("tourism", r"touris\w+|visitors?|cruises?")),
}

JOINT = re.compile(
    r"\b(?:joint\w*|together|common\w*|both (?:sides|parties|provinces|cities|countries|regions)|"
    r"the (?:two|three|four|five) (?:sides|parties|provinces|cities|countries|regions|delegations|counties)|each other|"
    r"one another|mutual\w*|shared|cooperat\w+|co-operat\w+|collaborat\w+|coordinat\w+|co-ordinat\w+|the parties)\b",
    re.I,
)
LEARN = re.compile(
    r"\blearn(?:s|ed|t|ing)?\b(?! that)|\bstud(?:y|ied|ies) (?:how|the experience)|\bdraw(?:ing|n)? on the experience|"
    r"\blessons? from|\bfollow(?:ing)? the example",
    re.I,
)
WILL = re.compile(
    r"\b(?:will|would|shall|is ready to|are ready to|was ready to|were ready to|stands? ready to|plans? to|planned to|"
    r"intends? to|intended to|is prepared to|was prepared to|is willing to|was willing to|wants? to|wanted to|"
    r"is going to|was going to|aims? to|aimed to|looks? forward to)\b"
)
OUGHT = re.compile(r"\b(?:should|must|ought to|needs? to|needed to|had to|has to|have to|could|can)\b")
NOT = re.compile(
    r"\b(?:not|cannot|can't|won't|never|no longer|opposed|refused|declined|rejected|unable|without)\b|n't\b", re.I
)
PAST = re.compile(
    r"\b(?:has|have|had) (?:\w+ly )?(?:been \w+|\w+ed|built|spent|sent|become|made|shown|cost|paid)\b|\bago\b"
)
THANKS = re.compile(r"\bthank(?:s|ed)?\b|\bgratitude\b|\bgrateful\b", re.I)
WELCOME = re.compile(r"\bwelcomed (?:the (?:\w+ )?(?:delegat|guest|visitor|participant)|\w+'s delegat)", re.I)
AID_PAST = re.compile(
    r"\b(?:doctors?|medical teams?|help|aid|relief|assistance)\b[^.;]*\b(?:sent|received|in (?:19|20)\d\d)", re.I
)
ATTENDED = re.compile(r"\b(?:took part|attended|were present|accompanied|was present|joined the)\b", re.I)


@cache
def _areas() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(rf"\b(?:{words})\b", re.I)) for code, words in AREAS.items())


def area_of(clause: str) -> str | None:
    """Return the area that the words of a clause speak for most; None where none does.

    >>> area_of("run four sailings a week and invest in terminals"), area_of("The meeting was closed.")
    ('integrated_transport', None)
    """
    best, most = None, 0
    for code, words in _areas():
        score = sum(len(w) for w in {m[0].lower() for m in words.finditer(clause)})
        if score > most:
            best, most = code, score
    return best


def labels_of(sentence: str) -> list[str]:
    """Return every area that a sentence touches, the strongest first."""
    scored = [(sum(len(m[0]) for m in words.finditer(sentence)), code) for code, words in _areas()]
    return [code for score, code in sorted(scored, key=lambda s: -s[0]) if score > 0]


def facets_of(area: str, clause: str) -> tuple[str, ...]:
    """Return the facets of an area that a clause names.

    >>> facets_of("integrated_transport", "a joint depth forecast for the ports")
    ('waterway', 'port')
    """
    return tuple(name for name, words in FACETS.get(area, ()) if re.search(rf"\b(?:{words})\b", clause, re.I))
