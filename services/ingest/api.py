"""Ingest over HTTP: messages from other systems, agents' replies and status changes, the ledger, attachments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.ingest.channels.submission import Submissions
from services.ingest.conversation.answers import fingerprint
from services.ingest.handlers import Handlers
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.store import InputStore
from services.ingest.scanning.store import ScanStore
from services.ingest.store import Store
from services.ingest.tickets.callers import IdempotencyKey, agent_of
from services.ingest.tickets.views import conversation_view, input_view, summary_view
from shared.auth import Caller, require
from shared.commands import (
    File,
    MessageSubmit,
    MessageSubmitData,
    Name,
    Text,
    TicketReply,
    TicketReplyData,
    TicketSetStatus,
    TicketSetStatusData,
)
from shared.envelope import Frozen, Uuid
from shared.errors import Refused
from shared.events import Status

OUTCOME_SECONDS = 5.0
"""How long POST /messages waits for the ticket before it answers 202."""


class ReplyRequest(Frozen):
    """An agent's reply. `agent` is for systems and supervisors that answer in somebody's name."""

    text: Text
    visibility: Literal["public", "internal"] = "public"
    status: Status | None = None
    files: Annotated[tuple[File, ...], Field(max_length=20)] = ()
    agent: Name | None = None


def router(
    *,
    handlers: Handlers,
    submissions: Submissions,
    store: Store,
    inputs: InputStore,
    inbox: Inbox,
    scans: ScanStore,
    jwt_key: str,
) -> APIRouter:
    """The routes. Errors are problem details (RFC 9457)."""
    routes = APIRouter()
    person = Depends(require(jwt_key, "agent", "supervisor", "admin"))
    anyone = Depends(require(jwt_key, "agent", "supervisor", "admin", "system"))
    system = Depends(require(jwt_key, "system"))
    admin = Depends(require(jwt_key, "admin"))

    @routes.post("/messages", tags=["messages"], status_code=201, responses={202: {"description": "stored, pending"}})
    async def submit(
        message: MessageSubmitData, key: IdempotencyKey, response: Response, caller: Annotated[Caller, system]
    ) -> dict[str, Any]:
        command = MessageSubmit.asked(
            key=key,
            source=f"http/{caller.subject}",
            time=datetime.now(UTC),
            data=message,
            actor=caller.subject,
        )
        receipt = await submissions.submit(command)
        outcome = await inbox.outcome(receipt.input, OUTCOME_SECONDS)
        if outcome is None:
            response.status_code = 202
            return {"input": receipt.input, "repeated": receipt.repeated, "state": "pending"}
        return {
            "input": receipt.input,
            "repeated": receipt.repeated,
            "state": outcome.state,
            "ticket": outcome.ticket,
            "number": outcome.number,
        }

    @routes.post("/tickets/{ticket}/replies", tags=["tickets"], status_code=201)
    async def reply(
        ticket: Uuid, wanted: ReplyRequest, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        command = TicketReply.asked(
            key=key,
            source=f"http/{caller.subject}",
            time=datetime.now(UTC),
            subject=ticket,
            actor=caller.subject,
            data=TicketReplyData(
                agent=agent_of(caller, wanted.agent),
                text=wanted.text,
                visibility=wanted.visibility,
                status=wanted.status,
                files=wanted.files,
            ),
        )
        return _of(command, await handlers.reply(command))

    @routes.post("/tickets/{ticket}/status", tags=["tickets"])
    async def set_status(
        ticket: Uuid, wanted: TicketSetStatusData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        command = TicketSetStatus.asked(
            key=key,
            source=f"http/{caller.subject}",
            time=datetime.now(UTC),
            subject=ticket,
            actor=caller.subject,
            data=wanted,
        )
        return _of(command, await handlers.set_status(command))

    @routes.get("/tickets/{ticket}", tags=["tickets"], dependencies=[anyone])
    async def ticket_by_id(ticket: Uuid) -> dict[str, Any]:
        found = await store.conversation(ticket=ticket)
        if found is None:
            raise _no_ticket(ticket)
        return conversation_view(*found)

    @routes.get("/attachments/{sha256}", tags=["tickets"], dependencies=[person])
    async def attachment(sha256: str) -> Response:
        found = await store.attachment(sha256)
        if found is None:
            raise Refused(status=404, title="No such attachment", detail="Take the id from a message's attachments.")
        await scans.let_through(sha256)
        described, content = found
        return Response(content, headers=_download_headers(described), media_type="application/octet-stream")

    @routes.get("/ledger", tags=["ledger"], dependencies=[anyone])
    async def ledger(
        input: Annotated[Uuid | None, Query()] = None, message_id: Annotated[str | None, Query(max_length=998)] = None
    ) -> dict[str, Any]:
        if (input is None) == (message_id is None):
            raise Refused(status=422, title="What to look for?", detail="Give one of `input` and `message_id`.")
        found = await inputs.ledger(input=input, message_id=message_id)
        return {"inputs": [input_view(document) for document in found]}

    @routes.get("/ledger/summary", tags=["ledger"], dependencies=[anyone])
    async def ledger_summary() -> dict[str, Any]:
        return summary_view(await inputs.ledger_summary())

    @routes.post("/ledger/{input}/redrive", tags=["ledger"], status_code=202, dependencies=[admin])
    async def redrive(input: Uuid) -> dict[str, Any]:
        if not await inbox.redrive(input):
            raise Refused(status=409, title="Not dead", detail="Only an input whose outcome is `dead` can be redriven.")
        return {"input": input, "state": "pending"}

    return routes


def _of(command: TicketReply | TicketSetStatus, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, if it is one to this request: its key may have been used for another one before."""
    if answer.get("request") != fingerprint(command):
        detail = "This Idempotency-Key was used for another request; nothing was done. Take a new one."
        raise Refused(status=422, title="The key is taken", detail=detail)
    return {name: value for name, value in answer.items() if name != "request"}


def _no_ticket(asked: str) -> Refused:
    return Refused(status=404, title="No such ticket", detail=f"There is no ticket {asked[:40]}; check id or number.")


def _download_headers(described: Mapping[str, Any]) -> dict[str, str]:
    """A download and nothing else: strangers' HTML and SVG must not run on this origin."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(str(described['name']), safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
