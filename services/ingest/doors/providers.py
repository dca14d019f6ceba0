"""What a mail provider's webhook comes to: a call that is proven, and the mail in it. A new provider is one file."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.ingest.doors.configuration import MailWebhookSecrets
from shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came: `path` is what follows the webhook's address in the URL."""

    body: bytes
    headers: Mapping[str, str]
    path: str = ""

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class ProvidedMail:
    """A mail that a provider took in for us: raw, or put together again from its parts (`is_rebuilt`).

    `token`: what makes this call unique, where the signature covers nothing else of it.
    """

    raw: bytes
    sender: str
    recipients: tuple[str, ...]
    is_rebuilt: bool
    token: str | None = None


class Provider(Protocol):
    """A provider: a function in a file of its own, listed in `webhooks.py`."""

    def __call__(self, call: Call, secrets: MailWebhookSecrets, *, now: datetime) -> ProvidedMail:
        """The mail. `Refused` with 401 when the call isn't proven, with 400 or 415 when it can't be read."""


def has_path_or_password(call: Call, secrets: MailWebhookSecrets) -> bool:
    """Whether all that is set of secret path and basic authentication is right, and at least one is set."""
    proofs: list[bool] = []
    if secrets.path is not None:
        proofs.append(same(call.path, secrets.path.get_secret_value()))
    if secrets.password is not None:
        wanted = f"{secrets.user}:{secrets.password.get_secret_value()}"
        proofs.append(same(_basic(call.headers.get("authorization", "")), wanted))
    return bool(proofs) and all(proofs)


def same(given: str, secret: str) -> bool:
    """Whether the two are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())


def not_proven(detail: str) -> Refused:
    return Refused(status=401, title="Not proven", detail=detail)


def _basic(header: str) -> str:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
