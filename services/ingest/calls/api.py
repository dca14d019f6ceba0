"""Calls over HTTP, for telephone systems."""

from typing import Any

from fastapi import APIRouter, Depends

from services.ingest.calls.handlers import Calls
from services.ingest.calls.message import CallReport
from shared.auth import require


def router(*, calls: Calls, jwt_key: str) -> APIRouter:
    """The route. Errors are problem details (RFC 9457)."""
    routes = APIRouter(tags=["calls"])
    system = Depends(require(jwt_key, "system"))

    @routes.post("/calls", dependencies=[system])
    async def report(told: CallReport) -> dict[str, Any]:
        """A state of a call, in any order, as often as need be; the answer says who is calling."""
        known = await calls.reported(told)
        return known.model_dump(mode="json")

    return routes
