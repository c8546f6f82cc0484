"""The rules: how far a thing has got by what every side signed, beside what one side says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from yijiang.ledger.fold import Actual, Fold, Mark, Thing

LADDER = ("proposed", "agreed", "planned", "running", "delivered", "verified")
"""The statuses in their order; stalled, dropped and superseded are marked beside it."""

ASIDE = ("stalled", "dropped", "superseded")
MOVING = ("running", "delivered")
_GONE = ("dropped", "superseded")


class Standing(NamedTuple):
    """Where a thing stands: by the rules, and as claimed."""

    status: str
    claimed: str


class Delivery(NamedTuple):
    """When and by which side a thing was first said to be delivered, since it last was not."""

    at: int
    on: str
    side: str


class Rules:
    """Statuses of all things of a fold. One side alone reaches neither `agreed` nor `verified`."""

    def __init__(self, folded: Fold, sides: Sequence[str]) -> None:
        self._sides = tuple(sides)
        self._things = folded.things
        self._causality = folded.causality
        self._projects: dict[str, list[Thing]] = {}
        self._milestones: dict[str, list[Thing]] = {}
        self._evidence: dict[str, list[Thing]] = {}
        for thing in folded.things.values():
            if thing.kind == "project":
                for commitment in dict.fromkeys(thing.fields["commitments"]):
                    self._projects.setdefault(commitment, []).append(thing)
            elif thing.kind == "milestone":
                self._milestones.setdefault(thing.fields["project"], []).append(thing)
            elif thing.kind == "evidence":
                self._evidence.setdefault(thing.fields["of"], []).append(thing)

    def projects(self, commitment: Thing) -> list[Thing]:
        """Return the projects of a commitment."""
        return self._projects.get(commitment.id, [])

    def milestones(self, project: Thing) -> list[Thing]:
        """Return the milestones of a project."""
        return self._milestones.get(project.id, [])

    def evidence(self, thing: Thing) -> list[Thing]:
        """Return the evidence laid down for a thing itself."""
        return self._evidence.get(thing.id, [])

    def sides(self, thing: Thing) -> tuple[str, ...]:
        """Return the sides whose sign-off a thing needs; never fewer than two."""
        if thing.kind == "commitment":
            return tuple(dict.fromkeys(thing.fields["sides"]))
        if thing.kind == "milestone":
            project = self._things.get(thing.fields["project"])
            return self.sides(project) if project is not None and project.kind == "project" else self._sides
        found: dict[str, None] = {}
        if thing.kind == "project":
            for name in thing.fields["commitments"]:
                commitment = self._things.get(name)
                if commitment is not None and commitment.kind == "commitment":
                    found.update(dict.fromkeys(commitment.fields["sides"]))
        return tuple(found) if len(found) > 1 else self._sides

    def agreed(self, thing: Thing) -> bool:
        """Say whether every side of a thing has an owner for it and signed its present content."""
        sides = self.sides(thing)
        # A thing of one side has nobody to agree with.
        return len(sides) > 1 and all(side in thing.owners and "agreed" in thing.signed.get(side, {}) for side in sides)

    def delivery(self, thing: Thing) -> Delivery | None:
        """Return the delivery that one side or more say, if the last word on the thing is that."""
        run = _delivering(thing)
        if not run:
            return None
        return Delivery(run[0].at, run[0].on, run[0].side)

    def accepted(self, evidence: Thing, sides: Iterable[str]) -> tuple[str, ...]:
        """Return the sides, other than the one that laid it down, that accept an evidence nobody rejects."""
        if not all(evidence.accepted.values()):
            return ()
        return tuple(side for side in evidence.accepted if side != evidence.side and side in sides)

    def confirmed(self, indicator: Thing, actual: Actual) -> tuple[str, ...]:
        """Return the sides, other than the one that reports it, that confirmed an actual value.

        A side does by accepting the evidence the value rests on, which it did not lay down itself, when it knew the
        value: an acceptance from before says nothing of a figure that was not there yet.
        """
        evidence = self._things.get(actual.evidence or "")
        of = self._things.get(indicator.fields["of"])
        if evidence is None or evidence.kind != "evidence" or of is None or evidence.fields["kind"] == "statement":
            return ()
        return tuple(
            side
            for side in self.accepted(evidence, self.sides(of))
            if side != actual.side and self._causality.before(actual.hash, evidence.accepted_by[side])
        )

    def signed_after(self, thing: Thing, at: int) -> set[str]:
        """Return the sides that signed a thing as verified after a place in the order of the fold."""
        return {
            side for side, steps in thing.signed.items() if "verified" in steps and steps["verified"].at > at
        } & set(self.sides(thing))

    def verified(self, thing: Thing, at: int, evidence: Iterable[Thing]) -> bool:
        """Say whether a thing delivered at a place in the order has accepted evidence and every side's sign-off."""
        sides = self.sides(thing)
        proven = any(self.accepted(item, sides) for item in evidence)
        return proven and len(sides) > 1 and self.signed_after(thing, at) == set(sides)

    def milestone(self, thing: Thing) -> Standing:
        """Return where a milestone stands."""
        claimed = thing.marks[-1].status if thing.marks else "planned"
        delivery = self.delivery(thing)
        if delivery is None:
            return Standing(claimed, claimed)
        status = "verified" if self.verified(thing, delivery.at, self.evidence(thing)) else "delivered"
        return Standing(status, "verified" if self.signed_after(thing, delivery.at) else "delivered")

    def project(self, thing: Thing) -> Standing:
        """Return where a project stands, from its milestones and what is said of the project itself."""
        milestones = self.milestones(thing)
        return self._whole(thing, milestones, "planned" if milestones else "proposed")

    def commitment(self, thing: Thing) -> Standing:
        """Return where a commitment stands on the ladder: no step above one that has not been reached."""
        milestones = [m for project in self.projects(thing) for m in self.milestones(project)]
        said = self._whole(thing, milestones, "planned" if milestones else "proposed")
        signed = any("agreed" in steps for steps in thing.signed.values())
        claimed = "agreed" if said.claimed == "proposed" and signed else said.claimed
        if said.status in ASIDE:
            return Standing(said.status, claimed)
        if not self.agreed(thing):
            return Standing("proposed", claimed)
        return Standing(said.status if milestones else "agreed", claimed)

    def _whole(self, thing: Thing, milestones: list[Thing], start: str) -> Standing:
        """Return the standing of a thing made of milestones; `start` is where it is when nothing was said."""
        own = thing.marks[-1].status if thing.marks else None
        if own in ASIDE:
            return Standing(own, own)
        live = [(m, self.milestone(m)) for m in milestones]
        live = [(m, standing) for m, standing in live if standing.claimed not in _GONE]
        done = [self.delivery(m) for m, _ in live]
        delivered = [d.at for d in done if d is not None]
        claims = {standing.claimed for _, standing in live} | ({own} if own else set())
        claimed = own if own == "delivered" else start
        if claims & {"running", "delivered", "verified"} and claimed == start:
            claimed = "running"
        if not live or len(delivered) < len(live):
            moving = bool(milestones) and bool(claims & {"running", "delivered", "verified"})
            return Standing("running" if moving else start, claimed)
        evidence = [e for item in [thing, *self.projects(thing), *milestones] for e in self.evidence(item)]
        at = max(delivered)
        claimed = "verified" if self.signed_after(thing, at) else "delivered"
        return Standing("verified" if self.verified(thing, at, evidence) else "delivered", claimed)

    def substantive(self, thing: Thing) -> bool:
        """Say whether there is a substantive outcome: delivered, proven, and confirmed by another side.

        For a milestone: delivered, with evidence other than a statement that a side accepted which did not lay it
        down, and the word of a side other than the one that delivered (it accepted the other's evidence, said
        delivered as well, or signed the milestone as verified), all since the milestone was last amended.
        A commitment or project has one if a milestone has.
        """
        if thing.kind == "commitment":
            return any(self.substantive(project) for project in self.projects(thing))
        if thing.kind == "project":
            return any(self.substantive(milestone) for milestone in self.milestones(thing))
        # Words about what the milestone said before an amendment are not about what it says now.
        run = [mark for mark in _delivering(thing) if mark.at > thing.changed_at]
        if not run:
            return False
        sides = self.sides(thing)
        proofs = [e for e in self.evidence(thing) if e.fields["kind"] != "statement"]
        accepting = {s for e in proofs for s in self.accepted(e, sides) if e.accepted_at[s] > thing.changed_at}
        confirming = (accepting | {mark.side for mark in run} | self.signed_after(thing, run[0].at)) & set(sides)
        return bool(accepting) and bool(confirming - {run[0].side})


def _delivering(thing: Thing) -> list[Mark]:
    """Return the marks that say delivered, since the last that said otherwise."""
    run: list[Mark] = []
    for mark in thing.marks:
        run = [*run, mark] if mark.status == "delivered" else []
    return run
