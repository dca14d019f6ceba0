"""Any system of your own: our normalised message as JSON, signed as Standard Webhooks 1.0 says.

`webhook-signature` holds `v1,` and the base64 of the HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<raw
body>`; several signatures, while a secret is exchanged, stand beside each other with a space between.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from services.ingest.channels.json_shapes import parsed
from services.ingest.channels.provider import Account, Call, Provider, Update, is_recent, is_same, stored
from services.ingest.channels.submission import normalised
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised, storable
from shared.commands import MessageSubmitData
from shared.config import Strict
from shared.errors import Refused
from shared.parsing import explain

WINDOW_SECONDS = 300
MAX_SIGNATURES = 5
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _key(secret: SecretStr) -> SecretStr:
    """`whsec_` and 24 to 64 bytes in base64, as the standard has it."""
    try:
        key = base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("not whsec_ and base64") from error
    if not 24 <= len(key) <= 64:
        raise ValueError("not 24 to 64 bytes")
    return secret


class SignedSecrets(Strict):
    """The secret that you share with the system that sends."""

    secret: Annotated[SecretStr, AfterValidator(_key)]


class SignedMessage(MessageSubmitData):
    """What `message.submit` holds, and how the message stands to others of its channel."""

    id: Annotated[Id | None, Field(description="your channel's id of the message")] = None
    act: Literal["message", "edit", "delete"] = "message"
    target: Annotated[Id | None, Field(description="the id of the message that is edited or deleted")] = None
    posted: Literal["direct", "comment", "mention"] = "direct"
    reply_until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.act == "message") != (self.target is None):
            raise ValueError("an edit or deletion has a target, a message has none")
        return self


class Signed(Provider[SignedSecrets]):
    """For a forum, a community, a shop: `channel` in the message says which."""

    name: ClassVar[str] = "signed"
    secrets = SignedSecrets
    max_body: ClassVar[int] = 16 * 1024 * 1024

    def verify(self, call: Call, secrets: SignedSecrets, *, now: datetime) -> str | None:
        id, timestamp = call.headers.get("webhook-id", ""), call.headers.get("webhook-timestamp", "")
        if not is_recent(timestamp, now=now, seconds=WINDOW_SECONDS):
            return f"Send webhook-timestamp in seconds, not more than {WINDOW_SECONDS} away from now."
        key = base64.b64decode(secrets.secret.get_secret_value().removeprefix("whsec_"))
        signed = f"{id}.{timestamp}.".encode("utf-8", "surrogateescape") + call.body
        expected = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        given = call.headers.get("webhook-signature", "").split(" ")[:MAX_SIGNATURES]
        right = [is_same(expected, one) for one in given]
        if 1 <= len(id) <= 200 and any(right):
            return None
        return "Sign <webhook-id>.<webhook-timestamp>.<raw body>: webhook-signature: v1,<base64 HMAC-SHA256>."

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        content = call.json()
        try:
            message = SignedMessage.model_validate(storable(content))
        except ValidationError as error:
            raise Refused(status=422, title="Not a message", detail=f"Correct it: {explain(error)}"[:1000]) from error
        return [Update(message.act, call.headers["webhook-id"], stored(content))]

    def read(self, received: Received) -> Normalised:
        said = SignedMessage.model_validate(parsed(received.body))
        message = normalised(said, account=said.account or received.account)
        return message.model_copy(
            update={
                "act": said.act,
                "channel_id": said.id if said.act == "message" else None,
                "target_id": said.target,
                "posted": said.posted,
                "reply_until": said.reply_until,
            }
        )
