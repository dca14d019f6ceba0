"""What the models said of a message, judged by their thresholds: applied, suggested, or nothing said."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from services.routing.learning.model.verdicts import Prediction
from shared.events import ModelVerdict, Reason

RULE = "model"
"""What a reason that comes from a model is called, among the rules' names."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From `apply` on a category is applied, from `suggest` on it is suggested to people."""

    apply: float
    suggest: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The verdict of the active model, and of the one in the shadow, which decides nothing.

    Without a verdict `silent` says why there is none; it is None, too, when there is no model to ask.
    """

    verdict: ModelVerdict | None = None
    shadow: ModelVerdict | None = None
    silent: str | None = None
    suggest: float = 0.0

    @property
    def category(self) -> str | None:
        """The category to apply, if it is certain enough."""
        return self.verdict.category if self.verdict is not None and self.verdict.decision == "applied" else None

    def reason(self) -> Reason | None:
        """For people: version, category, probability and threshold, also when nothing came of it."""
        if self.verdict is None:
            return None if self.silent is None else Reason(rule=RULE, because=f"not asked: {self.silent}")
        told = self.verdict
        said = f"{told.version} says {told.category} with {told.probability:.2f}"
        if told.decision == "applied":
            return Reason(rule=RULE, because=f"{said}, at least {told.threshold:.2f}: applied")
        if told.decision == "suggested":
            because = f"{said}, less than {told.threshold:.2f} but at least {self.suggest:.2f}: suggested, not applied"
            return Reason(rule=RULE, because=because)
        return Reason(rule=RULE, because=f"{said}, which is not enough to suggest it: abstained")


def judged(
    version: str, prediction: Prediction, thresholds: Thresholds, *, categories: Collection[str]
) -> ModelVerdict:
    """The verdict that a prediction comes to. A category that the organisation has no more is never applied."""
    decision: Literal["applied", "suggested", "abstained"] = "abstained"
    scale = _scale(prediction)
    if prediction.category in categories:
        if prediction.probability >= thresholds.apply:
            decision = "applied"
        elif prediction.probability >= thresholds.suggest:
            decision = "suggested"
    return ModelVerdict(
        version=version,
        category=prediction.category,
        probability=round(min(1.0, max(0.0, prediction.probability)), 4),
        decision=decision,
        threshold=round(min(1.0, max(0.0, thresholds.apply)), 4),
        alternatives={
            name: round(share * scale, 4)
            for name, share in prediction.ranked
            if name != prediction.category and name in categories
        },
    )


def _scale(prediction: Prediction) -> float:
    """What the others' shares are multiplied by, so that none looks likelier than the answer, and all fit beside it."""
    share = dict(prediction.ranked).get(prediction.category, 0.0)
    if not 0 < share < 1:
        return 1.0
    return min(prediction.probability / share, (1 - prediction.probability) / (1 - share))
