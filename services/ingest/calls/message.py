"""What is left of a call, as an input: a missed call, a note about it, its recording."""

import base64
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from pydantic_core import from_json, to_json

from services.ingest.channels.plain_text import one_line, readable
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import File, Normalised, ThreadHints
from shared.commands import File as SentFile
from shared.envelope import Frozen
from shared.events import CallIdentifiedData, Contact

CHANNEL = "phone"


class CallReport(CallIdentifiedData):
    """What a telephone system tells of a call. `note` and `recording` become a message of its conversation."""

    call: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    called: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    note: Annotated[str, StringConstraints(max_length=100_000)] = ""
    recording: SentFile | None = None

    def told(self) -> CallIdentifiedData:
        """The state of the call alone. Who it is and what is open is looked up here, whatever the caller says."""
        given = self.model_dump(exclude={"note", "recording", "customer", "tickets"})
        return CallIdentifiedData.model_validate(given)


class _Left(Frozen):
    """The stored body."""

    kind: str
    caller: Contact
    called: str
    call: str
    conversation: str
    note: str = ""
    file: dict[str, Any] | None = Field(default=None)


def received(kind: str, told: CallIdentifiedData, report: CallReport, *, joins: bool, at: datetime) -> Received:
    """The input. The same kind of the same call is the same input.

    `joins`: all calls from a number are one conversation, as long as its ticket is open.
    """
    number = told.caller.phone if joins else None
    file = report.recording
    left = {
        "kind": kind,
        "caller": told.caller.model_dump(mode="json"),
        "called": told.called,
        "call": told.call,
        "conversation": number or f"call:{told.call}",
        "note": report.note if kind == "note" else "",
        "file": _packed(file) if file is not None and kind == "recording" else None,
    }
    return Received(
        channel=CHANNEL,
        account=told.called,
        key=f"{kind}:{told.call}",
        body=to_json(left),
        content_type="application/json",
        received_at=at,
    )


class CallReader:
    """Reads what is left of a call."""

    def read(self, received: Received) -> Normalised:
        left = _Left.model_validate(from_json(received.body))
        who = left.caller.phone or one_line(left.caller.name or "", limit=200) or "an anonymous number"
        words = {"missed": f"[Missed call from {who}]", "recording": f"[Recording of a call from {who}]"}
        return Normalised(
            sender=left.caller,
            title=f"Call from {who}",
            text=words.get(left.kind) or readable(left.note),
            attachments=_unpacked(left.file),
            fields={"call": left.call, "called": left.called},
            sent_at=received.received_at,
            thread=ThreadHints(conversation=left.conversation),
        )


def _packed(file: SentFile) -> dict[str, str]:
    content = base64.b64encode(file.content).decode()
    return {"name": file.name, "content_type": file.content_type, "content": content}


def _unpacked(file: dict[str, Any] | None) -> tuple[File, ...]:
    if file is None:
        return ()
    return (File(name=file["name"], content_type=file["content_type"], content=base64.b64decode(file["content"])),)
