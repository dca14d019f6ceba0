"""A ticket's row: a pure function of the set of its facts, whatever the order in which they arrived."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from services.reporting.clocks import Clock, SlaState, clocks, latest, worst
from services.reporting.facts import Fact
from services.reporting.notifications import Notification, notifications
from services.reporting.redaction import REDACTED, kinds_by_message, without_people
from shared.envelope import Frozen
from shared.events import Priority, Status

OPEN: frozenset[str] = frozenset({"new", "open", "pending_customer", "on_hold"})
OURS: frozenset[str] = frozenset({"new", "open"})
"""The statuses in which the customer waits for us."""
MOST_NOTIFICATIONS = 200
"""A row keeps the latest ones; the counts and the timeline have all."""
DONE: frozenset[str] = frozenset({"resolved", "closed"})


class Requester(Frozen):
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Assignment(Frozen):
    """Who has the ticket, or why nobody does. `unassigned` until routing has said something."""

    state: Literal["assigned", "queued", "unassigned"] = "unassigned"
    by: str | None = None
    because: tuple[str, ...] = ()
    at: datetime | None = None


class Messages(Frozen):
    """How many public messages each side wrote, and how many internal notes there are."""

    customer: int = 0
    agent: int = 0
    notes: int = 0


class Ticket(Frozen):
    """What the lists show and the figures count."""

    id: str
    number: str
    channel: str
    mailbox: str
    direction: str
    title: str
    requester: Requester
    language: str | None
    status: Status
    category: str | None
    priority: Priority | None
    tags: tuple[str, ...]
    team: str | None
    agent: str | None
    assignment: Assignment
    opened_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None = Field(description="since when it is resolved or closed; None while it is neither")
    updated_at: datetime
    waiting_since: datetime | None = Field(description="the customer's oldest message that nobody has answered")
    messages: Messages
    reopened: int
    hops: int = Field(description="hand-overs from one team or agent to another")
    clocks: dict[str, Clock] = Field(description="the current cycle of each clock")
    cycles: tuple[Clock, ...] = Field(description="every cycle of every clock")
    sla_state: SlaState = Field(description="the worst of the current clocks")
    next_due_at: datetime | None = Field(description="the nearest due time of a clock that has not stopped")
    escalation_level: int
    notifications: tuple[Notification, ...]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def fold(facts: Sequence[Fact]) -> Ticket | None:
    """The row of the ticket that all `facts` are about; None as long as its opening is not among them."""
    by_type: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: fact.stated):
        by_type.setdefault(fact.type, []).append(fact)
    openings = by_type.get("ticket.opened.v1")
    if not openings:
        return None
    opening = openings[-1]
    opened = without_people(opening.content, kinds_by_message(by_type.get(REDACTED, ())))
    conversation = _conversation(opening, by_type.get("ticket.message_added.v1", []))
    status = _status(opening, by_type.get("ticket.status_changed.v1", []))
    cycles = clocks(fact for kind in by_type if kind.startswith("sla.") for fact in by_type[kind])
    current = latest(cycles)
    return Ticket(
        id=opening.subject,
        number=opened["number"],
        channel=opened["channel"],
        mailbox=opened["mailbox"],
        direction=opened["direction"],
        title=opened["title"],
        requester=Requester.model_validate(opened["requester"]),
        language=opened["language"],
        **status,
        **_routing(by_type.get("ticket.classified.v1", []), by_type.get("ticket.assigned.v1", [])),
        opened_at=opened["message"]["received_at"],
        **conversation,
        waiting_since=_waiting_since(opening, by_type.get("ticket.message_added.v1", []), status["status"]),
        updated_at=max(fact.time for told in by_type.values() for fact in told),
        clocks=current,
        cycles=cycles,
        sla_state=worst(clock.standing for clock in current.values()),
        next_due_at=_next_due(current.values()) if status["status"] in OPEN else None,
        escalation_level=max((fact.content["level"] for fact in by_type.get("ticket.escalated.v1", [])), default=0),
        notifications=notifications(facts)[-MOST_NOTIFICATIONS:],
    )


def _conversation(opening: Fact, added: Sequence[Fact]) -> dict[str, Any]:
    messages = [fact.content["message"] for fact in (opening, *added)]
    public = [message["author"] for message in messages if message["visibility"] == "public"]
    answers = [message["received_at"] for message in (fact.content["message"] for fact in added if _is_answer(fact))]
    return {
        "messages": Messages(
            customer=public.count("customer"),
            agent=public.count("agent"),
            notes=sum(message["visibility"] == "internal" for message in messages),
        ),
        "first_response_at": min(answers, default=None),
    }


def _waiting_since(opening: Fact, added: Sequence[Fact], status: str) -> datetime | None:
    """Machines do not wait, except the one that opened the ticket."""
    if status not in OURS:
        return None
    answered_at = max((fact.content["message"]["received_at"] for fact in added if _is_answer(fact)), default=None)
    asked = [
        fact.content["message"]["received_at"]
        for fact in (opening, *added)
        if fact.content["message"]["author"] == "customer" and (fact is opening or not fact.machine)
    ]
    return min((at for at in asked if answered_at is None or at > answered_at), default=None)


def _is_answer(fact: Fact) -> bool:
    """Whether a person on our side wrote to the customer."""
    message = fact.content["message"]
    return message["author"] == "agent" and message["visibility"] == "public" and not fact.machine


def _status(opening: Fact, changes: Sequence[Fact]) -> dict[str, Any]:
    resolved_at = None
    for fact in sorted((opening, *changes), key=lambda fact: fact.stated):
        status = fact.content["status"]
        resolved_at = (resolved_at or fact.time) if status in DONE else None
    return {
        "status": status,
        "resolved_at": resolved_at,
        "reopened": sum(fact.content["previous"] in DONE and fact.content["status"] in OPEN for fact in changes),
    }


def _routing(classified: Sequence[Fact], assigned: Sequence[Fact]) -> dict[str, Any]:
    """Both kinds of facts name the team; routing counts them together, so the later one is right."""
    kind = classified[-1].content if classified else {}
    place = assigned[-1].content if assigned else {}
    said = sorted((*classified[-1:], *assigned[-1:]), key=lambda fact: fact.stated)
    return {
        "category": kind.get("category"),
        "priority": kind.get("priority"),
        "tags": tuple(kind.get("tags", ())),
        "team": said[-1].content["team"] if said else None,
        "agent": place.get("agent"),
        "assignment": _assignment(assigned[-1]) if assigned else Assignment(),
        "hops": sum(_is_hop(fact) for fact in assigned),
    }


def _assignment(fact: Fact) -> Assignment:
    told = fact.content
    because = tuple(reason["because"] for reason in told["reasons"])
    return Assignment(state=told["state"], by=told["by"], because=because, at=fact.time)


def _is_hop(fact: Fact) -> bool:
    told = fact.content
    other_team = told["previous_team"] not in (None, told["team"])
    other_agent = told["agent"] is not None and told["previous_agent"] not in (None, told["agent"])
    return other_team or other_agent


def _next_due(current: Iterable[Clock]) -> datetime | None:
    running = (clock.due_at for clock in current if clock.stopped_at is None and clock.state != "paused")
    return min((due_at for due_at in running if due_at is not None), default=None)
