"""What routing knows of a ticket; a copy with what changed replaces it, never an edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from services.routing.assignment.eligibility import Wish
from shared.envelope import Envelope, Frozen
from shared.events import Priority, Reason, Severity, Status

PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
ACTIVE: frozenset[Status] = frozenset({"new", "open"})
"""What an agent has to work on now: it counts as load."""
DONE: frozenset[Status] = frozenset({"resolved", "closed", "spam"})
ENDED: frozenset[Status] = frozenset({"closed", "spam"})
NOT_DUE = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands where a ticket has no due time, so that those that have one come first."""
MOST_EXCLUDED = 50


def rank(priority: Priority) -> int:
    """0 for low to 3 for urgent, so that priorities can be compared and sorted by."""
    return PRIORITIES.index(priority)


def highest(priorities: Sequence[Priority | None]) -> Priority:
    return max((priority for priority in priorities if priority is not None), key=rank, default="low")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in the queue: urgent ones first, then those due first, then those that wait longest."""

    rank: int
    due_at: datetime
    since: datetime
    ticket: str


class Handed(Frozen):
    """The latest escalation that named a team, by sla's own count of its facts."""

    team: str
    version: int
    reason: Reason


class Due(Frozen):
    """When a clock of sla is due, by sla's own count of its facts; None while it is paused or has ended."""

    at: datetime | None
    version: int


class Before(Frozen):
    """Who had the ticket before it was handed over."""

    team: str
    agent: str | None


class Until(Frozen):
    """An agent for a while: of a lease who must act by then, of an offer who must answer by then."""

    agent: str
    until: datetime
    since: datetime


class Ticket(Frozen):
    """The document of a ticket. Facts that came before `ticket.opened` wait in it until then.

    `stated` counts the facts that routing has published about it (their `ticketversion`). `decided` is
    the priority by the rules or a person, `raised` the highest that escalations asked for since.
    `category_by` is who chose the category: rules, model, default or a person. `active_since` is its
    place by age. `needs`, `wants` and `preferred_until` are what it waits for while it is queued.
    `excluded` are not given it automatically; those of them who let an offer pass are `unanswered`, and
    not excluded any more from `ask_again_at` on. `previous` is who had it before the last hand-over.
    `awaits_agent` tells whether the customer had the last word, `spoken` by which of ingest's facts.
    """

    id: str
    version: int = 0
    stated: int = 0
    opened: bool = False
    number: str = ""
    channel: str = ""
    mailbox: str = ""
    language: str | None = None
    customer: str | None = None
    keys: tuple[str, ...] = ()
    status: Status = "new"
    status_version: int = -1
    awaits_agent: bool = True
    spoken: int = -1
    category: str = ""
    category_by: str = ""
    decided: Priority | None = None
    raised: Priority | None = None
    impact: Severity | None = None
    urgency: Severity | None = None
    tier: str | None = None
    handed: Handed | None = None
    team: str = ""
    tags: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    levels: Mapping[str, int] = {}
    prefers: Mapping[str, int] = {}
    state: Literal["assigned", "queued"] | None = None
    agent: str | None = None
    assigned_at: datetime | None = None
    active_since: datetime | None = None
    waiting_since: datetime | None = None
    waiting_because: str | None = None
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    preferred_until: datetime | None = None
    automatic: bool = True
    weight: int = 1
    boosts: int = 0
    boost_at: datetime | None = None
    entry: int = 0
    hops: int = 0
    previous: Before | None = None
    excluded: tuple[str, ...] = ()
    lease: Until | None = None
    offer: Until | None = None
    offers: int = 0
    unanswered: tuple[str, ...] = ()
    ask_again_at: datetime | None = None
    dues: Mapping[str, Due] = {}
    reply_until: datetime | None = None
    redacted: bool = False
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

    @property
    def due_at(self) -> datetime:
        """What is due first: a clock, or the end of the channel's time for answers."""
        times = [due.at for due in self.dues.values()]
        return min((at for at in (*times, self.reply_until) if at is not None), default=NOT_DUE)

    @property
    def rank(self) -> int:
        """That of the priority, and one more for each boost by age."""
        return min(rank(self.priority) + self.boosts, len(PRIORITIES) - 1)

    @property
    def holder(self) -> str | None:
        """Whose load the ticket is: its agent's, or of the one whom it is offered to."""
        if not self.active:
            return None
        return self.offer.agent if self.offer is not None else self.agent

    @property
    def lease_until(self) -> datetime | None:
        """By when its agent has to act to keep it."""
        return None if self.lease is None else self.lease.until

    def place(self, since: datetime) -> Place:
        return Place(self.rank, self.due_at, since, self.id)

    def wish(self, *, sticky: str | None = None) -> Wish:
        """What it asks of whoever gets it."""
        return Wish(
            team=self.team,
            channel=self.channel,
            skills={skill: self.levels.get(skill, 1) for skill in self.skills},
            prefers=self.prefers,
            preferred_until=self.preferred_until,
            keys=frozenset(self.keys),
            excluded=frozenset(self.excluded),
            unanswered=frozenset(self.unanswered),
            sticky=sticky,
        )

    def classification(self) -> tuple[object, ...]:
        """What `ticket.classified` tells: when it changes, one is published."""
        own = (self.category, self.priority, self.team, self.tags, self.skills)
        return (*own, dict(self.levels), dict(self.prefers), self.impact, self.urgency)

    def latest_cause(self) -> Envelope:
        """The event or command that put the ticket into the queue: what takes it out follows from it."""
        return Envelope.model_validate({**(self.cause or {}), "subject": self.id})

    def document(self) -> dict[str, Any]:
        """The fields to store; the last ones are derived, for the indexes and for whoever looks."""
        return {
            **self.model_dump(exclude={"id", "version"}),
            "priority": self.priority,
            "rank": self.rank,
            "due_at": self.due_at,
            "active": self.active,
            "holder": self.holder,
            "waiting": self.waiting,
        }


def without(excluded: tuple[str, ...], agent: str) -> tuple[str, ...]:
    """Those excluded, and the agent too; of many the latest."""
    return (*(one for one in excluded if one != agent), agent)[-MOST_EXCLUDED:]


def kept(cause: Envelope) -> dict[str, Any]:
    """The envelope of a cause without its content, for events that follow from it later."""
    return cause.model_dump(include=set(Envelope.model_fields) - {"subject", "datacontenttype"})
