"""An input: what a channel handed over, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from services.ingest.normalised import Normalised
from shared.ids import derived_id

State = Literal["opened", "joined", "suppressed", "quarantined", "dead"]


@dataclass(frozen=True, slots=True)
class Received:
    """What a channel hands over. `key` is what makes it the same input when it comes again.

    `account` is the mailbox, form or account that received it; `envelope` what the channel knows
    beside the body: peer, SMTP addresses, headers. `body` stays exactly as it was received.
    """

    channel: str
    account: str
    key: str
    body: bytes
    content_type: str
    received_at: datetime
    envelope: Mapping[str, Any] = field(default_factory=dict)

    @property
    def input(self) -> str:
        """The id of the input: the same channel, account and key give the same id."""
        return derived_id("input", self.channel, self.account, self.key)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The input is stored. `repeated` when it had been stored before."""

    input: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an input."""

    state: State
    ticket: str | None = None
    number: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """An input that waits for its outcome; `version` guards its document."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pending input, and how often it was begun. `is_gone` when its raw bytes are not there any more."""

    received: Received
    pending: Pending
    attempts: int
    is_gone: bool = False


class Reader(Protocol):
    """Reads what its channel received. Pure; an exception opens a ticket with the raw input attached."""

    def read(self, received: Received) -> Normalised: ...
