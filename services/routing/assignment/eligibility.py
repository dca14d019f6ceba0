"""Who can take a ticket: in the team, there, skilled, with room, and not excluded; else why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.routing.assignment.standing import Standing, full_channels
from shared.events import CandidateLoad
from shared.organisation import Agent, Organisation

Skills = Mapping[str, int]
"""Names and the least level of each, from 1 to 5."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a ticket asks of whoever gets it. `prefers` counts until `preferred_until`.

    `keys` are what the requester goes by: addresses, `@domain`, phone. `sticky` is who had the same
    customer's last ticket. Those of the excluded who only let an offer pass are `unanswered`.
    """

    team: str
    channel: str
    skills: Skills = field(default_factory=dict)
    prefers: Skills = field(default_factory=dict)
    preferred_until: datetime | None = None
    keys: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()
    sticky: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the team as the choice saw them; `hindrance` is why they can't take it, or None."""

    agent: str
    load: int
    capacity: int
    hindrance: str | None
    preferred: bool = True

    def __str__(self) -> str:
        shown = f"{self.agent} {self.load} of {self.capacity}"
        return shown if self.hindrance is None else f"{self.agent} {self.hindrance}"

    def stated(self) -> CandidateLoad:
        return CandidateLoad(agent=self.agent, load=self.load, capacity=self.capacity, hindrance=self.hindrance)

    def document(self) -> dict[str, Any]:
        return {"agent": self.agent, "load": self.load, "capacity": self.capacity, "hindrance": self.hindrance}


def candidate(name: str, wish: Wish, standing: Standing, organisation: Organisation, *, waits: bool) -> Candidate:
    """The agent beside the wish. While it `waits` for preferred skills, lacking one is a hindrance."""
    agent = organisation.agents[name]
    load = standing.units(organisation)
    preferred = not lacking(agent, wish.prefers)
    hindrance = (
        _not_there(name, agent, wish, standing)
        or _lacks(agent, wish, waits=waits)
        or _no_room(agent, wish, standing, load=load, weight=organisation.weight(wish.channel))
    )
    return Candidate(name, load, agent.capacity.total, hindrance, preferred)


def lacking(agent: Agent, skills: Skills) -> list[str]:
    """The skills that the agent does not have at the level asked for, in words."""
    return [
        f"{skill} of level {level}" if skill in agent.skills else skill
        for skill, level in sorted(skills.items())
        if agent.skills.get(skill, 0) < level
    ]


def needs(skills: Skills) -> list[str]:
    """Skills as the words that `satisfied` answers, so that the database can compare them."""
    return [f"{skill}:{level}" for skill, level in sorted(skills.items())]


def satisfied(agent: Agent) -> list[str]:
    """Every need that the agent's skills meet."""
    return [f"{skill}:{level}" for skill, most in sorted(agent.skills.items()) for level in range(1, most + 1)]


def _not_there(name: str, agent: Agent, wish: Wish, standing: Standing) -> str | None:
    if standing.away is not None:
        return standing.away
    if name in wish.excluded:
        return "let an offer of it pass" if name in wish.unanswered else "gave it back or declined it"
    if wish.keys & set(agent.not_for):
        return "is excluded from this requester's tickets"
    return None


def _lacks(agent: Agent, wish: Wish, *, waits: bool) -> str | None:
    missing = lacking(agent, wish.skills)
    if missing:
        return f"lacks {' and '.join(missing)}"
    if waits and wish.preferred_until is not None and (wanted := lacking(agent, wish.prefers)):
        return f"lacks {' and '.join(wanted)}, preferred until {wish.preferred_until:%H:%M:%S}"
    return None


def _no_room(agent: Agent, wish: Wish, standing: Standing, *, load: int, weight: int) -> str | None:
    if wish.channel in full_channels(agent, standing):
        most = agent.capacity.channels[wish.channel]
        return f"is full with {most} of channel {wish.channel}"
    if load + weight > agent.capacity.total or load >= agent.capacity.total:
        return f"is full with {load} of {agent.capacity.total}"
    if agent.at_most is not None and standing.recent >= agent.at_most.tickets:
        return f"got {standing.recent} within {agent.at_most.per}, which is the limit"
    return None
