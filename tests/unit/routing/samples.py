"""Events and commands about a ticket, and a small organisation, for the tests of routing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.commands import (
    TicketClaim,
    TicketClaimData,
    TicketClassify,
    TicketClassifyData,
    TicketDecline,
    TicketDeclineData,
    TicketRelease,
    TicketReleaseData,
    TicketTransfer,
    TicketTransferData,
)
from shared.events import (
    Contact,
    Message,
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
from shared.organisation import Agent, Organisation, Team

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def ticket_id(name: object = "ticket") -> str:
    return time_ordered_id(NOW, name)


def _event(model: Any, subject: str, version: int, data: Any) -> Any:
    return model(
        id=derived_id(model.type_name(), subject, version),
        source=f"kartica/{model.owner}",
        subject=subject,
        time=NOW + timedelta(seconds=version),
        correlationid=subject,
        causationid=subject,
        ticketversion=version,
        data=data,
    )


def opened(subject: str | None = None, *, text: str = "Hello.", minute: int = 0, **more: Any) -> TicketOpened:
    at = NOW + timedelta(minutes=minute)
    requester = Contact(name="Iva Novak", email="iva@example.org", tier=more.pop("tier", None), verified=True)
    channel = more.pop("channel", "email")
    message = Message(
        id=derived_id("message", subject, text),
        author="customer",
        channel=channel,
        text=text,
        sent_at=at,
        received_at=at,
    )
    told = {"number": "K-1000017", "mailbox": "support@svetilka.example", "title": "", "language": "en"} | more
    data = TicketOpenedData(channel=channel, requester=requester, message=message, **told)
    return _event(TicketOpened, subject or ticket_id(), 1, data)  # type: ignore[no-any-return]


def status_changed(version: int, previous: Any, status: Any, subject: str | None = None) -> TicketStatusChanged:
    data = TicketStatusChangedData(status=status, previous=previous, reason="test")
    return _event(TicketStatusChanged, subject or ticket_id(), version, data)  # type: ignore[no-any-return]


def escalated(
    version: int, *, team: str | None = None, priority: Any = None, level: int = 1, subject: str | None = None
) -> TicketEscalated:
    data = TicketEscalatedData(
        clock="first_response",
        level=level,
        team=team,
        priority=priority,
        due_at=NOW,
        policy="standard",
        because="first response is overdue",
    )
    return _event(TicketEscalated, subject or ticket_id(), version, data)  # type: ignore[no-any-return]


def _asked(model: Any, key: str, subject: str | None, data: Any, actor: str) -> Any:
    return model.asked(key=key, source="test", time=NOW, subject=subject or ticket_id(), data=data, actor=actor)


def claim(agent: str, subject: str | None = None, *, key: str = "claim", lease: int | None = None) -> TicketClaim:
    data = TicketClaimData(agent=agent, lease_seconds=lease)
    return _asked(TicketClaim, key, subject, data, f"agent:{agent}")  # type: ignore[no-any-return]


def release(agent: str = "ana", subject: str | None = None, *, key: str = "release") -> TicketRelease:
    data = TicketReleaseData(reason="I have to leave")
    return _asked(TicketRelease, key, subject, data, f"agent:{agent}")  # type: ignore[no-any-return]


def decline(agent: str, subject: str | None = None, *, key: str = "decline") -> TicketDecline:
    data = TicketDeclineData(agent=agent, reason="not my field")
    return _asked(TicketDecline, key, subject, data, f"agent:{agent}")  # type: ignore[no-any-return]


def message_added(
    version: int, author: Any, *, agent: str | None = None, internal: bool = False, subject: str | None = None
) -> TicketMessageAdded:
    at = NOW + timedelta(seconds=version)
    message = Message(
        id=derived_id("message", subject, version),
        author=author,
        agent=agent,
        visibility="internal" if internal else "public",
        channel="email",
        text="Thank you.",
        sent_at=at,
        received_at=at,
    )
    return _event(TicketMessageAdded, subject or ticket_id(), version, TicketMessageAddedData(message=message))  # type: ignore[no-any-return]


def transfer(subject: str | None = None, *, key: str = "transfer", **to: Any) -> TicketTransfer:
    data = TicketTransferData(**{"reason": "knows more", **to})
    return _asked(TicketTransfer, key, subject, data, "agent:maja")  # type: ignore[no-any-return]


def correction(subject: str | None = None, *, key: str = "classify", **values: Any) -> TicketClassify:
    data = TicketClassifyData(reason="it is about money", **values)
    return _asked(TicketClassify, key, subject, data, "agent:maja")  # type: ignore[no-any-return]


def agent(capacity: Any = 2, *, skills: object = None, available: bool = True, **more: Any) -> Agent:
    return Agent(
        name="A. Gent",
        email="agent@svetilka.example",
        capacity=capacity,
        skills=skills or (),  # type: ignore[arg-type]
        available=available,
        **more,
    )


def organisation(**agents: Agent) -> Organisation:
    """Teams support (all the agents given, or ana, bojan, gal), technical (cvetka) and management (maja)."""
    first = agents or {"ana": agent(10), "bojan": agent(10), "gal": agent(8, skills={"he"})}
    others = {"cvetka": agent(3), "maja": agent(20)}
    return Organisation(
        default_team="support",
        agents={**first, **others},
        teams={
            "support": Team(title="Support", agents=tuple(first), lead=next(iter(first))),
            "technical": Team(title="Technical", agents=("cvetka",), lead="cvetka"),
            "management": Team(title="Management", agents=("maja",), lead="maja"),
        },
    )
