"""The closed form says what training without an example, or without a category, would have said."""

import numpy as np

from services.routing.learning.model.ridge import left_out, pulls

chance = np.random.default_rng(0)
POINTS = chance.normal(size=(30, 4))
LIKENESS = np.exp(-0.3 * ((POINTS[:, None] - POINTS[None]) ** 2).sum(axis=-1))
LABELS = np.repeat(np.arange(3), 10)
WANTED = np.eye(3, dtype=np.float32)[LABELS]
PENALTY = np.linspace(0.1, 0.4, 30)


def without(gone: np.ndarray) -> np.ndarray:
    """The scores of what is gone by a system that was really solved without it."""
    kept = ~gone
    system = LIKENESS[np.ix_(kept, kept)] + np.diag(PENALTY[kept])
    return np.asarray(LIKENESS[np.ix_(gone, kept)] @ np.linalg.solve(system, WANTED[kept]))


def test_leaving_out_is_exact_for_single_examples_and_for_whole_categories() -> None:
    found = left_out(LIKENESS.astype(np.float32), WANTED, PENALTY, LABELS)
    one = np.arange(30) == 7
    assert np.allclose(found.singly[one], without(one), atol=1e-4)
    assert np.allclose(found.by_group[LABELS == 1], without(LABELS == 1), atol=1e-4)


def test_the_pulls_solve_the_system() -> None:
    found = pulls(LIKENESS.astype(np.float32), WANTED, PENALTY)
    assert np.allclose((LIKENESS + np.diag(PENALTY)) @ found, WANTED, atol=1e-3)
