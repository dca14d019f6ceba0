"""The webhooks of all providers: only what its provider signed is taken, and it is stored before the answer."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter

from services.ingest.channels.provider import Account, Answer, Call, Provider, Update
from services.ingest.channels.request_body import body_of
from services.ingest.channels.storing import store_all
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import cleaned
from shared.config import Strict
from shared.errors import Refused
from shared.events import CallIdentifiedData

SECRETS_VARIABLE = "KARTICA_CHANNEL_SECRETS"
ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Signed, but not what this provider sends"},
    401: {"description": "No signature, one that is too old, or not one over this body with this account's secret"},
    403: {"description": "A handshake without this account's token"},
    404: {"description": "There is no such account"},
    413: {"description": "Larger than any call of this provider"},
    422: {"description": "Signed by a system of your own, but not a message; the detail says why"},
    503: {"description": "The account has no secrets, or nothing could be stored: send it again"},
}
Telephone = Callable[[CallIdentifiedData], Awaitable[None]]
log = structlog.get_logger()


class Webhooks:
    """Takes in the calls of every provider. `telephone` is told the state of telephone calls."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        public_url: str,
        registry: CollectorRegistry,
        telephone: Telephone | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inbox = inbox
        self._public_url = public_url.rstrip("/")
        self._telephone = telephone
        self._clock = clock
        self._refused = Counter(
            "kartica_webhook_refused", "Calls without proof of their sender", ["provider", "account"], registry=registry
        )
        self._updates = Counter(
            "kartica_webhook_updates",
            "What verified calls said, by kind; only some kinds are stored",
            ["provider", "kind"],
            registry=registry,
        )

    def routes(
        self, provider: Provider[Any], accounts: Mapping[str, Account], secrets: Mapping[str, Strict]
    ) -> APIRouter:
        """The two routes of a provider: its handshake and its calls."""
        routes = APIRouter(tags=[provider.name])
        door = _Door(provider, accounts, secrets)
        for name in accounts:
            self._refused.labels(provider.name, name)

        async def shake_hands(account: str, request: Request) -> Response:
            return self._handshake(door, account, self._call(request, b""))

        async def take(account: str, request: Request) -> Response:
            door.known(account)
            body = await body_of(request, limit=provider.max_body)
            return await self._take(door, account, self._call(request, body))

        address = f"/webhooks/{provider.name}/{{account}}"
        routes.get(address, summary=f"The handshake of {provider.name}", responses=ANSWERS)(shake_hands)
        routes.post(address, summary=f"The calls of {provider.name}", responses=ANSWERS)(take)
        return routes

    def _handshake(self, door: "_Door", account: str, call: Call) -> Response:
        answer = door.provider.challenge(call, door.secrets_of(account))
        if answer is None:
            self._refused.labels(door.provider.name, account).inc()
            detail = "Send the handshake that the provider documents, with this account's token."
            raise Refused(status=403, title="Handshake refused", detail=detail)
        return _response(answer)

    async def _take(self, door: "_Door", account: str, call: Call) -> Response:
        provider, secrets = door.provider, door.secrets_of(account)
        wrong = provider.verify(call, secrets, now=self._clock())
        if wrong is not None:
            self._refused.labels(provider.name, account).inc()
            log.warning("webhook.forged", provider=provider.name, account=account)
            raise Refused(status=401, title=f"Not sent by {provider.name}", detail=wrong)
        answer = provider.challenge(call, secrets)
        if answer is not None:
            return _response(answer)
        updates = list(provider.split(call, door.accounts[account]))
        taken = [update for update in updates if update.key is not None]
        await self._tell(updates)
        if taken:
            await store_all(self._inbox, [self._received(provider, account, update) for update in taken])
        for update in updates:
            self._updates.labels(provider.name, update.kind).inc()
        reply = provider.reply(call, door.accounts[account])
        if reply is not None:
            return _response(reply)
        return JSONResponse({"received": len(taken), "ignored": len(updates) - len(taken)})

    async def _tell(self, updates: Sequence[Update]) -> None:
        for update in updates:
            if update.telephone is not None and self._telephone is not None:
                await self._telephone(update.telephone)

    def _received(self, provider: Provider[Any], account: str, update: Update) -> Received:
        return Received(
            channel=provider.name,
            account=account,
            key=cleaned(update.key or "") or hashlib.sha256(update.body).hexdigest(),
            body=update.body,
            content_type=update.content_type,
            received_at=self._clock(),
        )

    def _call(self, request: Request, body: bytes) -> Call:
        query = request.url.query
        return Call(
            url=f"{self._public_url}{request.url.path}{f'?{query}' if query else ''}",
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )


class _Door:
    """A provider with its accounts."""

    def __init__(self, provider: Provider[Any], accounts: Mapping[str, Account], secrets: Mapping[str, Strict]) -> None:
        self.provider = provider
        self.accounts = accounts
        self._secrets = secrets

    def known(self, account: str) -> None:
        if account not in self.accounts:
            raise Refused(status=404, title="No such account", detail="Check the last part of the address.")

    def secrets_of(self, account: str) -> Strict:
        self.known(account)
        if account not in self._secrets:
            log.warning("webhook.no_secrets", provider=self.provider.name, account=account, variable=SECRETS_VARIABLE)
            detail = f"The operator sets this account's secrets in {SECRETS_VARIABLE}."
            raise Refused(status=503, title="The account is not set up", detail=detail)
        return self._secrets[account]


def _response(answer: Answer) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(answer.body, headers=headers, media_type=answer.content_type)
