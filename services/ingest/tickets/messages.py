"""A message as ingest keeps it, and as its events tell it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.ingest.conversation.threading import Origin
from services.ingest.normalised import File, Normalised
from services.ingest.reading.sniffing import sniffed
from shared.events import Attachment, MailHeaders, Message
from shared.ids import derived_id

MAX_TEXT = 100_000
"""Characters of text that events carry; the whole of a longer one is a file beside it."""
MAX_HTML = 1_000_000
MAX_TITLE = 300
_FUTURE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Arrived:
    """An input that was read: what it says, where and when it came in."""

    input: str
    message: Normalised
    origin: Origin
    received_at: datetime
    language: str | None = None
    customer: str | None = None

    @property
    def files(self) -> tuple[File, ...]:
        """The files to keep: the attachments, and what is too long for a document."""
        parts = (self.message.text, self.message.prior_text)
        whole = self.message.whole_text or "\n\n".join(part for part in parts if part)
        extra = []
        if len(whole) > MAX_TEXT:
            extra.append(File(name="whole-text.txt", content_type="text/plain; charset=utf-8", content=whole.encode()))
        if self.message.html and len(self.message.html) > MAX_HTML:
            page = self.message.html.encode()
            extra.append(File(name="message.html", content_type="text/html; charset=utf-8", content=page))
        return (*self.message.attachments, *extra)

    @property
    def title(self) -> str:
        """The subject line, or the first words of the text, in one line."""
        said = self.message.title or self.message.text[: 2 * MAX_TITLE]
        line = " ".join(said.split())
        limit = MAX_TITLE if self.message.title else 80
        return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"

    def stated(self, *, unverified: bool = False) -> Message:
        """The message as events carry it."""
        message = self.message
        sent_at = message.sent_at or self.received_at
        return Message(
            id=derived_id("message", self.input),
            author="customer",
            sender=message.sender,
            channel=self.origin.channel,
            text=message.text[:MAX_TEXT],
            trimmed=bool(message.prior_text),
            attachments=tuple(attached(file) for file in self.files),
            sent_at=sent_at if sent_at <= self.received_at + _FUTURE else self.received_at,
            received_at=self.received_at,
            mail=self._mail(),
            unverified_sender=unverified,
            posted=message.posted,
            channel_id=message.target_id or message.channel_id,
            reply_until=message.reply_until,
        )

    def _mail(self) -> MailHeaders | None:
        hints = self.message.thread
        if self.origin.channel != "email":
            return None
        return MailHeaders(message_id=hints.message_id, references=hints.references or hints.in_reply_to)


def attached(file: File) -> Attachment:
    """The reference to a file by the SHA-256 of its bytes."""
    return Attachment(
        id=hashlib.sha256(file.content).hexdigest(),
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
        inline=file.inline,
        sniffed=sniffed(file.content),
    )


def _addressed(message: Normalised) -> Mapping[str, Any]:
    """Whom the writer addressed, as mail programs show it."""
    fields = {"to": message.to, "cc": message.cc, "reply_to": message.reply_to}
    return {
        name: [{"name": one.name, "email": one.email} for one in people] for name, people in fields.items() if people
    }


def stored(
    message: Message, *, ticket: str, ticketversion: int, arrived: Arrived | None = None, customer: str | None = None
) -> Mapping[str, Any]:
    """The document of a message: what its event says, and what only people who look at it need.

    `customer` is the ticket's. In whose history the message stands: theirs, and the sender's own.
    """
    document = {**message.model_dump(), "_id": message.id, "ticket": ticket, "ticketversion": ticketversion}
    del document["id"]
    whose = (customer, arrived.customer if arrived is not None else None)
    document["customers"] = [one for one in dict.fromkeys(whose) if one is not None]
    if arrived is not None:
        html = arrived.message.html
        document |= {
            "input": arrived.input,
            "account": arrived.origin.account,
            "prior_text": arrived.message.prior_text[:MAX_TEXT],
            "whole_text": arrived.message.whole_text[:MAX_TEXT],
            "html": html if html is None or len(html) <= MAX_HTML else None,
            "machine": arrived.message.machine.model_dump() if arrived.message.machine else None,
            **_addressed(arrived.message),
        }
    return document
