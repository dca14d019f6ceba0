"""The customer's rating on the status page: a link only asks, a button rates."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import Request, Response
from pydantic import ValidationError

from services.ingest.channels import form_body
from services.ingest.channels.form_visit import Clock
from services.ingest.channels.request_body import body_of
from services.ingest.channels.status_pages import StatusPages
from services.ingest.channels.status_view import Rating
from services.ingest.channels.status_visit import Visit
from shared.commands import TicketRate
from shared.commands.tickets import TicketRateData
from shared.errors import Refused
from shared.ids import derived_id

LONGEST = 64_000
Rate = Callable[[TicketRate], Awaitable[Mapping[str, Any]]]


class Ratings:
    """Takes ratings in. `rate` is the handler of ticket.rate."""

    def __init__(self, rate: Rate, pages: StatusPages, *, clock: Clock) -> None:
        self._rate = rate
        self._pages = pages
        self._clock = clock

    def ask(self, visit: Visit, request: Request) -> Response:
        """The question, with the score of the link chosen: mail scanners follow links, so it rates nothing."""
        score = request.query_params.get("score", "")
        return self._pages.rating(
            visit.view,
            language=visit.language,
            base=visit.base,
            score=int(score) if score in ("1", "2", "3", "4", "5") else None,
        )

    async def sent(self, visit: Visit, request: Request) -> TicketRateData | Response:
        """What was sent, or the page that asks again."""
        try:
            sent = form_body.parse(await body_of(request, limit=LONGEST), request.headers.get("content-type", ""))
            score = int(sent.values.get("score", "")[:2] or "0")
            return TicketRateData(score=score, comment=sent.values.get("comment", ""))
        except (Refused, ValidationError, ValueError):
            return self._pages.rating(
                visit.view, language=visit.language, base=visit.base, score=None, missing=True, status=422
            )

    def is_known(self, visit: Visit, rated: TicketRateData) -> bool:
        """Whether it is the rating that was given last."""
        return visit.view.rating == Rating(rated.score, rated.comment)

    async def give(self, visit: Visit, rated: TicketRateData) -> None:
        """Rates the latest resolution. A double click is one rating: what was said before is in the key."""
        before = visit.view.rating
        told = (before.score, before.comment) if before else ()
        cycle = visit.conversation.ticket.get("resolutions") or 1
        key = derived_id("portal rating", visit.ticket, str(cycle), str(told), rated.model_dump_json())
        await self._rate(
            TicketRate.asked(
                key=key,
                source="kartica/ingest/status",
                time=self._clock(),
                subject=visit.ticket,
                actor="customer",
                data=rated,
            )
        )
