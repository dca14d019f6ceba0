"""The hook for a virus scanner: which files wait, their bytes, its verdicts."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import StringConstraints

from services.ingest.scanning.store import ScanStore, Verdict
from services.ingest.store import Store
from shared.auth import Caller, require
from shared.envelope import Frozen
from shared.errors import Refused

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ScanReport(Frozen):
    """What the scanner found. `reason`, for example the name of what it found, is told to agents."""

    verdict: Verdict
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


def router(*, scans: ScanStore, store: Store, jwt_key: str) -> APIRouter:
    """The routes, for systems. Errors are problem details (RFC 9457)."""
    routes = APIRouter(tags=["scanning"])
    system = Depends(require(jwt_key, "system"))

    @routes.get("/scans", dependencies=[system])
    async def waiting(
        after: Annotated[str, Query(max_length=64)] = "", limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> dict[str, Any]:
        found = await scans.waiting(after=after, limit=limit)
        return {"files": found, "next": found[-1] if len(found) == limit else None}

    @routes.get("/scans/{sha256}/content", dependencies=[system])
    async def content(sha256: Sha256) -> Response:
        found = await store.attachment(sha256)
        if found is None:
            raise _unknown()
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
        return Response(found[1], headers=headers, media_type="application/octet-stream")

    @routes.post("/attachments/{sha256}/scan", status_code=200)
    async def report(sha256: Sha256, told: ScanReport, caller: Annotated[Caller, system]) -> dict[str, Any]:
        at = datetime.now(UTC)
        if not await scans.report(sha256, told.verdict, reason=told.reason, by=caller.subject, at=at):
            raise _unknown()
        return {"id": sha256, "state": told.verdict}

    return routes


def _unknown() -> Refused:
    return Refused(status=404, title="No such attachment", detail="Take the id from a message's attachments.")
