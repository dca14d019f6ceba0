"""Notify's own copy of a ticket, which comes out the same in whatever order the events arrive."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from services.notify.occasion import Occasion
from shared.envelope import Event, Frozen
from shared.events import (
    Clock,
    Contact,
    Message,
    SlaChanged,
    Status,
    TicketAssigned,
    TicketMessageAdded,
    TicketOpened,
    TicketRedacted,
)

KEPT_MAILS = 10
KEPT_ASSIGNMENTS = 20
KEPT_TEXT = 4000
"""Letters of the first message: what an escalation by SMS or a short mail quotes."""
KEPT_SAID = 8
KEPT_SAID_TEXT = 2000
KEPT_FILES = 20
"""Of the conversation, for agents who work from their mailbox: the last messages, the beginning of each."""


class Opened(Frozen):
    """What is known since the ticket was opened, and does not change here."""

    number: str
    title: str
    language: str | None
    channel: str
    mailbox: str
    status: Status
    requester: Contact
    text: str
    machine: bool
    message: str | None = None


class CustomerMail(Frozen):
    """A mail of the customer, which an answer refers to. `version` orders ingest's facts."""

    version: int
    message_id: str
    references: tuple[str, ...] = ()


class Said(Frozen):
    """A message of the conversation. `version` orders ingest's facts; `by` is an agent or the sender's name."""

    version: int
    at: AwareDatetime
    by: str
    internal: bool
    text: str
    files: tuple[str, ...] = ()
    message: str | None = None


class Assignment(Frozen):
    version: int
    time: AwareDatetime
    team: str
    agent: str | None


class Due(Frozen):
    """The due time of a clock as of `version` of sla's facts; None when it stands still or has ended."""

    version: int
    at: AwareDatetime | None


class Left(Frozen):
    """The address that a nameless visitor left in a later message."""

    version: int
    message: str
    contact: Contact


