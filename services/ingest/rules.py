"""What an input, an agent's reply or a status command comes to: the writes and the events."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.ingest.conversation import handoff, lifecycle, subjects, thanks, ways
from services.ingest.conversation.answers import answer
from services.ingest.conversation.changing import stated
from services.ingest.conversation.children import refuse_while_open
from services.ingest.conversation.mentions import mentioned
from services.ingest.conversation.policy import Policy
from services.ingest.conversation.standing import refuse_merged
from services.ingest.conversation.threading import Join, Known, Open, Thread, new_threads
from services.ingest.inbox.inputs import Pending
from services.ingest.mail.bounces.events import bounced, counted
from services.ingest.normalised import File, Machine
from services.ingest.tickets import facts
from services.ingest.tickets.messages import Arrived, attached, stored
from services.ingest.tickets.ticket import Ticket, names_of
from shared.change import NOTHING, Change, Insert, Update, Write
from shared.commands import TicketOpenData, TicketReply, TicketReplyData, TicketSetStatus
from shared.envelope import Envelope, Event
from shared.events import (
    Message,
    MessageSuppressed,
    MessageSuppressedData,
    TicketOpened,
    TicketOpenedData,
    TicketThanked,
    TicketThankedData,
)
from shared.ids import derived_id

DEFAULTS = Policy()


def suppression(machine: Machine | None, *, joins: bool) -> str | None:
    """Why the input opens nothing and joins nothing, or None."""
    if machine is None or machine.kind in ("auto", "bulk"):
        return None
    if machine.kind == "auto_reply":
        return None if joins else f"automatic reply to nothing of ours: {machine.because}"
    return f"{'own mail' if machine.kind == 'own' else machine.kind}: {machine.because}"


def suppress(arrived: Arrived, reason: str, *, cause: Envelope, pending: Pending, at: datetime) -> Change:
    """The input leaves no trace but in the ledger, in one event, and in one per recipient of a delivery report."""
    reason = counted(reason, arrived)
    data = MessageSuppressedData(
        channel=arrived.origin.channel, reason=reason, message_id=arrived.message.thread.message_id
    )
    event = MessageSuppressed.following(
        cause, "suppressed", time=at, subject=arrived.input, ticketversion=1, data=data, machine=True
    )
    reports = bounced(arrived, cause=cause, at=at)
    return Change(writes=(_outcome(pending, "suppressed", reason=reason, at=at),), events=(event, *reports))


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
    policy: Policy = DEFAULTS,
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
        customer=arrived.customer,
        first_contact_at=handoff.first_contact(arrived.message.handed_over),
        message=message,
    )
    machine = arrived.message.machine is not None
    event = TicketOpened.following(
        cause, "opened", time=at, subject=ticket, ticketversion=1, data=data, actor="customer", machine=machine
    )
    writes: list[Write] = [
        Update("tickets", ticket, 0, _first_state(arrived, opening, data, policy, at=at)),
        Insert("messages", stored(message, ticket=ticket, ticketversion=1, arrived=arrived)),
        *handoff.transcript(arrived, ticket=ticket),
        facts.noted(event, {"number": number, "because": opening.because}),
        *_threads(arrived, ticket=ticket, known=known, at=at),
        _outcome(pending, "opened", ticket=ticket, number=number, reason=opening.because, at=at),
    ]
    if opening.follows and opening.continues:
        writes.append(Update("tickets", opening.follows.id, opening.follows.version, {"continued_by": ticket}))
    return Change(writes=tuple(writes), events=(event,))


def join_ticket(
    arrived: Arrived,
    join: Join,
    *,
    known: Known,
    cause: Envelope,
    pending: Pending,
    at: datetime,
    policy: Policy = DEFAULTS,
) -> Change:
    """A customer's message in a ticket that is there; it may wake the ticket, unless it only says thanks."""
    ticket, machine = join.ticket, arrived.message.machine
    message = arrived.stated(unverified=join.unverified)
    step = lifecycle.after_customer(ticket.status, machine)
    thanked = step is not None and policy.thanks_keep_resolved and _only_thanks(ticket, arrived)
    step = None if thanked else step
    events = facts.added(ticket, message, step, cause=cause, at=at, actor="customer", machine=machine is not None)
    if thanked:
        data = TicketThankedData(message=message.id, because="a word of thanks, no question, no file, few words")
        events.append(facts.fact(TicketThanked, ticket, 2, data, cause=cause, at=at, actor="customer"))
    state: dict[str, Any] = {"updated_at": at}
    if not join.unverified:
        state["ways"] = ways.used(ticket.ways, arrived)
        state["participants"] = sorted(ticket.participants | _people(arrived))
        state["last_channel"] = arrived.origin.channel
    return Change(
        writes=(
            facts.advanced(ticket, events, step, state),
            Insert(
                "messages",
                stored(
                    message,
                    ticket=ticket.id,
                    ticketversion=ticket.ticketversion + 1,
                    arrived=arrived,
                    customer=ticket.customer,
                ),
            ),
            *handoff.transcript(arrived, ticket=ticket.id, customer=ticket.customer),
            *(facts.noted(event, {}) for event in events[1:]),
            *_threads(arrived, ticket=ticket.id, known=known, at=at),
            _outcome(pending, "joined", ticket=ticket.id, number=ticket.number, reason=join.because, at=at),
        ),
        events=tuple(events),
    )


