"""Identifiers that are derived from what caused them, so that a repeat is recognised."""

import hashlib
import uuid
from datetime import datetime

NAMESPACE = uuid.UUID("5b1f3a52-8f7e-5c86-9a77-9d1b6c1e0f42")


def derived_id(*parts: object) -> str:
    """The UUIDv5 of the parts (RFC 9562, section 5.5): the same parts give the same id, everywhere."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts)))


def time_ordered_id(at: datetime, *parts: object) -> str:
    """A UUIDv7 (RFC 9562, section 5.7) whose random bits are a hash of the parts.

    The first 48 bits are `at` in milliseconds since 1970, so ids sort by time; the same instant and
    parts always give the same id.
    """
    milliseconds = int(at.timestamp() * 1000)
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    value = (milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(digest[:10])
    value = value & ~(0xF << 76) | 0x7 << 76  # version 7
    value = value & ~(0x3 << 62) | 0x2 << 62  # RFC variant
    return str(uuid.UUID(int=value))
