"""The plan in a few lines of plain text, for the command line."""

from __future__ import annotations

from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES
from yijiang.report.choiceviews import robust_view
from yijiang.report.views import assumed_share, first_three, headline, tightest_line, title, transfer_lines
from yijiang.report.wording import (
    Document,
    Names,
    Text,
    joined,
    known,
    money,
    money_range,
    percent,
    say,
    told_in_its_currency,
)
from yijiang.report.yearviews import full_effect

MOST_LINES = 25
#: A gap above this is told: within it, no better package would be told apart.
OPEN_GAP = 1e-3


def summary(document: Document, lang: str) -> str:
    """Return the plan in at most 25 lines: headline, first steps, payments, tightest section, evidence, firmness.

    Parameters
    ----------
    document
        The plan document.
    lang
        "en" or "zh".

    Raises
    ------
    KeyError
        If the document lacks its regions or gains.
    OptionError
        If the language is unknown.
    """
    if lang not in LANGUAGES:
        raise OptionError(f"unknown language {lang!r}; one of: {', '.join(LANGUAGES)}")
    with told_in_its_currency(document):
        return _lines(document, lang)


def _lines(document: Document, lang: str) -> str:
    names = Names(document)
    total = document.get("total") or {}
    lines: list[Text] = [title(document), headline(document)]
    lines.append(
        say(
            "gains.total",
            gain=money(total.get("gain")),
            range=money_range(total.get("low"), total.get("high")),
            alone=money(total.get("alone")),
        )
    )
    lines += full_effect(document)
    for region in document["regions"][:5]:
        entry = document["gains"][region]
        together = money(entry["after_transfer"])
        lines.append(
            say("summary.alone", region=names("regions", region), alone=money(entry.get("alone")), together=together)
        )
    lines += [say("summary.first", name=row["name"], facts=row["facts"]) for row in first_three(document)]
    chosen = [names("projects", p["project"]) for p in document.get("package") or []]
    lines.append(say("summary.package", projects=joined(chosen, "; ") if chosen else say("choice.empty")))
    gap = (document.get("provenance") or {}).get("mip_gap")
    if gap is not None and known(gap) and gap > OPEN_GAP:
        lines.append(say("summary.gap", gap=percent(gap)))
    lines += transfer_lines(document)[:4]
    lines.append(tightest_line(document))
    outside = [v for v in (document.get("outsiders") or {}).values() if known(v)]
    if outside:
        lines.append(say("summary.outsiders", value=money(sum(outside), signed=True)))
    share = assumed_share(document)
    lines.append(say("first.assumed", share=percent(share)) if share is not None else say("first.assumed_unknown"))
    lines += robust_view(document)["lines"]
    lines = [*lines[: MOST_LINES - 1], say("page.range")]
    return "\n".join(line[lang] for line in lines)
