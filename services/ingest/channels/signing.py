"""Tokens that customers carry (page, thanks, chat session): signed here, so that nothing needs to be kept.

HMAC-SHA256, cut to 128 bits (RFC 2104, section 5), over the purpose and the parts, with a key that is
derived from the reply keys: a token for one purpose is worth nothing for another.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping

MAC_BYTES = 16


class Signer:
    """Signs with the first of `keys` and accepts all of them, so that keys can be exchanged without a break."""

    def __init__(self, keys: Mapping[str, bytes], *, purpose: str) -> None:
        label = b"kartica channels\0" + purpose.encode()
        self._keys = [hmac.digest(secret, label, "sha256") for secret in keys.values()]
        if not self._keys:
            raise ValueError("a signer needs a key")

    @classmethod
    def parse(cls, text: str, *, purpose: str) -> "Signer":
        """From `a:SECRET,b:OLDER_SECRET`, as KARTICA_REPLY_KEYS has it."""
        pairs = [part.strip().partition(":") for part in text.split(",")]
        return cls({name: secret.encode() for name, _, secret in pairs}, purpose=purpose)

    def sign(self, *parts: str | int) -> str:
        """A token of URL-safe characters that says `parts`; anybody can read it, nobody can change it."""
        body = json.dumps(parts, separators=(",", ":")).encode()
        return _encoded(hmac.digest(self._keys[0], body, "sha256")[:MAC_BYTES] + body)

    def open(self, token: str) -> tuple[str | int, ...] | None:
        """The parts, or None when the token was not signed here for this purpose."""
        try:
            signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mac, body = signed[:MAC_BYTES], signed[MAC_BYTES:]
        valid = [hmac.compare_digest(hmac.digest(key, body, "sha256")[:MAC_BYTES], mac) for key in self._keys]
        return tuple(json.loads(body)) if any(valid) else None


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
