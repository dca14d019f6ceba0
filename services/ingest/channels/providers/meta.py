"""What WhatsApp, Messenger and Instagram have in common: handshake, signature, and how their calls are nested.

As in "Webhooks" of Meta's Graph API: `hub.challenge` is echoed, and `X-Hub-Signature-256` is `sha256=`
with the hexadecimal HMAC-SHA256 of the raw body.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, SecretStr

from services.ingest.channels.json_shapes import Json, objects
from services.ingest.channels.provider import Answer, Call, Provider, is_same
from shared.config import Strict

MAX_CHALLENGE = 256
WINDOW = timedelta(hours=24)
"""For so long after a customer's message Meta lets anything be sent; later, templates and tags only."""


class MetaSecrets(Strict):
    """The app's secret, the word of the handshake, and what files are fetched with."""

    app_secret: Annotated[SecretStr, Field(min_length=8)]
    verify_token: Annotated[SecretStr, Field(min_length=8)]
    access_token: Annotated[SecretStr | None, Field(min_length=8)] = None


def signature_is_valid(body: bytes, signature: str | None, *, secret: str) -> bool:
    """Whether `signature` is the one of the raw `body`."""
    return is_same("sha256=" + hmac.digest(secret.encode(), body, "sha256").hex(), signature)


class MetaProvider(Provider[MetaSecrets]):
    """Handshake and signature; what the calls say is each app's own."""

    secrets = MetaSecrets

    def challenge(self, call: Call, secrets: MetaSecrets) -> Answer | None:
        challenge = call.query.get("hub.challenge", "")
        right = is_same(secrets.verify_token.get_secret_value(), call.query.get("hub.verify_token"))
        if call.query.get("hub.mode") != "subscribe" or not right or not 1 <= len(challenge) <= MAX_CHALLENGE:
            return None
        return Answer(challenge)

    def verify(self, call: Call, secrets: MetaSecrets, *, now: datetime) -> str | None:
        secret = secrets.app_secret.get_secret_value()
        if signature_is_valid(call.body, call.headers.get("x-hub-signature-256"), secret=secret):
            return None
        return "Sign the raw body with this account's app secret: X-Hub-Signature-256: sha256=<HMAC-SHA256>."


def entries(content: Json, name: str) -> Iterator[tuple[Json, Json]]:
    """Every entry with each object of its list `name`."""
    for entry in objects(content, "entry"):
        for item in objects(entry, name):
            yield entry, item
