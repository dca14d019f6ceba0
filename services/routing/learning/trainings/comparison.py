"""Whether a new model is as good as the active one, on the same tickets, which people had corrected."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from services.routing.learning.model.verdicts import Prediction


@dataclass(frozen=True, slots=True)
class Side:
    """What one model made of the tickets: how many it would have applied, and how many rightly."""

    right: int
    applied: int
    applied_rightly: int

    @classmethod
    def of(cls, predictions: Sequence[Prediction], truth: Sequence[str], *, apply: float) -> Self:
        pairs = list(zip(predictions, truth, strict=True))
        applied = [(said, category) for said, category in pairs if said.probability >= apply]
        return cls(
            right=sum(said.category == category for said, category in pairs),
            applied=len(applied),
            applied_rightly=sum(said.category == category for said, category in applied),
        )

    @property
    def wrong(self) -> int:
        """Categories that would have been applied and were not what people said."""
        return self.applied - self.applied_rightly

    def __str__(self) -> str:
        return f"{self.right} right, {self.applied_rightly} of {self.applied} applied rightly"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models on `tickets` that the new one was not trained on for this purpose."""

    tickets: int
    new: Side
    active: Side
    precision: float

    @property
    def not_worse(self) -> bool:
        """As many right as the active one, and no more wrongly applied, unless the precision wanted is kept."""
        kept = self.new.applied_rightly >= self.precision * self.new.applied
        return self.new.right >= self.active.right and (kept or self.new.wrong <= self.active.wrong)

    def __str__(self) -> str:
        tickets = f"on the {self.tickets} newest tickets that people gave a category"
        return f"{tickets}: the new model {self.new}; the active one {self.active}"

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        sides = {name: Side(**document[name]) for name in ("new", "active")}
        return cls(tickets=document["tickets"], precision=document["precision"], **sides)
