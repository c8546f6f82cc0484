"""The status of a ledger as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yijiang.cli.common import show
from yijiang.messages import LANGUAGES, has_message, message


def say(key: str, **values: object) -> None:
    """Print a short message in both languages on one line."""
    show(" · ".join(message(f"ledger.{key}", lang, **values) for lang in LANGUAGES))


def in_language(text: Any, lang: str) -> str:
    """Return a title that may be there in both languages."""
    return str(text[lang]) if isinstance(text, Mapping) else str(text)


def _outcome(row: Mapping[str, Any], lang: str, names: Mapping[str, Mapping[str, str]]) -> str:
    claimed, verified = row["claimed"], row["verified"]
    values = {"value": f"{claimed['value']:.6g}", "target": f"{row['target']:.6g}"}
    if verified is not None and (verified["value"], verified["on"]) == (claimed["value"], claimed["on"]):
        return message("ledger.outcome_verified", lang, **values)
    return message(
        "ledger.outcome_claimed", lang, side=names.get(claimed["side"], {}).get(lang, claimed["side"]), **values
    )


def summary(state: Mapping[str, Any], lang: str, names: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Give the lines of a ledger's status in one language; what was said stays in its own.

    Parameters
    ----------
    state
        The state as plain values.
    lang
        "en" or "zh".
    names
        Names of sides by language; others stay as they are.
    """

    def say(key: str, **values: object) -> str:
        return message(f"ledger.{key}", lang, **values)

    def word(group: str, code: str) -> str:
        return message(f"{group}.{code}", lang) if has_message(f"{group}.{code}") else code

    def called(sides: Sequence[str]) -> str:
        return comma.join(names.get(side, {}).get(lang, side) for side in sides)

    comma = "、" if lang == "zh" else ", "
    rows = state["commitments"]
    yield say("head", title=state["title"], day=state["as_of"])
    steps = ("proposed", "agreed", "planned", "running", "delivered", "verified", "stalled", "dropped", "superseded")
    counts = {step: sum(row["status"] == step for row in rows) for step in steps}
    named = [f"{word('stage', step)} {count}" for step, count in counts.items() if count]
    yield say(
        "counts",
        said=len(rows),
        stages=comma.join(named) or say("none"),
        substantive=sum(row["substantive"] for row in rows),
        overdue=sum(row["overdue"] for row in rows) + sum(row["overdue"] for row in state["milestones"]),
    )
    for row in rows:
        late = say("late") if row["overdue"] else ""
        yield f"  {row['id']} [{word('area', row['area'])}] {row['text']}"
        if row["claimed"] == "proposed" and not row["owners"]:
            yield f"     {say('untouched')}{late}"
            continue
        status, claimed = word("stage", row["status"]), word("stage", row["claimed"])
        yield f"     {say('standing', status=status, claimed=claimed)}{late}"
        missing = [side for side in row["signed"] if not row["signed"][side]["agreed"]]
        if missing and row["status"] == "proposed":
            yield f"     {say('unsigned', sides=called(missing))}"
        unowned = [side for side in row["signed"] if side not in row["owners"]]
        if unowned:
            yield f"     {say('unowned', sides=called(unowned))}"
    for row in state["projects"]:
        standing = say("standing", status=word("stage", row["status"]), claimed=word("stage", row["claimed"]))
        yield f"  {row['id']} {in_language(row['title'], lang)}: {standing}"
        for part in state["milestones"]:
            if part["project"] == row["id"]:
                status, claimed = word("stage", part["status"]), word("stage", part["claimed"])
                standing = say("standing", status=status, claimed=claimed)
                late = say("late") if part["overdue"] else ""
                yield f"     {part['id']} {in_language(part['title'], lang)}: {standing}{late}"
    aimed = [row for row in state["indicators"] if row["target"] is not None]
    for row in aimed:
        if row["claimed"] is not None:
            unit = in_language(row["unit"], lang)
            title = in_language(row["title"], lang) + (f" ({unit})" if unit else "")
            yield f"  {row['id']} {title}: {_outcome(row, lang, names)}"
    still_open = sum(row["claimed"] is None for row in aimed)
    if still_open:
        yield say("targets_open", count=still_open)
    if state["conflicts"]:
        yield say("conflicts", count=len(state["conflicts"]))
