"""Words and characters alone: one line between each category and the others, whatever the language."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from services.routing.learning.model.calibration import Judged

Array = np.ndarray[Any, Any]
FOLDS = 5
STRICTNESS = 1.0


@dataclass(frozen=True, slots=True)
class Lines:
    """Scores are `rows @ weights + bias`, a column a category."""

    weights: Array
    bias: Array

    def scores(self, rows: csr_matrix) -> Array:
        return np.asarray(rows @ self.weights + self.bias, np.float32)


def fitted(rows: csr_matrix, labels: Array, counts: Array, *, categories: int, seed: int) -> Lines:
    """Labels at or above `categories` fit none: the lines keep them out of all. Unseen categories score -1."""
    seen, places = np.unique(np.minimum(labels, categories), return_inverse=True)
    weights, bias = np.zeros((rows.shape[1], categories), np.float32), np.full(categories, -1, np.float32)
    if len(seen) < 2:
        return Lines(weights, bias)
    machine = LinearSVC(C=STRICTNESS, class_weight="balanced" if len(seen) < 4 else None, random_state=seed)
    machine.fit(rows, places, counts)
    lines, starts = machine.coef_.T, machine.intercept_
    if len(seen) == 2:
        lines, starts = np.hstack([-lines, lines]), np.concatenate([-starts, starts])
    for place, category in enumerate(seen):
        if category < categories:
            weights[:, category], bias[category] = lines[:, place], starts[place]
    return Lines(weights, bias)


def unseen(rows: csr_matrix, labels: Array, counts: Array, *, categories: int, seed: int) -> Judged:
    """Each message as judged by lines drawn without it."""
    scores = np.zeros((len(labels), categories), np.float32)
    folds = StratifiedKFold(
        min(FOLDS, int(np.bincount(labels)[np.unique(labels)].min())), shuffle=True, random_state=seed
    )
    for known, new in folds.split(np.zeros(len(labels)), labels):
        lines = fitted(rows[known], labels[known], counts[known], categories=categories, seed=seed)
        scores[new] = lines.scores(rows[new])
    return Judged(scores, np.zeros(len(labels), np.float32))


def strangers(rows: csr_matrix, labels: Array, counts: Array, *, categories: int, seed: int) -> Judged:
    """Each message as judged by lines drawn without any of its category; a few categories are left out at a time."""
    scores = np.full((len(labels), categories), -1, np.float32)
    groups = np.random.default_rng(seed).permutation(categories) % min(FOLDS, categories)
    groups = np.append(groups, -1)[np.minimum(labels, categories)]
    for group in range(min(FOLDS, categories)):
        known, new = groups != group, groups == group
        lines = fitted(rows[known], labels[known], counts[known], categories=categories, seed=seed)
        scores[new] = lines.scores(rows[new])
    return Judged(scores, np.zeros(len(labels), np.float32))