class Ticket(Frozen):
    """`waiting` came before the ticket was known; `held` are notifications that wait for the due time."""

    id: str
    version: int = 0
    stated: int = 0
    opened: Opened | None = None
    mails: tuple[CustomerMail, ...] = ()
    said: tuple[Said, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    dues: Mapping[Clock, Due] = {}
    waiting: tuple[Occasion, ...] = ()
    held: tuple[str, ...] = ()
    acknowledgement: str | None = None
    redacted: Mapping[str, tuple[str, ...]] = {}
    left: Left | None = None

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> "Ticket":
        return cls.model_validate({**document, "id": document["_id"]})

    def document(self) -> dict[str, Any]:
        """The fields beside id and version."""
        return self.model_dump(exclude={"id", "version"})

    @property
    def addressed(self) -> Opened | None:
        """As it was opened; a visitor without an address has the one that they left since."""
        if self.opened is None or self.left is None:
            return self.opened
        known = self.opened.requester
        if known.email or known.phone or known.visitor != self.left.contact.visitor:
            return self.opened
        return self.opened.model_copy(update={"requester": self.left.contact})

    @property
    def promise(self) -> datetime | None:
        """Until when the customer has a first answer, as far as sla has said so."""
        return self.dues["first_response"].at if "first_response" in self.dues else None

    @property
    def next_due(self) -> datetime | None:
        """What the agent has to keep: the first response, then the resolution."""
        resolution = self.dues["resolution"].at if "resolution" in self.dues else None
        return self.promise or resolution

    def assigned_at(self, time: datetime) -> Assignment | None:
        """Who had the ticket at that time; the first who had it, if nobody is known to have had it yet."""
        before = [assignment for assignment in self.assignments if assignment.time <= time]
        return before[-1] if before else next(iter(self.assignments), None)

    def mail_before(self, version: int) -> CustomerMail | None:
        """The customer's last mail when ingest had stated `version` facts."""
        return next((mail for mail in reversed(self.mails) if mail.version <= version), None)

    def learn(self, event: Event) -> "Ticket":
        """The ticket with what the event says of it, less what was redacted, whichever came first."""
        return self._learned(event)._redacted()

    def _learned(self, event: Event) -> "Ticket":
        match event:
            case TicketOpened(data=opened):
                known = Opened(
                    **opened.model_dump(include=set(Opened.model_fields) - {"message"}),
                    text=opened.message.text[:KEPT_TEXT],
                    machine=event.machine,
                    message=opened.message.id,
                )
                return self._with(opened=known)._with_message(opened.message, version=event.ticketversion)
            case TicketMessageAdded(data=added):
                return self._with_message(added.message, version=event.ticketversion)
            case TicketRedacted(data=gone):
                kinds = {one: {*self.redacted.get(one, ()), *gone.what} for one in gone.messages}
                redacted = {one: tuple(sorted(each)) for one, each in kinds.items()}
                return self._with(redacted={**self.redacted, **redacted})
            case TicketAssigned(data=given):
                found = Assignment(version=event.ticketversion, time=event.time, team=given.team, agent=given.agent)
                return self._with(assignments=_ordered(self.assignments, found)[-KEPT_ASSIGNMENTS:])
            case SlaChanged(data=changed):
                known_due = self.dues.get(changed.clock)
                if known_due is not None and known_due.version >= event.ticketversion:
                    return self
                due = Due(version=event.ticketversion, at=changed.due_at)
                return self._with(dues={**self.dues, changed.clock: due})
        return self

    def _with_message(self, message: Message, *, version: int) -> "Ticket":
        sender = message.sender
        name = message.agent or (sender.name or sender.email or sender.phone if sender else None) or message.author
        said = Said(
            version=version,
            at=message.sent_at,
            by=name,
            internal=message.visibility == "internal",
            text=message.text[:KEPT_SAID_TEXT],
            files=tuple(file.name for file in message.attachments[:KEPT_FILES]),
            message=message.id,
        )
        known = self._with(said=_ordered(self.said, said)[-KEPT_SAID:])
        return known._with_mail(message, version=version)._with_address(message, version=version)

    def _with_address(self, message: Message, *, version: int) -> "Ticket":
        sender = message.sender
        if sender is None or not sender.visitor or not (sender.email or sender.phone) or message.unverified_sender:
            return self
        if self.left is not None and self.left.version >= version:
            return self
        return self._with(left=Left(version=version, message=message.id, contact=sender))

    def _with_mail(self, message: Message, *, version: int) -> "Ticket":
        if message.author != "customer" or message.mail is None or message.mail.message_id is None:
            return self
        mail = CustomerMail(version=version, message_id=message.mail.message_id, references=message.mail.references)
        return self._with(mails=_ordered(self.mails, mail)[-KEPT_MAILS:])

    def _redacted(self) -> "Ticket":
        """Without the texts and the people of messages that were redacted; old copies of messages have no id."""
        if not self.redacted:
            return self
        opened = self.opened
        gone = self.redacted.get(opened.message or "", ()) if opened else ()
        if opened and "text" in gone:
            opened = opened.model_copy(update={"title": "", "text": ""})
        if opened and "contact" in gone:
            opened = opened.model_copy(update={"requester": Contact(language=opened.requester.language)})
        if self.left and "contact" in self.redacted.get(self.left.message, ()):
            return self._with(left=None)._redacted()
        mails = () if "contact" in gone else self.mails
        return self._with(opened=opened, mails=mails, said=tuple(self._without(said) for said in self.said))

    def _without(self, said: Said) -> Said:
        gone = self.redacted.get(said.message, ()) if said.message else ("text", "contact")
        cleared: dict[str, Any] = {"text": ""} if "text" in gone else {}
        cleared |= {"by": ""} if "contact" in gone else {}
        cleared |= {"files": ()} if {"text", "attachments"} & set(gone) else {}
        return said.model_copy(update=cleared) if cleared else said

    def _with(self, **changes: Any) -> "Ticket":
        return self.model_copy(update=changes)


def _ordered(known: tuple[Any, ...], new: Any) -> tuple[Any, ...]:
    others = [item for item in known if item.version != new.version]
    return tuple(sorted([*others, new], key=lambda item: item.version))
