"""What a customer sees of a request: its state in five words, the promise, and the public conversation. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.ingest.channels.status_links import SENDER
from services.ingest.channels.status_store import NEWEST, Conversation
from services.ingest.tickets.ticket import names_of
from shared.events import Contact

State = Literal["received", "in_progress", "waiting", "solved", "closed"]
STATES: Mapping[str, State] = {
    "new": "received",
    "open": "in_progress",
    "pending_customer": "waiting",
    "on_hold": "in_progress",
    "resolved": "solved",
    "closed": "closed",
    "spam": "received",
}
"""What customers are told of the seven categories. Nobody is told that a message was taken for spam."""


@dataclass(frozen=True, slots=True)
class SharedFile:
    id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Said:
    """A message; `who` is a name, or empty when none may be shown."""

    by: Literal["you", "customer", "agent"]
    who: str
    at: datetime
    text: str
    files: tuple[SharedFile, ...]


@dataclass(frozen=True, slots=True)
class Rating:
    score: int
    comment: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """`promised` is until when, and whether for an answer or for the solution.

    `more` were said earlier, and `elsewhere` says that the conversation goes on where this link does not lead.
    """

    number: str
    title: str
    state: State
    updated_at: datetime
    promised: tuple[Literal["answer", "solution"], datetime] | None
    said: tuple[Said, ...]
    more: bool
    elsewhere: bool
    may_rate: bool
    rating: Rating | None


def view(conversation: Conversation, recipient: str, *, agents: Mapping[str, str]) -> StatusView:
    """The request as the recipient of a link may see it; `agents` are the names that customers know them by."""
    ticket = conversation.ticket
    messages, elsewhere = readable_by(conversation, recipient)
    state = STATES.get(ticket["status"], "in_progress")
    own = _own(ticket, recipient)
    said = tuple(_said(message, own, agents) for message in messages)
    return StatusView(
        number=ticket["number"],
        title=ticket.get("title") or ticket["number"],
        state=state,
        updated_at=max([ticket["opened_at"], *(one.at for one in said), *_changes(ticket)]),
        promised=None if state in ("solved", "closed", "waiting") else promise(conversation.lines),
        said=said,
        more=len(conversation.messages) > NEWEST,
        elsewhere=elsewhere,
        may_rate=state in ("solved", "closed") and bool(ticket.get("resolutions", 1)) and not ticket.get("merged_into"),
        rating=_rating(conversation.lines, cycle=ticket.get("resolutions") or 1),
    )


def is_shown(message: Mapping[str, Any], own: frozenset[str]) -> bool:
    """The public conversation: no notes, nothing deleted, nothing of a stranger, who may be after the reader."""
    if message.get("deleted_at") is not None:
        return False
    if message.get("visibility") != "public" or message.get("author") not in ("customer", "agent"):
        return False
    return not message.get("unverified_sender") or not own.isdisjoint(_names(message))


def readable_by(conversation: Conversation, recipient: str) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """The messages that the recipient may read, and whether the conversation goes on beyond them.

    A link that was only shown after a form was sent proves no address: anybody can write anybody's into a
    form. It ends where somebody wrote by another way, who may be the person whose address that is.
    """
    own = _own(conversation.ticket, recipient)
    shown = [message for message in conversation.messages[-NEWEST:] if is_shown(message, own)]
    if recipient.startswith(SENDER):
        for place, message in enumerate(shown):
            if message["author"] == "customer" and not _is_of_the_link(message):
                return shown[:place], True
    return shown, False


def _is_of_the_link(message: Mapping[str, Any]) -> bool:
    """Whether it was written on the form, or on this page without a proof of the address."""
    return message.get("channel") in ("form", "portal") and not (message.get("sender") or {}).get("verified")


def visible_files(conversation: Conversation, recipient: str) -> Iterator[Mapping[str, Any]]:
    """The files of the messages that the recipient sees."""
    for message in readable_by(conversation, recipient)[0]:
        yield from message.get("attachments") or ()


def promise(lines: Sequence[Mapping[str, Any]]) -> tuple[Literal["answer", "solution"], datetime] | None:
    """Until when an answer was promised; once there is one, until when the solution."""
    newest: dict[str, Mapping[str, Any]] = {}
    for line in sorted(lines, key=lambda one: one["ticketversion"]):
        if line["type"] == "sla.changed.v1":
            newest[line["data"]["clock"]] = line["data"]
    for clock, what in (("first_response", "answer"), ("resolution", "solution")):
        due = newest.get(clock, {}).get("due_at")
        if due:
            return ("answer" if what == "answer" else "solution"), datetime.fromisoformat(due)
    return None


def _own(ticket: Mapping[str, Any], recipient: str) -> frozenset[str]:
    """The names under which the recipient writes."""
    requester = names_of(Contact.model_validate(ticket.get("requester") or {}))
    return requester if recipient.startswith(SENDER) or recipient in requester else frozenset({recipient})


def _names(message: Mapping[str, Any]) -> frozenset[str]:
    return names_of(Contact.model_validate(message.get("sender") or {}))


def _said(message: Mapping[str, Any], own: frozenset[str], agents: Mapping[str, str]) -> Said:
    by: Literal["you", "customer", "agent"] = "agent"
    who = agents.get(message.get("agent") or "", "")
    if message["author"] == "customer":
        by = "customer" if own.isdisjoint(_names(message)) else "you"
        who = _name((message.get("sender") or {}).get("name") or "")
    files = tuple(
        SharedFile(file["id"], file["name"], file["size"])
        for file in message.get("attachments") or ()
        if not file.get("inline")
    )
    return Said(by, who, message["received_at"], message["text"], files)


def _name(name: str) -> str:
    """A name, if it is one: some mail programs write the address in its place, which is nobody else's business."""
    return "" if "@" in name else name


def _changes(ticket: Mapping[str, Any]) -> list[datetime]:
    return [at for at in (ticket.get("resolved_at"),) if at]


def _rating(lines: Sequence[Mapping[str, Any]], *, cycle: int) -> Rating | None:
    rated = [line for line in lines if line["type"] == "ticket.rated.v1" and line["data"].get("cycle", 1) == cycle]
    if not rated:
        return None
    last = max(rated, key=lambda line: line["ticketversion"])["data"]
    return Rating(int(last["score"]), str(last.get("comment") or ""))
