"""What the HTTP interface shows of a customer, and the cursor through their history."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json, to_json

from services.ingest.customers.people import Customer, People
from shared.errors import Refused
from shared.events import Identity

_MESSAGE = (
    "ticket",
    "author",
    "agent",
    "sender",
    "visibility",
    "channel",
    "text",
    "trimmed",
    "attachments",
    "sent_at",
    "received_at",
    "unverified_sender",
    "posted",
    "redacted_at",
)


def customer_view(people: People, customer: str, tickets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The customer who goes on for this one, with everything that is known of all who were merged."""
    members = people.members(customer)
    first = members[0]
    return {
        "id": first.id,
        "asked": customer,
        "name": _first(members, "name"),
        "language": _first(members, "language"),
        "tier": _first(members, "tier"),
        "first_seen": min(one.first_seen for one in members),
        "identities": [_identity(identity, one.id) for one in members for identity in one.identities],
        "merged": [{"id": one.id, "into": one.merged_into} for one in members[1:]],
        "tickets": [{"id": one["_id"], **{name: one[name] for name in one if name != "_id"}} for one in tickets],
    }


def message_view(document: Mapping[str, Any]) -> dict[str, Any]:
    """A message in the customer's history."""
    return {"id": document["_id"], **{name: document[name] for name in _MESSAGE if document.get(name) is not None}}


def cursor_after(document: Mapping[str, Any]) -> str:
    """Where the next page begins."""
    place = (document["sent_at"].isoformat(), document["ticketversion"], document["_id"])
    return base64.urlsafe_b64encode(to_json(place)).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, int, str]:
    """The place that a cursor names; anything but a cursor of ours is refused."""
    try:
        sent_at, version, id = from_json(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        return datetime.fromisoformat(sent_at).astimezone(UTC), int(version), str(id)
    except (binascii.Error, ValueError, TypeError) as error:
        detail = "Give `next` of the page before as it was, or leave `cursor` out."
        raise Refused(status=422, title="Not a cursor", detail=detail) from error


def _identity(identity: Identity, customer: str) -> dict[str, Any]:
    return {**identity.model_dump(), "customer": customer}


def _first(members: Sequence[Customer], name: str) -> str | None:
    return next((value for one in members if (value := getattr(one, name))), None)
