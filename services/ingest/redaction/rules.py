"""What a redaction removes from a ticket, its messages, its inputs and its timeline."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket
from shared.change import Apply, Change, Update, Write
from shared.commands import TicketRedact
from shared.envelope import Event
from shared.errors import Refused
from shared.events import Contact, TicketRedacted, TicketRedactedData
from shared.ids import derived_id

TITLE = "[redacted]"

# What of a message is no content; everything else that may ever stand in one goes with its text.
_FRAME = frozenset(
    {
        "_id",
        "ticket",
        "ticketversion",
        "version",
        "author",
        "agent",
        "visibility",
        "channel",
        "account",
        "posted",
        "sent_at",
        "received_at",
        "edited_at",
        "deleted_at",
        "reply_until",
        "trimmed",
        "unverified_sender",
        "machine",
        "mentions",
        "input",
        "customers",
        "redacted",
        "redacted_at",
        "moved",
        "event",
        "transcript",
    }
)
_CONTACT = frozenset({"sender", "mail", "channel_id", "to", "cc", "reply_to"})
_ATTACHMENTS = frozenset({"attachments"})

# What the ledger's line of an input loses; `shown` is what a person saw of it in quarantine.
_OF_THE_INPUT = ("body", "body_file", "error", "message_id", "shown")

# What lines of the timeline keep: numbers, ids and words of ours.
_LINE = frozenset(
    {
        "agent",
        "audience",
        "by",
        "category",
        "change",
        "channel",
        "clock",
        "cycle",
        "due_at",
        "into",
        "into_number",
        "kind",
        "level",
        "message",
        "messages",
        "number",
        "out_of",
        "percent",
        "policy",
        "previous",
        "priority",
        "score",
        "seconds",
        "state",
        "status",
        "team",
        "until",
        "what",
        "proof",
    }
)


@dataclass(frozen=True, slots=True)
class Origin:
    """A ticket from which messages were split off: its events, its timeline and its notifications told them too."""

    ticket: Ticket
    messages: frozenset[str]
    timeline: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to remove: documents of messages, inputs (with the SHA-256 of each body) and the timeline.

    `threads` and `worklog` are the ids of what else is written about the ticket, `moved` those of messages
    that were split off: they go with their new ticket, but events about this one told them too.
    """

    messages: Sequence[Mapping[str, Any]] = ()
    inputs: Sequence[Mapping[str, Any]] = ()
    timeline: Sequence[Mapping[str, Any]] = ()
    threads: Sequence[str] = ()
    worklog: Sequence[str] = ()
    moved: Sequence[str] = ()
    origins: Sequence[Origin] = ()


def redact(ticket: Ticket, found: Found, command: TicketRedact, *, at: datetime) -> Change:
    """Removes what was asked for, for good; what is gone already is not removed twice."""
    what = tuple(dict.fromkeys(command.data.what))
    chosen = _chosen(ticket, found, command)
    whole = not command.data.messages
    messages = [one for one in chosen if set(what) - {"raw"} - set(one.get("redacted") or ())]
    inputs = [one for one in found.inputs if "raw" in what and not one.get("redacted_at")]
    if not messages and not inputs:
        return Change(answer=_answer(ticket, command, changed=False))
    files = _files(messages) if "attachments" in what else ()
    data = TicketRedactedData(
        what=what,
        messages=(*(one["_id"] for one in chosen), *(found.moved if whole else ())),
        whole=whole,
        inputs=tuple(one["_id"] for one in inputs),
        attachments=files,
        proof=_proof(messages, inputs, what),
        reason=command.data.reason,
    )
    event = facts.fact(TicketRedacted, ticket, 1, data, cause=command, at=at, actor=command.actor)
    first = whole or any(one["ticketversion"] == 1 for one in chosen)
    state = _ticket_state(ticket, what, first=first, whole=whole)
    writes: list[Write] = [
        facts.advanced(ticket, [event], None, {**state, "updated_at": at}),
        *(_message(one, what, at=at) for one in messages),
        *(_input(one, at=at) for one in inputs),
        *_timeline(found.timeline, what, {one["_id"] for one in chosen}, whole=whole),
        *(_erasure(file, at=at) for file in (*files, *_bodies(inputs))),
        facts.noted(event, {}),
    ]
    events: list[Event] = [event]
    for origin in found.origins:
        came = tuple(one["_id"] for one in messages if one["_id"] in origin.messages)
        if came:
            told = data.model_copy(update={"messages": came, "whole": False, "inputs": ()})
            also = facts.fact(TicketRedacted, origin.ticket, 1, told, cause=command, at=at, actor=command.actor)
            events.append(also)
            writes += [
                facts.advanced(origin.ticket, [also], None, {"updated_at": at}),
                *_timeline(origin.timeline, what, set(came), whole=False),
                facts.noted(also, {}),
            ]
    if "text" in what and whole:
        writes += [Apply("worklog", entry, {"$set": {"note": ""}}) for entry in found.worklog]
    if "contact" in what and whole:
        writes += [Apply("threads", thread, {"$set": {"name": ""}}) for thread in found.threads]
    return Change(writes=tuple(writes), events=tuple(events), answer=_answer(ticket, command, changed=True))


