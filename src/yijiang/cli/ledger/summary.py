"""The status of a ledger as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yijiang.messages import has_message, message


def summary(state: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Give the lines of a ledger's status in one language; what was said stays in its own.

    Parameters
    ----------
    state
        The state as plain values.
    lang
        "en" or "zh".
    """

    def say(key: str, **values: object) -> str:
        return message(f"ledger.{key}", lang, **values)

    def word(group: str, code: str) -> str:
        return message(f"{group}.{code}", lang) if has_message(f"{group}.{code}") else code

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
        status, claimed = word("stage", row["status"]), word("stage", row["claimed"])
        yield f"     {say('standing', status=status, claimed=claimed)}{late}"
        missing = [side for side in row["signed"] if not row["signed"][side]["agreed"]]
        if missing and row["status"] == "proposed":
            yield f"     {say('unsigned', sides=comma.join(missing))}"
        unowned = [side for side in row["signed"] if side not in row["owners"]]
        if unowned:
            yield f"     {say('unowned', sides=comma.join(unowned))}"
    for row in state["projects"]:
        standing = say("standing", status=word("stage", row["status"]), claimed=word("stage", row["claimed"]))
        yield f"  {row['id']} {row['title']}: {standing}"
        for part in state["milestones"]:
            if part["project"] == row["id"]:
                status, claimed = word("stage", part["status"]), word("stage", part["claimed"])
                standing = say("standing", status=status, claimed=claimed)
                late = say("late") if part["overdue"] else ""
                yield f"     {part['id']} {part['title']}: {standing}{late}"
    if state["conflicts"]:
        yield say("conflicts", count=len(state["conflicts"]))
