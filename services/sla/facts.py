"""What sla knows of a ticket: facts from events, each kept once, in an order that arrival does not decide."""

from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from shared.envelope import Event, Frozen
from shared.errors import Permanent
from shared.events import (
    Message,
    Priority,
    Status,
    TicketClassified,
    TicketMessageAdded,
    TicketOpened,
    TicketStatusChanged,
)

BY_ESCALATION = "escalation"


class Fact(Frozen):
    """`at` is when it happened, `version` its place among the facts of its source."""

    id: str
    at: datetime
    version: int


class Opening(Fact):
    """The ticket was opened. `at` is when the first message was received, `told_at` when ingest said so."""

    told_at: datetime
    number: str
    direction: Literal["inbound", "outbound"]
    channel: str
    tier: str | None
    status: Status


class Utterance(Fact):
    """A public message of a person; `cause` is what led to it, the same for all that one step did."""

    author: Literal["customer", "agent"]
    cause: str


class StatusSet(Fact):
    status: Status
    cause: str


class Classification(Fact):
    category: str
    priority: Priority
    team: str
    by_escalation: bool


class Cause(Frozen):
    """What the events of timers refer to as their cause."""

    id: str
    at: datetime
    correlationid: str
    depth: int
    machine: bool


class Facts(Frozen):
    """All of a ticket's facts that clocks depend on."""

    opened: Opening | None = None
    messages: tuple[Utterance, ...] = ()
    statuses: tuple[StatusSet, ...] = ()
    classifications: tuple[Classification, ...] = ()
    cause: Cause | None = None

    def including(self, event: Event) -> "Facts":
        """These facts and what `event` says; the same object when it says nothing new."""
        changed = self._told(event)
        if not changed:
            return self
        return self.model_copy(update={**changed, "cause": self._latest(event)})

    def _told(self, event: Event) -> dict[str, Any]:
        match event:
            case TicketOpened() if self.opened is None:
                return {"opened": _opening(event)}
            case TicketMessageAdded() if _is_public_and_human(event, event.data.message):
                return _with("messages", self.messages, _utterance(event))
            case TicketStatusChanged():
                return _with("statuses", self.statuses, _status(event))
            case TicketClassified():
                return _with("classifications", self.classifications, _classification(event))
        return {}

    def _latest(self, event: Event) -> Cause | None:
        """The latest event that is not itself the effect of an escalation.

        Were those counted, each level would deepen the chain of causes until, at depth 8, routing and
        notify took the next one for a loop: the most overdue ticket would be the one nobody hears of.
        """
        if isinstance(event, TicketClassified) and event.data.by == BY_ESCALATION:
            return self.cause
        cause = Cause(
            id=event.id,
            at=instant(event.time),
            correlationid=event.correlationid,
            depth=event.depth,
            machine=event.machine,
        )
        return max(cause, self.cause or cause, key=lambda known: (known.at, known.id))


def instant(at: datetime) -> datetime:
    """In UTC and whole milliseconds, as MongoDB keeps it: what is stored decides as what is not yet."""
    if not 2000 <= at.year < 2200:
        raise Permanent(f"{at.isoformat()} is no time at which a ticket can have been handled")
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


F = TypeVar("F", bound=Fact)


def _with(kind: str, known: tuple[F, ...], fact: F) -> dict[str, Any]:
    if any(fact.id == one.id for one in known):
        return {}
    return {kind: tuple(sorted((*known, fact), key=lambda one: (one.version, one.at, one.id)))}


def _is_public_and_human(event: Event, message: Message) -> bool:
    return message.visibility == "public" and message.author in ("customer", "agent") and not event.machine


def _opening(event: TicketOpened) -> Opening:
    return Opening(
        id=event.id,
        at=instant(event.data.message.received_at),
        told_at=instant(event.time),
        version=event.ticketversion,
        number=event.data.number,
        direction=event.data.direction,
        channel=event.data.channel,
        tier=event.data.requester.tier,
        status=event.data.status,
    )


def _utterance(event: TicketMessageAdded) -> Utterance:
    message = event.data.message
    return Utterance(
        id=event.id,
        at=instant(message.received_at),
        version=event.ticketversion,
        author="agent" if message.author == "agent" else "customer",
        cause=event.causationid,
    )


def _status(event: TicketStatusChanged) -> StatusSet:
    return StatusSet(
        id=event.id,
        at=instant(event.time),
        version=event.ticketversion,
        status=event.data.status,
        cause=event.causationid,
    )


def _classification(event: TicketClassified) -> Classification:
    return Classification(
        id=event.id,
        at=instant(event.time),
        version=event.ticketversion,
        category=event.data.category,
        priority=event.data.priority,
        team=event.data.team,
        by_escalation=event.data.by == BY_ESCALATION,
    )
