"""The command `yijiang agenda`: what was said and agreed, from a report."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from yijiang.cli.common import as_json, progress_line, show
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.agenda import Agenda, Participant, Record, Refusal, Unresolved


def agenda(
    *files: Path,
    json: bool = False,
    lang: Literal["zh", "en", "both"] = "both",
    ner: bool = False,
    llm: str | None = None,
    allow_remote: bool = False,
    model: str | None = None,
) -> int:
    """Read reports or minutes: who met, where, what was said and promised, each with its place in the text.

    Parameters
    ----------
    files
        One or more reports: text, HTML, docx or pdf.
    json
        Print every record with its spans as JSON.
    lang
        Language of the summary.
    ner
        Let the name tagger vote on who is named (pip install 'yijiang[ner]').
    llm
        Address of an OpenAI-compatible endpoint, as http://127.0.0.1:8080/v1: its model's quotes are added as
        unconfirmed. A key is taken from the environment variable YIJIANG_LLM_KEY.
    allow_remote
        Let the body of the report leave this computer.
    model
        The model's name as the endpoint knows it.
    """
    if not files:
        raise OptionError("an agenda needs a file, for example: yijiang agenda report.txt")
    from yijiang.agenda import read_reports
    from yijiang.errors import YijiangError

    failed: list[str] = []
    worst = 0
    with progress_line("agenda") as progress:
        results = []
        done = itertools.count(1)

        def step(name: str) -> None:
            if len(files) > 1:
                progress(f"{next(done)} of {len(files)}: {name}")

        for file, found in read_reports(files, step, ner=ner, llm=llm, allow_remote=allow_remote, model=model):
            if isinstance(found, YijiangError):
                if len(files) == 1:
                    raise found
                failed.append(f"{file}: {found}")
                worst = max(worst, found.exit_status)
                continue
            results.append((file, found))
    if json:
        rows = [{"file": str(file), **found.to_dict()} for file, found in results]
        show(as_json(rows[0] if len(files) == 1 else rows))
    else:
        languages = ("en", "zh") if lang == "both" else (lang,)
        for file, found in results:
            for language in languages:
                show("\n".join(summary(found, str(file), language)) + "\n")
    for line in failed:
        # JSON stays JSON: what failed is told beside it.
        if json:
            sys.stderr.write(line + "\n")
        else:
            show(line)
    return worst


def summary(agenda: Agenda, name: str, lang: str) -> Iterator[str]:
    """Give the lines of a summary in one language; quotes stay in the language of the report.

    Parameters
    ----------
    agenda
        What was read.
    name
        The file's name.
    lang
        "en" or "zh".
    """
    from yijiang.messages import has_message, message

    def say(key: str, **values: object) -> str:
        return message(f"agenda.{key}", lang, **values)

    def word(group: str, code: str | None) -> str:
        key = f"{group}.{code}"
        return message(key, lang) if has_message(key) else str(code or "")

    def mark(record: Record) -> str:
        return f"  [{say('unconfirmed')}]" if record.rule.startswith("model.") else ""

    def why(item: Unresolved | Refusal) -> str:
        # Each rule has one reason, so its name finds the words in the reader's language.
        key = f"agenda.why.{item.rule}"
        return message(key, lang) if has_message(key) else item.why

    unknown = say("unknown")
    yield agenda.title or name
    yield say("source", publisher=agenda.publisher or unknown, published=agenda.published or unknown)
    for side in agenda.sides:
        yield "  " + f"{side.region}: {word('side', side.role or 'equal')}"
    yield from readers(agenda, lang)
    yield say("people", count=len(agenda.participants))
    for person in agenda.participants:
        posts = _posts(agenda, person) or say("no_post")
        yield f"  {person.name}  {person.region or ''}  {posts}{mark(person)}"
    dates = [d for d in agenda.dates if d.kind == "event"]
    for date in dates:
        when = date.start if date.start == date.end else f"{date.start} – {date.end}"
        yield say("date", when=when)
    for meeting in agenda.meetings:
        yield say("meeting", name=meeting.name, date=meeting.date or unknown, place=meeting.place or unknown)
    for site in agenda.sites:
        yield say("site", name=site.name, place=site.place or unknown) + mark(site)
    for area in agenda.areas:
        quotes = "; ".join(" ".join(agenda.quote(span).split()) for span in area.spans)
        yield f"{word('area', area.code)}: {quotes}"
    firm = sum(c.firm for c in agenda.commitments)
    yield say("commitments", count=len(agenda.commitments), firm=firm)
    for promise in agenda.commitments:
        stated = [
            say("owner", value=promise.owner) if promise.owner else None,
            say("deadline", value=promise.deadline) if promise.deadline else None,
            say("amount", value=promise.amount) if promise.amount else None,
        ]
        rest = "; ".join(s for s in stated if s) or say("nothing_stated")
        who = promise.speaker or unknown
        kind, strength = word("commitment", promise.kind), word("strength", promise.strength)
        # A line of the report may end inside a promise.
        yield f"  {promise.id} [{kind}, {strength}] {who}: {' '.join(promise.text.split())}{mark(promise)}"
        yield f"     {rest}"
    if agenda.unresolved:
        yield say("unresolved", count=len(agenda.unresolved))
        for item in agenda.unresolved:
            yield f"  {item.text} ({why(item)})"
    if agenda.refused:
        yield say("refused", count=agenda.notes.get("model_refused", len(agenda.refused)))
        for refusal in agenda.refused:
            yield f"  {refusal.text} ({why(refusal)})"


def _posts(agenda: Agenda, person: Participant) -> str:
    """Return somebody's posts as the report's own language writes them: 湖北省人民政府省长; Mayor, City of Győr."""
    if agenda.language == "zh":
        return "、".join(f"{p.organisation or ''}{p.title or ''}" for p in person.positions)
    return "; ".join(", ".join(part for part in (p.title, p.organisation) if part) for p in person.positions)


def readers(agenda: Agenda, lang: str) -> Iterator[str]:
    """Give the lines that say who read the report beside the rules.

    Parameters
    ----------
    agenda
        What was read.
    lang
        "en" or "zh".
    """
    from yijiang.messages import message

    notes = agenda.notes
    if "vote" in notes:
        tiers = [person.confidence for person in agenda.participants if not person.rule.startswith("model.")]
        yield message("agenda.vote", lang, name=notes["vote"], agreed=tiers.count("A"), count=len(tiers))
    if "model" in notes:
        figures = {name: notes[f"model_{name}"] for name in ("kept", "known", "refused")}
        yield message("agenda.model", lang, name=notes["model"], place=notes["endpoint"], **figures)
