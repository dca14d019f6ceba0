"""What customers and agents do all week: they write, answer, wait, pass tickets on, and agents come and go."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from bench.routing import told
from bench.routing.company import LEVEL, MINUTES
from bench.routing.demand import Ask
from bench.routing.history import Seen, Want
from bench.routing.hours import Hours
from bench.routing.people import People
from bench.routing.replicas import Input
from bench.routing.round_robin import ends

RANKS = ("low", "normal", "high", "urgent")
WAITS = {"phone": 0.0, "chat": 0.05, "email": 0.2}
"""How often the customer is asked back, by channel."""
TRANSFERRED = 0.04
REOPENED = 0.03
HAS_DUE_TIME = 0.25
ESCALATED_AFTER = 180.0
"""Minutes of waiting after which some tickets are escalated."""
ESCALATED = 0.02
"""The share of those, each step."""
CLAIMED = 0.002
"""The share of the waiting tickets that somebody claims, each step."""


@dataclass(slots=True)
class _Case:
    """A ticket as ingest and its agent know it: `left` is the work until what comes next in `plan`."""

    ask: Ask
    ticket: str
    plan: list[tuple[str, float]]
    status: str = "new"
    version: int = 1
    left: float = 0.0
    agent: str | None = None
    began: float = 0.0
    turn: int = 0
    escalations: int = 0
    first_had: float | None = None


class Desk:
    def __init__(self, asks: Sequence[Ask], people: People, there: Mapping[str, Hours], *, chance: Random) -> None:
        self._people = people
        self._there = there
        self._chance = chance
        self._agenda: list[tuple[float, int, str, Any]] = []
        self._next = 0
        self._cases: dict[str, _Case] = {}
        self.wants: dict[str, Want] = {}
        for ask in asks:
            self._plan(ask.at, "opens", ask)

    @property
    def first_had(self) -> dict[int, float]:
        """When each ticket had an agent for the first time."""
        return {case.ask.number: case.first_had for case in self._cases.values() if case.first_had is not None}

    def due(self, now: float) -> list[Input]:
        """What happens until now."""
        inputs: list[Input] = []
        while self._agenda and self._agenda[0][0] <= now:
            at, _, what, whom = heapq.heappop(self._agenda)
            inputs += self._happens(at, what, whom)
        return inputs

    def moods(self, waiting: Iterable[Seen], now: float) -> list[Input]:
        """What people make of the queues that they see: claims and escalations."""
        inputs = []
        for seen in waiting:
            case, dice = self._cases[seen.ticket], self._chance.random()
            if dice < CLAIMED:
                agent = self._chance.choice(self._people.members(seen.team))
                inputs.append(told.claim(seen.ticket, agent, now))
            elif now - case.ask.at > ESCALATED_AFTER and case.escalations < 2 and dice < CLAIMED + ESCALATED:
                inputs.append(self._escalated(case, now))
        return inputs

    def settle(self, after: Iterable[Seen], now: float) -> None:
        """What the commits of a step mean for those who work on the tickets."""
        for seen in after:
            case = self._cases[seen.ticket]
            if case.agent is not None and case.agent != (seen.agent if seen.active else None):
                case.left -= self._worked(case, now)
                case.agent, case.turn = None, case.turn + 1
            if seen.active and seen.agent is not None and case.agent is None and case.status in ("new", "open"):
                self._takes_up(case, seen.agent, now)

    def _takes_up(self, case: _Case, agent: str, now: float) -> None:
        case.agent, case.began = agent, now
        if case.first_had is None:
            case.first_had = now
        case.turn += 1
        at = ends(case.ask, self._there[agent], now, max(case.left, 0.0))
        if at < MINUTES:
            self._plan(at, "done", (case.ticket, case.turn))

    def _worked(self, case: _Case, now: float) -> float:
        if case.ask.channel == "email" and case.agent is not None:
            return self._there[case.agent].between(case.began, now)
        return now - case.began

    def _happens(self, at: float, what: str, whom: Any) -> list[Input]:
        if what == "opens":
            return self._opens(whom)
        ticket, turn = whom
        case = self._cases[ticket]
        if what == "done":
            return self._next_turn(case, at) if case.turn == turn else []
        return [self._becomes(case, "open", at)] if case.status not in ("new", "open") else []

    def _opens(self, ask: Ask) -> list[Input]:
        ticket = told.ticket_of(ask)
        plan = self._plan_of(ask)
        self._cases[ticket] = _Case(ask, ticket, plan, left=plan[0][1])
        self.wants[ticket] = _want(ask)
        inputs = [told.opened(ask)]
        if self._chance.random() < HAS_DUE_TIME:
            inputs.append(told.due(ticket, ask.at + self._chance.choice((30, 60, 240, 480)), ask.at))
        return inputs

    def _plan_of(self, ask: Ask) -> list[tuple[str, float]]:
        """Portions of work, and what comes after each."""
        chance, left = self._chance, ask.work
        plan: list[tuple[str, float]] = []
        for what, often in (("transfers", TRANSFERRED), ("asks", WAITS[ask.channel])):
            if chance.random() < often:
                part = left * chance.uniform(0.1, 0.5)
                plan.append((what, part))
                left -= part
        plan.append(("resolves", left))
        if chance.random() < REOPENED:
            plan.append(("resolves", ask.work / 4))
        return plan

    def _next_turn(self, case: _Case, at: float) -> list[Input]:
        what, _ = case.plan.pop(0)
        case.turn += 1
        case.left = case.plan[0][1] if case.plan else 0.0
        agent, case.agent = case.agent, None
        if what == "transfers" and agent is not None:
            self._takes_up(case, agent, at)  # until somebody else has it
            return [self._transferred(case, agent, at)]
        if what == "asks":
            pause = self._chance.lognormvariate(0, 1) * (8 if case.ask.channel == "chat" else 180)
            self._plan(at + pause, "writes", (case.ticket, 0))
            return [self._becomes(case, "pending_customer", at)]
        if case.plan:
            self._plan(at + self._chance.lognormvariate(0, 1) * 240, "writes", (case.ticket, 0))
        return [self._becomes(case, "resolved", at)]

    def _becomes(self, case: _Case, status: str, at: float) -> Input:
        previous, case.status = case.status, status
        case.version += 1
        return told.status(case.ticket, case.version, status, previous, at)

    def _transferred(self, case: _Case, agent: str, at: float) -> Input:
        dice, teams = self._chance.random(), list(self._people.teams)
        others = [name for name in teams if agent not in self._people.members(name)]
        if dice < 0.6 and others:
            return told.transfer(case.ticket, agent, at, team=self._chance.choice(others))
        team = self._people.teams_of[agent][0] if dice < 0.9 else self._chance.choice(teams)
        return told.transfer(case.ticket, agent, at, team=team, agent=self._chance.choice(self._people.members(team)))

    def _escalated(self, case: _Case, now: float) -> Input:
        case.escalations += 1
        want = self.wants[case.ticket]
        priority = RANKS[min(3, want.priority + 1)]
        want.priority = RANKS.index(priority)
        team = self._chance.choice(list(self._people.teams)) if self._chance.random() < 0.2 else None
        return told.escalated(case.ticket, case.escalations, priority, team, now)

    def _plan(self, at: float, what: str, whom: Any) -> None:
        self._next += 1
        heapq.heappush(self._agenda, (at, self._next, what, whom))


def _want(ask: Ask) -> Want:
    address = ask.address
    return Want(
        skills=ask.needs,
        prefers={} if ask.prefers is None else {ask.prefers: LEVEL},
        keys=frozenset((address, f"@{address.partition('@')[2]}")),
        priority=RANKS.index(ask.priority),
        came=told.moment(ask.at),
    )
