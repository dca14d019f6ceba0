"""A ticket's facts as the steps that move its clocks, in the order in which they count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.sla.facts import Classification, Facts, Opening
from services.sla.policy import Attributes, Policy, ServiceLevels
from shared.events import Status

POLICY, BEGAN, REPLY, STATUS = range(4)
"""What counts first of several steps at the same instant: an answer and the status set with it, in this order."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: a policy came into force, the first message came, an answer, a status."""

    at: datetime
    kind: int
    because: str
    policy: Policy | None = None
    status: Status | None = None


def steps(facts: Facts, levels: ServiceLevels) -> list[Step]:
    """All steps; none before the ticket was opened."""
    if facts.opened is None:
        return []
    found = [
        *_policies(facts.opened, facts.classifications, levels),
        *_began(facts.opened, facts),
        *_replies(facts.opened, facts),
        *_statuses(facts.opened, facts),
    ]
    return sorted(found, key=lambda step: (step.at, step.kind))


def _policies(opened: Opening, known: Sequence[Classification], levels: ServiceLevels) -> Iterator[Step]:
    """The first classification holds from the opening on, a later one from when it was made.

    What an escalation changed moves no target: otherwise being late would make the ticket later still.
    """
    told = [one for one in known if not one.by_escalation] or list(known[:1])
    if not told:
        policy = levels.policy_for(Attributes(tier=opened.tier, channel=opened.channel))
        yield Step(opened.at, POLICY, "not classified yet", policy=policy)
    at = opened.at
    for place, one in enumerate(told):
        at = opened.at if place == 0 else max(at, one.at)
        about = Attributes(opened.tier, opened.channel, one.category, one.priority, one.team)
        because = f"category {one.category}, priority {one.priority}, team {one.team}"
        yield Step(at, POLICY, because, policy=levels.policy_for(about))


def _began(opened: Opening, facts: Facts) -> Iterator[Step]:
    """When somebody began to wait for an answer: at the opening, or when the customer answered our message."""
    if opened.direction == "inbound":
        yield Step(opened.at, BEGAN, "the first message came")
        return
    answers = [message.at for message in facts.messages if message.author == "customer"]
    if answers:
        yield Step(max(opened.at, min(answers)), BEGAN, "the customer answered our message")


def _replies(opened: Opening, facts: Facts) -> Iterator[Step]:
    saved = {status.cause: status.at for status in facts.statuses}
    for message in facts.messages:
        if message.author == "agent":
            # Saved in one step with a status: the answer comes first, whatever the stamps say.
            at = min(message.at, saved.get(message.cause, message.at))
            yield Step(max(opened.at, at), REPLY, "an agent answered")


def _statuses(opened: Opening, facts: Facts) -> Iterator[Step]:
    """In the order of ingest's versions; a clock that went back there does not turn it around."""
    at = opened.at
    yield Step(at, STATUS, f"status {opened.status}", status=opened.status)
    for one in facts.statuses:
        at = max(at, one.at)
        yield Step(at, STATUS, f"status {one.status}", status=one.status)
