"""How a model does on real tickets: what it said beside what people made of it."""

from collections.abc import Sequence

from services.routing.learning.lessons.lesson_store import Tally
from shared.envelope import Frozen

RIGHT, WRONG = ("confirmed", "kept"), ("corrected", "changed")
"""How an applied category ended: by a person's word, or by nobody's until the ticket was resolved."""


class LiveCategory(Frozen):
    """Tickets for which the model found this category the likeliest.

    `right` of the applied ones: a person confirmed it, or nobody changed it until the ticket was resolved.
    `taken` of the suggested ones: a person gave this category; `refused`: another one.
    """

    category: str
    applied: int
    right: int
    wrong: int
    precision: float | None
    suggested: int
    taken: int
    refused: int
    abstained: int


class Live(Frozen):
    """`coverage` and `abstention` are shares of the tickets for which the model was asked."""

    asked: int
    coverage: float | None
    abstention: float | None
    precision: float | None
    judged: int
    categories: tuple[LiveCategory, ...]


def live(tallies: Sequence[Tally]) -> Live:
    """The figures of the newest tickets; for a model in the shadow, what it would have done."""
    categories = tuple(_category(name, tallies) for name in sorted({tally.category for tally in tallies}))
    asked = sum(tally.tickets for tally in tallies)
    right, wrong = sum(one.right for one in categories), sum(one.wrong for one in categories)
    return Live(
        asked=asked,
        coverage=_share(sum(one.applied for one in categories), asked),
        abstention=_share(sum(one.abstained for one in categories), asked),
        precision=_share(right, right + wrong),
        judged=right + wrong,
        categories=categories,
    )


def _category(category: str, tallies: Sequence[Tally]) -> LiveCategory:
    own = [tally for tally in tallies if tally.category == category]
    right, wrong = _count(own, "applied", RIGHT), _count(own, "applied", WRONG)
    return LiveCategory(
        category=category,
        applied=_count(own, "applied"),
        right=right,
        wrong=wrong,
        precision=_share(right, right + wrong),
        suggested=_count(own, "suggested"),
        taken=_count(own, "suggested", ("confirmed",)),
        refused=_count(own, "suggested", ("corrected",)),
        abstained=_count(own, "abstained"),
    )


def _count(tallies: Sequence[Tally], decision: str, judged: Sequence[str] | None = None) -> int:
    return sum(
        tally.tickets for tally in tallies if tally.decision == decision and (judged is None or tally.judged in judged)
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
