"""HTTP: a dry run of changed rules over the kept openings."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, SecretStr

from services.routing.openings import Openings
from services.routing.rehearsal import proposal
from services.routing.rehearsal.comparison import Report
from services.routing.rehearsal.rehearser import Rehearser
from shared.auth import require
from shared.errors import Refused

MOST = 200_000
EVER, NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def router(*, rehearser: Rehearser, openings: Openings, jwt_key: SecretStr) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    person = Depends(require(jwt_key.get_secret_value(), "supervisor", "admin"))

    @routes.post(
        "/dry-run",
        dependencies=[person],
        openapi_extra={"requestBody": {"content": {"application/yaml": {"schema": {"type": "string"}}}}},
    )
    async def dry_run(
        request: Request,
        begin: Annotated[AwareDatetime | None, Query(alias="from")] = None,
        end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 10_000,
        show: Annotated[int, Query(ge=0, le=5_000)] = 200,
    ) -> Report:
        """What the routing.yaml in the body would have decided differently about the latest tickets."""
        found = openings.between(begin or EVER, end or NEVER)
        return await rehearser.rehearse(await _body(request), found, limit=limit, listed=show)

    return routes


async def _body(request: Request) -> bytes:
    text = b""
    async for part in request.stream():
        text += part
        if len(text) > proposal.MAX_BYTES:
            raise Refused(status=413, title="Too large", detail=f"The rules may have {proposal.MAX_BYTES} bytes.")
    return text
