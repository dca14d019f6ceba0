"""What Twilio's messages and calls have in common: forms, their signature, and where files are.

`X-Twilio-Signature` is the base64 of the HMAC-SHA1, with the account's auth token, of the address that
Twilio called followed by every parameter's name and value, by name.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr

from services.ingest.channels.provider import Account, Answer, Call, Provider, Source, is_same
from services.ingest.normalised import Media, cleaned
from shared.config import Strict

FORM = "application/x-www-form-urlencoded"
FILES = ("api.twilio.com", ".twiliocdn.com", ".amazonaws.com")
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_ACCOUNT = re.compile(r"/Accounts/(AC[0-9a-zA-Z]{32})/")
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")


class TwilioSecrets(Strict):
    """The account's auth token: it signs calls, and files are fetched with it."""

    auth_token: Annotated[SecretStr, Field(min_length=8)]


class TwilioProvider(Provider[TwilioSecrets]):
    """Signature and files; what the forms say is each product's own."""

    secrets = TwilioSecrets
    max_body: ClassVar[int] = 1024 * 1024

    def verify(self, call: Call, secrets: TwilioSecrets, *, now: datetime) -> str | None:
        token, given = secrets.auth_token.get_secret_value(), call.headers.get("x-twilio-signature")
        right = [is_same(signature(url, call.form(), token=token), given) for url in _addresses(call.url)]
        if any(right):
            return None
        return (
            "Sign the public address and the sorted parameters with this account's auth token: X-Twilio-Signature. "
            "The address begins with KARTICA_PUBLIC_URL."
        )

    def reply(self, call: Call, account: Account) -> Answer | None:
        """No text of ours goes back by this way: answers are notify's."""
        return Answer(EMPTY, "text/xml")

    def source(self, media: Media, secrets: TwilioSecrets) -> Source | str:
        found = _ACCOUNT.search(media.url)
        if not media.url.startswith("https://api.twilio.com/") or found is None:
            return "the webhook named no address of Twilio"
        pair = f"{found[1]}:{secrets.auth_token.get_secret_value()}"
        return Source(media.url, FILES, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"})


def signature(url: str, form: Sequence[tuple[str, str]], *, token: str) -> str:
    """The signature of a call to `url`; a value that comes twice below one name counts once."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode("utf-8", "surrogateescape"), "sha1")).decode()


def _addresses(url: str) -> Iterable[str]:
    """Twilio signs with or without the port that the scheme has anyway."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = 443 if parts.scheme == "https" else 80
    if parts.port is None:
        return url, urlunsplit(parts._replace(netloc=f"{host}:{port}"))
    return (url, urlunsplit(parts._replace(netloc=host))) if parts.port == port else (url,)


def parameters(body: bytes) -> Mapping[str, str]:
    """The parameters of a call, as text that can be stored; of several with one name the first."""
    pairs = Call("", {}, {}, body).form()
    return {cleaned(name): cleaned(value) for name, value in reversed(pairs)}


def number(given: str) -> str | None:
    """A telephone number as Twilio writes it (E.164), or None: anonymous, a short code, a name, a SIP address."""
    found = given.strip().removeprefix("whatsapp:")
    return found if _NUMBER.fullmatch(found) else None
