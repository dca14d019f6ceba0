"""Whether meaning helps with these messages, and how much words count beside it: tried out, not assumed."""

from typing import Any

import numpy as np

from services.routing.learning.model import linear, meaning
from services.routing.learning.model.likeness import Mixture
from services.routing.learning.model.meaning import Material
from services.routing.learning.model.selection import sample

Array = np.ndarray[Any, Any]
TRIED_ON = 2_500
WORDS_ONLY = Mixture(words=1.0, narrowness=0.0, penalty=0.0)
MIXTURES = tuple(
    Mixture(words=words, narrowness=0.7, penalty=penalty) for words in (0.15, 0.3, 0.5) for penalty in (0.1, 0.3, 1.0)
)


def chosen(material: Material, *, seed: int, forced: bool = False) -> Mixture:
    """The way that judged most unseen examples rightly; meaning has to do better than words, as it costs more."""
    if material.vectors is None:
        return WORDS_ONLY
    tried = material.only(sample(material.labels, most=TRIED_ON, seed=seed))
    inside = tried.labels < tried.categories
    right = {mixture: _accuracy(meaning.unseen(tried, mixture)[0].scores, tried.labels, inside) for mixture in MIXTURES}
    best = max(MIXTURES, key=lambda mixture: right[mixture])
    if forced:
        return best
    judged = linear.unseen(tried.rows, tried.labels, tried.counts, categories=tried.categories, seed=seed)
    return best if right[best] > _accuracy(judged.scores, tried.labels, inside) else WORDS_ONLY


def _accuracy(scores: Array, labels: Array, inside: Array) -> float:
    return float((scores.argmax(axis=1) == labels)[inside].mean())
