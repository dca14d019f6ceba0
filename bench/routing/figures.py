"""Waiting times as people read them: how long the half, nine of ten and 99 of 100 waited at most."""

from collections.abc import Iterable, Mapping, Sequence

from bench.routing.demand import URGENCIES, Ask

SHOWN = {"median": 0.5, "p90": 0.9, "p99": 0.99}


def by_priority(asks: Iterable[Ask], waited: Mapping[int, float]) -> dict[str, dict[str, float]]:
    """Minutes, for each priority and for all tickets together."""
    sorted_by: dict[str, list[float]] = {"all": [], **{priority: [] for priority in URGENCIES}}
    for ask in asks:
        sorted_by["all"].append(waited[ask.number])
        sorted_by[ask.priority].append(waited[ask.number])
    return {priority: _quantiles(sorted(minutes)) for priority, minutes in sorted_by.items() if minutes}


def _quantiles(minutes: Sequence[float]) -> dict[str, float]:
    found = {name: round(minutes[min(len(minutes) - 1, int(len(minutes) * part))], 1) for name, part in SHOWN.items()}
    return found | {"mean": round(sum(minutes) / len(minutes), 1)}
