"""Chooses agents for tickets that are decided at the same time, so that they spread instead of piling up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.routing.capacity import Choice, Load, choose, keep
from services.routing.outcome import Step
from services.routing.store import Store
from services.routing.ticket import rank
from shared.organisation import Organisation

SOON = datetime.max.replace(tzinfo=UTC)
"""When an agent with a pick in flight got a ticket last: nobody did later."""


@dataclass(slots=True)
class _Pick:
    agent: str | None = None
    deciding: int = 0


class Floor:
    """Loads from the database, plus the picks of this process that are not committed yet.

    Choices are made one after the other: each counts the stored tickets except those with a pick, and
    then the picks, so that none is missed or counted twice. Other replicas' picks are not seen before
    they are committed.
    """

    def __init__(self, store: Store, organisation: Organisation) -> None:
        self._store = store
        self._organisation = organisation
        self._picks: dict[str, _Pick] = {}
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def deciding(self, ticket: str) -> AsyncIterator[None]:
        """Keeps the pick for the ticket from its choice until its change is committed, or given up."""
        pick = self._picks.setdefault(ticket, _Pick())
        pick.deciding += 1
        try:
            yield
        finally:
            pick.deciding -= 1
            if not pick.deciding:
                del self._picks[ticket]

    async def choice(self, step: Step, *, in_turn: bool = False) -> Choice | None:
        """The agent for a step that asks for one; `in_turn` when nobody can be waiting before it."""
        if not step.after.opened or step.placing == "none":
            return None
        if step.placing == "given":
            self._picks[step.after.id].agent = step.after.agent
            return None
        async with self._turn:
            choice = await self._choose(step, in_turn=in_turn)
            self._picks[step.after.id].agent = choice.agent
        return choice

    async def _choose(self, step: Step, *, in_turn: bool) -> Choice:
        ticket, owner = step.after, step.before.agent
        team = self._organisation.teams.get(ticket.team)
        agents = {*(team.agents if team is not None else ()), *([owner] if owner else [])}
        loads = await self._loads(sorted(agents), ticket.id)
        if owner is not None and step.placing in ("keep_if_room", "keep_if_there"):
            may_exceed = step.placing == "keep_if_there"
            kept = keep(self._organisation, agent=owner, load=loads[owner], may_exceed=may_exceed)
            if kept is not None:
                return kept
        choice = choose(self._organisation, team=ticket.team, skills=ticket.skills, loads=loads)
        if choice.agent is None or in_turn or not await self._is_ahead(step, choice.agent):
            return choice
        because = f"older or more urgent tickets wait in {ticket.team}, and this one in turn"
        return Choice(None, because, choice.candidates)

    async def _is_ahead(self, step: Step, agent: str) -> bool:
        since = step.before.waiting_since if step.before.state == "queued" else step.since
        if since is None:
            return False
        place = (rank(step.after.priority), since, step.after.id)
        skills = self._organisation.agents[agent].skills
        return await self._store.ahead(step.after.team, place, skills=skills)

    async def _loads(self, agents: list[str], ticket: str) -> dict[str, Load]:
        picks = {other: pick.agent for other, pick in self._picks.items() if pick.agent is not None}
        loads = await self._store.loads(agents, without={*picks, ticket})
        for other, agent in picks.items():
            if other != ticket and agent in loads:
                loads[agent] = replace(loads[agent], tickets=loads[agent].tickets + 1, last=SOON)
        return loads
