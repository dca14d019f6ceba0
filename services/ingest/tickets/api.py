"""Whole tickets over HTTP: opening, merging, splitting and the like, lists, search, time that was logged."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from services.ingest.conversation import fields
from services.ingest.conversation.policy import Policy
from services.ingest.store import Store
from services.ingest.tickets.callers import IdempotencyKey, agent_of, asked
from services.ingest.tickets.commands import Commands
from services.ingest.tickets.store import TicketStore, Wanted
from services.ingest.tickets.views import conversation_view, ticket_view, worklog_view
from shared.auth import Caller, require
from shared.commands import (
    File,
    Name,
    Text,
    TicketChange,
    TicketChangeData,
    TicketLogTime,
    TicketLogTimeData,
    TicketMerge,
    TicketMergeData,
    TicketOpen,
    TicketOpenData,
    TicketRate,
    TicketRateData,
    TicketSnooze,
    TicketSnoozeData,
    TicketSplitOff,
    TicketSplitOffData,
    TicketUnmerge,
    TicketUnmergeData,
)
from shared.commands.words import reachable
from shared.envelope import Frozen, Uuid
from shared.errors import Refused
from shared.events import Contact, Status

PAGE = 100


class OpenRequest(Frozen):
    """A ticket that an agent opens. `agent` is for systems and supervisors that open it in somebody's name."""

    requester: Annotated[Contact, AfterValidator(reachable)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    text: Text
    visibility: Literal["public", "internal"] = "public"
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$")] = "email"
    mailbox: Annotated[str, StringConstraints(max_length=200)] = ""
    language: Annotated[str | None, StringConstraints(max_length=35)] = None
    fields: dict[str, Any] = Field(default_factory=dict)
    files: Annotated[tuple[File, ...], Field(max_length=20)] = ()
    parent: Uuid | None = None
    blocks_parent: bool = True
    agent: Name | None = None


class TimeRequest(Frozen):
    """Time that somebody worked. `agent` is for systems and supervisors that log it in somebody's name."""

    seconds: Annotated[int, Field(ge=-360_000, le=360_000)]
    kind: Name = "work"
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    corrects: Uuid | None = None
    agent: Name | None = None


def router(*, commands: Commands, store: Store, tickets: TicketStore, policy: Policy, jwt_key: str) -> APIRouter:
    """The routes. Errors are problem details (RFC 9457)."""
    routes = APIRouter(tags=["tickets"])
    anyone = Depends(require(jwt_key, "agent", "supervisor", "admin", "system"))
    system = Depends(require(jwt_key, "system"))
    _add_commands(routes, commands, anyone, system)
    _add_lists(routes, store, tickets, anyone)
    _add_parts(routes, store, tickets, anyone)

    @routes.get("/ticket-fields", dependencies=[anyone], summary="The declared fields as a JSON Schema")
    async def ticket_fields() -> dict[str, Any]:
        return {
            "version": policy.fields_version,
            "indexed": sorted(name for name, kind in policy.fields.items() if kind.indexed),
            "schema": fields.schema(policy.fields, version=policy.fields_version),
        }

    @routes.get("/ticket-phases", dependencies=[anyone], summary="The organisation's own phases")
    async def ticket_phases() -> dict[str, Any]:
        return {"phases": {name: phase.model_dump() for name, phase in policy.phases.items()}}

    return routes


def _add_commands(routes: APIRouter, commands: Commands, anyone: Any, system: Any) -> None:
    @routes.post("/tickets", status_code=201)
    async def open_ticket(
        wanted: OpenRequest, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        data = TicketOpenData(
            agent=agent_of(caller, wanted.agent), **wanted.model_dump(exclude={"agent", "files"}), files=wanted.files
        )
        return await commands.obey(asked(TicketOpen, key, caller, data))

    @routes.post("/tickets/{ticket}/merge")
    async def merge(
        ticket: Uuid, wanted: TicketMergeData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        return await commands.obey(asked(TicketMerge, key, caller, wanted, subject=ticket))

    @routes.post("/tickets/{ticket}/unmerge")
    async def unmerge(
        ticket: Uuid, wanted: TicketUnmergeData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        return await commands.obey(asked(TicketUnmerge, key, caller, wanted, subject=ticket))

    @routes.post("/tickets/{ticket}/split", status_code=201)
    async def split(
        ticket: Uuid, wanted: TicketSplitOffData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        return await commands.obey(asked(TicketSplitOff, key, caller, wanted, subject=ticket))

    @routes.post("/tickets/{ticket}/snooze")
    async def snooze(
        ticket: Uuid, wanted: TicketSnoozeData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        return await commands.obey(asked(TicketSnooze, key, caller, wanted, subject=ticket))

    @routes.post("/tickets/{ticket}/time", status_code=201)
    async def log_time(
        ticket: Uuid, wanted: TimeRequest, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        data = TicketLogTimeData(agent=agent_of(caller, wanted.agent), **wanted.model_dump(exclude={"agent"}))
        return await commands.obey(asked(TicketLogTime, key, caller, data, subject=ticket))

    @routes.post("/tickets/{ticket}/changes")
    async def change(
        ticket: Uuid, wanted: TicketChangeData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        return await commands.obey(asked(TicketChange, key, caller, wanted, subject=ticket))

    @routes.post("/tickets/{ticket}/rating", status_code=201)
    async def rate(
        ticket: Uuid, wanted: TicketRateData, key: IdempotencyKey, caller: Annotated[Caller, system]
    ) -> Mapping[str, Any]:
        """For systems that ask customers themselves; our own page does it by its signed link."""
        return await commands.obey(asked(TicketRate, key, caller, wanted, subject=ticket))


def _add_lists(routes: APIRouter, store: Store, tickets: TicketStore, anyone: Any) -> None:
    @routes.get("/tickets", dependencies=[anyone], summary="The ticket with a number, or a list")
    async def find(
        number: Annotated[str | None, Query(examples=["K-1000017"], max_length=20)] = None,
        status: Annotated[list[Status] | None, Query(max_length=7)] = None,
        customer: Uuid | None = None,
        participant: Annotated[str | None, Query(max_length=320, description="an address or number")] = None,
        channel: Annotated[str | None, Query(max_length=31)] = None,
        parent: Uuid | None = None,
        field: Annotated[str | None, Query(max_length=200, examples=["order_number:S-1042"])] = None,
        updated_since: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE)] = 50,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
    ) -> dict[str, Any]:
        if number is not None:
            found = await store.conversation(number=number.strip().upper())
            if found is None:
                raise _no_ticket(number)
            return conversation_view(*found)
        wanted = Wanted(
            statuses=tuple(dict.fromkeys(status or ())),
            customer=customer,
            participant=participant.strip().lower() if participant else None,
            channel=channel,
            parent=parent,
            lookup=_lookup(field),
            updated_since=updated_since,
        )
        page = await tickets.listed(wanted, limit=limit + 1, after=_place(cursor))
        shown = page[:limit]
        more = len(page) > limit
        return {"tickets": [ticket_view(one) for one in shown], "next": _cursor(shown[-1]) if more else None}

    @routes.get("/tickets/search", dependencies=[anyone], summary="Tickets in which all these words stand")
    async def search(q: Annotated[str, Query(min_length=2, max_length=200)]) -> dict[str, Any]:
        if not any(letter.isalnum() for letter in q):
            raise Refused(status=422, title="No word", detail="Give at least one word with a letter or digit.")
        return {"tickets": [ticket_view(one) for one in await tickets.search(q)]}


def _add_parts(routes: APIRouter, store: Store, tickets: TicketStore, anyone: Any) -> None:
    @routes.get("/tickets/{ticket}/timeline", dependencies=[anyone])
    async def timeline(ticket: Uuid) -> dict[str, Any]:
        found = await store.conversation(ticket=ticket)
        if found is None:
            raise _no_ticket(ticket)
        return {"timeline": conversation_view(*found)["timeline"]}

    @routes.get("/tickets/{ticket}/worklog", dependencies=[anyone], summary="Time logged, also on merged tickets")
    async def worklog(ticket: Uuid) -> dict[str, Any]:
        found = await store.ticket(ticket)
        if found is None:
            raise _no_ticket(ticket)
        return worklog_view(await tickets.worklog(ticket, *found.guests))

    @routes.get("/tickets/{ticket}/parts", dependencies=[anyone])
    async def parts(ticket: Uuid) -> dict[str, Any]:
        if await store.ticket(ticket) is None:
            raise _no_ticket(ticket)
        return {"parts": [{"id": one.pop("_id"), **one} for one in await store.parts(ticket)]}


def _lookup(field: str | None) -> str | None:
    if field is None:
        return None
    name, colon, value = field.partition(":")
    if not name or not colon or not value:
        raise Refused(status=422, title="Which field?", detail="Write `field=name:value`, as in order_number:S-1042.")
    return fields.lookup(name, value)


def _cursor(ticket: Mapping[str, Any]) -> str:
    place = json.dumps([ticket["updated_at"].isoformat(), ticket["_id"]], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    """Where the page begins; the last change of a ticket moves it to the front, so it is not met twice."""
    if cursor is None:
        return None
    try:
        at, ticket = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return datetime.fromisoformat(at).astimezone(UTC), str(ticket)
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        detail = "It is not one that this list gave. Start again without it."
        raise Refused(status=422, title="Unusable cursor", detail=detail) from error


def _no_ticket(asked: str) -> Refused:
    return Refused(status=404, title="No such ticket", detail=f"There is no ticket {asked[:40]}; check id or number.")
