"""Trains a model from labelled messages, and judges it on messages that the judging part had not seen."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from services.routing.learning.model import linear, meaning
from services.routing.learning.model.calibration import Calibration, Judged, calibrated
from services.routing.learning.model.choosing import WORDS_ONLY, chosen
from services.routing.learning.model.examples import Example
from services.routing.learning.model.grams import Vocabulary, vocabulary
from services.routing.learning.model.judging import Judgement, card_of
from services.routing.learning.model.likeness import Mixture, sparse
from services.routing.learning.model.meaning import Material
from services.routing.learning.model.minilm import Sentences, installed
from services.routing.learning.model.model import Meaning, Model
from services.routing.learning.model.selection import sample, usable
from services.routing.learning.model.thresholds import both

Array = np.ndarray[Any, Any]
JUDGED_ON = 6_000
"""Examples that the figures, the calibration and the thresholds come from. More take long and say the same."""
STRANGE = 0.1
"""How many messages that fit no category are reckoned with for one that fits; as many again where some are given."""
ENOUGH_GIVEN = 20


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned from, and how its texts became numbers."""

    names: list[str]
    vocabulary: Vocabulary
    material: Material
    out_of_scope: int


def train(
    examples: Sequence[Example],
    *,
    out_of_scope: Sequence[str] = (),
    now: datetime,
    precision: float = 0.95,
    seed: int = 0,
    embeddings: bool | None = None,
) -> Model:
    """A calibrated model; `TooLittle` says what is missing. The examples are best given oldest first.

    `embeddings` none: the sentence model is used where it is installed and does better on these examples.
    """
    begun = time.perf_counter()
    with threadpool_limits(1):
        lesson = _lesson(usable(examples), out_of_scope, installed() is not None if embeddings is None else embeddings)
        mixture = chosen(lesson.material, seed=seed, forced=bool(embeddings))
        judgement, calibration = _judged(lesson, mixture, precision=precision, seed=seed)
        arrays, found = _fitted(lesson, mixture, seed=seed)
    card = card_of(
        lesson.names, lesson.material, judgement, now=now, precision=precision, out_of_scope=lesson.out_of_scope,
        with_meaning=mixture is not WORDS_ONLY,
    )  # fmt: skip
    model = Model(card, calibration, arrays, found)
    size = len(model.encoded())
    model.card = replace(card, size=size, seconds=round(time.perf_counter() - begun, 2))
    return model


def _lesson(examples: list[Example], out_of_scope: Sequence[str], with_meaning: bool) -> Lesson:
    names = sorted({example.category for example in examples})
    number = {name: place for place, name in enumerate(names)}
    strange = [text for text in dict.fromkeys(out_of_scope) if text.strip()]
    texts = [example.text for example in examples] + strange
    labels = np.array([number[example.category] for example in examples] + [len(names)] * len(strange))
    weights = np.array([example.weight for example in examples] + [1.0] * len(strange), np.float32)
    found = vocabulary(texts)
    vectors = Sentences().vectors(texts) if with_meaning else None
    material = Material(vectors, sparse(found, texts), labels, weights * _balance(labels), len(names))
    return Lesson(names, found, material, len(strange))


def _balance(labels: Array) -> Array:
    """Examples of rare categories count more, though not so much that common ones are forgotten."""
    counts = Counter(labels.tolist())
    usual = len(labels) / len(counts)
    each = {label: float(np.clip((usual / count) ** 0.5, 0.5, 3)) for label, count in counts.items()}
    return np.array([each[label] for label in labels.tolist()], np.float32)


def _judged(lesson: Lesson, mixture: Mixture, *, precision: float, seed: int) -> tuple[Judgement, Calibration]:
    material = lesson.material.only(sample(lesson.material.labels, most=JUDGED_ON, seed=seed))
    if mixture is WORDS_ONLY:
        given = (material.rows, material.labels, material.counts)
        known = linear.unseen(*given, categories=material.categories, seed=seed)
        strange = linear.strangers(*given, categories=material.categories, seed=seed)
    else:
        known, strange = meaning.unseen(material, mixture)
    inside = material.labels < material.categories
    labels = material.labels[inside]
    lots = [(_only(strange, inside), STRANGE)]
    if (~inside).any():
        lots.append((_only(known, ~inside), STRANGE * min(1.0, float((~inside).sum()) / ENOUGH_GIVEN)))
    own = _only(known, inside)
    calibration = calibrated(own, labels, lots)
    return _judgement(calibration, own, labels, lots, precision=precision), calibration


def _judgement(
    calibration: Calibration, own: Judged, labels: Array, lots: list[tuple[Judged, float]], *, precision: float
) -> Judgement:
    answers, sure = own.scores.argmax(axis=1), calibration.probability(own.signs())
    strangers = [(calibration.probability(judged.signs()), share) for judged, share in lots]
    apply, suggest = both(sure, answers == labels, strangers, precision=precision)
    return Judgement(labels, answers, sure, strangers[-1][0], apply, suggest)


def _fitted(lesson: Lesson, mixture: Mixture, *, seed: int) -> tuple[dict[str, Array], Meaning | None]:
    material = lesson.material
    arrays = {"hashes": lesson.vocabulary.hashes, "rarity": lesson.vocabulary.rarity}
    if mixture is WORDS_ONLY:
        lines = linear.fitted(
            material.rows, material.labels, material.counts, categories=material.categories, seed=seed
        )
        return arrays | {"word_weights": lines.weights.astype(np.float16), "bias": lines.bias}, None
    found = meaning.fitted(material, mixture)
    arrays |= {"word_weights": found.words.astype(np.float16), "bias": np.zeros(material.categories, np.float32)}
    arrays |= {"centre": found.space.centre, "spread": found.space.spread}
    arrays |= {"examples": found.examples.astype(np.float16), "pulls": found.pulls.astype(np.float16)}
    return arrays, Meaning(mixture.narrowness, len(material.labels) - lesson.out_of_scope)


def _only(judged: Judged, which: Array) -> Judged:
    return Judged(judged.scores[which], judged.near[which])
