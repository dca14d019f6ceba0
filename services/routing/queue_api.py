"""HTTP for the queues: who waits in them, since when and why, and what of it an agent may claim."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, SecretStr

from services.routing.pages import Cursor
from services.routing.pool import Pool
from services.routing.store import Store
from services.routing.ticket import NOT_DUE, Ticket
from shared.auth import require
from shared.envelope import Frozen
from shared.errors import Refused
from shared.events import Priority
from shared.organisation import Organisation


class Waiting(Frozen):
    ticket: str
    number: str
    team: str
    category: str
    priority: Priority
    skills: tuple[str, ...]
    due_at: AwareDatetime | None
    waiting_since: AwareDatetime
    age_seconds: int
    boosts: int
    offered_to: str | None
    offered_until: AwareDatetime | None
    because: str


class Queue(Frozen):
    """A page of the queue; `next` goes into the parameter `cursor` for the following one."""

    tickets: tuple[Waiting, ...]
    next: str | None


def router(*, pool: Pool, store: Store, organisation: Organisation, jwt_key: SecretStr) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    reader = Depends(require(jwt_key.get_secret_value(), "agent", "supervisor", "admin", "system"))

    @routes.get("/queue", dependencies=[reader])
    async def queue(
        team: str | None = None,
        agent: Annotated[str | None, Query(description="only what this agent may claim, full or not")] = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Queue:
        """The tickets that wait for an agent, in the order in which they will be assigned."""
        after = Cursor.parse(cursor).place if cursor else None
        if agent is None:
            found = await store.queue(_teams(team, organisation), after=after, limit=limit)
        else:
            teams = _teams_of(agent, team, organisation)
            found = await pool.claimable(agent, teams, after=after, limit=limit)
        now = datetime.now(UTC)
        more = Cursor.at(found[-1]).text() if len(found) == limit else None
        return Queue(tickets=tuple(_waiting(ticket, now) for ticket in found), next=more)

    return routes


def _teams(team: str | None, organisation: Organisation) -> list[str]:
    if team is not None and team not in organisation.teams:
        there_is = ", ".join(sorted(organisation.teams))
        raise Refused(status=404, title="No such team", detail=f"Use one of {there_is}.")
    return [team] if team is not None else sorted(organisation.teams)


def _teams_of(agent: str, team: str | None, organisation: Organisation) -> list[str]:
    if agent not in organisation.agents:
        raise Refused(status=404, title="No such agent", detail=f"teams.yaml has no agent {agent!r}.")
    return [name for name in _teams(team, organisation) if agent in organisation.teams[name].agents]


def _waiting(ticket: Ticket, now: datetime) -> Waiting:
    since = ticket.waiting_since or now
    return Waiting(
        ticket=ticket.id,
        number=ticket.number,
        team=ticket.team,
        category=ticket.category,
        priority=ticket.priority,
        skills=ticket.skills,
        due_at=None if ticket.due_at == NOT_DUE else ticket.due_at,
        boosts=ticket.boosts,
        offered_to=None if ticket.offer is None else ticket.offer.agent,
        offered_until=None if ticket.offer is None else ticket.offer.until,
        waiting_since=since,
        age_seconds=max(0, int((now - since).total_seconds())),
        because=ticket.waiting_because or "",
    )
