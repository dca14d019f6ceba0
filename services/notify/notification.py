"""A notification: decided once, sent until it is sent or hopeless, and kept as a record of that."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AwareDatetime

from services.notify.configuration import Audience, Channel
from services.notify.occasion import Occasion
from shared.envelope import Frozen

State = Literal["queued", "sending", "sent", "failed", "suppressed"]
UNFINISHED: tuple[State, ...] = ("queued", "sending")


class Turn(Frozen):
    """The how-many-eth acknowledgement to this address it is; unique, so that the limit can't be overrun."""

    sender: str
    number: int


class Notification(Frozen):
    """Only an unfinished one has `due`: from then on it may be sent, or taken from a sender that died."""

    id: str
    version: int = 0
    ticket: str | None = None
    kind: str
    template: str
    audience: Audience | Literal["recipient"]
    occasion: Occasion
    channels: tuple[Channel, ...] = ("email",)
    state: State
    at: AwareDatetime
    due: AwareDatetime | None = None
    attempts: int = 0
    channel: Channel | None = None
    to: str | None = None
    name: str = ""
    language: str | None = None
    reason: str | None = None
    error: str | None = None
    provider: str | None = None
    provider_id: str | None = None
    segments: int | None = None
    lease: str | None = None
    turn: Turn | None = None

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> "Notification":
        return cls.model_validate({**document, "id": document["_id"]})

    def document(self) -> dict[str, Any]:
        """As it is stored for the first time; what is not there is left out, so that sparse indexes stay small."""
        fields = self.model_dump(exclude={"id"}, exclude_none=True)
        return {"_id": self.id, **fields, "version": 1}

    @property
    def finished(self) -> bool:
        return self.state not in UNFINISHED
