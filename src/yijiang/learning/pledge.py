"""From a lesson to a pledge: what is promised, from which figure to which by when, as the ledger's own events.

A pledge is three things that hang together: a commitment of the learner, a project that takes over the practice, and
an indicator with baseline and target. The project's `belt_project` names region and indicator, so that the effect can
be found again. The room knows no ledger; whoever has one adds the events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yijiang.errors import OptionError
from yijiang.learning.peers import Lesson
from yijiang.learning.reading import LANGUAGES, Text
from yijiang.messages import has_message, message

Item = tuple[str, dict[str, Any]]
AREAS: Mapping[str, str] = {
    "science": "science_technology",
    "science_innovation": "science_technology",
    "technology": "science_technology",
    "manufacturing": "industry",
    "industry": "industry",
    "park_economy": "industry",
    "agricultural_industrialisation": "agriculture",
    "ecological_protection": "river_protection",
    "protection": "river_protection",
    "river": "river_protection",
    "transport": "integrated_transport",
    "culture": "culture_tourism",
}
"""Topic of an indicator to the area of a commitment; any other topic is `benchmark`: learning from the other."""

_MARK = re.compile(r"learn:([^:]+):([^:]+)")


@dataclass(frozen=True)
class Pledge:
    """A pledge: who learns what from whom, and from which figure to which by when."""

    learner: str
    partner: str
    indicator: str
    baseline: float
    baseline_year: int
    target: float
    year: int
    items: tuple[Item, ...]

    @property
    def id(self) -> str:
        """Id of the commitment; the project and the indicator carry it with an ending."""
        return str(self.items[0][1]["id"])


def target_of(lesson: Lesson, target: float | None, close: float | None) -> float:
    """Return the target: as given, or the baseline moved by a share of the gap to the one ahead.

    Raises
    ------
    OptionError
        Unless exactly one of target and share is given, and the target is better than the baseline.
    """
    line = lesson.line
    own, other = line.figures[lesson.learner], line.figures[lesson.ahead]
    assert own is not None
    assert other is not None
    if (target is None) == (close is None):
        raise OptionError("a pledge needs either a target or the share of the gap to close, and not both")
    if close is not None:
        if not 0 < close <= 1:
            raise OptionError(f"the share of the gap to close must be above 0 and at most 1, not {close:g}")
        target = own + close * (other - own)
    assert target is not None
    better = target > own if line.indicator.better == "high" else target < own
    if not better:
        raise OptionError(f"the target {target:g} is not better than the baseline {own:g} {line.indicator.unit}")
    return float(target)


def _label(key: str, lang: str) -> str:
    return message(key, lang) if has_message(key) else key.partition(".")[2]


def unit_text(unit: str) -> Text:
    """Return the name of a unit in both languages.

    >>> unit_text("patents")["zh"]
    '件'
    """
    return {lang: _label(f"measure.{unit}", lang) for lang in LANGUAGES}


def pledge(
    lesson: Lesson,
    names: Mapping[str, Text],
    sides: Mapping[str, str],
    *,
    year: int,
    target: float | None = None,
    close: float | None = None,
    practice: str | None = None,
) -> Pledge:
    """Return a pledge for a lesson as events of the ledger: commitment, project, indicator.

    Parameters
    ----------
    lesson
        Who may learn what from whom.
    names
        Names of the regions in both languages.
    sides
        Side of the ledger for each of the two regions.
    year
        By when, after the year of the figures.
    target, close
        The figure promised, or the share of the gap to close; one of the two.
    practice
        Key of the practice to take over; the first of the lesson unless given, none where none is reported.

    Raises
    ------
    OptionError
        For a target that is no better than the baseline, a year that is past, or a practice the lesson does not have.
    """
    line = lesson.line
    aim = target_of(lesson, target, close)
    assert line.year is not None
    if year <= line.year:
        raise OptionError(f"the figures are of {line.year}; promise a later year than {year}")
    known = {one.key: one for one in lesson.practices}
    if practice is not None and practice not in known:
        raise OptionError(f"{lesson.ahead} has no practice {practice!r} for this; all: {', '.join(known) or 'none'}")
    taken = known[practice] if practice else next(iter(known.values()), None)
    baseline = line.figures[lesson.learner]
    assert baseline is not None
    values = {
        "baseline": f"{baseline:,.6g}", "target": f"{aim:,.6g}", "year": year, "baseline_year": line.year,
    }  # fmt: skip
    told: dict[str, Text] = {"text": {}, "project": {}, "indicator": {}}
    unit = unit_text(line.indicator.unit)
    for lang in LANGUAGES:
        words = {
            **values, "learner": names[lesson.learner][lang], "ahead": names[lesson.ahead][lang],
            "indicator": line.indicator.name[lang], "unit": unit[lang],
        }  # fmt: skip
        told["text"][lang] = message("learning.pledge_text", lang, **words)
        what = taken.name[lang] if taken else line.indicator.name[lang]
        told["project"][lang] = message("learning.pledge_project", lang, **words, practice=what)
        told["indicator"][lang] = message("learning.pledge_indicator", lang, **words)
    id_ = f"learn-{sides[lesson.learner]}-{line.indicator.key}"
    items: list[Item] = [
        (
            "commitment",
            {
                "id": id_,
                "text": f"{told['text']['zh']} / {told['text']['en']}",
                "kind": "own_pledge",
                "area": AREAS.get(line.indicator.topic, "benchmark"),
                "sides": [sides[lesson.learner], sides[lesson.ahead]],
                "deadline": str(year),
            },
        ),
        (
            "project",
            {
                "id": f"{id_}-practice",
                "title": told["project"],
                "commitments": [id_],
                "belt_project": f"learn:{lesson.learner}:{line.indicator.key}",
            },
        ),
        (
            "indicator",
            {
                "id": f"{id_}-figure",
                "of": f"{id_}-practice",
                "title": told["indicator"],
                "unit": unit,
                "baseline": baseline,
                "baseline_year": line.year,
                "target": aim,
                "year": year,
                "ascending": line.indicator.better == "high",
                "source": "hand",
            },
        ),
    ]
    return Pledge(lesson.learner, lesson.ahead, line.indicator.key, baseline, line.year, aim, year, tuple(items))


def pledged(state: Mapping[str, Any], of: str | None = None) -> list[dict[str, Any]]:
    """Return the pledges a ledger holds: region, indicator, and the row of the figure with its actual values.

    Parameters
    ----------
    state
        The ledger's state as plain values.
    of
        Only the pledge with this id (of its commitment, project or figure).

    Raises
    ------
    OptionError
        If no pledge has the id.

    Examples
    --------
    >>> pledged({"projects": [], "indicators": [], "commitments": []})
    []
    """
    figures: dict[str, list[Mapping[str, Any]]] = {}
    for row in state["indicators"]:
        figures.setdefault(str(row["of"]), []).append(row)
    standing: Mapping[str, Sequence[str]] = {
        str(row["id"]): (str(row["status"]), str(row["claimed"])) for row in state["commitments"]
    }
    found = []
    for project in state["projects"]:
        mark = _MARK.fullmatch(str(project["belt_project"] or ""))
        for row in figures.get(str(project["id"]), []) if mark else []:
            assert mark is not None
            ties = [str(c) for c in project["commitments"]]
            known = {str(project["id"]), str(row["id"]), *ties}
            if of is None or of in known:
                status = next((standing[c] for c in ties if c in standing), ("proposed", "proposed"))
                found.append(
                    {"id": ties[0] if ties else str(project["id"]), "region": mark[1], "indicator": mark[2],
                     "title": project["title"], "figure": row, "status": status[0], "claimed": status[1]}
                )  # fmt: skip
    if of is not None and not found:
        every = ", ".join(row["id"] for row in pledged(state)) or "none"
        raise OptionError(f"the ledger holds no pledge {of!r}; all: {every}")
    return found
