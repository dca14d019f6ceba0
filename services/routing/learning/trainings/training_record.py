"""A training that somebody or the schedule asked for, and what became of it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, Self

from services.routing.learning.catalogue import Origin

State = Literal["waiting", "done", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Training:
    """`result` tells people what came of it: which figures decided, or what is missing."""

    id: str
    origin: Origin
    asked_by: str
    asked_at: datetime
    state: State = "waiting"
    ended_at: datetime | None = None
    result: str = ""
    model: str | None = None
    begun: int = 0

    def document(self) -> dict[str, Any]:
        document = asdict(self)
        return {"_id": document.pop("id"), **document}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        return cls(id=document["_id"], **{name: value for name, value in document.items() if name != "_id"})
