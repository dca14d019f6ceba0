"""Redaction over HTTP, for administrators: it can't be undone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header

from services.ingest.redaction.handlers import Redactions, told
from shared.auth import Caller, require
from shared.commands import CustomerRedact, CustomerRedactData, TicketRedact, TicketRedactData
from shared.envelope import Key, Uuid

IdempotencyKey = Annotated[Key, Header(alias="Idempotency-Key", description="the same key twice has one effect")]


def router(*, redactions: Redactions, jwt_key: str) -> APIRouter:
    """The routes. Errors are problem details (RFC 9457)."""
    routes = APIRouter()
    admin = Depends(require(jwt_key, "admin"))

    @routes.post("/tickets/{ticket}/redact", tags=["tickets"], status_code=200)
    async def redact_ticket(
        ticket: Uuid, wanted: TicketRedactData, key: IdempotencyKey, caller: Annotated[Caller, admin]
    ) -> Mapping[str, Any]:
        command = TicketRedact.asked(**_asked(key, caller), subject=ticket, data=wanted)
        return told(command, await redactions.ticket(command))

    @routes.post("/customers/{customer}/redact", tags=["customers"], status_code=200)
    async def redact_customer(
        customer: Uuid, wanted: CustomerRedactData, key: IdempotencyKey, caller: Annotated[Caller, admin]
    ) -> Mapping[str, Any]:
        command = CustomerRedact.asked(**_asked(key, caller), subject=customer, data=wanted)
        return told(command, await redactions.customer(command))

    return routes


def _asked(key: str, caller: Caller) -> dict[str, Any]:
    return {"key": key, "source": f"http/{caller.subject}", "time": datetime.now(UTC), "actor": caller.subject}
