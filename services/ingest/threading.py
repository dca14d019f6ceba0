"""Where a message belongs: the ticket that it joins, or a new one, by what it says of itself and who sent it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.ingest.normalised import Normalised
from services.ingest.tickets import Ticket
from shared.ids import derived_id

MAX_IDS = 20
"""References beyond the last twenty are not followed."""


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

    `follows` is the closed ticket that it answers; it `continues` that one when a participant wrote.
    `mentions` is a ticket whose number it only names.
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


def cited(message: Normalised) -> tuple[str, ...]:
    """The Message-IDs of earlier mails, the nearest first (RFC 5322, 3.6.4)."""
    ids = [*message.thread.in_reply_to, *reversed(message.thread.references)]
    return tuple(dict.fromkeys(ids))[:MAX_IDS]


def names(message: Normalised, origin: Origin) -> tuple[str, ...]:
    """The ids of all threads that the message may belong to, its own Message-ID among them."""
    own = (message.thread.message_id,) if message.thread.message_id else ()
    found = [message_thread(origin, one) for one in (*cited(message), *own)]
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


def place(message: Normalised, origin: Origin, known: Known) -> Placement:
    """The first of these that holds, in the order of trust: reply token in an address, our own signed
    Message-ID, a known Message-ID, the channel's conversation, the number in the title.

    The guards: a closed ticket gets a new, linked one; a stranger's message joins, flagged; a mail to
    another mailbox is a new ticket there; a number alone is no proof, only participants join by it.
    """
    for ticket, because, trusted in _candidates(message, origin, known):
        verified = trusted or ticket.knows(message.sender)
        latest = _latest(ticket, known)
        if latest.status == "closed":
            return Open(f"{because}, but {latest.number} is closed", follows=latest, continues=verified)
        return Join(latest, because, unverified=not verified)
    mentioned = next((known.numbers[number] for number in message.thread.numbers if number in known.numbers), None)
    return Open(because="nothing that it answers is known", mentions=mentioned)


def _candidates(message: Normalised, origin: Origin, known: Known) -> Iterator[tuple[Ticket, str, bool]]:
    for hit in message.thread.tokens:
        ticket = known.tickets.get(hit.ticket)
        if ticket is not None and (hit.place == "address" or _is_same_mailbox(ticket, origin)):
            yield ticket, f"reply token ({hit.place})", hit.by_recipient
    yield from _by_message_id(message, origin, known)
    if message.thread.conversation:
        thread = known.threads.get(conversation_thread(origin, message.thread.conversation))
        if thread is not None and thread.ticket in known.tickets:
            yield known.tickets[thread.ticket], "conversation", True
    for number in message.thread.numbers:
        ticket = known.numbers.get(number)
        if ticket is not None and ticket.knows(message.sender) and _is_same_mailbox(ticket, origin):
            yield ticket, f"number {number} in the title", True


def _by_message_id(message: Normalised, origin: Origin, known: Known) -> Iterator[tuple[Ticket, str, bool]]:
    """By a mail that came in before, or one that another mail of the ticket cites as well.

    The second is for participants only: strangers who answer the same circular must not meet in a ticket.
    """
    own = (message.thread.message_id,) if message.thread.message_id else ()
    for cites, message_id in [*((True, one) for one in cited(message)), *((False, one) for one in own)]:
        thread = known.threads.get(message_thread(origin, message_id))
        ticket = known.tickets.get(thread.ticket) if thread else None
        if thread is None or ticket is None or not _is_same_mailbox(ticket, origin):
            continue
        if thread.seen and cites:
            yield ticket, "answers a known mail", False
        elif not thread.seen and ticket.knows(message.sender):
            yield ticket, "a mail of the ticket cites the same one", True


def _latest(ticket: Ticket, known: Known) -> Ticket:
    """The ticket that continues this one, or itself."""
    passed: set[str] = set()
    while ticket.status == "closed" and ticket.continued_by in known.tickets and ticket.id not in passed:
        passed.add(ticket.id)
        ticket = known.tickets[ticket.continued_by or ""]
    return ticket


def _is_same_mailbox(ticket: Ticket, origin: Origin) -> bool:
    """Tickets of a form or a chat have no mailbox of their own: a mail about them may come to any."""
    return ticket.channel != "email" or origin.channel != "email" or ticket.mailbox == origin.account


def new_threads(message: Normalised, origin: Origin) -> Sequence[tuple[str, str, bool]]:
    """`(id, name, seen)` of every thread that leads to the ticket once the message is in it."""
    found = [(message_thread(origin, one), one, False) for one in cited(message)]
    if message.thread.message_id:
        found.append((message_thread(origin, message.thread.message_id), message.thread.message_id, True))
    if message.thread.conversation:
        conversation = message.thread.conversation
        found.append((conversation_thread(origin, conversation), conversation, True))
    return tuple({one[0]: one for one in found}.values())
