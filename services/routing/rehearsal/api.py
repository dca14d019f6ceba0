"""HTTP: a dry run of changed rules over the kept openings."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, SecretStr

from services.routing.classification.schema import Ruleset
from services.routing.opening import Opening
from services.routing.openings import Openings
from services.routing.rehearsal import proposal
from services.routing.rehearsal.comparison import Comparison, Report
from shared.auth import require
from shared.errors import Refused
from shared.organisation import Organisation

BATCH = 100
"""Openings that are compared in a thread at a time: some ten milliseconds of work."""
MOST = 200_000
EVER, NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def router(*, openings: Openings, ruleset: Ruleset, organisation: Organisation, jwt_key: SecretStr) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    one_at_a_time = asyncio.Lock()
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
        if one_at_a_time.locked():
            raise Refused(status=409, title="A dry run is under way", detail="Try again when it has ended.")
        async with one_at_a_time:
            text = await _body(request)
            changed = await asyncio.to_thread(proposal.read, text, organisation)
            found = openings.between(begin or EVER, end or NEVER)
            team = organisation.default_team
            comparison = Comparison(current=ruleset, changed=changed, default_team=team, listed=show)
            return await compared(comparison, found, limit=limit)

    return routes


async def compared(comparison: Comparison, found: AsyncIterator[Opening], *, limit: int) -> Report:
    """Goes over the openings without holding up the event loop."""
    batch: list[Opening] = []
    async for opening in found:
        batch.append(opening)
        limit -= 1
        if len(batch) == BATCH or not limit:
            await asyncio.to_thread(comparison.add, batch)
            batch = []
        if not limit:
            break
    await asyncio.to_thread(comparison.add, batch)
    return comparison.report()


async def _body(request: Request) -> bytes:
    text = b""
    async for part in request.stream():
        text += part
        if len(text) > proposal.MAX_BYTES:
            raise Refused(status=413, title="Too large", detail=f"The rules may have {proposal.MAX_BYTES} bytes.")
    return text
