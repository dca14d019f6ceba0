"""An inbox in memory, a clock that is set, and an application with one channel's routes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx
from fastapi import APIRouter, FastAPI

from services.ingest.inbox.inputs import Outcome, Receipt, Received, State
from shared import problems
from shared.ids import derived_id

KEYS = {"a": b"0123456789abcdef0123456789abcdef"}
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class FakeInbox:
    """Keeps what it is given; every input opens a ticket, unless `silent`."""

    def __init__(self, *, silent: bool = False) -> None:
        self.stored: dict[str, Received] = {}
        self.silent = silent
        self.broken = False
        self.state: State = "opened"

    async def receive(self, received: Received) -> Receipt:
        if self.broken:
            raise ConnectionError("no database")
        repeated = received.input in self.stored
        self.stored.setdefault(received.input, received)
        return Receipt(received.input, repeated)

    async def receive_all(self, received: Sequence[Received]) -> list[Receipt]:
        return [await self.receive(one) for one in received]

    async def outcome(self, input: str, timeout: float) -> Outcome | None:
        if self.silent or input not in self.stored:
            return None
        number = 1000001 + list(self.stored).index(input)
        return Outcome(self.state, ticket=derived_id("ticket", input), number=f"K-{number}")

    @property
    def only(self) -> Received:
        (received,) = self.stored.values()
        return received


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def application(routes: APIRouter) -> FastAPI:
    """An application that answers errors as the services do."""
    app = FastAPI()
    problems.install(app)
    app.include_router(routes)
    return app


def client_of(
    app: FastAPI, *, address: str = "192.0.2.1", headers: Mapping[str, str] | None = None
) -> httpx.AsyncClient:
    """A client at `address`; an exception of the application fails the test."""
    transport = httpx.ASGITransport(app=app, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://kartica.test", headers=headers)
