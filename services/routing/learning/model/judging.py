"""Writes down on the model's card how it fared on messages that it had not seen."""

import platform
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import scipy
import sklearn

from services.routing.learning.model.card import FORMAT, Card, CategoryFigures
from services.routing.learning.model.meaning import Material
from services.routing.learning.model.minilm import PACKAGE, installed

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of messages: the right category, the answered one and its probability; of strangers: the probability."""

    labels: Array
    answers: Array
    sure: Array
    strangers: Array
    apply: float
    suggest: float


def card_of(
    names: list[str], material: Material, judgement: Judgement, *, now: datetime, precision: float, out_of_scope: int,
    with_meaning: bool,
) -> Card:  # fmt: skip
    """Without size and seconds, which are known later."""
    answered, right = judgement.sure >= judgement.apply, judgement.answers == judgement.labels
    return Card(
        format=FORMAT,
        trained_at=now,
        examples=len(material.labels) - out_of_scope,
        out_of_scope=out_of_scope,
        categories=tuple(_figures(name, place, material, judgement) for place, name in enumerate(names)),
        apply=judgement.apply,
        suggest=judgement.suggest,
        precision_wanted=precision,
        precision=_share(right[answered]),
        coverage=float(answered.mean()),
        accuracy=float(right.mean()),
        refused=float((judgement.strangers < judgement.apply).mean()),
        features="words+characters+MiniLM" if with_meaning else "words+characters",
        versions=_versions(with_meaning),
        seconds=0.0,
        size=0,
    )


def _figures(name: str, place: int, material: Material, judgement: Judgement) -> CategoryFigures:
    own, given = judgement.labels == place, judgement.answers == place
    answered, right = judgement.sure >= judgement.apply, judgement.answers == judgement.labels
    return CategoryFigures(
        category=name,
        examples=int((material.labels == place).sum()),
        precision=_share(right[given & answered]),
        coverage=float(answered[own].mean()),
        recall=float(right[own].mean()),
    )


def _share(right: Array) -> float | None:
    return float(right.mean()) if len(right) else None


def _versions(with_meaning: bool) -> tuple[tuple[str, str], ...]:
    used = {"python": platform.python_version(), "numpy": np.__version__}
    used |= {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__}
    if with_meaning:
        used[PACKAGE] = installed() or ""
    return tuple(sorted(used.items()))
