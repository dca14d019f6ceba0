"""Splitting: some messages of a ticket become a ticket of their own, and later answers to them go there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.ingest.conversation.answers import answer
from services.ingest.conversation.standing import refuse_closed
from services.ingest.conversation.threading import Origin, Thread, answer_thread, message_thread
from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket, names_of
from shared.change import Apply, Change, Update, Write
from shared.commands import TicketSplitOff
from shared.envelope import Event
from shared.errors import Refused
from shared.events import (
    Contact,
    Message,
    TicketOpened,
    TicketOpenedData,
    TicketSplit,
    TicketSplitData,
)

MAX_TITLE = 300


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of the ticket that is split: its messages and the threads of the moved ones.

    The messages are the stored documents of the ticket and of those that were merged into it. `mails`
    are the notifications by which our own messages went out, by the fact that told of the message.
    """

    messages: Sequence[Mapping[str, Any]]
    threads: Mapping[str, Thread]
    mails: Mapping[str, Sequence[str]]

    def names(self, ticket: Ticket, moved: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Every Message-ID of these messages by the id of its thread; of our own, the notification's id."""
        sent = [mail for one in moved for mail in self.mails.get(one.get("event") or "", ())]
        return {**threads_of(ticket, moved), **{answer_thread(mail): mail for mail in sent}}


def threads_of(ticket: Ticket, messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Every Message-ID of these messages by the id of its thread."""
    found = {}
    for message in messages:
        mail = message.get("mail") or {}
        if mail.get("message_id"):
            origin = Origin(message["channel"], message.get("account") or ticket.mailbox)
            found[message_thread(origin, mail["message_id"])] = mail["message_id"]
    return found


def split_off(
    ticket: Ticket, conversation: Conversation, command: TicketSplitOff, *, id: str, number: str, at: datetime
) -> Change:
    """The new ticket with the messages, and the old one without them."""
    refuse_closed(ticket)
    wanted = set(command.data.messages)
    moved = [one for one in conversation.messages if one["_id"] in wanted]
    _check(ticket, conversation, moved, wanted)
    opening = next((one for one in moved if one["author"] == "customer"), moved[0])
    requester = _requester(ticket, opening)
    opened = _opened(ticket, opening, requester, command, id=id, number=number, at=at)
    data = TicketSplitData(
        into=id, into_number=number, messages=tuple(one["_id"] for one in moved), reason=command.data.reason
    )
    split = facts.fact(TicketSplit, ticket, 1, data, cause=command, at=at, actor=command.actor)
    events: list[Event] = [split, opened]
    writes: list[Write] = [
        facts.advanced(ticket, [split], None, {"updated_at": at}),
        Update("tickets", id, 0, _first_state(ticket, opened.data, moved, at=at)),
        *(_moved(message, ticket, id) for message in moved),
        *_leading(ticket, conversation.names(ticket, moved), conversation.threads, to=id, at=at),
        facts.noted(split, {}),
        facts.noted(opened, {"number": number, "because": f"split off {ticket.number}: {command.data.reason}"}),
    ]
    told = answer(command, ticket, into=id, into_number=number, messages=list(data.messages))
    return Change(writes=tuple(writes), events=tuple(events), answer=told)


def _check(ticket: Ticket, conversation: Conversation, moved: Sequence[Mapping[str, Any]], wanted: set[str]) -> None:
    missing = wanted - {one["_id"] for one in moved}
    if missing:
        detail = f"{ticket.number} has no message {', '.join(sorted(missing)[:5])}."
        raise Refused(status=404, title="No such message", detail=detail)
    if len(moved) == len(conversation.messages):
        detail = "Nothing would be left; leave at least one message, or change the ticket's title instead."
        raise Refused(status=422, title="All messages", detail=detail)


def _requester(ticket: Ticket, opening: Mapping[str, Any]) -> Contact:
    """Whoever wrote the first moved message, when they are sure to be who they say; else as it was."""
    sender = opening.get("sender")
    if sender is None or opening.get("unverified_sender") or opening["author"] != "customer":
        return ticket.requester
    return Contact.model_validate(sender)


def _opened(
    ticket: Ticket,
    opening: Mapping[str, Any],
    requester: Contact,
    command: TicketSplitOff,
    *,
    id: str,
    number: str,
    at: datetime,
) -> TicketOpened:
    message = Message.model_validate({**opening, "id": opening["_id"]})
    title = command.data.title or " ".join(message.text.split())[:80] or ticket.title
    data = TicketOpenedData(
        number=number,
        channel=message.channel,
        mailbox=opening.get("account") or ticket.mailbox,
        direction="inbound" if message.author == "customer" else "outbound",
        requester=requester,
        title=title[:MAX_TITLE],
        language=ticket.language,
        fields=dict(ticket.fields),
        customer=ticket.customer
        if requester == ticket.requester
        else next(reversed(opening.get("customers") or []), None),
        split_from=ticket.id,
        message=message,
    )
    return TicketOpened.following(
        command, "opened", time=at, subject=id, ticketversion=1, data=data, actor=command.actor, machine=False
    )


def _first_state(
    ticket: Ticket, data: TicketOpenedData, moved: Sequence[Mapping[str, Any]], *, at: datetime
) -> dict[str, Any]:
    senders = [Contact.model_validate(one["sender"]) for one in moved if one.get("sender")]
    known = [names_of(one) for one in senders if ticket.knows(one)]
    return {
        "ticketversion": 1,
        "number": data.number,
        "status": data.status,
        "channel": data.channel,
        "mailbox": data.mailbox,
        "last_channel": data.channel,
        "direction": data.direction,
        "requester": data.requester.model_dump(),
        "customer": data.customer,
        "participants": sorted(names_of(data.requester).union(*known)),
        "title": data.title,
        "language": data.language,
        "fields": data.fields,
        "follows": None,
        "split_from": ticket.id,
        "split_path": [*dict.fromkeys((ticket.id, *(one["ticket"] for one in moved), *ticket.split_from))],
        "mentions": None,
        "input": None,
        "opened_at": at,
        "updated_at": at,
    }


def _moved(message: Mapping[str, Any], ticket: Ticket, to: str) -> Write:
    """The message is the new ticket's; the old one still shows where it went.

    The version of the ticket that is split guards its messages: two splits can't move the same one.
    """
    gone = {"ticket": message["ticket"], "to": to}
    return Apply("messages", message["_id"], {"$set": {"ticket": to}, "$push": {"moved": gone}})


def _leading(
    ticket: Ticket, names: Mapping[str, str], threads: Mapping[str, Thread], *, to: str, at: datetime
) -> list[Write]:
    """The Message-IDs of what moved lead to the new ticket; those of our own answers become known by it."""
    writes: list[Write] = []
    for thread, name in names.items():
        there = threads.get(thread)
        if there is None:
            state = {"ticket": to, "seen": True, "name": name[:500], "account": ticket.mailbox, "at": at}
            writes.append(Update("threads", thread, 0, state))
        else:
            writes.append(Update("threads", thread, there.version, {"ticket": to, "seen": True}))
    return writes
