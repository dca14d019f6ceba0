"""The section `learning` of config/routing.yaml: how sure a model has to be, what it learns from, and when."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.config import Strict

_WRITTEN = re.compile(r"([1-9]\d{0,3})([hd])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def _interval(written: object) -> object:
    """`12h`, `7d`; None of `off`, which YAML reads as false."""
    if written is False or written == "off":
        return None
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError(f"{written!r} is no interval: write hours or days (12h, 7d), or off")
    return int(found[1]) * _UNITS[found[2]]


Share = Annotated[float, Field(gt=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=10)]


class Weights(Strict):
    """How much an example counts, by who gave its category; 0 leaves such examples out."""

    person: Weight = 1.0
    rules: Weight = 0.3
    model: Weight = 0.0
    """The model's own category, when the ticket was resolved and nobody corrected it."""
    starter: Weight = 0.3


class Learning(Strict):
    """What the organisation decides about learned classification."""

    enabled: bool = True
    precision: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    apply: Share | None = None
    suggest: Share | None = None
    answer_within_ms: Annotated[int, Field(ge=10, le=5000)] = 300
    train_every: Annotated[timedelta | None, BeforeValidator(_interval)] = timedelta(days=7)
    activate: Literal["automatic", "by_hand"] = "automatic"
    compared_on: Annotated[int, Field(ge=5, le=5000)] = 20
    examples_per_category: Annotated[int, Field(ge=10, le=50_000)] = 2000
    starter_until: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    weights: Weights = Weights()
    keep_models: Annotated[int, Field(ge=3, le=1000)] = 10

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.apply is not None and self.suggest is not None and self.suggest > self.apply:
            raise ValueError("suggest: it can't be above apply")
        return self
