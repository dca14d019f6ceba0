"""The mail that a report is about: its Message-ID, and whom it went between."""

import re
from collections.abc import Iterable

from services.ingest.mail.bounces import fields
from services.ingest.mail.bounces.recipients import addresses
from services.ingest.mail.bounces.sections import Sections

_ID = re.compile(r"<[^<>\s]{1,990}>")
_BARE_ID = re.compile(r"[^<>\s]{3,400}@[^<>\s]{1,255}")
_ID_FIELDS = ("message-id", "original-message-id", "x-original-message-id", "message-identifier")
_HEAD = 20_000


def reported_message_id(found: Sections) -> str | None:
    """The Message-ID of the mail that came back, as its own header says it or else as the report does."""
    for text in (*found.originals, *found.status, *found.feedback, found.report):
        for name in _ID_FIELDS:
            for value in fields.every(text[:_HEAD], name):
                if match := _ID.search(value):
                    return match[0]
                if bare := _BARE_ID.search(value):
                    return f"<{bare[0]}>"
    return None


def senders(found: Sections) -> set[str]:
    """Who wrote the mail that came back."""
    return set(_of(found, ("from", "sender", "return-path", "reply-to", "original-mail-from")))


def receivers(found: Sections) -> list[str]:
    """Whom the mail that came back was addressed to."""
    return list(dict.fromkeys(_of(found, ("x-envelope-to", "to", "cc", "bcc", "delivered-to", "x-original-to"))))


def _of(found: Sections, names: Iterable[str]) -> list[str]:
    return [
        address
        for name in names
        for original in found.originals[:3]
        for value in fields.every(original[:_HEAD], name)
        for address in addresses(value)
    ]
