"""The order in which a conversation is read: by when each message was sent."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

_SECOND = timedelta(milliseconds=999)


def in_order(messages: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The messages by `(sent_at, seq)`: those of merged tickets stand between each other where they belong."""
    return sorted(messages, key=place_of)


def place_of(message: Mapping[str, Any]) -> tuple[datetime, datetime, int, str]:
    """A mail's Date has whole seconds: it was sent some time within that one, but before it came."""
    sent, received = message["sent_at"], message["received_at"]
    if sent.microsecond == 0 and sent < received:
        sent = min(sent + _SECOND, received)
    return sent, received, message["ticketversion"], message["_id"]
