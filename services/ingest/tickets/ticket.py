"""A ticket as ingest keeps it, and what about it may be decided on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.events import Contact, Status


@dataclass(frozen=True, slots=True)
class Ticket:
    """The part of a ticket's document that decisions look at.

    `version` guards the document, `ticketversion` counts the facts that ingest stated about it.
    `participants` are the addresses (and numbers) that may add to it without being flagged.
    `continued_by` is the ticket that a participant's message opened after this one was closed.
    `merged_into` is the ticket in which its conversation goes on, and `restored` the status that a
    taken back merge gives it again. `guests` are the participants of tickets that were merged into
    this one, by those tickets' ids: they may add to it while the merge holds. `split_from` are the
    tickets whose messages it took over, and those that they had been split from. `resolutions` counts how
    often it was resolved. `blocking` are the numbers of its open parts that hold up its resolution.
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
    title: str = ""
    requester: Contact = field(default_factory=Contact)
    language: str | None = None
    customer: str | None = None
    direction: str = "inbound"
    fields: Mapping[str, Any] = field(default_factory=dict)
    phase: str | None = None
    resolved_at: datetime | None = None
    resolutions: int = 0
    snoozed_until: datetime | None = None
    merged_into: str | None = None
    restored: Status | None = None
    split_from: tuple[str, ...] = ()
    guests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent: str | None = None
    children: int = 0
    ratings: Mapping[str, Any] = field(default_factory=dict)
    blocking: tuple[str, ...] = ()
    ways: tuple[Mapping[str, Any], ...] = ()

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
            title=document.get("title") or "",
            requester=Contact.model_validate(document.get("requester") or {}),
            language=document.get("language"),
            customer=document.get("customer"),
            direction=document.get("direction") or "inbound",
            fields=document.get("fields") or {},
            phase=document.get("phase"),
            resolved_at=document.get("resolved_at"),
            resolutions=document.get("resolutions") or 0,
            snoozed_until=document.get("snoozed_until"),
            merged_into=document.get("merged_into"),
            restored=document.get("restored"),
            split_from=tuple(document.get("split_path") or ()),
            guests={name: tuple(people) for name, people in (document.get("guests") or {}).items()},
            parent=document.get("parent"),
            children=document.get("children") or 0,
            ratings=document.get("ratings") or {},
            ways=tuple(document.get("ways") or ()),
        )

    def knows(self, contact: Contact) -> bool:
        """Whether the contact is one of the ticket's participants, or of one that was merged into it."""
        names = names_of(contact)
        return bool(names & self.participants) or any(not names.isdisjoint(people) for people in self.guests.values())


def names_of(contact: Contact) -> frozenset[str]:
    """What a contact is recognised by: e-mail address without regard to case, phone number, ids of channels."""
    names = (contact.email.strip().lower() if contact.email else None, contact.phone, contact.visitor)
    ids = (f"{one.kind}:{one.value}" for one in contact.identities if one.verified_by)
    return frozenset(name for name in (*names, *ids) if name)
