"""What a WhatsApp Cloud webhook body says: its updates, and each message as text that an agent can read. Pure."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json, to_json

from services.ingest.channels.plain_text import one_line, readable
from services.ingest.channels.whatsapp_kinds import Shown, shown
from services.ingest.inputs import Received
from services.ingest.normalised import Machine, Normalised, ThreadHints
from shared.events import Contact

Json = Mapping[str, Any]
EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
"""The year of WhatsApp: an earlier time is no time."""


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that happened. `key` is the message's id, or None for what is not a message.

    `body` has the shape of the webhook's body, with this message alone and its sender's contact.
    """

    kind: str
    key: str | None = None
    number: str | None = None
    body: Json | None = None


def updates(content: Json) -> Iterator[Update]:
    """Every update of a webhook body, in its order; what has an unknown shape is one of kind `unknown`."""
    entries = _objects(content, "entry")
    if not entries:
        yield Update("unknown")
    for entry in entries:
        changes = _objects(entry, "changes")
        if not changes:
            yield Update("unknown")
        for change in changes:
            yield from _updates_of(content, entry, change)


def _updates_of(content: Json, entry: Json, change: Json) -> Iterator[Update]:
    value = _object(change, "value")
    messages = _objects(value, "messages") if change.get("field") == "messages" else []
    for message in messages:
        alone = {
            **{name: value[name] for name in ("messaging_product", "metadata", "errors") if name in value},
            "contacts": [contact for contact in _objects(value, "contacts") if _same_person(contact, message)],
            "messages": [message],
        }
        yield Update(
            kind="message",
            key=_text(message, "id") or hashlib.sha256(to_json(message)).hexdigest(),
            number=_text(_object(value, "metadata"), "phone_number_id") or None,
            body={
                "object": content.get("object"),
                "entry": [{"id": entry.get("id"), "changes": [{"field": "messages", "value": alone}]}],
            },
        )
    statuses = _objects(value, "statuses")
    for _ in statuses:
        yield Update("status")
    if not messages and not statuses:
        yield Update("echo" if "message_echoes" in value else "notice" if change.get("field") else "unknown")


def read(received: Received) -> Normalised:
    """The message in a stored body. Meta has proved its sender's number."""
    value = _object(_first(_first(from_json(received.body), "entry"), "changes"), "value")
    message = _first(value, "messages")
    sender = _text(message, "from") or _text(message, "from_user_id") or "unknown"
    what = shown({"errors": value.get("errors"), **message})
    return Normalised(
        sender=_contact(sender, _first(value, "contacts")),
        text=readable(what.text) or "[An empty message]",
        fields={name: text for name, given in _fields(value, message, what).items() if (text := _short(given))},
        sent_at=_time(message, received.received_at),
        machine=Machine(kind="auto", because="WhatsApp's own notice") if message.get("type") == "system" else None,
        thread=ThreadHints(conversation=sender),
    )


def _contact(sender: str, contact: Json) -> Contact:
    """A wa_id is the phone number without its plus (E.164); a name in place of one is not a number."""
    is_number = sender.isascii() and sender.isdigit() and 5 <= len(sender) <= 15 and sender[0] != "0"
    return Contact(
        name=one_line(_text(_object(contact, "profile"), "name"), limit=200) or None,
        phone=f"+{sender}" if is_number else None,
        visitor=None if is_number else f"whatsapp:{one_line(sender, limit=100)}",
        verified=is_number,
    )


def _fields(value: Json, message: Json, what: Shown) -> dict[str, Any]:
    context, referral = _object(message, "context"), _object(message, "referral")
    return {
        "whatsapp_type": message.get("type"),
        "whatsapp_number": _object(value, "metadata").get("phone_number_id"),
        "answers_message": context.get("id"),
        "forwarded": context.get("forwarded") or context.get("frequently_forwarded"),
        "advertisement": referral.get("headline"),
        "advertisement_url": referral.get("source_url"),
        **what.fields,
    }


def _short(given: Any) -> str:
    """A field as text; routing's rules compare texts."""
    if given is None or given is False or isinstance(given, Mapping | list):
        return ""
    return "yes" if given is True else one_line(str(given), limit=1000)


def _time(message: Json, received_at: datetime) -> datetime:
    try:
        sent_at = datetime.fromtimestamp(int(message.get("timestamp") or 0), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return received_at
    return sent_at if EARLIEST <= sent_at <= received_at else received_at


def _same_person(contact: Json, message: Json) -> bool:
    by_number = bool(contact.get("wa_id")) and contact.get("wa_id") == message.get("from")
    return by_number or (bool(contact.get("user_id")) and contact.get("user_id") == message.get("from_user_id"))


def _objects(source: Any, name: str) -> list[Json]:
    found = source.get(name) if isinstance(source, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _first(source: Any, name: str) -> Json:
    return next(iter(_objects(source, name)), {})


def _object(source: Any, name: str) -> Json:
    found = source.get(name) if isinstance(source, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(source: Json, name: str) -> str:
    found = source.get(name)
    return found if isinstance(found, str) else ""
