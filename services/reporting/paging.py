"""Pages of a list by cursor: the next page starts after the last entry, whatever was added meanwhile."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from shared.errors import Refused

Order = Literal["newest", "due", "waiting"]
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Sorts tickets that have no due time, or nobody waiting, behind all others."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after one entry of a list in one order."""

    order: str
    at: datetime
    id: str

    def encoded(self) -> str:
        place = json.dumps([self.order, self.at.isoformat(), self.id], separators=(",", ":"))
        return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, text: str, *, order: str) -> "Cursor":
        """`Refused` when the text is not a cursor of a list in this order."""
        try:
            place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            of, at, after = place
            cursor = cls(str(of), datetime.fromisoformat(at), str(after))
            cursor.at.astimezone(UTC)  # raises where the database could not hold it
        except (binascii.Error, ValueError, TypeError, OverflowError) as error:
            raise _unusable("it is not one that this service gave") from error
        if cursor.order != order or cursor.at.tzinfo is None:
            raise _unusable(f"it belongs to another list than {order}")
        return cursor


def _unusable(why: str) -> Refused:
    detail = f"The cursor can't be used: {why}. Start again without it, or repeat the request it came with."
    return Refused(status=422, title="Unusable cursor", detail=detail)
