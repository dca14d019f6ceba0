"""Notifications over HTTP: sending one, and what became of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from pydantic import AwareDatetime, SecretStr

from services.notify.handlers import Handlers
from services.notify.notification import Notification, State
from services.notify.store import Store
from shared.auth import Caller, require
from shared.commands import NotificationSend, NotificationSendData
from shared.envelope import Frozen, Key, Uuid
from shared.errors import Refused


class Asked(NotificationSendData):
    ticket: Uuid | None = None


class Shown(Frozen):
    """A notification as it stands: who, how, and how far."""

    id: str
    ticket: str | None
    kind: str
    audience: str
    state: State
    at: AwareDatetime
    due: AwareDatetime | None
    channel: str | None
    to: str | None
    language: str | None
    attempts: int
    reason: str | None
    error: str | None
    provider: str | None
    provider_id: str | None
    segments: int | None


class Page(Frozen):
    """`next` is the cursor of the page after this one, or null at the end."""

    notifications: tuple[Shown, ...]
    next: str | None


def router(handlers: Handlers, store: Store, *, key: SecretStr) -> APIRouter:
    """The addresses under /notifications."""
    made = APIRouter(tags=["notifications"])
    asking = Depends(require(key.get_secret_value(), "agent", "admin", "system"))
    looking = Depends(require(key.get_secret_value(), "agent", "supervisor", "admin", "system"))

    @made.post("/notifications", status_code=202)
    async def send(
        asked: Asked, idempotency_key: Annotated[Key, Header()], caller: Annotated[Caller, asking]
    ) -> Mapping[str, Any]:
        """Sends a text to a person. The same Idempotency-Key twice sends it once."""
        command = NotificationSend.asked(
            key=idempotency_key,
            source="kartica/http",
            time=datetime.now(UTC),
            subject=asked.ticket,
            actor=caller.subject,
            data=NotificationSendData.model_validate(asked.model_dump()),
        )
        return await handlers.ask(command)

    @made.get("/notifications", dependencies=[looking])
    async def page(
        ticket: Annotated[Uuid, Query()],
        after: Annotated[Uuid | None, Query(description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Page:
        """The notifications of a ticket."""
        found = await store.page(ticket, after=after, limit=limit + 1)
        more = found[limit - 1].id if len(found) > limit else None
        return Page(notifications=tuple(_shown(one) for one in found[:limit]), next=more)

    @made.get("/notifications/{id}", dependencies=[looking])
    async def one(id: Uuid) -> Shown:
        """One notification."""
        found = await store.notification(id)
        if found is None:
            raise Refused(status=404, title="No such notification", detail="Check the id; GET /notifications lists.")
        return _shown(found)

    return made


def _shown(notification: Notification) -> Shown:
    return Shown.model_validate(notification.model_dump(include=set(Shown.model_fields)))
