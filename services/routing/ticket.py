"""What routing knows of a ticket; a copy with what changed replaces it, never an edit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from shared.envelope import Envelope, Frozen
from shared.events import Priority, Reason, Status

PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
ACTIVE: frozenset[Status] = frozenset({"new", "open"})
"""What an agent has to work on now: it counts as load."""
DONE: frozenset[Status] = frozenset({"resolved", "closed", "spam"})
ENDED: frozenset[Status] = frozenset({"closed", "spam"})


def rank(priority: Priority) -> int:
    """0 for low to 3 for urgent, so that priorities can be compared and sorted by."""
    return PRIORITIES.index(priority)


def highest(priorities: Sequence[Priority | None]) -> Priority:
    return max((priority for priority in priorities if priority is not None), key=rank, default="low")


class Handed(Frozen):
    """The latest escalation that named a team, by sla's own count of its facts."""

    team: str
    version: int
    reason: Reason


class Ticket(Frozen):
    """The document of a ticket. Facts that came before `ticket.opened` wait in it until then.

    `stated` counts the facts that routing has published about it (their `ticketversion`). `decided` is
    the priority by the rules or a person, `raised` the highest that escalations asked for since.
    """

    id: str
    version: int = 0
    stated: int = 0
    opened: bool = False
    number: str = ""
    channel: str = ""
    language: str | None = None
    status: Status = "new"
    status_version: int = -1
    category: str = ""
    decided: Priority | None = None
    raised: Priority | None = None
    handed: Handed | None = None
    team: str = ""
    tags: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    state: Literal["assigned", "queued"] | None = None
    agent: str | None = None
    assigned_at: datetime | None = None
    waiting_since: datetime | None = None
    waiting_because: str | None = None
    entry: int = 0
    hops: int = 0
    cause: dict[str, Any] | None = None

    @property
    def priority(self) -> Priority:
        return highest([self.decided, self.raised])

    @property
    def active(self) -> bool:
        return self.opened and self.status in ACTIVE

    @property
    def waiting(self) -> bool:
        return self.active and self.state == "queued"

    def classification(self) -> tuple[object, ...]:
        """What `ticket.classified` tells: when it changes, one is published."""
        return (self.category, self.priority, self.team, self.tags, self.skills)

    def latest_cause(self) -> Envelope:
        """The event or command that put the ticket into the queue: what takes it out follows from it."""
        return Envelope.model_validate({**(self.cause or {}), "subject": self.id})

    def document(self) -> dict[str, Any]:
        """The fields to store; the last four are derived, for the indexes and for whoever looks."""
        return {
            **self.model_dump(exclude={"id", "version"}),
            "priority": self.priority,
            "rank": rank(self.priority),
            "active": self.active,
            "waiting": self.waiting,
        }


def kept(cause: Envelope) -> dict[str, Any]:
    """The envelope of a cause without its content, for events that follow from it later."""
    return cause.model_dump(include=set(Envelope.model_fields) - {"subject", "datacontenttype"})