def reply(ticket: Ticket, command: TicketReply, *, at: datetime, agents: Collection[str] = ()) -> Change:
    """An agent's answer or note, with the status that goes with it, in one step.

    `agents` are those whom a note may call by @name. The command's files are stored by then.
    """
    wanted = command.data
    refuse_merged(ticket)
    lifecycle.accepts_reply(ticket.status, wanted.text)
    message = Message(
        id=derived_id("message", "command", command.id),
        author="agent",
        agent=wanted.agent,
        visibility=wanted.visibility,
        channel=ways.usable_channel(ticket.ways, ticket.last_channel, ticket.requester, at=at),
        text=wanted.text,
        attachments=tuple(attached(file) for file in files_of(wanted)),
        sent_at=at,
        received_at=at,
        mentions=mentioned(wanted.text, agents) if wanted.visibility == "internal" else (),
    )
    step = lifecycle.after_reply(ticket.status, public=wanted.visibility == "public", wanted=wanted.status)
    refuse_while_open(ticket, step)
    events = facts.added(ticket, message, step, cause=command, at=at, actor=f"agent:{wanted.agent}", machine=False)
    status = step.status if step else ticket.status
    return Change(
        writes=(
            facts.advanced(ticket, events, step, {"updated_at": at}),
            Insert(
                "messages",
                {
                    **stored(
                        message, ticket=ticket.id, ticketversion=ticket.ticketversion + 1, customer=ticket.customer
                    ),
                    "event": events[0].id,
                },
            ),
            *(facts.noted(event, {}) for event in events[1:]),
        ),
        events=tuple(events),
        answer=answer(command, ticket, message=message.id, status=status),
    )


def files_of(wanted: TicketReplyData | TicketOpenData) -> tuple[File, ...]:
    """The files that an agent sent along."""
    return tuple(File(name=file.name, content_type=file.content_type, content=file.content) for file in wanted.files)


def set_status(ticket: Ticket, command: TicketSetStatus, *, at: datetime, policy: Policy = DEFAULTS) -> Change:
    """The status or phase that an agent or a system asked for; the same as before is no fact."""
    refuse_merged(ticket)
    status, phase = policy.status(command.data.status, command.data.phase)
    step = lifecycle.change(ticket.status, status, command.data.reason, phase=phase, before=ticket.phase)
    refuse_while_open(ticket, step)
    told = answer(command, ticket, status=status, **({"phase": phase} if phase else {}), changed=step is not None)
    if step is None:
        return Change(answer=told)
    events = facts.stepped(ticket, step, 1, cause=command, at=at, actor=command.actor)
    return Change(writes=facts.written(ticket, events, step, {"updated_at": at}), events=tuple(events), answer=told)


def note_fact(event: Event) -> Change:
    """What another service stated about a ticket, for its timeline; it may come before the ticket does."""
    if event.subject is None:
        return NOTHING
    return Change(writes=(facts.noted(event, event.model_dump(mode="json")["data"]),))


def _only_thanks(ticket: Ticket, arrived: Arrived) -> bool:
    """A new subject line says more than thanks, whatever stands below it."""
    said = arrived.message
    has_files = bool(arrived.files or said.media)
    same_subject = arrived.origin.channel != "email" or subjects.same(ticket.title, said.title)
    return ticket.status == "resolved" and same_subject and thanks.only_thanks(said.text, has_files=has_files)


def _first_state(
    arrived: Arrived, opening: Open, data: TicketOpenedData, policy: Policy, *, at: datetime
) -> Mapping[str, Any]:
    earlier = opening.follows.participants if opening.follows and opening.continues else frozenset()
    return {
        "ticketversion": 1,
        "number": data.number,
        "status": data.status,
        "channel": data.channel,
        "mailbox": data.mailbox,
        "last_channel": data.channel,
        "ways": ways.used((), arrived),
        "first_contact_at": data.first_contact_at,
        "requester": data.requester.model_dump(),
        "customer": data.customer,
        "participants": sorted(earlier | _people(arrived)),
        "title": data.title,
        "language": data.language,
        "fields": data.fields,
        **stated(data.fields, policy),
        "direction": data.direction,
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
    that are decided at the same time notice each other. The names of a merged ticket stay with it: so
    they are its own again when the merge is taken back.
    """
    writes: list[Write] = []
    for thread, name, seen in new_threads(arrived.message, arrived.origin):
        there = known.threads.get(thread)
        is_conversation = name == arrived.message.thread.conversation
        if there is None:
            state = {"ticket": ticket, "seen": seen, "name": name[:500], "account": arrived.origin.account, "at": at}
            writes.append(Update("threads", thread, 0, state))
        elif (is_conversation and there.ticket != ticket and not _is_merged(there, known)) or (seen and not there.seen):
            writes.append(Update("threads", thread, there.version, {"ticket": ticket, "seen": True}))
    return writes


def _is_merged(thread: Thread, known: Known) -> bool:
    leads_to = known.tickets.get(thread.ticket)
    return leads_to is not None and leads_to.merged_into is not None


def _outcome(
    pending: Pending, state: str, *, at: datetime, reason: str, ticket: str | None = None, number: str | None = None
) -> Update:
    return Update(
        "inputs",
        pending.id,
        pending.version,
        {"state": state, "ticket": ticket, "number": number, "reason": reason, "decided_at": at},
    )
