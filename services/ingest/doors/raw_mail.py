"""Raw mail over HTTP: `POST /mail/{mailbox}` with the bytes of a mail as the body."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.ingest.channels.request_body import body_of
from services.ingest.channels.storing import outcome, store
from services.ingest.doors.health import Health
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.doors.raw import CONTENT_TYPE, mail_input
from services.ingest.inbox.inbox import Inbox
from shared.auth import Caller, require
from shared.errors import Refused

OUTCOME_SECONDS = 5.0
MAX_ADDRESS = 320
Sender = Annotated[str | None, Header(alias="X-Envelope-From", max_length=MAX_ADDRESS)]
Recipients = Annotated[str | None, Header(alias="X-Envelope-To", max_length=20 * MAX_ADDRESS)]
QuerySender = Annotated[str | None, Query(alias="from", max_length=MAX_ADDRESS)]
QueryRecipients = Annotated[list[str] | None, Query(alias="to", max_length=20)]
ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"description": "Stored; what becomes of it is not decided yet"},
    404: {"description": "There is no such mailbox"},
    413: {"description": "Larger than KARTICA_MAX_MESSAGE_BYTES"},
    415: {"description": "Not message/rfc822"},
    503: {"description": "Not stored; send it again, it is recognised"},
}


def router(mailboxes: Mailboxes, inbox: Inbox, health: Health, *, max_bytes: int, jwt_key: str) -> APIRouter:
    """The route. The same mail again is the same input; it needs no key."""
    routes = APIRouter(tags=["mail"])
    system = Depends(require(jwt_key, "system"))

    @routes.post("/mail/{mailbox}", status_code=201, responses=ANSWERS, summary="Hand a raw mail over (RFC 5322)")
    async def take(
        mailbox: str,
        request: Request,
        response: Response,
        caller: Annotated[Caller, system],
        envelope_from: Sender = None,
        envelope_to: Recipients = None,
        query_from: QuerySender = None,
        query_to: QueryRecipients = None,
    ) -> dict[str, Any]:
        address = mailboxes.of(mailbox)
        if address is None:
            raise Refused(status=404, title="No such mailbox", detail="GET /mailboxes lists the addresses.")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != CONTENT_TYPE:
            raise Refused(status=415, title="Not a mail", detail=f"Send the raw mail as Content-Type: {CONTENT_TYPE}.")
        raw = await body_of(request, limit=max_bytes)
        if not raw.strip():
            raise Refused(status=422, title="Nothing was sent", detail="The body is the raw mail, head and all.")
        facts: dict[str, Any] = {"door": "http", "by": caller.subject}
        sender = envelope_from if envelope_from is not None else query_from
        if sender is not None:
            facts["mail_from"] = sender.strip().strip("<>")
        facts["rcpt_to"] = (envelope_to or "").replace(",", " ").split() or query_to or [mailbox]
        received = mail_input(raw, mailbox=address, at=datetime.now(UTC), facts=facts)
        receipt = await store(inbox, received)
        health.took(address)
        return await told(inbox, receipt.input, response, repeated=receipt.repeated)

    return routes


async def told(inbox: Inbox, input: str, response: Response, *, repeated: bool) -> dict[str, Any]:
    """What became of the input, or 202 when that takes longer."""
    found = await outcome(inbox, input, timeout=OUTCOME_SECONDS)
    said: dict[str, Any] = {"input": input, "repeated": repeated}
    if found is None:
        response.status_code = 202
        return {**said, "state": "pending"}
    return {**said, "state": found.state, "ticket": found.ticket, "number": found.number}
