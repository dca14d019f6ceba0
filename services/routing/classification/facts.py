"""What the rules look at: the facts of a ticket and of what happened to it, which do not change while they run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from shared.events import Contact, Priority, Severity, Status, TicketOpened

_OLD_CODES = {"iw": "he", "in": "id", "sh": "hr"}

Occasion = Literal["opened", "customer_message", "agent_message", "status", "reopened", "escalated", "rated"]
"""What rules can react to: a ticket's opening, or what happens to it later."""
OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)
LATER = OCCASIONS[1:]


@dataclass(frozen=True, slots=True)
class State:
    """The ticket as it was when something happened to it later."""

    category: str
    priority: Priority
    team: str
    status: Status
    tags: tuple[str, ...] = ()
    assigned: bool = False
    impact: Severity | None = None
    urgency: Severity | None = None
    category_is_given: bool = False
    """By a person: then no rule changes it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of an opening: channel to `at`. Of a later occasion: its own channel, text and attachments, the opening's
    mailbox, language, fields, tier and addresses, and what it tells beside (status, score, level, the ticket)."""

    channel: str
    mailbox: str
    language: str | None
    title: str
    text: str
    fields: Mapping[str, Any]
    tier: str | None
    direction: Literal["inbound", "outbound"] = "inbound"
    addresses: tuple[str, ...] = ()
    attachments: int = 0
    at: datetime | None = None
    previous: Status | None = None
    score: int | None = None
    level: int | None = None
    ticket: State | None = None

    @classmethod
    def of(cls, event: TicketOpened) -> "Facts":
        opened = event.data
        return cls(
            channel=opened.channel,
            mailbox=opened.mailbox,
            language=primary_language(opened.language or opened.requester.language),
            title=opened.title,
            text=opened.message.text,
            fields=opened.fields,
            tier=opened.requester.tier,
            direction=opened.direction,
            addresses=addresses_of(opened.requester),
            attachments=sum(not file.inline for file in opened.message.attachments),
            at=opened.message.received_at,
        )


def addresses_of(person: Contact) -> tuple[str, ...]:
    """A person's e-mail address and telephone number, those that there are."""
    return tuple(address.lower() for address in (person.email, person.phone) if address)


def primary_language(tag: str | None) -> str | None:
    """The language of a BCP 47 tag without region or script: `sl` of `sl-SI`; old codes become new ones."""
    if not tag:
        return None
    code = tag.replace("_", "-").split("-")[0].lower()
    return _OLD_CODES.get(code, code)
