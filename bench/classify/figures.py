"""The sums: how many are right, how many could be answered at a wanted precision, how many strangers are refused."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bench.classify.files import Labelled
from services.routing.learning.model.verdicts import Prediction


def accuracy(test: Sequence[Labelled], predictions: Sequence[Prediction]) -> float:
    return sum(_right(test, predictions)) / len(test)


def coverage_at(precision: float, test: Sequence[Labelled], predictions: Sequence[Prediction]) -> float:
    """The largest share of the messages, surest first, of whose answers so many are right."""
    order = sorted(zip((one.probability for one in predictions), _right(test, predictions), strict=True), reverse=True)
    rightly, covered = 0, 0
    for place, (sure, right) in enumerate(order, start=1):
        rightly += right
        # Messages that are equally sure are answered together.
        together = place < len(order) and order[place][0] == sure
        if not together and rightly >= precision * place:
            covered = place
    return covered / len(test)


def auroc(inside: Sequence[Prediction], strange: Sequence[Prediction]) -> float | None:
    """How often a message of a category is surer than one that fits none; equally sure counts half."""
    if not strange:
        return None
    by_sureness = sorted([(one.probability, 1) for one in inside] + [(one.probability, 0) for one in strange])
    ranks, place = 0.0, 0
    while place < len(by_sureness):
        end = place
        while end < len(by_sureness) and by_sureness[end][0] == by_sureness[place][0]:
            end += 1
        ranks += sum(kind for _, kind in by_sureness[place:end]) * (place + 1 + end) / 2
        place = end
    least = len(inside) * (len(inside) + 1) / 2
    return (ranks - least) / (len(inside) * len(strange))


def answered(predictions: Sequence[Prediction], apply: float) -> float | None:
    return sum(one.probability >= apply for one in predictions) / len(predictions) if predictions else None


def precision_of(test: Sequence[Labelled], predictions: Sequence[Prediction], apply: float) -> float | None:
    """Of the messages that were answered, how many rightly."""
    pairs = zip(_right(test, predictions), predictions, strict=True)
    right = [good for good, one in pairs if one.probability >= apply]
    return sum(right) / len(right) if right else None


def table(test: Sequence[Labelled], predictions: Sequence[Prediction], apply: float) -> Iterator[str]:
    """A line a category: messages, right ones, answered ones, and the precision of the answers it was given in."""
    messages = Counter(one.category for one in test)
    yield f"{'category':40} {'test':>6} {'right':>6} {'answered':>8} {'precision':>9}"
    for name in sorted(messages):
        own = [one for truth, one in zip(test, predictions, strict=True) if truth.category == name]
        given = [
            truth.category == name
            for truth, one in zip(test, predictions, strict=True)
            if one.category == name and one.probability >= apply
        ]
        right = sum(one.category == name for one in own) / len(own)
        precise = f"{sum(given) / len(given):9.3f}" if given else f"{'-':>9}"
        yield f"{name[:40]:40} {len(own):6} {right:6.3f} {answered(own, apply) or 0:8.3f} {precise}"


def _right(test: Sequence[Labelled], predictions: Sequence[Prediction]) -> list[bool]:
    return [one.category == truth.category for truth, one in zip(test, predictions, strict=True)]
