"""A place in the queue as the opaque text that a client gives back for the next page."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from services.routing.ticket import PRIORITIES, Place, Ticket
from shared.envelope import UUID_PATTERN
from shared.errors import Refused

LONGEST = 1_000
"""Characters: several times what `text` gives."""


@dataclass(frozen=True, slots=True)
class Cursor:
    place: Place

    @classmethod
    def at(cls, ticket: Ticket) -> "Cursor":
        return cls(ticket.place(ticket.waiting_since or datetime.min.replace(tzinfo=UTC)))

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        try:
            rank, due, since, ticket = json.loads(base64.urlsafe_b64decode(text[:LONGEST].encode()))
            if rank not in range(len(PRIORITIES)) or re.fullmatch(UUID_PATTERN, ticket) is None:
                raise ValueError("no place of any ticket")
            return cls(Place(int(rank), _time(due), _time(since), ticket))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            detail = "Take it from `next` of the page before, unchanged."
            raise Refused(status=422, title="Not a cursor", detail=detail) from error

    def text(self) -> str:
        place = self.place
        written = [place.rank, place.due_at.isoformat(), place.since.isoformat(), place.ticket]
        return base64.urlsafe_b64encode(json.dumps(written).encode()).decode()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
