"""A trained classifier: predicts, and is written to bytes and read back without running anything from them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from services.routing.learning.card import FORMAT, Card
from services.routing.learning.features import character_grams, hashed, tokens, word_grams
from services.routing.learning.storage import packed, unpacked
from services.routing.learning.verdicts import BrokenModel, Prediction

Array = np.ndarray[Any, Any]
RANKED = 3


class Model:
    """Predicts on the CPU in about a millisecond; holds no lock and changes nothing, so threads may share it."""

    def __init__(self, card: Card, arrays: dict[str, Array]) -> None:
        self.card = card
        self._arrays = arrays
        self._names = [figures.category for figures in card.categories]

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [self._one(text) for text in texts]

    def encoded(self) -> bytes:
        return packed({"card": self.card.document()}, self._arrays)

    @classmethod
    def decoded(cls, content: bytes) -> "Model":
        """Reads what `encoded` wrote; `BrokenModel` with a reason for anything else."""
        document, arrays = unpacked(content)
        found = document.get("card", {}).get("format")
        if found != FORMAT:
            raise BrokenModel(f"the file has format {found!r}, this version reads {FORMAT}: train the model anew")
        try:
            return cls(Card.of(document["card"]), arrays)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BrokenModel(f"the file is damaged: {error!r}") from error

    def _one(self, text: str) -> Prediction:
        words = tokens(text)
        places, values = [], []
        for grams in (word_grams(words), character_grams(words)):
            counted = hashed(grams)
            keys = np.fromiter(counted, np.uint32, len(counted))
            where = np.searchsorted(self._arrays["hashes"], keys).clip(max=len(self._arrays["hashes"]) - 1)
            known = self._arrays["hashes"][where] == keys
            weights = (1 + np.log(np.fromiter(counted.values(), np.float32, len(counted)))) * self._arrays["idf"][where]
            weights = weights[known]
            places.append(where[known])
            values.append(weights / (np.linalg.norm(weights) or 1))
        scores = np.concatenate(values) @ self._arrays["weights"][np.concatenate(places)] + self._arrays["bias"]
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        best = np.argsort(-shares)[:RANKED]
        slope, shift = self._arrays["calibration"]
        probability = float(1 / (1 + np.exp(-(slope * np.log(shares[best[0]] / (1 - shares[best[0]] + 1e-9)) + shift))))
        return Prediction(self._names[best[0]], probability, tuple((self._names[i], float(shares[i])) for i in best))
