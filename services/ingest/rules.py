"""What an input, an agent's reply or a status command comes to: the writes and the events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.ingest import facts, lifecycle
from services.ingest.inputs import Pending
from services.ingest.messages import Arrived, stored
from services.ingest.normalised import Machine
from services.ingest.threading import Join, Known, Open, new_threads
from services.ingest.tickets import Ticket, names_of
from shared.change import NOTHING, Change, Insert, Update, Write
from shared.commands import TicketReply, TicketSetStatus
from shared.envelope import Envelope, Event
from shared.events import (
    Message,
    MessageSuppressed,
    MessageSuppressedData,
    TicketOpened,
    TicketOpenedData,
)
from shared.ids import derived_id


def suppression(machine: Machine | None, *, joins: bool) -> str | None:
    """Why the input opens nothing and joins nothing, or None."""
    if machine is None or machine.kind in ("auto", "bulk"):
        return None
    if machine.kind == "auto_reply":
        return None if joins else f"automatic reply to nothing of ours: {machine.because}"
    return f"{'bounce' if machine.kind == 'bounce' else 'own mail'}: {machine.because}"


def suppress(arrived: Arrived, reason: str, *, cause: Envelope, pending: Pending, at: datetime) -> Change:
    """The input leaves no trace but in the ledger and in one event."""
    data = MessageSuppressedData(
        channel=arrived.origin.channel, reason=reason, message_id=arrived.message.thread.message_id
    )
    event = MessageSuppressed.following(
        cause, "suppressed", time=at, subject=arrived.input, ticketversion=1, data=data, machine=True
    )
    return Change(writes=(_outcome(pending, "suppressed", reason=reason, at=at),), events=(event,))


def open_ticket(
    arrived: Arrived,
    opening: Open,
    *,
    ticket: str,
    number: str,
    known: Known,
    cause: Envelope,
    pending: Pending,
    at: datetime,
) -> Change:
    """A new ticket with its first message."""
    message = arrived.stated()
    data = TicketOpenedData(
        number=number,
        channel=arrived.origin.channel,
        mailbox=arrived.origin.account,
        requester=arrived.message.sender,
        title=arrived.title or number,
        language=arrived.language,
        fields=arrived.message.fields,
        follows=opening.follows.id if opening.follows else None,
        message=message,
    )
    machine = arrived.message.machine is not None
    event = TicketOpened.following(
        cause, "opened", time=at, subject=ticket, ticketversion=1, data=data, actor="customer", machine=machine
    )
    writes: list[Write] = [
        Update("tickets", ticket, 0, _first_state(arrived, opening, data, at=at)),
        Insert("messages", stored(message, ticket=ticket, ticketversion=1, arrived=arrived)),
        facts.noted(event, {"number": number, "because": opening.because}),
        *_threads(arrived, ticket=ticket, known=known, at=at),
        _outcome(pending, "opened", ticket=ticket, number=number, reason=opening.because, at=at),
    ]
    if opening.follows and opening.continues:
        writes.append(Update("tickets", opening.follows.id, opening.follows.version, {"continued_by": ticket}))
    return Change(writes=tuple(writes), events=(event,))


def join_ticket(
    arrived: Arrived, join: Join, *, known: Known, cause: Envelope, pending: Pending, at: datetime
) -> Change:
    """A customer's message in a ticket that is there; it may wake the ticket."""
    ticket, machine = join.ticket, arrived.message.machine
    message = arrived.stated(unverified=join.unverified)
    step = lifecycle.after_customer(ticket.status, machine)
    events = facts.added(ticket, message, step, cause=cause, at=at, actor="customer", machine=machine is not None)
    state: dict[str, Any] = {"updated_at": at}
    if not join.unverified:
        state["participants"] = sorted(ticket.participants | _people(arrived))
        state["last_channel"] = arrived.origin.channel
    return Change(
        writes=(
            facts.advanced(ticket, events, step, state),
            Insert(
                "messages", stored(message, ticket=ticket.id, ticketversion=ticket.ticketversion + 1, arrived=arrived)
            ),
            *(facts.noted(event, {}) for event in events[1:]),
            *_threads(arrived, ticket=ticket.id, known=known, at=at),
            _outcome(pending, "joined", ticket=ticket.id, number=ticket.number, reason=join.because, at=at),
        ),
        events=tuple(events),
    )


