"""HTTP for the pool: an agent claims, releases or declines a ticket, and shows that they are writing an answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, SecretStr

from services.routing.api import Key, Routed, TicketId, asked, routed
from services.routing.assignment.replying import HOLDS, Replier, Replying
from services.routing.callers import alone, check_acts_for
from services.routing.manual import UnknownTicket, check_agent
from services.routing.pool import Pool
from services.routing.store import Store
from shared.auth import Caller, require
from shared.commands import (
    TicketClaim,
    TicketClaimData,
    TicketDecline,
    TicketDeclineData,
    TicketRelease,
    TicketReleaseData,
)
from shared.commands.words import Name
from shared.envelope import Frozen
from shared.organisation import Organisation


class Writing(Frozen):
    """Who is writing an answer."""

    agent: Name


class Collision(Frozen):
    """Who else is writing an answer on the ticket right now; repeat the request before `until`."""

    others: tuple[Replier, ...]
    until: AwareDatetime


def router(
    *, pool: Pool, replying: Replying, store: Store, organisation: Organisation, jwt_key: SecretStr
) -> APIRouter:
    routes = APIRouter(tags=["pool"])
    person = require(jwt_key.get_secret_value(), "agent", "supervisor", "admin")
    _serve_commands(routes, pool, person)
    _serve_replying(routes, replying, store, organisation, person)
    return routes


def _serve_commands(routes: APIRouter, pool: Pool, person: Callable[..., Any]) -> None:
    By = Annotated[Caller, Depends(person)]

    @routes.post("/tickets/{ticket}/claim")
    async def claim(ticket: TicketId, key: Key, body: TicketClaimData, by: By) -> Routed:
        """The agent takes a ticket that nobody has, or accepts an offer; 409 when somebody else has it."""
        check_acts_for(body.agent, by)
        return routed(ticket, await pool.claim(asked(TicketClaim, ticket, key, body, by)), TicketClaim)

    @routes.post("/tickets/{ticket}/release")
    async def release(ticket: TicketId, key: Key, body: TicketReleaseData, by: By) -> Routed:
        """Puts the ticket back into its team's queue, by its age; whoever had it does not get it again unasked."""
        command = asked(TicketRelease, ticket, key, body, by)
        return routed(ticket, await pool.release(command, only=alone(by)), TicketRelease)

    @routes.post("/tickets/{ticket}/decline")
    async def decline(ticket: TicketId, key: Key, body: TicketDeclineData, by: By) -> Routed:
        """The agent does not take what is offered to them; the next one is asked."""
        check_acts_for(body.agent, by)
        return routed(ticket, await pool.decline(asked(TicketDecline, ticket, key, body, by)), TicketDecline)


def _serve_replying(
    routes: APIRouter, replying: Replying, store: Store, organisation: Organisation, person: Callable[..., Any]
) -> None:
    By = Annotated[Caller, Depends(person)]

    @routes.put("/tickets/{ticket}/replying")
    async def writes(ticket: TicketId, body: Writing, by: By) -> Collision:
        """The agent is writing an answer; who else is. It holds for 45 seconds and is to be repeated meanwhile."""
        check_acts_for(body.agent, by)
        check_agent(body.agent, organisation)
        if not (await store.ticket(ticket)).opened:
            raise UnknownTicket(ticket)
        now = datetime.now(UTC)
        return Collision(others=tuple(await replying.started(ticket, body.agent, at=now)), until=now + HOLDS)

    @routes.get("/tickets/{ticket}/replying", dependencies=[Depends(person)])
    async def who_writes(ticket: TicketId) -> tuple[Replier, ...]:
        """Who is writing an answer on the ticket right now."""
        return tuple(await replying.on(ticket, at=datetime.now(UTC)))

    @routes.delete("/tickets/{ticket}/replying", status_code=204)
    async def wrote(ticket: TicketId, agent: Name, by: By) -> Response:
        """The answer was sent, or given up."""
        check_acts_for(agent, by)
        await replying.stopped(ticket, agent)
        return Response(status_code=204)
