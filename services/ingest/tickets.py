"""A ticket as ingest keeps it, and what about it may be decided on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.events import Contact, Status


@dataclass(frozen=True, slots=True)
class Ticket:
    """The part of a ticket's document that decisions look at.

    `version` guards the document, `ticketversion` counts the facts that ingest stated about it.
    `participants` are the addresses (and numbers) that may add to it without being flagged.
    `continued_by` is the ticket that a participant's message opened after this one was closed.
    """

    id: str
    version: int
    ticketversion: int
    number: str
    status: Status
    channel: str
    mailbox: str
    last_channel: str
    participants: frozenset[str]
    continued_by: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Ticket":
        return cls(
            id=document["_id"],
            version=document["version"],
            ticketversion=document["ticketversion"],
            number=document["number"],
            status=document["status"],
            channel=document["channel"],
            mailbox=document["mailbox"],
            last_channel=document["last_channel"],
            participants=frozenset(document["participants"]),
            continued_by=document.get("continued_by"),
        )

    def knows(self, contact: Contact) -> bool:
        """Whether the contact is one of the ticket's participants."""
        return bool(names_of(contact) & self.participants)


def names_of(contact: Contact) -> frozenset[str]:
    """What a contact is recognised by: e-mail address without regard to case, phone number, visitor's id."""
    names = (contact.email.strip().lower() if contact.email else None, contact.phone, contact.visitor)
    return frozenset(name for name in names if name)
