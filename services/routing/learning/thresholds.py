"""From which probability a category is applied, and from which it is suggested."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SUGGEST_PRECISION = 0.5
"""A suggestion is worth a person's glance when it is right at least every second time."""
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


def both(probability: Array, right: Array, counts: Array, *, precision: float) -> tuple[float, float]:
    """Apply and suggest; never suggest above apply."""
    apply = lowest(probability, right, counts, precision=precision)
    return apply, min(apply, lowest(probability, right, counts, precision=min(SUGGEST_PRECISION, precision)))
