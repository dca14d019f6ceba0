"""A model as it stands in the catalogue: where it came from, how good it was in training, and its file."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from services.routing.learning.model.card import Card

Origin = Literal["starter", "history"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`examples` counts what it was trained from, by who gave the category."""

    version: str
    origin: Origin
    sha256: str
    card: Card
    trained_by: str
    examples: dict[str, int]
    verdict: str
    """Why it became active, or did not."""

    @property
    def file(self) -> str:
        return f"model:{self.sha256}"

    def document(self) -> dict[str, Any]:
        return {
            "_id": self.version,
            "origin": self.origin,
            "sha256": self.sha256,
            "card": self.card.document(),
            "trained_at": self.card.trained_at,
            "trained_by": self.trained_by,
            "examples": self.examples,
            "verdict": self.verdict,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        return cls(
            version=document["_id"],
            origin=document["origin"],
            sha256=document["sha256"],
            card=Card.of(document["card"]),
            trained_by=document["trained_by"],
            examples=document["examples"],
            verdict=document["verdict"],
        )


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def version_of(origin: Origin, *, at: datetime, sha256: str) -> str:
    """A name that sorts by time and that people can type."""
    return f"{origin}-{at:%Y%m%d-%H%M%S}-{sha256[:6]}"
