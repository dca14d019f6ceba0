"""Collects what a model is trained from: corrected tickets, tickets that rules classified, and our own examples."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from services.routing.learning.catalogue import Origin
from services.routing.learning.configuration import Learning
from services.routing.learning.lessons.lesson_store import Label
from services.routing.learning.model.examples import Example, joined
from services.routing.opening import Opening

HELD_OUT = 0.2
MOST_HELD_OUT = 500
AT_A_TIME = 200

Labels = Callable[[str, str, int], Awaitable[Sequence[Label]]]
"""The newest labels of a category by `person`, `rules` or `model`, at most so many."""
Openings = Callable[[Collection[str]], Awaitable[Mapping[str, Opening]]]


@dataclass(frozen=True, slots=True)
class Material:
    """`held_out` are the newest corrected tickets, on which a new model is compared with the active one."""

    examples: tuple[Example, ...]
    held_out: tuple[Example, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def teaches(self, origin: Origin) -> bool:
        """Whether there are two categories to tell apart; in a history, also something of the organisation's own."""
        own = any(count for by, count in self.counts.items() if by != "starter")
        return len({example.category for example in self.examples}) > 1 and (own or origin == "starter")

    def of(self, categories: Collection[str]) -> "Material":
        """Only what belongs to these categories; nothing, where a single one would outweigh all others."""
        kept = tuple(example for example in self.examples if example.category in categories)
        if len({example.category for example in kept}) < 2:
            kept = ()
        return Material(kept, self.held_out, self.out_of_scope, dict(Counter({"starter": len(kept)})))


async def collected(
    labels: Labels, openings: Openings, *, learning: Learning, categories: Collection[str], starter: Material
) -> Material:
    """The organisation's history, bounded for each category; the starter's examples as long as it is short."""
    found: list[tuple[Label, Example]] = []
    for category in sorted(categories):
        found += await _of_category(category, labels, openings, learning)
    corrected = sorted((pair for pair in found if pair[0].by == "person"), key=lambda pair: pair[0].at, reverse=True)
    count = min(MOST_HELD_OUT, max(learning.compared_on, round(len(corrected) * HELD_OUT)))
    held_out = corrected[:count] if len(corrected) >= 2 * learning.compared_on else []
    apart = {label.ticket for label, _ in held_out}
    counts = Counter(label.by for label, _ in found)
    own = [example for label, example in found if label.ticket not in apart]
    ours = _weighted(starter.of(categories).examples, learning) if len(found) < learning.starter_until else ()
    if ours:
        counts["starter"] = len(ours)
    return Material(
        examples=(*own, *ours),
        held_out=tuple(example for _, example in held_out),
        out_of_scope=starter.out_of_scope if learning.weights.starter else (),
        counts=dict(counts),
    )


async def _of_category(
    category: str, labels: Labels, openings: Openings, learning: Learning
) -> list[tuple[Label, Example]]:
    """People's labels first, then those of rules, then, if wanted, those of the model itself."""
    weights = {"person": learning.weights.person, "rules": learning.weights.rules, "model": learning.weights.model}
    found: list[tuple[Label, Example]] = []
    texts: set[str] = set()
    for by, weight in weights.items():
        room = learning.examples_per_category - len(found)
        if weight <= 0 or room <= 0:
            continue
        for some in _in_groups(await labels(category, by, room)):
            kept = await openings([label.ticket for label in some])
            for label in some:
                example = _example(label, kept.get(label.ticket), weight)
                if example is not None and example.text not in texts:
                    texts.add(example.text)
                    found.append((label, example))
    return found


def _example(label: Label, opening: Opening | None, weight: float) -> Example | None:
    """None when the text is gone (redacted, or too old) or empty."""
    if opening is None:
        return None
    text = joined(opening.facts.title, opening.facts.text)
    if not text.strip():
        return None
    return Example(text=text, category=label.category, language=opening.facts.language, weight=weight)


def _weighted(examples: Iterable[Example], learning: Learning) -> tuple[Example, ...]:
    weight = learning.weights.starter
    if weight <= 0:
        return ()
    return tuple(Example(one.text, one.category, one.language, one.weight * weight) for one in examples)


def _in_groups(labels: Sequence[Label]) -> Iterable[list[Label]]:
    rest = iter(labels)
    while group := list(islice(rest, AT_A_TIME)):
        yield group
