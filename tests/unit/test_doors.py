"""Who gets in: every address of every service asks for a token, but for those that are public on purpose."""

import importlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from deploy.rabbitmq.topology import SERVICES

CONFIG = Path(__file__).parents[2] / "config"
PUBLIC = re.compile(
    r"/webhooks/mail/\{name\}(/\{path\})?|"
    r"/(livez|readyz|metrics|asyncapi|openapi\.json|docs|docs/oauth2-redirect|static-offline-docs.*)"
    r"|/forms/\{name\}(/thanks/\{token\}|/embed\.js|/schema\.json)?|/chat/\{account\}(/|/widget\.js)?"
    r"|/status/\{token\}(/rating|/files/\{sha256\})?"
    r"|/webhooks/(whatsapp|messenger|instagram|telegram|slack|x|twilio_sms|twilio_voice|signed)/\{account\}"
)
IDS = {"ticket": "01a00000-0000-7000-8000-000000000000", "sha256": "0" * 64}


def app_of(name: str) -> FastAPI:
    settings = importlib.import_module(f"services.{name}.settings").Settings
    made: FastAPI = importlib.import_module(f"services.{name}.app").create_app(
        settings(
            amqp_url="amqp://nobody@127.0.0.1:1/none",
            mongo_url="mongodb://127.0.0.1:1/",
            http_port=0,
            jwt_key=secrets.token_hex(32),
            reply_keys=f"a:{secrets.token_hex(16)}",
            config_dir=CONFIG,
        )
    )
    return made


def routes_of(app: FastAPI) -> Iterator[BaseRoute]:
    stack: list[BaseRoute] = list(app.routes)
    while stack:
        route = stack.pop()
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is None:
            yield route
        else:
            stack += inner


def guarded(app: FastAPI) -> list[APIRoute]:
    return [route for route in routes_of(app) if isinstance(route, APIRoute) and not PUBLIC.fullmatch(route.path)]


@pytest.mark.parametrize("name", SERVICES)
async def test_every_address_that_is_not_public_on_purpose_asks_for_a_token(name: str) -> None:
    app = app_of(name)
    routes = guarded(app)
    assert len(routes) >= 2, "there are addresses to try"
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kartica.test") as client:
        for route in routes:
            path = re.sub(r"\{(\w+)\}", lambda found: IDS.get(found[1], IDS["ticket"]), route.path)
            for method in route.methods:
                answer = await client.request(method, path, headers={"idempotency-key": "k"})
                assert answer.status_code == 401, f"{method} {route.path} answered {answer.status_code}"
                assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", SERVICES)
def test_no_address_is_public_by_oversight(name: str) -> None:
    others = [
        getattr(route, "path", str(route))
        for route in routes_of(app_of(name))
        if not isinstance(route, APIRoute) and not PUBLIC.fullmatch(getattr(route, "path", ""))
    ]
    assert others == [], "mounts and WebSockets have no dependency that asks for a token"
