"""What people and systems can ask sla over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, SecretStr

from services.sla.answers import ClocksAnswer, DuePage, clocks_of, due_of
from services.sla.rules import Terms
from services.sla.store import Store
from shared import auth
from shared.envelope import UUID_PATTERN
from shared.errors import Refused


def router(*, store: Store, terms: Terms, jwt_key: SecretStr, now: Callable[[], datetime]) -> APIRouter:
    """Read only: what clocks do follows from events."""
    readers = auth.require(jwt_key.get_secret_value(), "agent", "supervisor", "admin", "system")
    routes = APIRouter(dependencies=[Depends(readers)], tags=["clocks"])

    @routes.get("/tickets/{ticket}/clocks")
    async def clocks(ticket: Annotated[str, Path(pattern=UUID_PATTERN)]) -> ClocksAnswer:
        """The clocks of a ticket, each with the policy, calendar, intervals and pauses that make its due time."""
        found = await store.load(ticket)
        if found is None:
            raise Refused(status=404, title="No such ticket", detail="Sla has heard nothing of a ticket with this id.")
        return clocks_of(found, levels=terms.levels, now=now())

    @routes.get("/due")
    async def due(
        before: Annotated[AwareDatetime, Query(description="with its offset, for example 2026-11-23T17:00:00Z")],
        limit: Annotated[int, Query(ge=1, le=500, description="tickets on a page")] = 100,
        cursor: Annotated[str | None, Query(description="`next` of the page before")] = None,
    ) -> DuePage:
        """The running clocks that are due before a time, the longest overdue first."""
        page = await store.upcoming(before=before, limit=limit, after=_place(cursor))
        answers = tuple(answer for ticket in page for answer in due_of(ticket, before=before, now=now()))
        last = page[-1] if len(page) == limit else None
        following = (
            f"{last.due_at:%Y-%m-%dT%H:%M:%SZ}_{last.id}" if last is not None and last.due_at is not None else None
        )
        return DuePage(due=answers, next=following)

    return routes


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        at, ticket = cursor.split("_")
        place = datetime.fromisoformat(at)
        place.astimezone(UTC)  # raises where the database could not hold it
    except (ValueError, OverflowError) as error:
        raise Refused(status=422, title="Unknown cursor", detail="Pass `next` of the page before as it is.") from error
    if place.tzinfo is None:
        raise Refused(status=422, title="Unknown cursor", detail="Pass `next` of the page before as it is.")
    return place, ticket
