"""How likely an answer is right: learned from answers to messages that the judging model had not seen.

Three things tell: how high the best score is, how far ahead of the second it is, and how near the nearest example
lies. A logistic regression weighs them, over right and wrong answers and over messages that fit no category: those
given as such, and every example as judged by a model that had never heard of its category.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

Array = np.ndarray[Any, Any]
SIGNS = 3
_TEMPERATURES = np.geomspace(0.5, 60, 60)


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores of messages by models that had not seen them, and how near their nearest example was."""

    scores: Array
    near: Array

    def signs(self) -> Array:
        """What the certainty is read from, a row a message."""
        best = -np.sort(-self.scores, axis=1)[:, :2]
        return np.column_stack([best[:, 0], best[:, 0] - best[:, 1], self.near]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Calibration:
    """`temperature` turns scores into shares; the others, signs into the probability of being right."""

    temperature: float
    weights: tuple[float, ...]
    shift: float

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Reads what `asdict` made of one; `KeyError` or `ValueError` when it is not one."""
        weights = tuple(float(weight) for weight in document["weights"])
        if len(weights) != SIGNS:
            raise ValueError(f"it weighs {len(weights)} signs, not {SIGNS}")
        return cls(float(document["temperature"]), weights, float(document["shift"]))

    def shares(self, scores: Array) -> Array:
        powers = np.exp(self.temperature * (scores - scores.max(axis=-1, keepdims=True)))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))

    def probability(self, signs: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-np.clip(signs @ np.array(self.weights) + self.shift, -30, 30))))


def calibrated(known: Judged, labels: Array, strangers: Sequence[tuple[Judged, float]]) -> Calibration:
    """`strangers` fit no category; each lot of them counts as so many messages a message of a category."""
    right = known.scores.argmax(axis=1) == labels
    signs = [known.signs()] + [judged.signs() for judged, _ in strangers]
    counts = [np.ones(len(labels))]
    counts += [np.full(len(judged.near), share * len(labels) / len(judged.near)) for judged, share in strangers]
    truth = np.concatenate([right, np.zeros(sum(len(judged.near) for judged, _ in strangers))])
    weights, shift = _fitted(np.vstack(signs), truth, np.concatenate(counts))
    return Calibration(_temperature(known.scores, labels), weights, shift)


def _fitted(signs: Array, truth: Array, counts: Array) -> tuple[tuple[float, ...], float]:
    from sklearn.linear_model import LogisticRegression

    centre, spread = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-6)
    if truth.all() or not truth.any():
        return (0.0,) * signs.shape[1], 3.0 if truth.all() else -3.0
    fit = LogisticRegression(C=1.0).fit((signs - centre) / spread, truth, counts)
    # A sign that seemed to speak against being right would only have learned chance.
    weights = np.maximum(fit.coef_[0], 0) / spread
    shift = fit.intercept_[0] - float((np.maximum(fit.coef_[0], 0) * centre / spread).sum())
    return tuple(float(weight) for weight in weights), float(shift)


def _temperature(scores: Array, labels: Array) -> float:
    """The one under which the right categories' shares are likeliest."""
    places = np.arange(len(labels))
    losses = []
    for temperature in _TEMPERATURES:
        shares = Calibration(float(temperature), (), 0.0).shares(scores)
        losses.append(-np.log(np.maximum(shares[places, labels], 1e-6)).mean())
    return float(_TEMPERATURES[int(np.argmin(losses))])
