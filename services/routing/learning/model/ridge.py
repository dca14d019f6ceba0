"""Least squares over likenesses, in closed form: what each message would be judged without it comes for nothing.

Every example pulls what is like it towards its category. With K the likenesses of all examples, C = K + penalty
and T the wanted scores, the pulls are C⁻¹T. The scores that a set B of examples would have got had they been left
out of training are T_B - (C⁻¹_BB)⁻¹(C⁻¹T)_B: exact cross-validation by one inverse instead of many trainings. With B
one example it judges how right the model is; with B a whole category, what it says of messages that fit none it knows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import lapack

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The scores of examples by a model that knows all the others, and by one that knows nothing of their group."""

    singly: Array
    by_group: Array


def pulls(likeness: Array, wanted: Array, penalty: Array) -> Array:
    """Only the pulls: a third of the work. In place as well."""
    return np.asarray(lapack.spotrs(_factor(likeness, penalty), wanted.astype(np.float32), lower=1)[0])


def left_out(likeness: Array, wanted: Array, penalty: Array, groups: Array) -> LeftOut:
    """In place: `likeness` (symmetric, float32) holds nothing of use afterwards."""
    factor = _factor(likeness, penalty)
    found, _ = lapack.spotrs(factor, wanted.astype(np.float32), lower=1)
    inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise np.linalg.LinAlgError(f"the likenesses have no inverse ({failed})")
    singly = wanted - found / np.diag(inverse)[:, None]
    return LeftOut(singly, _groups_left_out(inverse, found, wanted, groups))


def _factor(likeness: Array, penalty: Array) -> Array:
    system = likeness.T  # the same, being symmetric, and laid out as LAPACK wants it: nothing is copied
    system[np.diag_indices(len(system))] += penalty
    factor, failed = lapack.spotrf(system, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise np.linalg.LinAlgError(f"the likenesses are not positive definite ({failed})")
    return np.asarray(factor)


def _groups_left_out(inverse: Array, found: Array, wanted: Array, groups: Array) -> Array:
    """The scores of each group's examples by a model that knows nothing of the group."""
    scores = np.zeros_like(wanted)
    for group in np.unique(groups):
        inside = np.flatnonzero(groups == group)
        block = np.tril(inverse[np.ix_(inside, inside)])
        block += np.tril(block, -1).T
        scores[inside] = wanted[inside] - np.linalg.solve(block.astype(np.float64), found[inside])
    return scores
