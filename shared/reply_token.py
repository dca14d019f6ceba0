"""The signed token by which an answer finds its ticket: ingest trusts it, notify hands it out.

It stands in the Reply-To address (`support+<token>@...`) and in the Message-ID of every mail that goes
out. HMAC-SHA256, cut to 80 bits (RFC 2104, section 5), over purpose, key id, ticket and recipient; base32
in lower case, because mail servers fold the case of a local part. The purpose is what a mail with the
token is: a customer's message, an agent's reply to the customer, or an agent's internal note.
"""

import base64
import binascii
import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

MAC_BYTES = 10
RECIPIENT_BYTES = 5
TOKEN_LENGTH = 51
_TOKEN = re.compile(r"[a-z][a-z2-7]{50}")
_TOKEN_IN_TEXT = re.compile(_TOKEN.pattern, re.IGNORECASE)

Purpose = Literal["customer", "agent", "note"]
_LABELS: Mapping[Purpose, bytes] = {"customer": b"reply", "agent": b"agent", "note": b"note"}


@dataclass(frozen=True, slots=True)
class Ticketed:
    """A valid token: the ticket, and whether `sender` is the one whom it was handed out to."""

    ticket: str
    by_recipient: bool
    purpose: Purpose
    token: str


class ReplyTokens:
    """Signs with the first of `keys` (one letter each, `{"a": b"secret"}`) and accepts all of them."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys or any(len(name) != 1 or not name.islower() for name in keys):
            raise ValueError("reply keys need names of one lower-case letter, for example a:SECRET")
        if any(len(secret) < 16 for secret in keys.values()):
            raise ValueError("a reply key needs at least 16 bytes")
        self._keys = dict(keys)

    @classmethod
    def parse(cls, text: str) -> "ReplyTokens":
        """From `a:SECRET,b:OLDER_SECRET`, the newest first."""
        pairs = [part.strip().partition(":") for part in text.split(",")]
        return cls({name: secret.encode() for name, _, secret in pairs})

    def sign(self, ticket: str, recipient: str, *, purpose: Purpose = "customer") -> str:
        """The token of 51 characters for this ticket in the hands of this recipient."""
        name = next(iter(self._keys))
        body = uuid.UUID(ticket).bytes + self._recipient(name, recipient)
        return name + base64.b32encode(body + self._mac(name, body, purpose)).decode().rstrip("=").lower()

    def verify(self, token: str, *, sender: str) -> Ticketed | None:
        """What the token says, or None when it was not signed here."""
        name, secret = token[:1], token[1:]
        if len(token) != TOKEN_LENGTH or name not in self._keys:
            return None
        try:
            body = base64.b32decode(secret.upper() + "======")
        except (binascii.Error, ValueError):
            return None
        signed, mac = body[:-MAC_BYTES], body[-MAC_BYTES:]
        purpose = self._purpose(name, signed, mac)
        if purpose is None:
            return None
        by_recipient = hmac.compare_digest(signed[16:], self._recipient(name, sender))
        return Ticketed(
            ticket=str(uuid.UUID(bytes=signed[:16])), by_recipient=by_recipient, purpose=purpose, token=token
        )

    def find(self, text: str, *, sender: str) -> Ticketed | None:
        """The first valid token anywhere in `text`, for example in an address or a Message-ID."""
        for match in _TOKEN.finditer(text.lower()):
            found = self.verify(match.group(), sender=sender)
            if found is not None:
                return found
        return None

    def without(self, text: str) -> str:
        """The text with every token that was signed here taken out: what goes to somebody else must hold none."""
        return _TOKEN_IN_TEXT.sub(
            lambda match: "" if self.verify(match.group().lower(), sender="") else match.group(), text
        )

    def _purpose(self, name: str, signed: bytes, mac: bytes) -> Purpose | None:
        fits = [one for one in get_args(Purpose) if hmac.compare_digest(mac, self._mac(name, signed, one))]
        return fits[0] if fits else None

    def _mac(self, name: str, body: bytes, purpose: Purpose) -> bytes:
        label = _LABELS[purpose] + b"\0"
        return hmac.digest(self._keys[name], label + name.encode() + body, "sha256")[:MAC_BYTES]

    def _recipient(self, name: str, address: str) -> bytes:
        folded = b"recipient\0" + address.strip().lower().encode()
        return hmac.digest(self._keys[name], folded, "sha256")[:RECIPIENT_BYTES]