def fingerprint(command: TicketRedact) -> str:
    """What was asked, whoever asked: two requests with one key can be told apart by it."""
    return derived_id("request", command.type, command.subject, command.data.model_dump_json())


def _chosen(ticket: Ticket, found: Found, command: TicketRedact) -> list[Mapping[str, Any]]:
    wanted = set(command.data.messages)
    missing = wanted - {one["_id"] for one in found.messages}
    if missing:
        detail = f"{ticket.number} has no message {', '.join(sorted(missing)[:5])}; take ids from its messages."
        raise Refused(status=422, title="No such message", detail=detail)
    return [one for one in found.messages if not wanted or one["_id"] in wanted]


def _message(document: Mapping[str, Any], what: Sequence[str], *, at: datetime) -> Apply:
    done = sorted({*(document.get("redacted") or ()), *what} - {"raw"})
    state: dict[str, Any] = {"redacted": done, "redacted_at": at}
    gone: list[str] = []
    if "text" in what:
        gone += sorted(set(document) - _FRAME - _CONTACT - _ATTACHMENTS - {"text", "prior_text", "html"})
        state |= {"text": "", "prior_text": "", "html": None}
    if "contact" in what:
        gone += sorted(_CONTACT & set(document) - {"sender", "mail", "channel_id"})
        sender = Contact(language=(document.get("sender") or {}).get("language")) if document.get("sender") else None
        state |= {"sender": sender.model_dump() if sender else None, "mail": None, "channel_id": None}
    if "attachments" in what:
        state["attachments"] = []
    update: dict[str, Any] = {"$set": state}
    if gone:
        update["$unset"] = dict.fromkeys(gone, "")
    return Apply("messages", document["_id"], update)


def _input(document: Mapping[str, Any], *, at: datetime) -> Update:
    """The line of the ledger stays: the same input that comes again is still known by its id."""
    state = {
        "redacted_at": at,
        "sha256": document["sha256"],
        "key": f"sha256:{hashlib.sha256(str(document['key']).encode()).hexdigest()}",
        "envelope": {},
    }
    return Update("inputs", document["_id"], document["version"], state, unset=_OF_THE_INPUT)


def _ticket_state(ticket: Ticket, what: Sequence[str], *, first: bool, whole: bool) -> dict[str, Any]:
    state: dict[str, Any] = {}
    if "text" in what and first:
        state |= {"title": TITLE, "fields": {}, "lookups": []}
    if "text" in what and whole:
        state["ratings"] = {cycle: _scores(rating) for cycle, rating in ticket.ratings.items()}
    if "contact" in what and first:
        known = Contact(language=ticket.requester.language, tier=ticket.requester.tier)
        state |= {"requester": known.model_dump(), "participants": [], "guests": {}}
    return state


def _scores(rating: Any) -> Any:
    """A rating without what the customer wrote with it."""
    if not isinstance(rating, Mapping):
        return rating
    return {name: value for name, value in rating.items() if not isinstance(value, str | Mapping | list)}


def _timeline(
    lines: Sequence[Mapping[str, Any]], what: Sequence[str], messages: set[str], *, whole: bool
) -> Iterator[Write]:
    if not {"text", "contact"} & set(what):
        return
    for line in lines:
        data = line.get("data") or {}
        if not (whole or data.get("message") in messages) or line["type"] == TicketRedacted.type_name():
            continue
        kept = {name: value for name, value in data.items() if name in _LINE}
        if kept != data:
            yield Apply("timeline", line["_id"], {"$set": {"data": kept, "redacted": True}})


def _files(messages: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(file["id"] for one in messages for file in one.get("attachments") or ()))


def _bodies(inputs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    return (one["body_file"] for one in inputs if one.get("body_file"))


def _erasure(file: str, *, at: datetime) -> Apply:
    """Files are no part of a transaction: what is to be erased is written down, and erased afterwards."""
    return Apply("erasures", file, {"$setOnInsert": {"at": at}})


def _proof(messages: Sequence[Mapping[str, Any]], inputs: Sequence[Mapping[str, Any]], what: Sequence[str]) -> str:
    """Whoever has the contents can show that it was these; nobody can read them out of it."""
    digest = hashlib.sha256()
    removed = {"text": None, "contact": _CONTACT, "attachments": _ATTACHMENTS}
    for one in messages:
        names = set[str]()
        for kind in set(what) - {"raw"}:
            kept = removed[kind]
            names |= set(one) & kept if kept is not None else set(one) - _FRAME - _CONTACT - _ATTACHMENTS
        digest.update(to_json({name: one[name] for name in sorted(names)}, fallback=str) + b"\n")
    for one in inputs:
        digest.update(f"{one['_id']} {one['sha256']}\n".encode())
    return digest.hexdigest()


def _answer(ticket: Ticket, command: TicketRedact, *, changed: bool) -> Mapping[str, Any]:
    return {"request": fingerprint(command), "ticket": ticket.id, "number": ticket.number, "changed": changed}
