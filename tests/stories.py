"""A ticket's history told by hand, in the words of the field and in the real event classes.

Each call states one event and returns it; `story.events` has all of them in the order in which they
happened::

    story = Story("a lamp", channel="chat")
    story.opens()
    story.is_classified(team="technical")
    story.clock_starts("first_response", minutes=60)
    story.later(minutes=10).agent_answers("ana")

Versions, times, causes and ids come out as the services make them: each owner counts its own facts
about a subject, clocks stand still while they are paused, and the same story gives the same events.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self, TypeVar

from shared.commands import MessageSubmit, MessageSubmitData
from shared.envelope import Envelope, Event
from shared.events import (
    Clock,
    Contact,
    Message,
    MessageSuppressed,
    MessageSuppressedData,
    NotificationFailed,
    NotificationFailedData,
    NotificationSent,
    NotificationSentData,
    NotificationSuppressed,
    NotificationSuppressedData,
    Priority,
    Reason,
    SlaBreached,
    SlaBreachedData,
    SlaChanged,
    SlaChangedData,
    SlaWarned,
    SlaWarnedData,
    Status,
    TicketAssigned,
    TicketAssignedData,
    TicketClassified,
    TicketClassifiedData,
    TicketEscalated,
    TicketEscalatedData,
    TicketMessageAdded,
    TicketMessageAddedData,
    TicketOpened,
    TicketOpenedData,
    TicketStatusChanged,
    TicketStatusChangedData,
)
from shared.ids import derived_id, time_ordered_id

E = TypeVar("E", bound=Event)
MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
MAJA = Contact(name="Maja Žnidaršič", email="maja@example.org", language="sl")


@dataclass(slots=True)
class Timer:
    """A clock of a story; times count around the clock, every day."""

    policy: str
    target: timedelta
    cycle: int
    started: datetime
    elapsed: timedelta = timedelta()
    running: bool = True
    breached: bool = False
    ended: bool = False

    def spent(self, now: datetime) -> timedelta:
        return self.elapsed + (now - self.started if self.running else timedelta())

    def due_at(self, now: datetime) -> datetime:
        return now + self.target - self.spent(now)


@dataclass(slots=True)
class Story:
    """One ticket's history. Name and start make its ids: with the same ones it is the same ticket."""

    name: str
    channel: str = "email"
    requester: Contact = MAJA
    title: str = "The lamp in the hall does not light up"
    language: str | None = "sl"
    now: datetime = MORNING
    events: list[Event] = field(default_factory=list)
    status: Status = "new"
    team: str | None = None
    agent: str | None = None
    clocks: dict[Clock, Timer] = field(default_factory=dict)
    escalations: int = 0
    _versions: dict[str, int] = field(default_factory=dict)
    _ticket: str = ""

    def __post_init__(self) -> None:
        self._ticket = time_ordered_id(self.now, self.name)

    @property
    def ticket(self) -> str:
        """The ticket's id: the subject of its events."""
        return self._ticket

    @property
    def number(self) -> str:
        return f"K-{int(self._ticket.replace('-', '')[-6:], 16):07d}"

    def later(self, **duration: float) -> Self:
        """Lets time pass: `story.later(minutes=5)`."""
        self.now += timedelta(**duration)
        return self

    # --- what ingest states

    def opens(self, *, text: str = "It is dark here.", machine: bool = False) -> TicketOpened:
        opening = TicketOpenedData(
            number=self.number,
            channel=self.channel,
            mailbox=f"support@{self.channel}.svetilka.example",
            requester=self.requester,
            title=self.title,
            language=self.language,
            fields={},
            status=self.status,
            message=self._message("customer", text),
        )
        return self.states(TicketOpened, opening, machine=machine)

    def customer_writes(self, text: str = "Any news?", *, machine: bool = False) -> TicketMessageAdded:
        added = TicketMessageAddedData(message=self._message("customer", text))
        return self.states(TicketMessageAdded, added, machine=machine)

    def agent_answers(self, agent: str = "ana", text: str = "Press the switch twice.") -> TicketMessageAdded:
        """A public answer. It meets no clock by itself: sla says so with `clock_stops`."""
        added = TicketMessageAddedData(message=self._message("agent", text, agent=agent))
        return self.states(TicketMessageAdded, added, actor=f"agent:{agent}")

    def agent_notes(self, agent: str = "ana", text: str = "Third one this week.") -> TicketMessageAdded:
        note = self._message("agent", text, agent=agent, visibility="internal")
        return self.states(TicketMessageAdded, TicketMessageAddedData(message=note), actor=f"agent:{agent}")

    def changes_status(self, status: Status, *, reason: str = "an agent said so") -> TicketStatusChanged:
        changed = TicketStatusChangedData(status=status, previous=self.status, reason=reason)
        self.status = status
        return self.states(TicketStatusChanged, changed)

    # --- what routing states

    def is_classified(
        self,
        category: str = "technical",
        *,
        priority: Priority = "normal",
        team: str = "support",
        tags: Sequence[str] = (),
        by: str = "rules",
    ) -> TicketClassified:
        self.team = team
        reasons = (Reason(rule="lamps", because="the title names a lamp"),)
        kind = TicketClassifiedData(
            category=category, priority=priority, team=team, tags=tuple(tags), by=by, reasons=reasons
        )
        return self.states(TicketClassified, kind)

    def is_assigned(self, agent: str | None, *, team: str | None = None, by: str = "least_loaded") -> TicketAssigned:
        """To an agent, or with None to the queue of the team."""
        to = team or self.team or "support"
        because = f"{agent} has the fewest tickets" if agent else f"nobody of {to} is free"
        place = TicketAssignedData(
            state="assigned" if agent else "queued",
            team=to,
            agent=agent,
            previous_team=self.team,
            previous_agent=self.agent,
            by=by,
            reasons=(Reason(rule=by, because=because),),
        )
        self.team, self.agent = to, agent
        return self.states(TicketAssigned, place)

    # --- what sla states

    def clock_starts(self, clock: Clock, *, minutes: float = 60, policy: str = "standard") -> SlaChanged:
        """The first cycle, or the next one."""
        cycle = self.clocks[clock].cycle + 1 if clock in self.clocks else 1
        self.clocks[clock] = Timer(policy, timedelta(minutes=minutes), cycle, self.now)
        return self._clock(clock, "started", "the ticket was opened")

    def clock_pauses(self, clock: Clock) -> SlaChanged:
        timer = self.clocks[clock]
        timer.elapsed, timer.running = timer.spent(self.now), False
        return self._clock(clock, "paused", "waiting for the customer")

    def clock_resumes(self, clock: Clock) -> SlaChanged:
        timer = self.clocks[clock]
        timer.started, timer.running = self.now, True
        return self._clock(clock, "resumed", "the customer answered")

    def clock_is_retargeted(self, clock: Clock, *, minutes: float, policy: str) -> SlaChanged:
        timer = self.clocks[clock]
        timer.target, timer.policy = timedelta(minutes=minutes), policy
        timer.breached = timer.breached and timer.spent(self.now) >= timer.target
        return self._clock(clock, "retargeted", "the priority changed")

    def clock_ends(self, clock: Clock) -> SlaChanged:
        """Its end is reached: met in time, stopped late."""
        timer = self.clocks[clock]
        late = timer.breached or timer.spent(self.now) > timer.target
        return self._clock_ends(clock, "stopped" if late else "met", "an agent answered")

    def clock_is_cancelled(self, clock: Clock) -> SlaChanged:
        return self._clock_ends(clock, "cancelled", "the ticket is spam")

    def breach_is_withdrawn(self, clock: Clock) -> SlaChanged:
        """An answer that became known late shows that the clock had ended in time."""
        timer = self.clocks[clock]
        timer.elapsed, timer.running = timer.target / 2, False
        return self._clock_ends(clock, "met", "an answer became known late")

    def clock_warns(self, clock: Clock, *, percent: int = 80) -> SlaWarned:
        timer = self.clocks[clock]
        warning = SlaWarnedData(
            clock=clock, cycle=timer.cycle, percent=percent, due_at=timer.due_at(self.now), policy=timer.policy
        )
        return self.states(SlaWarned, warning, actor="system")

    def clock_is_breached(self, clock: Clock) -> SlaBreached:
        """At its due time, to which the story moves if it has not come yet."""
        timer = self.clocks[clock]
        due_at = timer.due_at(self.now)
        self.now = max(self.now, due_at)
        timer.breached = True
        late = int((self.now - due_at).total_seconds())
        breach = SlaBreachedData(
            clock=clock, cycle=timer.cycle, due_at=due_at, late_by_seconds=late, policy=timer.policy
        )
        return self.states(SlaBreached, breach)

    def is_escalated(self, clock: Clock, *, team: str | None = "technical") -> TicketEscalated:
        self.escalations += 1
        timer = self.clocks[clock]
        escalation = TicketEscalatedData(
            clock=clock,
            cycle=timer.cycle,
            level=self.escalations,
            team=team,
            priority="high",
            notify=("lead",),
            due_at=timer.due_at(self.now),
            policy=timer.policy,
            because="the clock was breached",
        )
        return self.states(TicketEscalated, escalation)

    # --- what notify states

    def is_notified(
        self, kind: str = "acknowledgement", *, audience: str = "requester", channel: Literal["email", "sms"] = "email"
    ) -> NotificationSent:
        told = NotificationSentData(**self._notification(kind, audience, channel), provider="smtp")
        return self.states(NotificationSent, told)

    def notifying_fails(
        self, kind: str = "acknowledgement", *, audience: str = "requester", channel: Literal["email", "sms"] = "email"
    ) -> NotificationFailed:
        notification = self._notification(kind, audience, channel)
        told = NotificationFailedData(**notification, provider="smtp", error="550 no such user", attempts=1)
        return self.states(NotificationFailed, told)

    def is_not_notified(
        self, kind: str = "acknowledgement", *, audience: str = "requester", reason: str = "machine"
    ) -> NotificationSuppressed:
        told = NotificationSuppressedData(kind=kind, audience=audience, reason=reason, ticket=self._ticket)
        return self.states(NotificationSuppressed, told)

    # --- how they are stated

    def states(self, kind: type[E], data: Any, *, machine: bool = False, actor: str | None = None) -> E:
        """Any other event, as its owner's next fact about this ticket."""
        version = self._versions.get(kind.owner, 0) + 1
        self._versions[kind.owner] = version
        event = kind.following(
            self._cause(),
            f"{kind.owner} {version}",
            subject=self._ticket,
            time=self.now,
            ticketversion=version,
            data=data,
            machine=machine,
            actor=actor,
        )
        self.events.append(event)
        return event

    def _cause(self) -> Envelope:
        if not self.events:
            wish = MessageSubmitData(channel=self.channel, sender=Contact(), text="It is dark here.", fields={})
            return MessageSubmit.asked(key=derived_id("story", self.name), source="tests", time=self.now, data=wish)
        return self.events[0]  # so that the chain of causes stays short, as it is between services

    def _message(self, author: Literal["customer", "agent"], text: str, **more: Any) -> Message:
        return Message(
            id=derived_id(self._ticket, "message", len(self.events)),
            author=author,
            sender=self.requester if author == "customer" else None,
            channel=self.channel,
            text=text,
            sent_at=self.now,
            received_at=self.now,
            **more,
        )

    def _clock(self, clock: Clock, change: Any, because: str) -> SlaChanged:
        timer = self.clocks[clock]
        moved = SlaChangedData(
            clock=clock,
            cycle=timer.cycle,
            change=change,
            due_at=timer.due_at(self.now) if timer.running else None,
            policy=timer.policy,
            calendar="always",
            target_seconds=int(timer.target.total_seconds()),
            elapsed_seconds=int(timer.spent(self.now).total_seconds()),
            because=because,
        )
        return self.states(SlaChanged, moved)

    def _clock_ends(self, clock: Clock, change: Literal["met", "stopped", "cancelled"], because: str) -> SlaChanged:
        timer = self.clocks[clock]
        timer.elapsed, timer.running, timer.ended = timer.spent(self.now), False, True
        return self._clock(clock, change, because)

    def _notification(self, kind: str, audience: str, channel: str) -> dict[str, Any]:
        return {
            "notification": derived_id(self._ticket, "notification", len(self.events)),
            "kind": kind,
            "audience": audience,
            "channel": channel,
            "to": self.requester.email or "+38640123456",
            "language": self.language or "en",
            "ticket": self._ticket,
        }


def suppressed(name: str, *, channel: str = "email", reason: str = "auto-submitted") -> MessageSuppressed:
    """An input that opened nothing; its subject is the input, not a ticket."""
    story = Story(name, channel=channel)
    return story.states(MessageSuppressed, MessageSuppressedData(channel=channel, reason=reason), machine=True)
