"""Where a message belongs: the ticket that it joins, or a new one, by what it says of itself and who sent it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.ingest.conversation import subjects
from services.ingest.conversation.forwards import is_forwarded
from services.ingest.conversation.vendors import vendor_names
from services.ingest.normalised import Normalised
from services.ingest.tickets.ticket import Ticket
from shared.ids import derived_id

MAX_IDS = 20
"""References beyond the last twenty are not followed."""
_OURS = re.compile(r"^<kartica\.([0-9a-f-]{36})\.")
"""A Message-ID that notify made: it names the notification."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came in: its channel, and the mailbox, form or account of it."""

    channel: str
    account: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A name by which later messages find a ticket: a Message-ID or a conversation of an account.

    `seen` is false for a Message-ID that was cited by a mail of the ticket, but never came in itself.
    """

    id: str
    version: int
    ticket: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of the names that a message mentions."""

    threads: Mapping[str, Thread] = field(default_factory=dict)
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    numbers: Mapping[str, Ticket] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Join:
    """The message is part of `ticket`. `unverified` when its sender had no part in it before."""

    ticket: Ticket
    because: str
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """The message begins a ticket.

    `follows` is the closed ticket that it answers, or the one that was resolved too long ago; it
    `continues` that one when a participant wrote. `mentions` is a ticket that it only names, or whose
    mail a stranger passed on.
    """

    because: str
    follows: Ticket | None = None
    continues: bool = False
    mentions: Ticket | None = None


Placement = Join | Open


def message_thread(origin: Origin, message_id: str) -> str:
    """The id of the thread that a Message-ID names in a mailbox."""
    return derived_id("thread", "message_id", origin.account, message_id)


def conversation_thread(origin: Origin, conversation: str) -> str:
    """The id of the thread that a conversation of a channel's account names."""
    return derived_id("thread", "conversation", origin.channel, origin.account, conversation)


def answer_thread(notification: str) -> str:
    """The id of the thread that one of our own mails is, once what it told was split off."""
    return derived_id("thread", "answer", notification)


def vendor_thread(origin: Origin, name: str) -> str:
    """The id of the thread that another company's name for a case names in a mailbox."""
    return derived_id("thread", "vendor", origin.account, name)


def cited(message: Normalised) -> tuple[str, ...]:
    """The Message-IDs of earlier mails, the nearest first (RFC 5322, 3.6.4)."""
    ids = [*message.thread.in_reply_to, *reversed(message.thread.references)]
    return tuple(dict.fromkeys(ids))[:MAX_IDS]


def names(message: Normalised, origin: Origin) -> tuple[str, ...]:
    """The ids of all threads that the message may belong to, its own Message-ID among them."""
    own = (message.thread.message_id,) if message.thread.message_id else ()
    found = [message_thread(origin, one) for one in (*cited(message), *own)]
    found += [answer_thread(match[1]) for one in cited(message) if (match := _OURS.match(one))]
    if origin.channel == "email":
        found += [vendor_thread(origin, one) for one in vendor_names(message)]
    if message.thread.conversation:
        found.append(conversation_thread(origin, message.thread.conversation))
    return tuple(found)


def lock_subject(message: Normalised, origin: Origin, *, input: str) -> str:
    """What messages of one conversation have in common, so that they are decided one after the other."""
    if message.thread.conversation:
        return conversation_thread(origin, message.thread.conversation)
    hints = message.thread
    root = next(iter((*hints.references, *hints.in_reply_to)), None) or hints.message_id
    return message_thread(origin, root) if root else input


def place(
    message: Normalised,
    origin: Origin,
    known: Known,
    *,
    at: datetime | None = None,
    reopen_hours: Mapping[str, float] | None = None,
) -> Placement:
    """The first of these that holds, in the order of trust: reply token in an address, our own signed
    Message-ID, a known Message-ID, the channel's conversation, our mark in the body, the number in the
    title, another desk's name for the case.

    The guards: a merged ticket leads to its target; a closed ticket gets a new, linked one, and so does
    one of a chat that was resolved more than `reopen_hours` ago; a stranger's message joins, flagged,
    unless it only passes a mail on; a mail to another mailbox is a new ticket there; a number alone is no
    proof, only participants join by it.
    """
    for ticket, because, trusted in _candidates(message, origin, known):
        found = _split_since(ticket, message, origin, known)
        latest = _latest(found, known)
        verified = trusted or any(one.knows(message.sender) for one in (ticket, found, latest))
        if not verified and "address" not in because and origin.channel == "email" and is_forwarded(message):
            return Open(f"{because}, but a stranger passed it on", mentions=latest)
        if latest.status == "closed":
            return Open(f"{because}, but {latest.number} is closed", follows=latest, continues=verified)
        if _is_over(latest, origin, at=at, reopen_hours=reopen_hours or {}):
            return Open(f"{because}, but {latest.number} was resolved long ago", follows=latest, continues=verified)
        return Join(latest, because, unverified=not verified)
    mentioned = next((known.numbers[number] for number in message.thread.numbers if number in known.numbers), None)
    return Open(because="nothing that it answers is known", mentions=mentioned)


