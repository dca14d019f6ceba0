"""Which inputs are held back as spam, and what holding, releasing, deleting and expiring come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from services.ingest.inbox.inputs import Pending, Received
from services.ingest.normalised import Normalised
from services.ingest.tickets.messages import Arrived
from shared.change import Change, Update
from shared.envelope import Envelope, Event
from shared.errors import Refused
from shared.events import MessageQuarantined, MessageQuarantinedData, MessageSuppressed, MessageSuppressedData
from shared.ids import derived_id

End = Literal["released", "deleted", "expired"]


@dataclass(frozen=True, slots=True)
class Held:
    """An input in quarantine, or one that was there."""

    id: str
    version: int
    state: str
    channel: str
    account: str
    reason: str
    message_id: str | None = None


def handled_key(received: Received) -> str:
    """What an input is handled under once: a released one is decided a second time."""
    return f"ingest.input:{received.input}{':released' if received.envelope.get('released') else ''}"


def suspicion(received: Received, message: Normalised) -> str | None:
    """Why the input is to be held, or None. Who answers our mail with its own token is no spammer."""
    spam = message.spam
    if spam is None or not spam.quarantine or received.envelope.get("released"):
        return None
    if any(hit.by_recipient and hit.place == "address" for hit in message.thread.tokens):
        return None
    return spam.because


def hold(arrived: Arrived, reason: str, *, cause: Envelope, pending: Pending, at: datetime, days: float) -> Change:
    """The input waits for a person; so many days, then it expires."""
    expires_at = at + timedelta(days=days)
    data = MessageQuarantinedData(
        channel=arrived.origin.channel,
        account=arrived.origin.account,
        state="held",
        reason=reason,
        expires_at=expires_at,
    )
    event = MessageQuarantined.following(
        cause, "held", time=at, subject=arrived.input, ticketversion=1, data=data, machine=True
    )
    spam = arrived.message.spam
    shown = {
        "sender": arrived.message.sender.email or arrived.message.sender.name,
        "title": arrived.title,
        "score": spam.score if spam else None,
    }
    state: dict[str, Any] = {
        "state": "quarantined",
        "reason": reason,
        "decided_at": at,
        "expires_at": expires_at,
        "shown": shown,
    }
    return Change(writes=(Update("inputs", pending.id, pending.version, state),), events=(event,))


def end(held: Held, how: End, *, actor: str, at: datetime) -> Change:
    """The waiting ends: the input is decided as if it were no spam, or nothing comes of it."""
    if held.state != "quarantined":
        detail = f"This input is {held.state}, not in quarantine."
        raise Refused(status=409, title="Not in quarantine", detail=detail)
    cause = Envelope(
        id=derived_id("quarantine", held.id, how),
        source="kartica/ingest",
        type=f"quarantine.{how}",
        time=at,
        correlationid=held.id,
        causationid=held.id,
        actor=actor,
    )
    data = MessageQuarantinedData(channel=held.channel, account=held.account, state=how, reason=held.reason)
    event = MessageQuarantined.following(
        cause, how, time=at, subject=held.id, ticketversion=2, data=data, actor=actor, machine=True
    )
    answer: Mapping[str, Any] = {"input": held.id, "state": how}
    if how == "released":
        state = {"state": "pending", "due_at": at, "attempts": 0, "envelope.released": actor, "released_at": at}
        gone = ("reason", "decided_at", "expires_at")
        return Change(writes=(Update("inputs", held.id, held.version, state, gone),), events=(event,), answer=answer)
    reason = "expired in quarantine" if how == "expired" else f"confirmed as spam by {actor}"
    suppressed: Event = MessageSuppressed.following(
        cause,
        "suppressed",
        time=at,
        subject=held.id,
        ticketversion=3,
        data=MessageSuppressedData(channel=held.channel, reason=reason, message_id=held.message_id),
        actor=actor,
        machine=True,
    )
    write = Update("inputs", held.id, held.version, {"state": "suppressed", "reason": reason, "decided_at": at})
    return Change(writes=(write,), events=(event, suppressed), answer=answer)
