"""Reporting over HTTP: tickets, their timelines, and the figures."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.reporting import reports
from services.reporting.definitions import DEFINITIONS, Definition
from services.reporting.lookup import LAST, Count, Lookup
from services.reporting.paging import Cursor, Order
from services.reporting.reports import Counts, Facet, Period, Rows, Sla, Summary
from services.reporting.ticket import Ticket
from services.reporting.words import Line
from shared import auth
from shared.envelope import UUID_PATTERN, Frozen
from shared.errors import Refused
from shared.events import Priority, Status

Value = Annotated[str, Field(min_length=1, max_length=200)]
Limit = Annotated[int, Field(ge=1, le=200)]
TicketId = Annotated[str, Path(pattern=UUID_PATTERN)]
FILTERS = ("status", "channel", "category", "team", "agent", "priority", "sla_state", "number")


class TicketQuery(BaseModel):
    """Each filter may be given several times: one of its values is enough. Different filters hold together."""

    model_config = ConfigDict(extra="forbid")

    status: list[Status] = []
    channel: list[Value] = []
    category: list[Value] = []
    team: list[Value] = []
    agent: list[Value] = []
    priority: list[Priority] = []
    sla_state: list[Literal["breached", "warned", "running", "paused", "met", "none"]] = []
    number: list[Value] = []
    q: str = Field(default="", max_length=200, description="starts of words of the title, number or requester")
    order: Order = Field(default="newest", description="due: the nearest due time first; waiting: the longest first")
    cursor: str | None = Field(default=None, max_length=400)
    limit: Limit = 50


class TimelineQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, pattern=UUID_PATTERN, description="the last event of the page before")
    limit: Limit = 100


class Between(BaseModel):
    """Days in the time zone of the reports, both included; left out, the period is open on that side."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")


class CountsQuery(Between):
    by: Facet


class OddQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: int = Field(default=-1, ge=-1, lt=2**63)
    limit: Limit = 50


class TicketPage(Frozen):
    tickets: tuple[Ticket, ...]
    next: str | None = Field(description="the cursor of the next page; None on the last one")


class TimelinePage(Frozen):
    ticket: str
    events: tuple[Line, ...]
    next: str | None = Field(description="`after` of the next page; None on the last one")


class OddEntry(Frozen):
    offset: int
    reason: str
    size: int


def router(lookup: Lookup, *, jwt_key: str, timezone: str) -> APIRouter:
    """All that can be asked, for agents, supervisors, admins and other systems."""
    api = APIRouter(dependencies=[Depends(auth.require(jwt_key, "agent", "supervisor", "admin", "system"))])
    _serve_tickets(api, lookup)
    _serve_reports(api, _Reporter(lookup, timezone=timezone))

    @api.get("/odd-events", tags=["operation"])
    async def odd_events(query: Annotated[OddQuery, Query()]) -> list[OddEntry]:
        """Entries of the stream that are no known event, by offset."""
        return [OddEntry.model_validate(odd) for odd in await lookup.odd(after=query.after, limit=query.limit)]

    return api


def _serve_tickets(api: APIRouter, lookup: Lookup) -> None:
    @api.get("/tickets", tags=["tickets"])
    async def tickets(query: Annotated[TicketQuery, Query()]) -> TicketPage:
        after = Cursor.decoded(query.cursor, order=query.order) if query.cursor else None
        filters = {name: values for name in FILTERS if (values := getattr(query, name))}
        page, more = await lookup.tickets(filters, search=query.q, order=query.order, after=after, limit=query.limit)
        return TicketPage(tickets=tuple(page), next=more.encoded() if more else None)

    @api.get("/tickets/{ticket_id}", tags=["tickets"])
    async def ticket(ticket_id: TicketId) -> Ticket:
        found = await lookup.ticket(ticket_id)
        if found is None:
            raise _no_such("ticket", ticket_id)
        return found

    @api.get("/tickets/{ticket_id}/timeline", tags=["tickets"])
    async def timeline(ticket_id: TicketId, query: Annotated[TimelineQuery, Query()]) -> TimelinePage:
        """Everything that is known to have happened to a ticket, in order; nothing is ever taken out."""
        lines = await lookup.timeline(ticket_id, after=query.after, limit=query.limit + 1)
        if lines is None:
            raise _no_such("event of this ticket", str(query.after))
        if not lines and query.after is None:
            raise _no_such("ticket", ticket_id)
        page, more = lines[: query.limit], len(lines) > query.limit
        return TimelinePage(ticket=ticket_id, events=tuple(page), next=page[-1].event if more else None)


def _serve_reports(api: APIRouter, reporter: "_Reporter") -> None:
    @api.get("/definitions", tags=["reports"])
    async def definitions() -> list[Definition]:
        """The metric dictionary."""
        return list(DEFINITIONS.values())

    @api.get("/reports/counts", tags=["reports"])
    async def counts(query: Annotated[CountsQuery, Query()]) -> Counts:
        """Tickets opened in a period, by one of their facets."""
        return await reporter.counts(query.by, query)

    @api.get("/reports/sla", tags=["reports"])
    async def sla(query: Annotated[Between, Query()]) -> Sla:
        """Clocks met, breached and running in a period, by clock and policy."""
        return await reporter.sla(query)

    @api.get("/reports/summary", tags=["reports"])
    async def summary(query: Annotated[Between, Query()]) -> Summary:
        """The most asked figures of a period in one answer."""
        return Summary(
            tickets=await reporter.rows("tickets_opened", query),
            by_channel=await reporter.counts("channel", query),
            by_category=await reporter.counts("category", query),
            by_team=await reporter.counts("team", query),
            by_status=await reporter.counts("status", query),
            sla=await reporter.sla(query),
            escalations=await reporter.rows("escalations", query),
            notifications=await reporter.rows("notifications", query),
            suppressed=await reporter.rows("suppressed_messages", query),
        )

    @api.get("/suppressed", tags=["reports"])
    async def suppressed(query: Annotated[Between, Query()]) -> Rows:
        """Inputs that became no message of a ticket, by channel and reason."""
        return await reporter.rows("suppressed_messages", query)


class _Reporter:
    """Figures of a period, with what every answer names."""

    def __init__(self, lookup: Lookup, *, timezone: str) -> None:
        self._lookup = lookup
        self._timezone = timezone

    async def counts(self, by: Facet, between: Between) -> Counts:
        found = await self._counts(f"tickets_opened_by_{by}", between)
        return reports.counts(found, by=by, period=self._period(between), as_of=await self._lookup.as_of())

    async def sla(self, between: Between) -> Sla:
        found = await self._counts("sla_clocks", between)
        return reports.sla(found, period=self._period(between), as_of=await self._lookup.as_of())

    async def rows(self, figure: str, between: Between) -> Rows:
        found = await self._counts(figure, between)
        return reports.rows(figure, found, period=self._period(between), as_of=await self._lookup.as_of())

    async def _counts(self, figure: str, between: Between) -> list[Count]:
        since = between.since.isoformat() if between.since else ""
        return await self._lookup.counts(
            figure, since=since, until=between.until.isoformat() if between.until else LAST
        )

    def _period(self, between: Between) -> Period:
        if between.since and between.until and between.since > between.until:
            raise Refused(
                status=422, title="The period does not hold", detail="`from` must not be later than `to`; correct them."
            )
        return Period(since=between.since, until=between.until, timezone=self._timezone)


def _no_such(what: str, which: str) -> Refused:
    detail = f"No {what} {which} is known here; it may have happened a moment ago: try again, or correct the id."
    return Refused(status=404, title=f"No such {what}", detail=detail)
