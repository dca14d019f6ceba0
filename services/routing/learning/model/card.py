"""What a trained model says of itself: from what, how good, with which thresholds. Kept beside it, shown to people."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Self

FORMAT = 1
"""The version of the model file. Another one is refused: the model is trained anew from history."""


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """How a category fared on examples that the judging model had not seen."""

    category: str
    examples: int
    precision: float | None
    """Of the messages that would have been given this category by themselves, how many rightly; none: no number."""
    coverage: float
    """Of the messages of this category, how many would have been given some category by themselves."""
    recall: float
    """Of the messages of this category, for how many it was the likeliest, sure or not."""


@dataclass(frozen=True, slots=True)
class Card:
    """All figures are cross-validated: each example was judged by a model that had not seen it."""

    format: int
    trained_at: datetime
    examples: int
    out_of_scope: int
    categories: tuple[CategoryFigures, ...]
    apply: float
    """At this probability and above the category is applied."""
    suggest: float
    """From this probability it is suggested; below it nothing is said."""
    precision_wanted: float
    precision: float | None
    """Of the messages that would have been answered, how many rightly."""
    coverage: float
    """How many of the messages would have been answered."""
    accuracy: float
    """How many were rightly classified if every one had to be answered."""
    refused: float | None
    """Of messages that fit no category, how many would not have been answered."""
    features: str
    """`words+characters`, or `words+characters+MiniLM`."""
    versions: tuple[tuple[str, str], ...]
    seconds: float
    size: int
    """Of the file, in bytes."""

    def document(self) -> dict[str, Any]:
        """As JSON: in the file, in the database, over HTTP."""
        return {
            **asdict(self),
            "trained_at": self.trained_at.isoformat(),
            "categories": [asdict(figures) for figures in self.categories],
            "versions": dict(self.versions),
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """Reads what `document` wrote; `KeyError`, `TypeError` or `ValueError` when it is not one."""
        known = {field.name: document[field.name] for field in fields(cls)}
        known["trained_at"] = datetime.fromisoformat(document["trained_at"])
        known["categories"] = tuple(CategoryFigures(**figures) for figures in document["categories"])
        known["versions"] = tuple(sorted(document["versions"].items()))
        return cls(**known)
