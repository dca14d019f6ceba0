"""Examples pull what is like them, in meaning and in words, towards their category."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from services.routing.learning.model.calibration import Judged
from services.routing.learning.model.likeness import Mixture, Space, alike, by_meaning
from services.routing.learning.model.ridge import left_out, pulls

Array = np.ndarray[Any, Any]
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Material:
    """Messages as numbers. Labels at or above `categories` fit none; `counts` is how much each is trusted."""

    vectors: Array | None
    rows: csr_matrix
    labels: Array
    counts: Array
    categories: int

    def only(self, places: Array) -> "Material":
        vectors = None if self.vectors is None else self.vectors[places]
        return Material(vectors, self.rows[places], self.labels[places], self.counts[places], self.categories)

    def wanted(self) -> Array:
        """1 for the own category, 0 for all others: what is like nothing known scores 0 everywhere."""
        return np.eye(self.categories + 1, dtype=np.float32)[np.minimum(self.labels, self.categories)][:, :-1]


@dataclass(frozen=True, slots=True)
class Pulls:
    """All that predicting needs: where the examples lie, how each pulls, and how each n-gram does."""

    space: Space
    examples: Array
    pulls: Array
    words: Array


def fitted(material: Material, mixture: Mixture) -> Pulls:
    space, placed = _placed(material)
    found = pulls(alike(placed, material.rows, mixture), material.wanted(), mixture.penalty / material.counts)
    return Pulls(space, placed, (1 - mixture.words) * found, mixture.words * (material.rows.T @ found))


def unseen(material: Material, mixture: Mixture) -> tuple[Judged, Judged]:
    """Each message as judged without it, and as judged without all of its category."""
    _, placed = _placed(material)
    near, near_others = _nearest(placed, material, mixture.narrowness)
    likeness = alike(placed, material.rows, mixture)
    scores = left_out(likeness, material.wanted(), mixture.penalty / material.counts, material.labels)
    strange = scores.by_group.copy()
    inside = np.flatnonzero(material.labels < material.categories)
    strange[inside, material.labels[inside]] = -1
    return Judged(scores.singly, near), Judged(strange, near_others)


def _placed(material: Material) -> tuple[Space, Array]:
    assert material.vectors is not None
    space = Space.of(material.vectors)
    return space, space.placed(material.vectors)


def _nearest(placed: Array, material: Material, narrowness: float) -> tuple[Array, Array]:
    """How near the nearest other example of a category is, and the nearest one of another category."""
    labels = material.labels
    any_, others = np.zeros(len(placed), np.float32), np.zeros(len(placed), np.float32)
    for start in range(0, len(placed), _ROWS_AT_ONCE):
        some = np.arange(start, min(start + _ROWS_AT_ONCE, len(placed)))
        near = by_meaning(placed[some], placed, narrowness)
        near[:, labels >= material.categories] = 0
        near[some - start, some] = 0
        any_[some] = near.max(axis=1)
        others[some] = np.where(labels[some][:, None] == labels[None], 0, near).max(axis=1)
    return any_, others