def reply(ticket: Ticket, command: TicketReply, *, at: datetime) -> Change:
    """An agent's answer or note, with the status that goes with it, in one step."""
    wanted = command.data
    lifecycle.accepts_reply(ticket.status, wanted.text)
    message = Message(
        id=derived_id("message", "command", command.id),
        author="agent",
        agent=wanted.agent,
        visibility=wanted.visibility,
        channel=ticket.last_channel,
        text=wanted.text,
        sent_at=at,
        received_at=at,
    )
    step = lifecycle.after_reply(ticket.status, public=wanted.visibility == "public", wanted=wanted.status)
    events = facts.added(ticket, message, step, cause=command, at=at, actor=f"agent:{wanted.agent}", machine=False)
    status = step.status if step else ticket.status
    return Change(
        writes=(
            facts.advanced(ticket, events, step, {"updated_at": at}),
            Insert("messages", stored(message, ticket=ticket.id, ticketversion=ticket.ticketversion + 1)),
            *(facts.noted(event, {}) for event in events[1:]),
        ),
        events=tuple(events),
        answer={
            "request": fingerprint(command),
            "ticket": ticket.id,
            "number": ticket.number,
            "message": message.id,
            "status": status,
        },
    )


def set_status(ticket: Ticket, command: TicketSetStatus, *, at: datetime) -> Change:
    """The status that an agent or a system asked for; the same as before is no fact."""
    step = lifecycle.change(ticket.status, command.data.status, command.data.reason)
    answer = {
        "request": fingerprint(command),
        "ticket": ticket.id,
        "number": ticket.number,
        "status": command.data.status,
        "changed": step is not None,
    }
    if step is None:
        return Change(answer=answer)
    event = facts.status_changed(ticket, step, 1, cause=command, at=at, actor=command.actor, machine=False)
    writes = (facts.advanced(ticket, [event], step, {"updated_at": at}), facts.noted(event, {}))
    return Change(writes=writes, events=(event,), answer=answer)


def fingerprint(command: TicketReply | TicketSetStatus) -> str:
    """What was asked, whoever asked and by which way: two requests with one key can be told apart by it."""
    return derived_id("request", command.type, command.subject, command.data.model_dump_json())


def note_fact(event: Event) -> Change:
    """What another service stated about a ticket, for its timeline; it may come before the ticket does."""
    if event.subject is None:
        return NOTHING
    return Change(writes=(facts.noted(event, event.model_dump(mode="json")["data"]),))


def _first_state(arrived: Arrived, opening: Open, data: TicketOpenedData, *, at: datetime) -> Mapping[str, Any]:
    earlier = opening.follows.participants if opening.follows and opening.continues else frozenset()
    return {
        "ticketversion": 1,
        "number": data.number,
        "status": data.status,
        "channel": data.channel,
        "mailbox": data.mailbox,
        "last_channel": data.channel,
        "requester": data.requester.model_dump(),
        "participants": sorted(earlier | _people(arrived)),
        "title": data.title,
        "language": data.language,
        "fields": data.fields,
        "follows": data.follows,
        "mentions": opening.mentions.id if opening.mentions else None,
        "input": arrived.input,
        "opened_at": at,
        "updated_at": at,
    }


def _people(arrived: Arrived) -> frozenset[str]:
    return names_of(arrived.message.sender) | frozenset(arrived.message.thread.copied)


def _threads(arrived: Arrived, *, ticket: str, known: Known, at: datetime) -> list[Write]:
    """The names by which later messages will find the ticket.

    A name that leads elsewhere is taken over when a conversation goes on in a new ticket, or when a
    mail comes in that had only been cited before. Version guards make two inputs of one conversation
    that are decided at the same time notice each other.
    """
    writes: list[Write] = []
    for thread, name, seen in new_threads(arrived.message, arrived.origin):
        there = known.threads.get(thread)
        is_conversation = name == arrived.message.thread.conversation
        if there is None:
            state = {"ticket": ticket, "seen": seen, "name": name[:500], "account": arrived.origin.account, "at": at}
            writes.append(Update("threads", thread, 0, state))
        elif (is_conversation and there.ticket != ticket) or (seen and not there.seen):
            writes.append(Update("threads", thread, there.version, {"ticket": ticket, "seen": True}))
    return writes


def _outcome(
    pending: Pending, state: str, *, at: datetime, reason: str, ticket: str | None = None, number: str | None = None
) -> Update:
    return Update(
        "inputs",
        pending.id,
        pending.version,
        {"state": state, "ticket": ticket, "number": number, "reason": reason, "decided_at": at},
    )
