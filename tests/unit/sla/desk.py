"""A desk without a database: takes facts in and lets timers fire, and keeps what was published."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from services.sla import escalation, rules
from services.sla.policy import ServiceLevels
from services.sla.rules import Terms
from services.sla.ticket import Ticket
from shared.change import Change, Update
from shared.envelope import Event
from shared.events import SlaBreached, SlaChanged, SlaWarned, TicketEscalated


class Desk:
    """What handlers, store and timers do together, for one ticket."""

    def __init__(self, ticket: str, levels: ServiceLevels) -> None:
        self.terms = Terms(levels=levels, grace=timedelta(seconds=30))
        self.ticket = Ticket(id=ticket)
        self.published: list[Event] = []
        self.document: dict[str, Any] = {}

    def take(self, events: Iterable[Event], *, now: datetime | None = None) -> list[Event]:
        """Each fact as it comes; what was published because of them."""
        before = len(self.published)
        for event in events:
            self._commit(rules.take_in(self.ticket, event, terms=self.terms, now=now or event.time))
        return self.published[before:]

    def fire(self, now: datetime) -> list[Event]:
        """All that is due at `now`, one after the other; what was published because of it."""
        before = len(self.published)
        for _ in range(100):
            if self.ticket.next_at is None or self.ticket.next_at > now:
                return self.published[before:]
            self._commit(self._due(now))
        raise AssertionError("the timers do not come to an end")

    def told(self) -> list[str]:
        return [spoken(event) for event in self.published]

    def _due(self, now: datetime) -> Change:
        latest = self.ticket.facts.cause
        assert latest is not None
        waited = rules.unclassified_since(self.ticket, self.terms)
        threshold = rules.due(self.ticket, terms=self.terms, now=now)
        key = threshold.key if threshold else "other"
        cause = escalation.timer(self.ticket.id, key, latest=latest, now=now)
        if waited is not None and waited <= now:
            return rules.start_unclassified(self.ticket, cause=cause, terms=self.terms, now=now)
        if threshold is None:
            return rules.review(self.ticket, cause=cause, terms=self.terms, now=now)
        return rules.announce(self.ticket, threshold, cause=cause, terms=self.terms, now=now)

    def _commit(self, change: Change) -> None:
        for write in change.writes:
            assert isinstance(write, Update)
            assert write.version == self.ticket.version
            self.document = {**self.document, **write.set, "_id": write.id, "version": write.version + 1}
            self.document = {key: value for key, value in self.document.items() if key not in write.unset}
            self.ticket = Ticket.stored(self.document)
        self.published += change.events


def spoken(event: Event) -> str:
    match event:
        case SlaChanged(data=told):
            return f"{told.clock} {told.change}"
        case SlaWarned(data=warned):
            return f"{warned.clock} warned {warned.percent}"
        case SlaBreached(data=breached):
            return f"{breached.clock} breached"
        case TicketEscalated(data=escalated):
            return f"{escalated.clock} level {escalated.level}"
    raise AssertionError(event)