def _candidates(message: Normalised, origin: Origin, known: Known) -> Iterator[tuple[Ticket, str, bool]]:
    yield from _by_token(message, origin, known, places=("address", "in_reply_to", "references"))
    yield from _by_message_id(message, origin, known)
    if message.thread.conversation:
        thread = known.threads.get(conversation_thread(origin, message.thread.conversation))
        if thread is not None and thread.ticket in known.tickets:
            yield known.tickets[thread.ticket], "conversation", True
    yield from _by_token(message, origin, known, places=("body",))
    for number in message.thread.numbers:
        ticket = known.numbers.get(number)
        if ticket is not None and ticket.knows(message.sender) and _is_same_mailbox(ticket, origin):
            yield ticket, f"number {number} in the title", True
    if origin.channel == "email":
        yield from _by_vendor(message, origin, known)


def _by_token(
    message: Normalised, origin: Origin, known: Known, *, places: Sequence[str]
) -> Iterator[tuple[Ticket, str, bool]]:
    for hit in message.thread.tokens:
        ticket = known.tickets.get(hit.ticket)
        if ticket is None or hit.place not in places:
            continue
        if hit.place == "address" or _is_same_mailbox(ticket, origin):
            yield ticket, f"reply token ({hit.place})", hit.by_recipient and hit.purpose == "customer"


def _by_vendor(message: Normalised, origin: Origin, known: Known) -> Iterator[tuple[Ticket, str, bool]]:
    for name in vendor_names(message):
        thread = known.threads.get(vendor_thread(origin, name))
        ticket = known.tickets.get(thread.ticket) if thread else None
        if ticket is not None and ticket.knows(message.sender) and _is_same_mailbox(ticket, origin):
            yield ticket, f"{name}, as its sender calls it", True


def _by_message_id(message: Normalised, origin: Origin, known: Known) -> Iterator[tuple[Ticket, str, bool]]:
    """By a mail that came in before, or one that another mail of the ticket cites as well.

    The second is for participants only: strangers who answer the same circular must not meet in a ticket.
    And it takes the same subject: who answers an old mail to say something new means a new ticket.
    """
    own = (message.thread.message_id,) if message.thread.message_id else ()
    for cites, message_id in [*((True, one) for one in cited(message)), *((False, one) for one in own)]:
        thread = known.threads.get(message_thread(origin, message_id))
        ticket = known.tickets.get(thread.ticket) if thread else None
        if thread is None or ticket is None or not _is_same_mailbox(ticket, origin):
            continue
        if thread.seen and cites:
            yield ticket, "answers a known mail", False
        elif not thread.seen and ticket.knows(message.sender) and subjects.same(ticket.title, message.title):
            yield ticket, "a mail of the ticket cites the same one", True


def _latest(ticket: Ticket, known: Known) -> Ticket:
    """The ticket in which this one goes on, by a merge or by a linked ticket, or itself."""
    passed: set[str] = set()
    while ticket.id not in passed:
        passed.add(ticket.id)
        following = ticket.merged_into
        if following is None and ticket.status in ("closed", "resolved"):
            following = ticket.continued_by
        if following is None or following not in known.tickets:
            break
        ticket = known.tickets[following]
    return ticket


def _split_since(ticket: Ticket, message: Normalised, origin: Origin, known: Known) -> Ticket:
    """The ticket that was split off, when the nearest mail that this one answers went over to it.

    A token names the ticket for which it was made; the mail that carries it may have moved since.
    """
    for one in cited(message):
        ours = _OURS.match(one)
        thread = known.threads.get(answer_thread(ours[1]) if ours else message_thread(origin, one))
        if thread is None and ours is None:
            continue
        moved = known.tickets.get(thread.ticket) if thread else None
        return moved if moved is not None and ticket.id in moved.split_from else ticket
    return ticket


def _is_over(ticket: Ticket, origin: Origin, *, at: datetime | None, reopen_hours: Mapping[str, float]) -> bool:
    """Whether the ticket was resolved too long ago for this channel to open it again."""
    hours = reopen_hours.get(origin.channel)
    if hours is None or at is None or ticket.status != "resolved" or ticket.resolved_at is None:
        return False
    return at - ticket.resolved_at > timedelta(hours=hours)


def _is_same_mailbox(ticket: Ticket, origin: Origin) -> bool:
    """Tickets of a form or a chat have no mailbox of their own: a mail about them may come to any."""
    return ticket.channel != "email" or origin.channel != "email" or ticket.mailbox == origin.account


def new_threads(message: Normalised, origin: Origin) -> Sequence[tuple[str, str, bool]]:
    """`(id, name, seen)` of every thread that leads to the ticket once the message is in it."""
    found = [(message_thread(origin, one), one, False) for one in cited(message)]
    if message.thread.message_id:
        found.append((message_thread(origin, message.thread.message_id), message.thread.message_id, True))
    if origin.channel == "email":
        found += [(vendor_thread(origin, one), one, True) for one in vendor_names(message)]
    if message.thread.conversation:
        conversation = message.thread.conversation
        found.append((conversation_thread(origin, conversation), conversation, True))
    return tuple({one[0]: one for one in found}.values())
