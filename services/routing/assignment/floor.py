"""Chooses agents for tickets that are decided at the same time, in this process and in others."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.routing.assignment.choice import Choice, choose, keep, preferred_until
from services.routing.assignment.eligibility import Wish
from services.routing.assignment.queries import reach_of
from services.routing.assignment.standing import ABSENT, NEVER, Standing
from services.routing.people.presence import Availability, Presence, availability, stays_theirs
from services.routing.people.store import People
from services.routing.step import Step
from services.routing.store import Store
from services.routing.ticket import Ticket
from shared.organisation import Organisation


@dataclass(slots=True)
class _Pick:
    """A ticket that is being decided, and who was chosen for it but does not have it yet."""

    channel: str = ""
    agent: str | None = None
    deciding: int = 0
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def choose(self, agent: str | None, channel: str) -> None:
        self.agent, self.channel = agent, channel
        self.settled = asyncio.Event()

    def settle(self) -> None:
        self.agent = None
        self.settled.set()


class Floor:
    """Loads from the database, plus the picks of this process that are not committed yet.

    A choice is made of an agent's document at a version, read before the tickets are counted, and
    commits the next version: of two replicas that chose the same agent at the same time, one decides
    again. Within this process such a conflict is avoided: choices are made one after the other, each
    counts the stored tickets and then the picks that are not stored so, and one that comes to an agent
    with a pick waits for that to be committed.
    """

    def __init__(self, store: Store, people: People, organisation: Organisation) -> None:
        self._store = store
        self._people = people
        self._organisation = organisation
        self._picks: dict[str, _Pick] = {}
        self._turn = asyncio.Lock()
        self._teams_of = {agent: organisation.teams_of(agent) for agent in organisation.agents}

    @asynccontextmanager
    async def deciding(self, ticket: str) -> AsyncIterator[None]:
        """Keeps the pick for the ticket from its choice until `settle`, or until it is given up."""
        pick = self._picks.setdefault(ticket, _Pick())
        pick.deciding += 1
        try:
            yield
        finally:
            pick.deciding -= 1
            if not pick.deciding:
                pick.settle()
                del self._picks[ticket]

    def settle(self, ticket: str) -> None:
        """The pick is committed: from now on the database has it."""
        if ticket in self._picks:
            self._picks[ticket].settle()

    async def choice(self, step: Step, *, at: datetime, past: Collection[str] = ()) -> Choice | None:
        """The agent for a step that asks for one; tickets `past` are no reason to wait in turn."""
        if not step.after.opened or step.placing == "none":
            return None
        pick = self._picks[step.after.id]
        pick.settle()  # that of an earlier attempt, which was not committed
        if step.placing == "given":
            pick.choose(step.after.agent, step.after.channel)
            return None
        while True:
            async with self._turn:
                choice = await self._choose(step, at, past)
                busy = self._picked(choice, step.after.id)
                if busy is None:
                    pick.choose(choice.agent, step.after.channel)
                    return choice
            await busy.settled.wait()

    async def standings(self, agents: Collection[str], *, at: datetime, ticket: str = "") -> dict[str, Standing]:
        """How the agents stand without this ticket."""
        presences = await self._people.presences(agents)  # their versions before what they carry
        # A copy: whoever settles while the tickets are counted is counted by the pick, or was and changed a version.
        picks = {other: (pick.agent, pick.channel) for other, pick in self._picks.items() if pick.agent is not None}
        carried, holders = await self._store.carried(sorted(agents), without=ticket, apart=picks)
        recent = await self._store.assigned_since(self._limited(agents, at))
        found = {
            name: self._standing(name, presences[name], carried.get(name, {}), recent.get(name, 0), at)
            for name in agents
        }
        for other, (agent, channel) in picks.items():
            # Another replica may have given it to somebody else: then it counts there, and here until that is known.
            if other != ticket and agent in found and holders.get(other) != agent:
                found[agent] = found[agent].with_one_more(channel)
        return found

    async def owner_of(self, ticket: str, *, at: datetime) -> tuple[str, Availability] | None:
        """The agent who has the ticket, and how it is with them."""
        owner = (await self._store.ticket(ticket)).agent
        if owner is None or owner not in self._organisation.agents:
            return None
        return owner, availability(self._organisation, owner, await self._people.presence(owner), at=at)

    def _limited(self, agents: Collection[str], at: datetime) -> dict[str, datetime]:
        """Those of whom only so many tickets within a period are asked, and when that began."""
        known = ((name, self._organisation.agents.get(name)) for name in agents)
        return {name: at - one.at_most.per for name, one in known if one is not None and one.at_most is not None}

    def _standing(self, name: str, presence: Presence, tickets: dict[str, int], recent: int, at: datetime) -> Standing:
        if name not in self._organisation.agents:
            return replace(ABSENT, tickets=tickets, version=presence.version)
        now = availability(self._organisation, name, presence, at=at)
        return Standing(
            version=presence.version,
            tickets=tickets,
            recent=recent,
            last=presence.last_at or NEVER,
            away=None if now.free else now.because,
            state=now.state,
            until=now.until,
        )

    async def _choose(self, step: Step, at: datetime, past: Collection[str]) -> Choice:
        ticket, owner = step.after, step.before.agent
        team = self._organisation.teams.get(ticket.team)
        known = [name for name in (owner, step.returns_to) if name is not None]
        agents = {*(team.agents if team is not None else ()), *known}
        standings = await self.standings(agents, at=at, ticket=ticket.id)
        wish = ticket.wish(sticky=await self._sticky(ticket, at))
        if owner is not None and step.placing in ("keep_if_room", "keep_if_there", "keep_if_theirs"):
            standing, may_exceed = standings[owner], step.placing != "keep_if_room"
            if step.placing == "keep_if_theirs" and team is not None and stays_theirs(team, standing.state):
                standing = replace(standing, away=None)
            kept = keep(self._organisation, wish, agent=owner, standing=standing, may_exceed=may_exceed)
            if kept is not None:
                return kept
        if step.returns_to is not None and (back := self._returned(wish, step.returns_to, standings)) is not None:
            return back
        since = self._since(step) or at
        if ticket.prefers and wish.preferred_until is None:
            until = preferred_until(self._organisation, wish, standings=standings, since=max(since, at), at=at)
            wish = replace(wish, preferred_until=until)
        if not ticket.automatic:
            choice = choose(self._organisation, wish, standings=standings, at=at)
            return replace(choice, agent=None, because="waits to be claimed", rule="queue", guard=None)
        choice = choose(self._organisation, wish, standings=standings, at=at)
        if choice.agent is None or not await self._is_ahead(ticket, since, choice.agent, standings, at, past):
            return choice
        because = f"older or more urgent tickets wait for {choice.agent}, and this one in turn"
        return replace(choice, agent=None, because=because, rule="queue", guard=None)

    def _returned(self, wish: Wish, agent: str, standings: dict[str, Standing]) -> Choice | None:
        """Whoever had it before, however much they have, if they are there."""
        back = keep(self._organisation, wish, agent=agent, standing=standings[agent], may_exceed=True)
        return None if back is None else replace(back, rule="returned", because=f"{agent} had it before and is there")

    async def _is_ahead(
        self,
        ticket: Ticket,
        since: datetime,
        agent: str,
        standings: dict[str, Standing],
        at: datetime,
        past: Collection[str],
    ) -> bool:
        reach = reach_of(agent, standings[agent], self._organisation, teams=self._teams_of[agent], at=at)
        return await self._store.ahead(ticket.place(since), reach, without=past)

    async def _sticky(self, ticket: Ticket, at: datetime) -> str | None:
        team = self._organisation.teams.get(ticket.team)
        if team is None or team.sticky is None or ticket.customer is None:
            return None
        return await self._store.last_of_customer(ticket.customer, since=at - team.sticky, without=ticket.id)

    def _since(self, step: Step) -> datetime | None:
        return step.before.waiting_since if step.before.state == "queued" else step.since

    def _picked(self, choice: Choice, ticket: str) -> _Pick | None:
        """The pick of another ticket for the same agent that is not committed yet."""
        if choice.agent is None or choice.guard is None:
            return None
        return next(
            (pick for other, pick in self._picks.items() if other != ticket and pick.agent == choice.agent), None
        )
