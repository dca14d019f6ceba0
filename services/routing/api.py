"""HTTP: transfer and correct a ticket; see why it was decided so, and who has room."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from pydantic import AwareDatetime, Field, SecretStr

from services.routing.assignment.floor import Floor
from services.routing.assignment.replying import Replier, Replying
from services.routing.assignment.standing import NEVER, Standing, has_room
from services.routing.handlers import Answer, Handlers
from services.routing.manual import UnknownTicket
from services.routing.people.presence import State
from services.routing.store import Store
from services.routing.ticket import Before, Ticket, Until
from shared.auth import Caller, require
from shared.commands import (
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
TicketIdOrNumber = Annotated[str, Path(pattern=r"^[\w-]{1,64}$")]
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
    lease_until: Annotated[AwareDatetime | None, Field(description="by when its agent has to act to keep it")] = None


class AgentLoad(Frozen):
    agent: str
    name: str
    teams: tuple[str, ...]
    skills: dict[str, int]
    available: bool
    state: State
    away: str | None
    until: AwareDatetime | None
    load: int
    capacity: int
    tickets: dict[str, int]
    has_room: bool
    last_assigned_at: AwareDatetime | None


class Decided(Frozen):
    """The ticket as routing has it, and every decision about it with the rules and agents considered.

    `previous` is who had it before the last hand-over, `offer` who is asked until when, `lease` who has
    to act by when, and `replying` who is writing an answer right now.
    """

    ticket: Routed
    hops: int
    previous: Before | None
    excluded: tuple[str, ...]
    offer: Until | None
    lease: Until | None
    replying: tuple[Replier, ...]
    decisions: tuple[dict[str, Any], ...]


def router(
    *,
    handlers: Handlers,
    store: Store,
    replying: Replying,
    floor: Floor,
    organisation: Organisation,
    jwt_key: SecretStr,
) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    _serve_commands(routes, handlers, jwt_key)
    _serve_views(routes, store, replying, floor, organisation, jwt_key)
    return routes


def _serve_commands(routes: APIRouter, handlers: Handlers, jwt_key: SecretStr) -> None:
    person = require(jwt_key.get_secret_value(), "agent", "supervisor", "admin")
    By = Annotated[Caller, Depends(person)]

    @routes.post("/tickets/{ticket}/transfer")
    async def transfer(ticket: TicketId, key: Key, body: TicketTransferData, by: By) -> Routed:
        """Hands the ticket to an agent, or to a team whose least loaded agent gets it."""
        return routed(ticket, await handlers.transfer(asked(TicketTransfer, ticket, key, body, by)), TicketTransfer)

    @routes.post("/tickets/{ticket}/classify")
    async def classify(ticket: TicketId, key: Key, body: TicketClassifyData, by: By) -> Routed:
        """Corrects category, priority or tags."""
        return routed(ticket, await handlers.classify(asked(TicketClassify, ticket, key, body, by)), TicketClassify)


def _serve_views(
    routes: APIRouter, store: Store, replying: Replying, floor: Floor, organisation: Organisation, jwt_key: SecretStr
) -> None:
    reader = Depends(require(jwt_key.get_secret_value(), "agent", "supervisor", "admin", "system"))

    @routes.get("/tickets/{ticket}/decision", dependencies=[reader])
    async def decision(ticket: TicketIdOrNumber) -> Decided:
        """Why the ticket, named by its id or its number, is where it is: every rule tried, every agent considered."""
        found = await (store.ticket(ticket) if re.fullmatch(UUID_PATTERN, ticket) else store.numbered(ticket))
        if found is None or not found.opened:
            raise UnknownTicket(ticket)
        decisions = tuple(
            {name: value for name, value in one.items() if name != "_id"} for one in await store.decisions(found.id)
        )
        return Decided(
            ticket=_shown(found),
            hops=found.hops,
            previous=found.previous,
            excluded=found.excluded,
            offer=found.offer,
            lease=found.lease,
            replying=tuple(await replying.on(found.id, at=datetime.now(UTC))),
            decisions=decisions,
        )

    @routes.get("/agents", dependencies=[reader])
    async def agents() -> tuple[AgentLoad, ...]:
        """Who is there and how much each has: what their new and open tickets weigh, of their capacity."""
        standings = await floor.standings(sorted(organisation.agents), at=datetime.now(UTC))
        return tuple(_agent(name, standing, organisation) for name, standing in standings.items())


def asked(kind: type[Command], ticket: str, key: str, body: Frozen, by: Caller) -> Any:
    return kind.asked(key=key, source="http", time=datetime.now(UTC), data=body, subject=ticket, actor=by.subject)


def routed(ticket: str, answer: Answer, kind: type[Command]) -> Routed:
    if (answer.get("ticket"), answer.get("command")) != (ticket, kind.type_name()):
        detail = "This Idempotency-Key was used for another request; take a new one."
        raise Refused(status=422, title="The key is taken", detail=detail)
    return Routed.model_validate(answer)


def _shown(ticket: Ticket) -> Routed:
    return Routed(ticket=ticket.id, **{name: getattr(ticket, name) for name in Routed.model_fields if name != "ticket"})


def _agent(name: str, standing: Standing, organisation: Organisation) -> AgentLoad:
    agent = organisation.agents[name]
    return AgentLoad(
        agent=name,
        name=agent.name,
        teams=tuple(team for team, one in organisation.teams.items() if name in one.agents),
        skills=agent.skills,
        available=standing.away is None,
        state=standing.state,
        away=standing.away,
        until=standing.until,
        load=standing.units(organisation),
        capacity=agent.capacity.total,
        tickets=dict(standing.tickets),
        has_room=has_room(agent, standing, organisation),
        last_assigned_at=None if standing.last == NEVER else standing.last,
    )
