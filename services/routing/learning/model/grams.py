"""The words and characters of messages as sparse rows: rare n-grams weigh more, every message weighs the same."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from services.routing.learning.model.features import character_grams, hashed, tokens, word_grams

Array = np.ndarray[Any, Any]
FEWEST = 2
"""Messages that an n-gram must stand in; with little to learn from, one is enough."""
LITTLE = 500
COMMON = 0.1
"""N-grams in more than this share of the messages tell little apart, and most of the work would be theirs."""


class Vocabulary:
    """The n-grams that count, by hash, and how much each does."""

    def __init__(self, hashes: Array, rarity: Array) -> None:
        self.hashes = hashes
        self.rarity = rarity

    def row(self, text: str) -> tuple[Array, Array]:
        """Places and values of one message: the words as long as the characters, together of length 1."""
        places, values = zip(*(self._block(counted) for counted in counted_grams(text)), strict=True)
        return np.concatenate(places), np.concatenate(values) * np.float32(np.sqrt(0.5))

    def _block(self, counted: Counter[int]) -> tuple[Array, Array]:
        keys = np.fromiter(counted, np.uint32, len(counted))
        places = np.searchsorted(self.hashes, keys).clip(max=len(self.hashes) - 1)
        known = self.hashes[places] == keys
        often = np.fromiter(counted.values(), np.float32, len(counted))
        values = ((1 + np.log(often)) * self.rarity[places])[known]
        return places[known], values / max(float(np.linalg.norm(values)), 1e-9)


def counted_grams(text: str) -> tuple[Counter[int], Counter[int]]:
    words = tokens(text)
    return hashed(word_grams(words)), hashed(character_grams(words))


def vocabulary(texts: Sequence[str]) -> Vocabulary:
    """Of the n-grams in these messages, those that tell messages apart."""
    seen: Counter[int] = Counter()
    for text in texts:
        for counted in counted_grams(text):
            seen.update(counted.keys())
    fewest = FEWEST if len(texts) > LITTLE else 1
    most = max(COMMON * len(texts), LITTLE / 10)
    kept = sorted(key for key, count in seen.items() if fewest <= count <= most) or [0]
    counts = np.array([seen[key] for key in kept], np.float64)
    return Vocabulary(np.array(kept, np.uint32), (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32))
