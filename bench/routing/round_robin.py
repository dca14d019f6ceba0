"""Plain round robin over the same people and tickets, in memory: what the waiting times are compared with.

`plain` gives each ticket at once to the next member of the team in turn who is there and has the skills,
however much they have; each works through their own list, oldest first, as far as their capacity goes.
`limited` leaves a ticket in the team's queue, oldest first, until somebody there has room, in turn.
Neither knows priorities. Time is exact here, while the simulation rounds every change up to its step.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.routing.company import MINUTES, WEIGHTS, Company
from bench.routing.demand import Ask
from bench.routing.hours import Hours

Kind = Literal["plain", "limited"]
Waited = dict[int, float]
"""How many minutes each ticket waited until somebody with room had it."""


@dataclass(slots=True)
class _Person:
    total: int
    channels: Mapping[str, int]
    skills: Mapping[str, int]
    hours: Hours
    load: int = 0
    open: dict[str, int] = field(default_factory=dict)
    backlog: list[Ask] = field(default_factory=list)

    def has_room(self, ask: Ask) -> bool:
        most = self.channels.get(ask.channel, self.total)
        return self.load + WEIGHTS[ask.channel] <= self.total and self.open.get(ask.channel, 0) < most

    def count(self, ask: Ask, by: int) -> None:
        self.load += by * WEIGHTS[ask.channel]
        self.open[ask.channel] = self.open.get(ask.channel, 0) + by


class RoundRobin:
    def __init__(self, kind: Kind, company: Company, there: Mapping[str, Hours]) -> None:
        self._kind = kind
        self._teams: Mapping[str, Sequence[str]] = {
            name: team["agents"] for name, team in company.teams["teams"].items()
        }
        self._people = {name: _person(agent, there[name]) for name, agent in company.teams["agents"].items()}
        self._turn = dict.fromkeys(self._teams, 0)
        self._queues: dict[str, list[Ask]] = {name: [] for name in self._teams}
        self._of = {name: [team for team, members in self._teams.items() if name in members] for name in self._people}
        self._waited: Waited = {}
        self._agenda: list[tuple[float, int, str, Any]] = []
        self._next = 0

    def week(self, asks: Sequence[Ask]) -> Waited:
        """Plays the week; tickets that still wait at its end have waited until then."""
        for ask in asks:
            self._plan(ask.at, "comes", ask)
        for name, person in self._people.items():
            for first, last in person.hours.spans:
                if last > 0 and first < MINUTES:
                    self._plan(max(first, 0.0), "begins", name)
        while self._agenda and self._agenda[0][0] < MINUTES:
            now, _, what, whom = heapq.heappop(self._agenda)
            self._happens(now, what, whom)
        return {ask.number: self._waited.get(ask.number, MINUTES - ask.at) for ask in asks}

    def _happens(self, now: float, what: str, whom: Any) -> None:
        if what == "comes":
            self._queues[whom.team].append(whom)
            self._deal(whom.team, now)
            return
        name = whom if what == "begins" else whom[0]
        if what == "ends":
            self._people[name].count(whom[1], -1)
        self._work(name, now)
        for team in self._of[name]:
            self._deal(team, now)

    def _deal(self, team: str, now: float) -> None:
        left = []
        for ask in self._queues[team]:
            name = self._next_in_turn(team, ask, now)
            if name is None:
                left.append(ask)
                continue
            self._people[name].backlog.append(ask)
            self._work(name, now)
        self._queues[team] = left

    def _next_in_turn(self, team: str, ask: Ask, now: float) -> str | None:
        members = self._teams[team]
        for step in range(len(members)):
            place = (self._turn[team] + step) % len(members)
            person = self._people[members[place]]
            if not person.hours.at(now) or not _has(person, ask):
                continue
            if self._kind == "limited" and not person.has_room(ask):
                continue
            self._turn[team] = place + 1
            return members[place]
        return None

    def _work(self, name: str, now: float) -> None:
        """Begins what they have room for, the oldest first."""
        person = self._people[name]
        if not person.backlog or not person.hours.at(now):
            return
        left = []
        for ask in person.backlog:
            if not person.has_room(ask):
                left.append(ask)
                continue
            person.count(ask, 1)
            self._waited[ask.number] = now - ask.at
            self._plan(ends(ask, person.hours, now, ask.work), "ends", (name, ask))
        person.backlog = left

    def _plan(self, at: float, what: str, whom: Any) -> None:
        self._next += 1
        heapq.heappush(self._agenda, (at, self._next, what, whom))


def ends(ask: Ask, hours: Hours, now: float, work: float) -> float:
    """Calls and chats are brought to their end; mail rests while its agent is not there."""
    return hours.after(now, work) if ask.channel == "email" else now + work


def _has(person: _Person, ask: Ask) -> bool:
    return all(person.skills.get(skill, 0) >= level for skill, level in ask.needs.items())


def _person(agent: Mapping[str, Any], hours: Hours) -> _Person:
    capacity = agent["capacity"]
    return _Person(capacity["total"], capacity["channels"], agent["skills"], hours)
