"""Tells what happened to one ticket, as the events that ingest and routing would publish."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.sla.calendar import Calendar, parse_hours
from services.sla.policy import Policy, ServiceLevels
from shared.envelope import Event
from shared.events import (
    Contact,
    Message,
    Priority,
    Reason,
    Status,
    TicketClassified,
    TicketClassifiedData,
    TicketMessageAdded,
    TicketMessageAddedData,
    TicketOpened,
    TicketOpenedData,
    TicketStatusChanged,
    TicketStatusChangedData,
)
from shared.ids import derived_id, time_ordered_id

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""09:00 in Ljubljana."""


class Story:
    """Each call is the next event; `at` is when it happened."""

    def __init__(self, name: str = "story", *, opened: datetime = MONDAY) -> None:
        self.start = opened
        self.ticket = time_ordered_id(opened, name)
        self.versions = {"ingest": 0, "routing": 0}

    def after(self, **duration: float) -> datetime:
        return self.start + timedelta(**duration)

    def opened(self, *, at: datetime | None = None, channel: str = "email", **more: Any) -> TicketOpened:
        at = at or self.start
        message = self._message("customer", at)
        tier = more.pop("tier", None)
        content = TicketOpenedData(
            number="K-1000017",
            channel=channel,
            mailbox="support@svetilka.example",
            requester=Contact(email="jana@example.org", tier=tier),
            title="The lamp flickers",
            message=message,
            **more,
        )
        return self._event(TicketOpened, "ingest", at, content)

    def classified(
        self,
        *,
        at: datetime | None = None,
        category: str = "general",
        priority: Priority = "normal",
        team: str = "support",
        by: str = "rules",
    ) -> TicketClassified:
        content = TicketClassifiedData(
            category=category, priority=priority, team=team, by=by, reasons=(Reason(rule="r", because="b"),)
        )
        return self._event(TicketClassified, "routing", at or self.start, content)

    def said(
        self, author: str, at: datetime, *, visibility: str = "public", cause: str | None = None, machine: bool = False
    ) -> TicketMessageAdded:
        message = self._message(author, at, visibility=visibility)
        content = TicketMessageAddedData(message=message)
        return self._event(TicketMessageAdded, "ingest", at, content, cause=cause, machine=machine)

    def set(self, status: Status, at: datetime, *, cause: str | None = None) -> TicketStatusChanged:
        content = TicketStatusChangedData(status=status, previous="new", reason="test")
        return self._event(TicketStatusChanged, "ingest", at, content, cause=cause)

    def _message(self, author: str, at: datetime, **more: Any) -> Message:
        return Message.model_validate(
            {
                "id": derived_id(self.ticket, author, at),
                "author": author,
                "channel": "email",
                "text": "Dober dan",
                "sent_at": at,
                "received_at": at,
                **more,
            }
        )

    def _event(
        self, kind: type[Any], source: str, at: datetime, content: Any, cause: str | None = None, machine: bool = False
    ) -> Any:
        self.versions[source] += 1
        version = self.versions[source]
        event_id = derived_id(self.ticket, source, version)
        return kind(
            id=event_id,
            source=f"kartica/{source}",
            subject=self.ticket,
            time=at,
            correlationid=derived_id(self.ticket),
            causationid=cause or derived_id(event_id, "cause"),
            depth=1,
            machine=machine,
            ticketversion=version,
            data=content,
        )


def calendar(
    zone: str = "UTC", *, hours: tuple[str, ...] = ("09:00-17:00",), days: str = "mon tue wed thu fri", **more: Any
) -> Calendar:
    week: Any = {day: [parse_hours(text) for text in hours] for day in days.split()}
    return Calendar(name="desk", zone=ZoneInfo(zone), week=week, **more)


def policy(name: str = "standard", **more: Any) -> Policy:
    content: dict[str, Any] = {
        "name": name,
        "calendar": "24x7",
        "targets": {"first_response": "1h", "resolution": "8h"},
    }
    return Policy.model_validate({**content, **more})


def levels(*policies: Policy, desk: Calendar | None = None) -> ServiceLevels:
    return ServiceLevels(policies or (policy(),), {"desk": desk} if desk else {})


def shuffled(events: list[Event], order: list[int]) -> list[Event]:
    """The events in the order of the indexes, which may repeat some."""
    return [events[at] for at in order]
