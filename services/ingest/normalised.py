"""What a message is once its channel's reader has read it: the same shape for mail, form, chat and command."""

import math
import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from shared.envelope import Frozen
from shared.events import Contact

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def cleaned(text: str) -> str:
    """The text without NUL and lone surrogates, which no JSON reader and no database takes."""
    return _UNSTORABLE.sub("", text)


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
    content_type: CleanText = "application/octet-stream"
    content: bytes
    inline: bool = False
    content_id: Annotated[CleanText | None, Field(description="without angle brackets")] = None


class TokenHit(Frozen):
    """A reply token that was signed here. `place` says where it stood; addresses are trusted most."""

    ticket: str
    by_recipient: Annotated[bool, Field(description="the sender is whom it was handed out to")]
    place: Literal["address", "in_reply_to", "references"]


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
    - `auto_reply`: joins its ticket without reopening it; one that answers nothing of ours is suppressed.
    - `auto`: a machine's report: opens or joins, never reopens.
    - `bulk`: no automatic answer; otherwise as a person's message.
    """

    kind: Literal["bounce", "own", "auto_reply", "auto", "bulk"]
    because: str


class Normalised(Frozen):
    """A message of any channel. Readers fill in what they know; everything but the sender may be empty.

    `text` is the new part, and `prior_text` what was left out of it as a quote of earlier messages.
    `channel` and `account` are set only when they are not those of the input itself, as in
    message.submit, where another system says where it got the message from.
    """

    sender: Contact
    title: CleanText = ""
    text: CleanText = ""
    prior_text: CleanText = ""
    html: Annotated[CleanText | None, Field(description="sanitised")] = None
    attachments: tuple[File, ...] = ()
    fields: Annotated[dict[str, Any], BeforeValidator(storable)] = Field(default_factory=dict)
    language: Annotated[CleanText | None, Field(description="as declared; None has it detected")] = None
    sent_at: AwareDatetime | None = None
    machine: Machine | None = None
    thread: ThreadHints = ThreadHints()
    channel: str | None = None
    account: str | None = None
    unreadable: Annotated[str | None, Field(description="why the reader gave up; the raw input is attached")] = None
