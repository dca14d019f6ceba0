"""What becomes of a model that was just trained: active, or first in the shadow, and which figures decided."""

from dataclasses import dataclass
from typing import Literal

from services.routing.learning.trainings.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Place:
    role: Literal["active", "shadow"]
    because: str


def place(
    *, activate: Literal["automatic", "by_hand"], active: str | None, comparison: Comparison | None, missing: str = ""
) -> Place:
    """Without an active model there is nothing to lose; beside one, a new model has to be as good as it."""
    if activate == "by_hand":
        because = "models are activated by hand (`activate: by_hand`)"
        return Place("shadow", because if comparison is None else f"{because}; {comparison}")
    if active is None:
        return Place("active", "no other model was active")
    if comparison is None:
        return Place("shadow", f"it could not be compared with {active}: {missing}")
    if comparison.not_worse:
        return Place("active", f"it is not worse than {active}; {comparison}")
    return Place("shadow", f"it is worse than {active}; {comparison}")
