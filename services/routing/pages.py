"""A place in the queue as the opaque text that a client gives back for the next page."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from services.routing.store import Place
from services.routing.ticket import Ticket, rank
from shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Cursor:
    place: Place

    @classmethod
    def at(cls, ticket: Ticket) -> "Cursor":
        return cls((rank(ticket.priority), ticket.waiting_since or datetime.min.replace(tzinfo=UTC), ticket.id))

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        try:
            urgency, since, ticket = json.loads(base64.urlsafe_b64decode(text.encode()))
            return cls((int(urgency), datetime.fromisoformat(since).astimezone(UTC), str(ticket)))
        except (ValueError, TypeError, OverflowError) as error:
            detail = "Take it from `next` of the page before, unchanged."
            raise Refused(status=422, title="Not a cursor", detail=detail) from error

    def text(self) -> str:
        urgency, since, ticket = self.place
        return base64.urlsafe_b64encode(json.dumps([urgency, since.isoformat(), ticket]).encode()).decode()
