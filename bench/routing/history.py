"""What the judge reads: every commit on a ticket, in the order of the database, and when each was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

ACTIVE = ("new", "open")
DONE = ("resolved", "closed", "spam")


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket after a commit, as its document has it."""

    ticket: str
    version: int
    status: str = "open"
    team: str = ""
    channel: str = "email"
    state: str | None = None
    agent: str | None = None
    offered_to: str | None = None
    rank: int = 0
    due_at: datetime | None = None
    waiting_since: datetime | None = None
    preferred_until: datetime | None = None
    automatic: bool = True
    excluded: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        return self.state is not None and self.status in ACTIVE

    @property
    def waiting(self) -> bool:
        return self.active and self.state == "queued"

    @property
    def is_dealt_out(self) -> bool:
        """Whether it waits for an automatic assignment, not for a claim or for an answer to an offer."""
        return self.automatic and self.offered_to is None

    @property
    def holder(self) -> str | None:
        """Whose load it is."""
        return (self.offered_to or self.agent) if self.active else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was stated beside a commit: by what the ticket was placed, and the rules of the reasons."""

    cause: str
    by: str
    previous_agent: str | None
    rules: tuple[str, ...]
    opening_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One write of one ticket; `decision` when it was stated who has it."""

    after: Seen
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """When a replica began to read for a decision, and when it was told that it is committed, on one clock."""

    replica: int
    begun: float
    known: float


Notes = Mapping[tuple[str, int], Note]
"""By ticket and the version that the commit gave it. A replica that was killed has not told all of its own."""


@dataclass(slots=True)
class Want:
    """What a ticket asks of its agent, by those who made it up: not as routing understood it."""

    skills: Mapping[str, int]
    prefers: Mapping[str, int] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    priority: int = 1
    came: datetime | None = None
