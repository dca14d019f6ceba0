"""Trains a model from labelled messages, and judges it on messages that the judging part had not seen."""

import platform
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import sklearn
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from services.routing.learning.card import FORMAT, Card, CategoryFigures
from services.routing.learning.examples import Example
from services.routing.learning.features import character_grams, hashed, tokens, word_grams
from services.routing.learning.model import Model
from services.routing.learning.verdicts import TooLittle

Array = np.ndarray[Any, Any]
FEWEST = 5
"""Examples of a category below which it is left out of training."""


def train(
    examples: Sequence[Example],
    *,
    out_of_scope: Sequence[str] = (),
    now: datetime,
    precision: float = 0.95,
    seed: int = 0,
    embeddings: bool | None = None,
) -> Model:
    """A calibrated model; `TooLittle` says what is missing. `embeddings` none: where they are installed and help."""
    begun = time.perf_counter()
    counts = Counter(example.category for example in examples)
    kept = {name for name, count in counts.items() if count >= FEWEST}
    if len(kept) < 2:
        raise TooLittle(f"{len(kept)} categories have {FEWEST} examples or more; at least two are needed")
    used = [example for example in examples if example.category in kept]
    names = sorted(kept)
    labels = np.array([names.index(example.category) for example in used])
    weights = np.array([example.weight for example in used])
    counted = [_counted(example.text) for example in used]
    hashes = np.array(sorted({key for blocks in counted for block in blocks for key in block}), np.uint32)
    matrix, idf = _matrix(counted, hashes)
    folds = StratifiedKFold(min(5, min(counts[name] for name in names)), shuffle=True, random_state=seed)
    shares = np.zeros((len(used), len(names)))
    for seen, unseen in folds.split(matrix, labels):
        head = LogisticRegression(C=20, max_iter=200).fit(matrix[seen], labels[seen], weights[seen])
        shares[unseen] = head.predict_proba(matrix[unseen])
    head = LogisticRegression(C=20, max_iter=200).fit(matrix, labels, weights)
    coefficients, bias = head.coef_, head.intercept_
    if len(names) == 2:
        coefficients, bias = np.vstack([-coefficients / 2, coefficients / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    top, right = shares.max(1), shares.argmax(1) == labels
    logit = np.log(top / (1 - top + 1e-9))
    platt = LogisticRegression().fit(logit[:, None], right) if 0 < right.mean() < 1 else None
    slope, shift = (platt.coef_[0, 0], platt.intercept_[0]) if platt is not None else (1.0, 0.0)
    sure = 1 / (1 + np.exp(-(slope * logit + shift)))
    apply = next((float(t) for t in np.arange(0.3, 1, 0.01) if right[sure >= t].mean() >= precision), 0.99)
    predicted, answered = shares.argmax(1), sure >= apply
    figures = tuple(
        CategoryFigures(
            name,
            int((labels == i).sum()),
            float(right[answered & (predicted == i)].mean()) if (answered & (predicted == i)).any() else None,
            float(answered[labels == i].mean()),
            float(right[labels == i].mean()),
        )
        for i, name in enumerate(names)
    )
    card = Card(
        FORMAT, now, len(used), len(out_of_scope), figures, apply, apply / 2, precision,
        float(right[answered].mean()) if answered.any() else None, float(answered.mean()), float(right.mean()), None,
        "words+characters", tuple(sorted({"numpy": np.__version__, "scikit-learn": sklearn.__version__, "python": platform.python_version()}.items())),
        time.perf_counter() - begun, 0,
    )
    model = Model(card, {
        "hashes": hashes, "idf": idf.astype(np.float32), "weights": coefficients.T.astype(np.float32),
        "bias": bias.astype(np.float32), "calibration": np.array([slope, shift], np.float32),
    })
    model.card = replace(card, size=len(model.encoded()))
    return model


def _counted(text: str) -> tuple[Counter[int], Counter[int]]:
    words = tokens(text)
    return hashed(word_grams(words)), hashed(character_grams(words))


def _matrix(counted: list[tuple[Counter[int], Counter[int]]], hashes: Array) -> tuple[Any, Array]:
    rows, keys, values = [], [], []
    for row, blocks in enumerate(counted):
        for block in blocks:
            rows += [row] * len(block)
            keys += list(block)
            values += list(block.values())
    columns = np.searchsorted(hashes, np.array(keys, np.uint32))
    seen = np.bincount(columns, minlength=len(hashes))
    idf = np.log((1 + len(counted)) / (1 + seen)) + 1
    matrix = csr_matrix(((1 + np.log(np.array(values))) * idf[columns], (rows, columns)), (len(counted), len(hashes)))
    sizes = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
    return csr_matrix(matrix.multiply(np.sqrt(2) / np.maximum(sizes, 1e-9)[:, None])), idf
