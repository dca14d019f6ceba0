"""What every service answers over HTTP, before anything is connected."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, Request
from pydantic import BaseModel

from shared import auth
from shared.errors import Refused, Transient
from shared.service import Service
from shared.settings import Settings

KEY = secrets.token_hex(32)


class Wish(BaseModel):
    text: str


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        amqp_url="amqp://nobody@127.0.0.1:1/none",
        mongo_url="mongodb://127.0.0.1:1/",
        database="none",
        http_port=0,
        jwt_key=KEY,
    )
    service = Service("probe", settings, publishes=[], max_body=1000)

    agent = Depends(auth.require(KEY, "agent"))

    @service.app.post("/wishes")
    async def wish(wish: Wish, caller: Annotated[auth.Caller, agent]) -> dict[str, str]:
        return {"text": wish.text, "by": caller.subject}

    @service.app.post("/streams")
    async def stream(request: Request) -> int:
        return len(await request.body())

    @service.app.get("/conflict")
    async def conflict() -> None:
        raise Refused(status=409, title="Taken", detail="Ask ana.")

    @service.app.get("/busy")
    async def busy() -> None:
        raise Transient("no commit")

    @service.app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("iva@example.org is in no list")

    transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://probe.test") as made:
        yield made


def bearer(key: str = KEY, *, role: auth.Role = "agent", lifetime: timedelta = timedelta(hours=1)) -> dict[str, str]:
    return {"authorization": f"Bearer {auth.issue(key, subject='agent:ana', roles=[role], lifetime=lifetime)}"}


async def chunks() -> AsyncIterator[bytes]:
    for _ in range(30):
        yield b"x" * 100


async def test_a_caller_with_the_role_is_let_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/wishes", json={"text": "light"}, headers=bearer())
    assert answer.json() == {"text": "light", "by": "agent:ana"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Basic YW5hOmFuYQ=="}, 401),
        ({"authorization": "Bearer nonsense"}, 401),
        (bearer("another key that is long enough to sign"), 401),
        (bearer(lifetime=timedelta(seconds=-1)), 401),
        (bearer(role="system"), 403),
    ],
)
async def test_others_are_told_what_to_do(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    answer = await client.post("/wishes", json={"text": "light"}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_an_unsigned_token_is_refused(client: httpx.AsyncClient) -> None:
    none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwicm9sZXMiOlsiYWdlbnQiXSwiYXVkIjoia2FydGljYSIsImV4cCI6OTk5OTk5OTk5OX0."
    answer = await client.post("/wishes", json={"text": "x"}, headers={"authorization": f"Bearer {none}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/wishes", 405), ("GET", "/conflict", 409), ("GET", "/busy", 503)],
)
async def test_every_error_is_a_problem_detail(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]
    assert answer.json()["detail"]


async def test_what_nobody_foresaw_is_a_problem_detail_too_and_tells_nothing_of_the_inside(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "later" in answer.json()["detail"]
    assert "iva" not in answer.text


@pytest.mark.parametrize("body", [b"{not json", b"[]", b'{"text": 7}', b"", b"\xff\xfe"])
async def test_a_body_that_does_not_hold_is_explained(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/wishes", content=body, headers={**bearer(), "content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["message"]


async def test_a_body_that_is_too_large_is_refused_whether_its_length_is_declared_or_not(
    client: httpx.AsyncClient,
) -> None:
    for content in (b"x" * 3000, chunks()):
        answer = await client.post("/streams", content=content)
        assert answer.status_code == 413
        assert "1000 bytes" in answer.json()["detail"]
    assert (await client.post("/streams", content=b"x" * 1000)).json() == 1000


async def test_a_service_without_broker_and_database_is_alive_but_not_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).status_code == 200
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert len(answer.json()["reasons"]) == 2


async def test_the_documents_are_served_and_fetch_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    assert "kartica_" in (await client.get("/metrics")).text
    assert (await client.get("/asyncapi")).json()["asyncapi"].startswith("3.")
    page = (await client.get("/docs")).text
    assert "swagger-ui" in page
    assert "https://" not in page
    assert "cdn" not in page.lower()
