"""What a message is once its channel's reader has read it: the same shape for mail, form, chat and command."""

import math
import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from shared.envelope import Frozen
from shared.events import Contact
from shared.reply_token import Purpose

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def cleaned(text: str) -> str:
    """The text without NUL and lone surrogates, which no JSON reader and no database takes."""
    return _UNSTORABLE.sub("", text.replace("\x00", ""))


def _clean(value: Any) -> Any:
    return cleaned(value) if isinstance(value, str) else value


def storable(value: Any, *, depth: int = 0) -> Any:
    """The value as JSON and BSON both take it: clean text, integers of 64 bits, not more than twenty levels."""
    if depth > 20:
        return None
    match value:
        case bool() | None:
            return value
        case str():
            return cleaned(value)
        case int():
            return value if -(2**63) <= value < 2**63 else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case dict():
            return {cleaned(str(key))[:200]: storable(one, depth=depth + 1) for key, one in value.items()}
        case list() | tuple():
            return [storable(one, depth=depth + 1) for one in value]
        case _:
            return cleaned(str(value))


CleanText = Annotated[str, BeforeValidator(_clean)]
"""Text from outside: whatever it held, it can be stored and sent."""


class File(Frozen):
    """A file that came with a message, with its bytes. `inline` when the HTML shows it in its place."""

    name: CleanText
    content_type: Annotated[CleanText, Field(description="as declared")] = "application/octet-stream"
    content: bytes
    inline: bool = False
    content_id: Annotated[CleanText | None, Field(description="without angle brackets")] = None


class Media(Frozen):
    """A file that the channel's provider keeps: fetched before the message is decided, if it can be.

    `id` is what the provider knows it by, `url` where it is when the webhook said so.
    """

    id: CleanText = ""
    url: CleanText = ""
    kind: Annotated[CleanText, Field(description="in words: image, voice message")] = "file"
    name: CleanText = ""
    content_type: CleanText = ""


class TokenHit(Frozen):
    """A reply token that was signed here. `place` says where it stood; addresses are trusted most."""

    ticket: str
    by_recipient: Annotated[bool, Field(description="the sender is whom it was handed out to")]
    place: Literal["address", "in_reply_to", "references", "body"]
    purpose: Annotated[Purpose, Field(description="what a mail with it is")] = "customer"
    token: Annotated[str, Field(repr=False)] = ""


class Spoken(Frozen):
    """A line of what was said before a bot handed over."""

    author: Literal["customer", "bot"]
    text: CleanText
    sent_at: AwareDatetime


class ThreadHints(Frozen):
    """What the message says about the conversation it belongs to. Message-IDs keep their angle brackets.

    `conversation` is for channels that have one of their own: the chat session, the WhatsApp sender,
    the `thread` of message.submit. Within its channel and account it names one conversation.
    """

    message_id: CleanText | None = None
    in_reply_to: tuple[CleanText, ...] = ()
    references: tuple[CleanText, ...] = ()
    tokens: Annotated[tuple[TokenHit, ...], Field(description="the most trusted first")] = ()
    numbers: Annotated[tuple[str, ...], Field(description="ticket numbers in the title, check digit right")] = ()
    conversation: CleanText | None = None
    copied: Annotated[tuple[CleanText, ...], Field(description="addresses of others whom it was sent to")] = ()


class Machine(Frozen):
    """Why a machine is taken to have written the message; the kind decides what that means.

    - `bounce`, `own`: never a ticket: suppressed.
    - `keyword`: a word that the channel's carrier answers itself (STOP, HELP): suppressed.
    - `auto_reply`: joins its ticket without reopening it; one that answers nothing of ours is suppressed.
    - `auto`: a machine's report: opens or joins, never reopens.
    - `bulk`: no automatic answer; otherwise as a person's message.
    """

    kind: Literal["bounce", "own", "keyword", "auto_reply", "auto", "bulk"]
    because: str


class DeliveryReport(Frozen):
    """What became of a mail of this desk on its way to one recipient, as a delivery report tells it.

    `status` is as RFC 3463 has it; a detail above 900 was derived from the reason, because the report
    states none. `hard`: the address is dead; None when nobody can tell.
    """

    recipient: Annotated[CleanText, Field(description="empty when the report does not name anybody")]
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded", "complaint"]
    status: str = ""
    replycode: str = ""
    diagnostic: CleanText = ""
    hard: bool | None = None
    reason: str = "undefined"


class SpamVerdict(Frozen):
    """What our own mail server's spam filter found. With `quarantine` the message waits for a person."""

    quarantine: bool
    score: float | None = None
    because: str = ""


class Normalised(Frozen):
    """A message of any channel. Readers fill in what they know; everything but the sender may be empty.

    `text` is the new part, and `prior_text` what was left out of it: quotes of earlier messages, signatures,
    footers. `whole_text` is set where it was not left out at the end: there it is all of the text in its order.
    `channel` and `account` are set only when they are not those of the input itself, as in
    message.submit, where another system says where it got the message from.
    """

    sender: Contact
    title: CleanText = ""
    text: CleanText = ""
    prior_text: CleanText = ""
    whole_text: CleanText = ""
    html: Annotated[CleanText | None, Field(description="sanitised")] = None
    attachments: tuple[File, ...] = ()
    fields: Annotated[dict[str, Any], BeforeValidator(storable)] = Field(default_factory=dict)
    language: Annotated[CleanText | None, Field(description="as declared; None has it detected")] = None
    sent_at: AwareDatetime | None = None
    machine: Machine | None = None
    thread: ThreadHints = ThreadHints()
    channel: str | None = None
    account: str | None = None
    to: Annotated[tuple[Contact, ...], Field(description="whom the writer addressed")] = ()
    cc: tuple[Contact, ...] = ()
    reply_to: Annotated[tuple[Contact, ...], Field(description="for people to see; never makes a requester")] = ()
    authenticated: Annotated[
        bool | None, Field(description="whether our own mail server confirmed the sender; None: it did not say")
    ] = None
    spam: SpamVerdict | None = None
    media: Annotated[tuple[Media, ...], Field(description="to be fetched from the channel's provider")] = ()
    posted: Literal["direct", "comment", "mention"] = "direct"
    reply_until: AwareDatetime | None = None
    act: Annotated[Literal["message", "edit", "delete"], Field(description="an edit holds the whole new text")] = (
        "message"
    )
    channel_id: Annotated[CleanText | None, Field(description="the provider's id of this message")] = None
    target_id: Annotated[CleanText | None, Field(description="of the message that is edited or deleted")] = None
    reports: Annotated[tuple[DeliveryReport, ...], Field(description="of a bounce or a complaint")] = ()
    reported_message_id: Annotated[CleanText | None, Field(description="of the mail that the reports are about")] = None
    reported_ticket: Annotated[str | None, Field(description="the ticket that this mail belonged to")] = None
    handed_over: Annotated[tuple[Spoken, ...], Field(description="by a bot: what was said before")] = ()
    unreadable: Annotated[str | None, Field(description="why the reader gave up; the raw input is attached")] = None
