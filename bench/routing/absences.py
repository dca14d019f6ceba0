"""Who is not there although they are on shift: sick, in a meeting, without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from bench.routing.company import MINUTES
from bench.routing.hours import Hours

OFTEN = 0.3
"""The share of shifts in which somebody is away once."""


@dataclass(frozen=True, slots=True)
class Absence:
    """`away` by their own word, `offline` because their programs fell silent."""

    agent: str
    kind: Literal["away", "offline"]
    begin: float
    end: float


def absences(hours: Mapping[str, Hours], *, offline: frozenset[str], chance: Random) -> list[Absence]:
    """The absences of a week, whole minutes long, by their beginning. Only those in `offline` fall silent."""
    found = []
    for agent, own in hours.items():
        for first, last in own.spans:
            if last <= 0 or first >= MINUTES or chance.random() > OFTEN:
                continue
            begin = float(int(chance.uniform(max(first, 0), last)))
            end = begin + int(chance.choice((10, 20, 30, 60, 120)) * chance.uniform(0.5, 1.5))
            kind: Literal["away", "offline"] = "offline" if agent in offline and chance.random() < 0.5 else "away"
            found.append(Absence(agent, kind, begin, end))
    return _apart(sorted(found, key=lambda one: one.begin))


def _apart(found: list[Absence]) -> list[Absence]:
    """Without those that begin before the agent is back from the one before."""
    back: dict[str, float] = {}
    kept = []
    for one in found:
        if one.begin > back.get(one.agent, -1.0):
            kept.append(one)
            back[one.agent] = one.end
    return kept


def there(hours: Mapping[str, Hours], away: list[Absence]) -> dict[str, Hours]:
    """When each agent is on shift and there."""
    gone: dict[str, list[tuple[float, float]]] = {}
    for one in away:
        gone.setdefault(one.agent, []).append((one.begin, one.end))
    return {agent: own.without(gone.get(agent, ())) for agent, own in hours.items()}
