"""What edits and deletions make of a message: the same whatever order they and the message come in. Pure.

A message that its channel's provider gave an id has a document in `said`, under a hash of that id: it leads
to the message, and holds deletions that came before it. An edit holds the whole new text, so that one
which comes first is placed as the message, and the message becomes its earlier version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.ingest.conversation.threading import Origin
from services.ingest.inbox.inputs import Pending
from services.ingest.normalised import Normalised
from services.ingest.tickets import facts
from services.ingest.tickets.messages import MAX_TEXT, Arrived, attached
from services.ingest.tickets.ticket import Ticket
from shared.change import Apply, Change, Insert, Update, Write
from shared.envelope import Envelope
from shared.events import MessageDeleted, MessageDeletedData, MessageEdited, MessageEditedData
from shared.ids import derived_id

MAX_VERSIONS = 100
"""Of one message; the latest are kept, and the first one."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion whose message has not come in."""

    input: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What is known under a provider's id: the message's document with its ticket, or deletions that wait."""

    id: str
    version: int = 0
    message: Mapping[str, Any] | None = None
    ticket: Ticket | None = None
    deletions: tuple[Deletion, ...] = ()


def name_of(message: Normalised, origin: Origin) -> str | None:
    """Where what is known of the message stands, or None when its channel gives no ids."""
    id = message.target_id or message.channel_id
    return derived_id("said", origin.channel, origin.account, id) if id else None


def amend(arrived: Arrived, said: Said | None, *, cause: Envelope, pending: Pending, at: datetime) -> Change | None:
    """What an input comes to that is about a message which is here, or None: it is a message to be placed."""
    if said is None:
        return None
    act = arrived.message.act
    if said.message is None or said.ticket is None:
        return _kept(arrived, said, pending=pending, at=at) if act == "delete" else None
    if act == "delete":
        return _deleted(arrived, said, said.message, said.ticket, cause=cause, pending=pending, at=at)
    return _another_version(arrived, said, said.message, said.ticket, cause=cause, pending=pending, at=at)


def remember(change: Change, arrived: Arrived, said: Said | None, *, cause: Envelope, at: datetime) -> Change:
    """The change that places a message, with what later edits need, and with deletions that came before it."""
    insert, ticket = _placed(change, arrived)
    if insert is None or ticket is None:
        return change
    placed, state = insert.document, dict(ticket.set)
    if arrived.message.reply_until is not None:
        state["reply_until"] = arrived.message.reply_until
    document, extra, events = dict(placed), list[Write](), list(change.events)
    if said is not None:
        extra.append(Update("said", said.id, said.version, {"message": placed["_id"], "deletions": []}))
        if arrived.message.act == "edit":
            document |= {"versions": [_version(arrived)], "edited_at": _version(arrived)["at"]}
        if said.deletions:
            gone = min(one.at for one in said.deletions)
            state["ticketversion"] += 1
            data = MessageDeletedData(message=placed["_id"], deleted_at=gone)
            event = MessageDeleted.following(
                cause,
                "deleted",
                time=at,
                subject=placed["ticket"],
                ticketversion=state["ticketversion"],
                data=data,
                actor="customer",
            )
            events.append(event)
            document["deleted_at"] = gone
            extra += [facts.noted(event, {"message": placed["_id"]}), *_joined_now(change, said.deletions)]
    written: dict[int, Write] = {id(insert): Insert("messages", document), id(ticket): replace(ticket, set=state)}
    writes = [written.get(id(write), write) for write in change.writes]
    return replace(change, writes=(*writes, *extra), events=tuple(events))


def _kept(arrived: Arrived, said: Said, *, pending: Pending, at: datetime) -> Change:
    """A deletion without a message: suppressed, until the message comes and has it joined."""
    waiting = [*said.deletions, Deletion(arrived.input, arrived.message.sent_at or arrived.received_at)]
    known = [{"input": one.input, "at": one.at} for one in waiting]
    reason = "takes back a message that has not come in"
    outcome = {"state": "suppressed", "reason": reason, "ticket": None, "number": None, "decided_at": at}
    return Change(
        writes=(
            Update("said", said.id, said.version, {"message": None, "deletions": known}),
            Update("inputs", pending.id, pending.version, outcome),
        )
    )


def _deleted(
    arrived: Arrived,
    said: Said,
    message: Mapping[str, Any],
    ticket: Ticket,
    *,
    cause: Envelope,
    pending: Pending,
    at: datetime,
) -> Change:
    """The message stays, marked: the agents may have answered it."""
    gone = arrived.message.sent_at or arrived.received_at
    joined = _joined(pending, ticket, reason="deletes a message", at=at)
    if message.get("deleted_at") is not None:
        return Change(writes=(joined,))
    event = MessageDeleted.following(
        cause,
        "deleted",
        time=at,
        subject=ticket.id,
        ticketversion=ticket.ticketversion + 1,
        data=MessageDeletedData(message=message["_id"], deleted_at=gone),
        actor="customer",
    )
    return Change(
        writes=(
            facts.advanced(ticket, [event], None, {"updated_at": at}),
            Apply("messages", message["_id"], {"$set": {"deleted_at": gone}}),
            Update("said", said.id, said.version, {"message": message["_id"]}),
            facts.noted(event, {"message": message["_id"]}),
            joined,
        ),
        events=(event,),
    )


def _another_version(
    arrived: Arrived,
    said: Said,
    message: Mapping[str, Any],
    ticket: Ticket,
    *,
    cause: Envelope,
    pending: Pending,
    at: datetime,
) -> Change:
    """An edit, or the message itself after its edit. Of all versions the latest is the text."""
    before = versions_of(message)
    after = merged(before, _version(arrived))
    joined = _joined(pending, ticket, reason="a version of a message", at=at)
    if after == before:
        return Change(writes=(joined,))
    current, edits = after[-1], [one["at"] for one in after if not one["original"]]
    known = {one["id"] for one in message.get("attachments") or ()}
    files = [file.model_dump() for file in map(attached, arrived.files) if file.id not in known]
    state: dict[str, Any] = {
        "versions": after,
        "text": current["text"],
        "attachments": [*(message.get("attachments") or ()), *files],
    }
    if edits:
        state["edited_at"] = max(edits)
    if after[0]["original"]:
        state["sent_at"] = after[0]["at"]
    writes: list[Write] = [
        Apply("messages", message["_id"], {"$set": state}),
        Update("said", said.id, said.version, {"message": message["_id"]}),
        joined,
    ]
    if current["text"] == message["text"]:
        return Change(writes=tuple(writes))
    event = MessageEdited.following(
        cause,
        "edited",
        time=at,
        subject=ticket.id,
        ticketversion=ticket.ticketversion + 1,
        data=MessageEditedData(message=message["_id"], text=current["text"], edited_at=current["at"]),
        actor="customer",
    )
    noted = facts.noted(event, {"message": message["_id"]})
    writes += [facts.advanced(ticket, [event], None, {"updated_at": at}), noted]
    return Change(writes=tuple(writes), events=(event,))


def versions_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every text that the message had, in order; one that was never edited has its own."""
    kept = message.get("versions")
    if kept:
        return [dict(one) for one in kept]
    return [{"text": message["text"], "at": message["sent_at"], "input": message.get("input"), "original": True}]


