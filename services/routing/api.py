"""HTTP: claim, transfer and correct a ticket; see why it was decided so, who waits and who has room."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import AwareDatetime, SecretStr

from services.routing.assignment.floor import Floor
from services.routing.assignment.standing import NEVER, Standing, has_room
from services.routing.handlers import Answer, Handlers
from services.routing.manual import UnknownTicket
from services.routing.pages import Cursor
from services.routing.store import Store
from services.routing.ticket import NOT_DUE, Ticket
from shared.auth import Caller, require
from shared.commands import (
    TicketClaim,
    TicketClaimData,
    TicketClassify,
    TicketClassifyData,
    TicketTransfer,
    TicketTransferData,
)
from shared.envelope import UUID_PATTERN, Command, Frozen
from shared.errors import Refused
from shared.events import Priority, Status
from shared.organisation import Organisation

TicketId = Annotated[str, Path(pattern=UUID_PATTERN)]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="the same key twice has one effect"),
]


class Routed(Frozen):
    """What a command led to."""

    ticket: str
    number: str
    status: Status
    category: str
    priority: Priority
    team: str
    tags: tuple[str, ...]
    state: str | None
    agent: str | None


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
    because: str


class Queue(Frozen):
    """A page of the queue; `next` goes into the parameter `cursor` for the following one."""

    tickets: tuple[Waiting, ...]
    next: str | None


class AgentLoad(Frozen):
    agent: str
    name: str
    teams: tuple[str, ...]
    skills: dict[str, int]
    available: bool
    away: str | None
    load: int
    capacity: int
    tickets: dict[str, int]
    has_room: bool
    last_assigned_at: AwareDatetime | None


class Decided(Frozen):
    """The ticket as routing has it, and every decision about it with the rules and agents considered."""

    ticket: Routed
    hops: int
    decisions: tuple[dict[str, Any], ...]


def router(
    *, handlers: Handlers, store: Store, floor: Floor, organisation: Organisation, jwt_key: SecretStr
) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    _serve_commands(routes, handlers, jwt_key)
    _serve_views(routes, store, floor, organisation, jwt_key)
    return routes


def _serve_commands(routes: APIRouter, handlers: Handlers, jwt_key: SecretStr) -> None:
    person = require(jwt_key.get_secret_value(), "agent", "supervisor", "admin")
    By = Annotated[Caller, Depends(person)]

    @routes.post("/tickets/{ticket}/claim")
    async def claim(ticket: TicketId, key: Key, body: TicketClaimData, by: By) -> Routed:
        """The agent takes a ticket that nobody has; 409 when somebody else has it."""
        return _routed(ticket, await handlers.claim(_asked(TicketClaim, ticket, key, body, by)), TicketClaim)

    @routes.post("/tickets/{ticket}/transfer")
    async def transfer(ticket: TicketId, key: Key, body: TicketTransferData, by: By) -> Routed:
        """Hands the ticket to an agent, or to a team whose least loaded agent gets it."""
        return _routed(ticket, await handlers.transfer(_asked(TicketTransfer, ticket, key, body, by)), TicketTransfer)

    @routes.post("/tickets/{ticket}/classify")
    async def classify(ticket: TicketId, key: Key, body: TicketClassifyData, by: By) -> Routed:
        """Corrects category, priority or tags."""
        return _routed(ticket, await handlers.classify(_asked(TicketClassify, ticket, key, body, by)), TicketClassify)


def _serve_views(
    routes: APIRouter, store: Store, floor: Floor, organisation: Organisation, jwt_key: SecretStr
) -> None:
    reader = Depends(require(jwt_key.get_secret_value(), "agent", "supervisor", "admin", "system"))

    @routes.get("/tickets/{ticket}/decision", dependencies=[reader])
    async def decision(ticket: TicketId) -> Decided:
        """Why the ticket is where it is: every rule tried, every agent considered."""
        found = await store.ticket(ticket)
        if not found.opened:
            raise UnknownTicket(ticket)
        decisions = tuple(
            {name: value for name, value in one.items() if name != "_id"} for one in await store.decisions(ticket)
        )
        return Decided(ticket=_shown(found), hops=found.hops, decisions=decisions)

    @routes.get("/queue", dependencies=[reader])
    async def queue(
        team: str | None = None, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> Queue:
        """The tickets that wait for an agent, in the order in which they will be assigned."""
        teams = _teams(team, organisation)
        after = Cursor.parse(cursor).place if cursor else None
        found = await store.queue(teams, after=after, limit=limit)
        now = datetime.now(UTC)
        more = Cursor.at(found[-1]).text() if len(found) == limit else None
        return Queue(tickets=tuple(_waiting(ticket, now) for ticket in found), next=more)

    @routes.get("/agents", dependencies=[reader])
    async def agents() -> tuple[AgentLoad, ...]:
        """Who is there and how much each has: what their new and open tickets weigh, of their capacity."""
        standings = await floor.standings(sorted(organisation.agents), at=datetime.now(UTC))
        return tuple(_agent(name, standing, organisation) for name, standing in standings.items())


def _asked(kind: type[Command], ticket: str, key: str, body: Frozen, by: Caller) -> Any:
    return kind.asked(key=key, source="http", time=datetime.now(UTC), data=body, subject=ticket, actor=by.subject)


def _routed(ticket: str, answer: Answer, kind: type[Command]) -> Routed:
    if (answer.get("ticket"), answer.get("command")) != (ticket, kind.type_name()):
        detail = "This Idempotency-Key was used for another request; take a new one."
        raise Refused(status=422, title="The key is taken", detail=detail)
    return Routed.model_validate(answer)


def _shown(ticket: Ticket) -> Routed:
    return Routed(ticket=ticket.id, **{name: getattr(ticket, name) for name in Routed.model_fields if name != "ticket"})


def _teams(team: str | None, organisation: Organisation) -> list[str]:
    if team is not None and team not in organisation.teams:
        there_is = ", ".join(sorted(organisation.teams))
        raise Refused(status=404, title="No such team", detail=f"Use one of {there_is}.")
    return [team] if team is not None else sorted(organisation.teams)


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
        waiting_since=since,
        age_seconds=max(0, int((now - since).total_seconds())),
        because=ticket.waiting_because or "",
    )


def _agent(name: str, standing: Standing, organisation: Organisation) -> AgentLoad:
    agent = organisation.agents[name]
    return AgentLoad(
        agent=name,
        name=agent.name,
        teams=tuple(team for team, one in organisation.teams.items() if name in one.agents),
        skills=agent.skills,
        available=standing.away is None,
        away=standing.away,
        load=standing.units(organisation),
        capacity=agent.capacity.total,
        tickets=dict(standing.tickets),
        has_room=has_room(agent, standing, organisation),
        last_assigned_at=None if standing.last == NEVER else standing.last,
    )
