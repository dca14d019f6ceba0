"""From which probability a category is applied, and from which it is suggested."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SUGGEST_FROM = 0.5
"""A suggestion is worth a glance when it is right at least every second time: the probability is calibrated."""
MOST_MISLABELLED = 0.1
REFUSED, ANSWERED = 0.94, 0.92
"""Of messages that the model had not seen. To reach nine in ten of each on others: strangers are few, so their share is
known to four in a hundred at best; messages of categories are many."""
SUREST = 0.995
LEAST = 0.2
FEWEST_ANSWERS = 20
"""Below so many answers, their precision is luck: then all must have been right."""


def lowest(probability: Array, right: Array, counts: Array, *, precision: float) -> float:
    """The lowest probability from which on answers are right so often; `SUREST` when none is.

    `counts` is how many messages each stands for.
    """
    order = np.argsort(-probability, kind="stable")
    answered = np.cumsum(counts[order])
    rightly = np.cumsum(counts[order] * right[order])
    enough = (rightly >= precision * answered) & ((answered >= FEWEST_ANSWERS) | (rightly >= answered - 1e-9))
    # Only where the next probability is lower: messages that are equally probable are answered together.
    ends = np.append(np.diff(probability[order]) < 0, True)
    found = np.flatnonzero(enough & ends)
    if not len(found):
        return SUREST
    return float(min(max(probability[order][found[-1]], LEAST), SUREST))


def attainable(probability: Array, right: Array, *, precision: float) -> float:
    """The wanted precision less what wrong labels cost: a model can't be more right than its examples.

    What is wrong among the surest fifth of answers to labelled messages counts as such, up to `MOST_MISLABELLED`.
    """
    surest = np.argsort(-probability, kind="stable")[: max(FEWEST_ANSWERS, len(right) // 5)]
    return precision * (1 - min(float((~right[surest]).mean()), MOST_MISLABELLED))


def refusing(own: Array, strangers: Sequence[Array]) -> float:
    """From where on strangers of every lot are refused, as long as nearly all messages of categories stay answered.

    Those that are given are few and of the kinds that somebody thought of; those of a category that was left
    out are many, and the hardest.
    """
    strictest = max(float(np.quantile(lot, REFUSED)) for lot in strangers)
    return min(strictest, float(np.quantile(own, 1 - ANSWERED)))


def both(
    own: Array, right: Array, strangers: Sequence[tuple[Array, float]], *, precision: float
) -> tuple[float, float]:
    """Apply and suggest; never suggest above apply.

    `own` are the probabilities of labelled messages, `strangers` those of messages that fit none, the most telling
    lot last, each with how many of them are reckoned with a labelled one.
    """
    counts = [np.full(len(lot), share * len(own) / len(lot)) for lot, share in strangers]
    probability = np.concatenate([own, *(lot for lot, _ in strangers)])
    truth = np.concatenate([right, np.zeros(len(probability) - len(own), bool)])
    weighed = np.concatenate([np.ones(len(own)), *counts])
    wanted = attainable(own, right, precision=precision)
    apply = max(lowest(probability, truth, weighed, precision=wanted), refusing(own, [lot for lot, _ in strangers]))
    apply = min(apply, SUREST)
    return apply, min(apply, SUGGEST_FROM)
