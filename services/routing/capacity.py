"""Chooses the agent for a ticket: eligible, with room, and carrying the least for their capacity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Literal

from shared.organisation import Agent, Organisation

NEVER = datetime.min.replace(tzinfo=UTC)
SHOWN = 6
"""How many candidates a reason names; the stored decision has all of them."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many new and open tickets an agent has, and when the last one was assigned."""

    tickets: int = 0
    last: datetime = NEVER


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the team as the choice saw them; `hindrance` is why they can't take it, or None."""

    agent: str
    load: int
    capacity: int
    hindrance: str | None

    def __str__(self) -> str:
        shown = f"{self.agent} {self.load} of {self.capacity}"
        return shown if self.hindrance is None else f"{self.agent} {self.hindrance}"

    def document(self) -> dict[str, Any]:
        return {"agent": self.agent, "load": self.load, "capacity": self.capacity, "hindrance": self.hindrance}


@dataclass(frozen=True, slots=True)
class Choice:
    """The agent, or None when nobody can take the ticket now; by which rule and why."""

    agent: str | None
    because: str
    candidates: tuple[Candidate, ...] = ()
    rule: Literal["least_loaded", "owner", "queue"] = "queue"


Loads = Mapping[str, Load]


def choose(organisation: Organisation, *, team: str, skills: tuple[str, ...], loads: Loads) -> Choice:
    """The least loaded eligible agent by share of capacity; then the longest without a new one; then by name."""
    if team not in organisation.teams:
        return Choice(None, f"there is no team {team} any more")
    members = organisation.teams[team].agents
    needed = required(organisation, team=team, skills=skills)
    candidates = tuple(_candidate(organisation.agents[name], name, needed, loads.get(name, Load())) for name in members)
    without = "" if needed or not skills else f"nobody in {team} has {' and '.join(skills)}, so without; "
    eligible = [candidate for candidate in candidates if candidate.hindrance is None]
    if not eligible:
        return Choice(None, f"{without}nobody free in {team}: {_listed(candidates)}", candidates)
    best = min(eligible, key=lambda candidate: _burden(candidate, loads))
    return Choice(
        best.agent, f"{without}{_listed(_best_first(candidates, loads))}: {best.agent}", candidates, "least_loaded"
    )


def required(organisation: Organisation, *, team: str, skills: tuple[str, ...]) -> frozenset[str]:
    """The skills that an agent of the team needs; none, if no member has them all and waiting would not help."""
    needed = frozenset(skills)
    members = organisation.teams[team].agents if team in organisation.teams else ()
    return needed if any(needed <= organisation.agents[name].skills for name in members) else frozenset()


def keep(organisation: Organisation, *, agent: str, load: Load, may_exceed: bool) -> Choice | None:
    """The owner again, if they are there and (unless `may_exceed`) have room; otherwise None."""
    owner = organisation.agents.get(agent)
    if owner is None or not owner.available:
        return None
    if not may_exceed and load.tickets >= owner.capacity:
        return None
    return Choice(agent, f"stays with {agent}", rule="owner")


def has_room(agent: Agent, load: Load) -> bool:
    return agent.available and load.tickets < agent.capacity


def _candidate(agent: Agent, name: str, needed: frozenset[str], load: Load) -> Candidate:
    hindrance = None
    missing = needed - agent.skills
    if not agent.available:
        hindrance = "is away"
    elif missing:
        hindrance = f"lacks {' and '.join(sorted(missing))}"
    elif not has_room(agent, load):
        hindrance = f"is full with {load.tickets} of {agent.capacity}"
    return Candidate(name, load.tickets, agent.capacity, hindrance)


def _burden(candidate: Candidate, loads: Loads) -> tuple[Fraction, datetime, str]:
    last = loads.get(candidate.agent, Load()).last
    return Fraction(candidate.load, candidate.capacity), last, candidate.agent


def _best_first(candidates: tuple[Candidate, ...], loads: Loads) -> tuple[Candidate, ...]:
    eligible = [candidate for candidate in candidates if candidate.hindrance is None]
    others = [candidate for candidate in candidates if candidate.hindrance is not None]
    return (*sorted(eligible, key=lambda candidate: _burden(candidate, loads)), *others)


def _listed(candidates: tuple[Candidate, ...]) -> str:
    if not candidates:
        return "it has no agents"
    more = f" and {len(candidates) - SHOWN} more" if len(candidates) > SHOWN else ""
    return ", ".join(map(str, candidates[:SHOWN])) + more
