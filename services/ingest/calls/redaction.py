"""Takes the caller out of a call; when and how long it was stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.ingest.calls.states import furthest
from shared.change import Update
from shared.envelope import Envelope
from shared.events import CallIdentified, CallIdentifiedData, Contact


def without_caller(call: Mapping[str, Any], *, cause: Envelope, at: datetime) -> tuple[Update, CallIdentified]:
    """The call's document and an event that says it for whoever keeps earlier ones."""
    version = call["facts"] + 1
    data = CallIdentifiedData(
        call=call["call"],
        state=furthest(tuple(call["states"])) or "ended",
        caller=Contact(),
        called=call["called"],
        seconds=call["seconds"],
        redacted=True,
    )
    event = CallIdentified.following(cause, "redacted", time=at, subject=call["_id"], ticketversion=version, data=data)
    nobody = {"facts": version, "caller": Contact().model_dump(), "customer": None, "redacted": True}
    return Update("calls", call["_id"], call["version"], nobody), event
