"""GET /quarantine, and what people decide about an input in it."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.ingest.quarantine.keeper import Keeper
from services.ingest.quarantine.store import QuarantineStore
from shared.auth import Caller, require
from shared.envelope import Uuid
from shared.errors import Refused

Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]


def router(keeper: Keeper, store: QuarantineStore, *, jwt_key: str) -> APIRouter:
    """The routes, for people."""
    routes = APIRouter(prefix="/quarantine", tags=["quarantine"])
    person = Depends(require(jwt_key, "agent", "supervisor", "admin"))

    @routes.get("", dependencies=[person], summary="What waits, the longest waiting first")
    async def waiting(cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
        found = await store.page(after=_opened(cursor), limit=limit + 1)
        shown, more = found[:limit], len(found) > limit
        return {"inputs": [_view(document) for document in shown], "next": _closed(shown[-1]) if more else None}

    @routes.post("/{input}/release", summary="It is no spam: it is decided as any other input")
    async def release(input: Uuid, caller: Annotated[Caller, person]) -> Mapping[str, Any]:
        return await keeper.end(input, "released", actor=caller.subject, at=datetime.now(UTC))

    @routes.post("/{input}/delete", summary="It is spam: nothing comes of it; the ledger keeps it")
    async def delete(input: Uuid, caller: Annotated[Caller, person]) -> Mapping[str, Any]:
        return await keeper.end(input, "deleted", actor=caller.subject, at=datetime.now(UTC))

    return routes


def _view(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "input": document["_id"],
        "channel": document["channel"],
        "account": document["account"],
        "received_at": document["received_at"].isoformat(),
        "held_at": document["decided_at"].isoformat(),
        "expires_at": document["expires_at"].isoformat(),
        "reason": document["reason"],
        **document.get("shown", {}),
    }


def _closed(document: Mapping[str, Any]) -> str:
    text = f"{document['decided_at'].isoformat()} {document['_id']}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _opened(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        at, _, id = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        return datetime.fromisoformat(at), id
    except (binascii.Error, ValueError) as error:
        raise Refused(
            status=422, title="No such page", detail="Take `cursor` from `next` of the page before."
        ) from error
