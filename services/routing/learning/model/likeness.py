"""How alike messages are: by meaning (near in the space of sentences) and by the words and characters they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from services.routing.learning.model.grams import Vocabulary

Array = np.ndarray[Any, Any]
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Space:
    """Where sentences lie among those of this history: every direction counts as much as every other."""

    centre: Array
    spread: Array

    @classmethod
    def of(cls, vectors: Array) -> "Space":
        centre = vectors.mean(axis=0)
        spread = vectors.std(axis=0)
        # Shrunk towards the usual spread: of a few messages, a direction's own says little.
        own = len(vectors) / (len(vectors) + 100)
        spread = own * spread + (1 - own) * float(np.median(spread))
        scaled = (vectors - centre) / np.maximum(spread, 1e-6)
        size = float(np.sqrt((scaled**2).sum(axis=1).mean())) or 1.0
        return cls(centre.astype(np.float32), (np.maximum(spread, 1e-6) * size).astype(np.float32))

    def placed(self, vectors: Array) -> Array:
        return ((vectors - self.centre) / self.spread).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Mixture:
    """How much words count beside meaning, how near is near, and how much examples are trusted."""

    words: float
    narrowness: float
    penalty: float


def sparse(vocabulary: Vocabulary, texts: Sequence[str]) -> csr_matrix:
    found = [vocabulary.row(text) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(places) for places, _ in found])])
    columns = np.concatenate([places for places, _ in found])
    values = np.concatenate([values for _, values in found]).astype(np.float32)
    return csr_matrix((values, columns, starts), (len(found), len(vocabulary.hashes)))


def alike(placed: Array, rows: csr_matrix, mixture: Mixture) -> Array:
    """All examples with all: 4 bytes a pair, filled in a few rows at a time."""
    count = len(placed)
    result = np.empty((count, count), np.float32)
    for start in range(0, count, _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        near = by_meaning(placed[some], placed, mixture.narrowness)
        near *= 1 - mixture.words
        near += mixture.words * (rows[some] @ rows.T).toarray()
        result[some] = near
    return result


def by_meaning(some: Array, others: Array, narrowness: float) -> Array:
    """1 for the same meaning, towards 0 with the distance."""
    apart = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * some @ others.T
    return np.asarray(np.exp(-narrowness * np.maximum(apart, 0)), np.float32)