def merged(versions: Sequence[Mapping[str, Any]], another: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The versions with one more, in the order in which they were written; each input's once, one original."""
    known = [dict(one) for one in versions]
    if any(one["input"] == another["input"] or (one["original"] and another["original"]) for one in known):
        return known
    known.append(dict(another))
    known.sort(key=lambda one: (not one["original"], one["at"], str(one["input"])))
    return known if len(known) <= MAX_VERSIONS else [known[0], *known[len(known) - MAX_VERSIONS + 1 :]]


def _version(arrived: Arrived) -> dict[str, Any]:
    said = arrived.message
    return {
        "text": said.text[:MAX_TEXT],
        "at": said.sent_at or arrived.received_at,
        "input": arrived.input,
        "original": said.act == "message",
    }


def _joined(pending: Pending, ticket: Ticket, *, reason: str, at: datetime) -> Update:
    state = {"state": "joined", "ticket": ticket.id, "number": ticket.number, "reason": reason, "decided_at": at}
    return Update("inputs", pending.id, pending.version, state)


def _joined_now(change: Change, deletions: Sequence[Deletion]) -> list[Apply]:
    """The deletions have found their message: their inputs belong to its ticket."""
    outcome = next(write.set for write in change.writes if isinstance(write, Update) and write.collection == "inputs")
    state = {name: outcome[name] for name in ("ticket", "number", "decided_at")}
    found = {**state, "state": "joined", "reason": "deletes a message that came in later"}
    return [Apply("inputs", one.input, {"$set": found, "$inc": {"version": 1}}) for one in deletions]


def _placed(change: Change, arrived: Arrived) -> tuple[Insert | None, Update | None]:
    """The writes of the input's own message and of its ticket; a bot's transcript may bring further messages."""
    own = derived_id("message", arrived.input)
    inserts = (one for one in change.writes if isinstance(one, Insert) and one.collection == "messages")
    insert = next((one for one in inserts if one.document["_id"] == own), None)
    updates = (one for one in change.writes if isinstance(one, Update) and one.collection == "tickets")
    ticket = next((one for one in updates if insert is not None and one.id == insert.document["ticket"]), None)
    return insert, ticket
