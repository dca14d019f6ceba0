"""Which examples are learned from, and which of them the model is judged on."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from services.routing.learning.model.examples import Example
from services.routing.learning.model.features import tokens
from services.routing.learning.model.verdicts import TooLittle

Array = np.ndarray[Any, Any]
FEWEST = 5
"""Examples without which a category can't be learned: it is left out."""
MOST = 16_000
"""Examples in all: the likenesses of all pairs take 4 bytes each, 1 GB for so many."""
HEAVIEST = 5.0
"""What a message counts at most, however often it came."""


def usable(examples: Sequence[Example]) -> list[Example]:
    """Readable, each once, of categories with enough of them, newest kept; `TooLittle` when that leaves too few."""
    once = _once(examples)
    counts = Counter(example.category for example in once)
    enough = {category for category, count in counts.items() if count >= FEWEST}
    if len(enough) < 2:
        raise TooLittle(
            f"{len(enough)} of {len(counts)} categories have {FEWEST} different examples or more, at least 2 are needed"
        )
    return _capped([example for example in once if example.category in enough])


def _once(examples: Sequence[Example]) -> list[Example]:
    """The same words with the same category become one example that counts more."""
    found: dict[tuple[str, str], Example] = {}
    for example in examples:
        words = " ".join(tokens(example.text))
        if not words or example.weight <= 0:
            continue
        before = found.pop((words, example.category), None)
        weight = example.weight + (before.weight if before else 0)
        found[words, example.category] = replace(example, weight=min(weight, HEAVIEST))
    return list(found.values())


def _capped(examples: list[Example]) -> list[Example]:
    """At most `MOST`: the largest categories give up their oldest, which stand first."""
    counts = Counter(example.category for example in examples)
    allowed = max(counts.values())
    while sum(min(count, allowed) for count in counts.values()) > MOST:
        allowed -= max(1, allowed // 50)
    kept: list[Example] = []
    taken: Counter[str] = Counter()
    for example in reversed(examples):
        taken[example.category] += 1
        if taken[example.category] <= allowed:
            kept.append(example)
    return kept[::-1]


def sample(labels: Array, *, most: int, seed: int) -> Array:
    """Places of at most about so many, each category with its share and at least `FEWEST`."""
    if len(labels) <= most:
        return np.arange(len(labels))
    chance = np.random.default_rng(seed)
    by_label: dict[int, list[int]] = defaultdict(list)
    for place in chance.permutation(len(labels)):
        by_label[int(labels[place])].append(int(place))
    share = most / len(labels)
    kept = [places[: max(FEWEST, round(len(places) * share))] for places in by_label.values()]
    return np.sort(np.array([place for places in kept for place in places]))
