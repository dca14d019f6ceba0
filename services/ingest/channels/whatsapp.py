"""The WhatsApp Cloud webhook: only what Meta signed is taken, and every message is stored before the answer.

Handshake and signature as in Meta's "Webhooks" of the Graph API: `hub.challenge` is echoed, and
`X-Hub-Signature-256` is `sha256=` with the hexadecimal HMAC-SHA256 of the raw body.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Counter
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect

from services.ingest.channels.configuration import WhatsAppAccount, WhatsAppSecrets
from services.ingest.channels.storing import store
from services.ingest.channels.whatsapp_messages import Update, read, updates
from services.ingest.inbox import Inbox
from services.ingest.inputs import Received
from shared.errors import Refused

__all__ = ["CHANNEL", "read", "router", "signature_is_valid"]

CHANNEL = "whatsapp"
MAX_CHALLENGE = 256
MAX_BODY = 4 * 1024 * 1024
"""Bytes; Meta sends at most 3 MB."""
ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Signed, but not a JSON object"},
    401: {"description": "No signature, or not one over this body with this account's secret"},
    404: {"description": "There is no such account"},
    413: {"description": "Larger than any update of Meta"},
    503: {"description": "The account has no secrets, or nothing could be stored: Meta sends it again"},
}
log = structlog.get_logger()


def signature_is_valid(body: bytes, signature: str | None, *, secret: str) -> bool:
    """Whether `signature` is the one of the raw `body`, compared in constant time."""
    expected = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
    return hmac.compare_digest(expected.encode(), (signature or "").encode("utf-8", "surrogateescape"))


def router(
    accounts: Mapping[str, WhatsAppAccount],
    secrets: Mapping[str, WhatsAppSecrets],
    inbox: Inbox,
    *,
    registry: CollectorRegistry,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> APIRouter:
    """The routes under /webhooks/whatsapp/."""
    webhook = Webhook(accounts, secrets, inbox, registry=registry, clock=clock)
    routes = APIRouter(tags=["whatsapp"])
    routes.get("/webhooks/whatsapp/{account}", summary="Meta's handshake")(webhook.shake_hands)
    routes.post("/webhooks/whatsapp/{account}", summary="Meta's updates", responses=ANSWERS)(webhook.take)
    return routes


class Webhook:
    """Takes in the updates of all accounts."""

    def __init__(
        self,
        accounts: Mapping[str, WhatsAppAccount],
        secrets: Mapping[str, WhatsAppSecrets],
        inbox: Inbox,
        *,
        registry: CollectorRegistry,
        clock: Callable[[], datetime],
    ) -> None:
        self._accounts = accounts
        self._secrets = secrets
        self._inbox = inbox
        self._clock = clock
        self._refused = Counter(
            "kartica_webhook_refused", "Webhook calls without a valid signature", ["account"], registry=registry
        )
        self._updates = Counter(
            "kartica_whatsapp_updates", "Signed updates by kind; only messages are stored", ["kind"], registry=registry
        )
        for name in accounts:
            self._refused.labels(name)

    async def shake_hands(self, account: str, request: Request) -> PlainTextResponse:
        secrets = self._secrets_of(account)
        asked = request.query_params
        challenge = asked.get("hub.challenge", "")
        token = secrets.verify_token.get_secret_value().encode()
        right = hmac.compare_digest(token, asked.get("hub.verify_token", "").encode("utf-8", "surrogateescape"))
        if asked.get("hub.mode") != "subscribe" or not right or not 1 <= len(challenge) <= MAX_CHALLENGE:
            self._refused.labels(account).inc()
            detail = "Send hub.mode=subscribe, the verify token of this account and a challenge."
            raise Refused(status=403, title="Handshake refused", detail=detail)
        return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def take(self, account: str, request: Request) -> dict[str, int]:
        secrets = self._secrets_of(account)
        body = await _body(request)
        secret = secrets.app_secret.get_secret_value()
        if not signature_is_valid(body, request.headers.get("x-hub-signature-256"), secret=secret):
            self._refused.labels(account).inc()
            log.warning("whatsapp.forged", account=account)
            detail = "Sign the raw body with this account's app secret: X-Hub-Signature-256: sha256=<HMAC-SHA256>."
            raise Refused(status=401, title="Not signed by WhatsApp", detail=detail)
        return await self._take_signed(account, _json_object(body))

    async def _take_signed(self, account: str, content: dict[str, Any]) -> dict[str, int]:
        received = ignored = 0
        numbers = self._accounts[account].phone_number_ids
        for update in updates(content):
            taken = update.key is not None and (not numbers or update.number in numbers)
            self._updates.labels(update.kind if taken or update.key is None else "other_number").inc()
            if taken:
                await store(self._inbox, self._received(account, update))
                received += 1
            else:
                ignored += 1
        return {"received": received, "ignored": ignored}

    def _received(self, account: str, update: Update) -> Received:
        return Received(
            channel=CHANNEL,
            account=account,
            key=str(update.key),
            body=to_json(update.body),
            content_type="application/json",
            received_at=self._clock(),
        )

    def _secrets_of(self, account: str) -> WhatsAppSecrets:
        if account not in self._accounts:
            raise Refused(status=404, title="No such account", detail="Check the last part of the address.")
        if account not in self._secrets:
            log.warning("whatsapp.no_secrets", account=account, variable="KARTICA_WHATSAPP_SECRETS")
            detail = "The operator sets this account's secrets in KARTICA_WHATSAPP_SECRETS."
            raise Refused(status=503, title="The account is not set up", detail=detail)
        return self._secrets[account]


async def _body(request: Request) -> bytes:
    """The body: a stranger's too, for only the whole of it shows whose it is."""
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > MAX_BODY:
                raise Refused(status=413, title="The body is too large", detail=f"Send at most {MAX_BODY} bytes.")
    except ClientDisconnect as error:
        raise Refused(status=400, title="The body breaks off", detail="Send it again.") from error
    return bytes(content)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = from_json(body)
    except ValueError as error:
        raise Refused(status=400, title="Not JSON", detail="Send a JSON object in UTF-8.") from error
    if not isinstance(content, dict):
        raise Refused(status=400, title="Not an object", detail="Send a JSON object in UTF-8.")
    return content
