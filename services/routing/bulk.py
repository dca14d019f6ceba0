"""HTTP: one command about many tickets, each carried out once, with an answer for each."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Header
from pydantic import Field, SecretStr

from services.routing.callers import alone, check_acts_for
from services.routing.handlers import Answer, Handlers
from services.routing.pool import Pool
from shared.auth import Caller, require
from shared.commands import (
    TicketClaim,
    TicketClaimData,
    TicketClassify,
    TicketClassifyData,
    TicketRelease,
    TicketReleaseData,
    TicketTransfer,
    TicketTransferData,
)
from shared.envelope import Command, Frozen, Uuid
from shared.errors import Refused

log = structlog.get_logger()
MOST = 500
AT_A_TIME = 8

Tickets = Annotated[tuple[Uuid, ...], Field(min_length=1, max_length=MOST)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=160,
        description="the same key twice has one effect on each ticket",
    ),
]


class ClaimAll(Frozen):
    command: Literal["claim"]
    data: TicketClaimData
    tickets: Tickets


class ReleaseAll(Frozen):
    command: Literal["release"]
    data: TicketReleaseData
    tickets: Tickets


class TransferAll(Frozen):
    command: Literal["transfer"]
    data: TicketTransferData
    tickets: Tickets


class ClassifyAll(Frozen):
    command: Literal["classify"]
    data: TicketClassifyData
    tickets: Tickets


Bulk = Annotated[ClaimAll | ReleaseAll | TransferAll | ClassifyAll, Field(discriminator="command")]


class Problem(Frozen):
    status: int
    title: str
    detail: str


class Result(Frozen):
    """What became of one ticket: either how it is now, or why the command was refused."""

    ticket: str
    now: dict[str, Any] | None = None
    problem: Problem | None = None


class Results(Frozen):
    """In the order in which the tickets were named, each once."""

    done: int
    refused: int
    results: tuple[Result, ...]


def router(*, handlers: Handlers, pool: Pool, jwt_key: SecretStr) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    person = require(jwt_key.get_secret_value(), "agent", "supervisor", "admin")

    @routes.post("/tickets/bulk")
    async def bulk(key: Key, body: Bulk, by: Annotated[Caller, Depends(person)]) -> Results:
        """Claims, releases, transfers or classifies up to 500 tickets; one that is refused holds up no other."""
        if isinstance(body, ClaimAll):
            check_acts_for(body.data.agent, by)
        kind, obey = _obeyed(body, handlers, pool, by)
        room = asyncio.Semaphore(AT_A_TIME)

        async def one(ticket: str) -> Result:
            async with room:
                command = _asked(kind, f"{key}:{ticket}", ticket, body.data, by)
                return await _result(obey(command), ticket, kind.type_name())

        results = await asyncio.gather(*(one(ticket) for ticket in dict.fromkeys(body.tickets)))
        refused = sum(result.problem is not None for result in results)
        return Results(done=len(results) - refused, refused=refused, results=tuple(results))

    return routes


def _obeyed(
    body: ClaimAll | ReleaseAll | TransferAll | ClassifyAll, handlers: Handlers, pool: Pool, by: Caller
) -> tuple[type[Command], Callable[[Any], Awaitable[Answer]]]:
    match body:
        case ClaimAll():
            return TicketClaim, pool.claim
        case ReleaseAll():
            return TicketRelease, partial(pool.release, only=alone(by))
        case TransferAll():
            return TicketTransfer, handlers.transfer
        case ClassifyAll():
            return TicketClassify, handlers.classify


def _asked(kind: type[Command], key: str, ticket: str, data: Frozen, by: Caller) -> Command:
    now = datetime.now(UTC)
    return kind.asked(key=key, source="http", time=now, data=data, subject=ticket, actor=by.subject)


async def _result(obeyed: Awaitable[Answer], ticket: str, command: str) -> Result:
    try:
        answer = await obeyed
    except Refused as error:
        return Result(ticket=ticket, problem=Problem(status=error.status, title=error.title, detail=error.detail))
    except Exception as error:
        log.warning("bulk.failed", ticket=ticket, command=command, error=type(error).__name__)
        detail = "It could not be carried out just now; send the whole request again with the same key."
        return Result(ticket=ticket, problem=Problem(status=503, title="Not carried out", detail=detail))
    if answer.get("command") != command:
        detail = "This Idempotency-Key was used for another command on this ticket; take a new one."
        return Result(ticket=ticket, problem=Problem(status=422, title="The key is taken", detail=detail))
    return Result(ticket=ticket, now={name: value for name, value in answer.items() if name != "command"})
