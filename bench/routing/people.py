"""Who could take a ticket: the rules of eligibility once more, written from their description and not from routing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.routing.company import Company
from bench.routing.history import Seen, Want
from bench.routing.hours import Hours


@dataclass(frozen=True, slots=True)
class Load:
    """What an agent carries: units of work, and tickets by channel."""

    units: int = 0
    channels: Mapping[str, int] = field(default_factory=dict)

    def changed(self, channel: str, *, by: int, weight: int) -> "Load":
        channels = {**self.channels, channel: self.channels.get(channel, 0) + by}
        return Load(self.units + by * weight, channels)

    def most(self, other: "Load") -> "Load":
        """The greater of two, channel by channel."""
        names = {*self.channels, *other.channels}
        channels = {name: max(self.channels.get(name, 0), other.channels.get(name, 0)) for name in names}
        return Load(max(self.units, other.units), channels)


@dataclass(frozen=True, slots=True)
class Person:
    total: int
    channels: Mapping[str, int]
    skills: Mapping[str, int]
    not_for: frozenset[str]
    at_most: int | None
    hours: Hours

    def equals(self, other: "Person") -> bool:
        """Whether nothing but their load tells the two apart for a team's strategy."""
        return (self.total, self.channels, self.skills) == (other.total, other.channels, other.skills)


class People:
    def __init__(self, company: Company, hours: Mapping[str, Hours]) -> None:
        config = company.teams
        self._weights: Mapping[str, int] = config.get("weights", {})
        self.teams: Mapping[str, Mapping[str, Any]] = config["teams"]
        self.agents = {name: _person(agent, hours[name]) for name, agent in config["agents"].items()}
        self.teams_of = {
            name: [team for team, one in self.teams.items() if name in one["agents"]] for name in self.agents
        }

    def weight(self, channel: str) -> int:
        return self._weights.get(channel, 1)

    def members(self, team: str) -> Sequence[str]:
        found: Sequence[str] = self.teams[team]["agents"] if team in self.teams else ()
        return found

    def _needed(self, team: str, want: Want) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Skills required and preferred, without those that nobody in the team has together."""
        members = [self.agents[name] for name in self.members(team)]
        skills = want.skills if any(_has(one, want.skills) for one in members) else {}
        both = {**skills, **want.prefers}
        return skills, want.prefers if any(_has(one, both) for one in members) else {}

    def has_room(self, name: str, load: Load, channel: str) -> bool:
        person = self.agents[name]
        most = person.channels.get(channel)
        within = most is None or load.channels.get(channel, 0) < most
        return within and load.units + self.weight(channel) <= person.total and load.units < person.total

    def with_room_for(self, name: str, channel: str, load: Load) -> Load:
        """At most what the agent can have carried, as a ticket of the channel was given to them by that load."""
        person = self.agents[name]
        most = person.channels.get(channel)
        carried = load.channels.get(channel, 0)
        channels = load.channels if most is None else {**load.channels, channel: min(carried, most - 1)}
        return Load(min(load.units, person.total - self.weight(channel)), channels)

    def suits(self, name: str, seen: Seen, want: Want, *, now: datetime) -> bool:
        """Whether the agent is one for this ticket, apart from presence and room."""
        person = self.agents[name]
        skills, prefers = self._needed(seen.team, want)
        if name not in self.members(seen.team) or not _has(person, skills) or name in seen.excluded:
            return False
        if person.not_for & want.keys:
            return False
        waits = bool(prefers) and seen.preferred_until is not None and now < seen.preferred_until
        return not waits or _has(person, prefers)


def _has(person: Person, skills: Mapping[str, int]) -> bool:
    return all(person.skills.get(skill, 0) >= level for skill, level in skills.items())


def _person(agent: Mapping[str, Any], hours: Hours) -> Person:
    capacity, limit = agent["capacity"], agent.get("at_most")
    return Person(
        total=capacity["total"],
        channels=capacity.get("channels", {}),
        skills=agent["skills"],
        not_for=frozenset(agent.get("not_for", ())),
        at_most=None if limit is None else limit["tickets"],
        hours=hours,
    )
