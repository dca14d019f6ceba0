"""The signed link by which a customer follows a request: notify and ingest hand it out, ingest opens it.

HMAC-SHA256, cut to 128 bits (RFC 2104, section 5), over key id, ticket, recipient and the hour in which it
ends. The recipient is in it as a keyed hash only: a link that leaks tells no address. The keys are those of
the reply tokens, under a label of their own, so that neither passes for the other.
"""

import base64
import binascii
import hmac
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAC_BYTES = 16
RECIPIENT_BYTES = 8
TOKEN_LENGTH = 60
_BODY = struct.Struct(f">16s{RECIPIENT_BYTES}sI")


@dataclass(frozen=True, slots=True)
class StatusLink:
    """A link that was signed here. Whose it is can only be asked (`is_for`)."""

    ticket: str
    until: datetime
    key: str
    recipient: bytes


class StatusLinks:
    """Signs with the first of `keys` (one letter each, `{"a": b"secret"}`) and accepts all of them."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys or any(len(name) != 1 for name in keys):
            raise ValueError("status links need keys with names of one letter, for example a:SECRET")
        self._keys = {name: hmac.digest(secret, b"kartica status link", "sha256") for name, secret in keys.items()}

    @classmethod
    def parse(cls, text: str) -> "StatusLinks":
        """From `a:SECRET,b:OLDER_SECRET`, the newest first."""
        pairs = [part.strip().partition(":") for part in text.split(",")]
        return cls({name: secret.encode() for name, _, secret in pairs})

    def sign(self, ticket: str, recipient: str, *, until: datetime) -> str:
        """The token of 60 URL-safe characters for this ticket in the hands of this recipient."""
        name = next(iter(self._keys))
        hours = -(-int(until.timestamp()) // 3600)
        body = _BODY.pack(uuid.UUID(ticket).bytes, self._hashed(name, recipient), hours)
        return name + base64.urlsafe_b64encode(body + self._mac(name, body)).decode().rstrip("=")

    def open(self, token: str) -> StatusLink | None:
        """What the token says, or None when it was not signed here. Its end is for the caller to check."""
        name = token[:1]
        if len(token) != TOKEN_LENGTH or name not in self._keys or not token.isascii():
            return None
        try:
            signed = base64.b64decode(token[1:] + "=", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, mac = signed[:-MAC_BYTES], signed[-MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(name, body)):
            return None
        ticket, recipient, hours = _BODY.unpack(body)
        until = datetime.fromtimestamp(0, UTC) + timedelta(hours=hours)
        return StatusLink(str(uuid.UUID(bytes=ticket)), until, name, recipient)

    def is_for(self, link: StatusLink, recipient: str) -> bool:
        """Whether the link was handed out to this recipient."""
        return hmac.compare_digest(link.recipient, self._hashed(link.key, recipient))

    def _mac(self, name: str, body: bytes) -> bytes:
        return hmac.digest(self._keys[name], b"link\0" + name.encode() + body, "sha256")[:MAC_BYTES]

    def _hashed(self, name: str, recipient: str) -> bytes:
        folded = b"recipient\0" + recipient.strip().lower().encode()
        return hmac.digest(self._keys[name], folded, "sha256")[:RECIPIENT_BYTES]
