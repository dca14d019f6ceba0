"""How every mailbox is, for people and for metrics: mail that stops coming in must be seen before customers tell."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Depends
from prometheus_client import CollectorRegistry, Gauge

from services.ingest.doors.configuration import Mailbox
from services.ingest.doors.mailbox_store import MailboxStore
from services.ingest.doors.mailboxes import Mailboxes
from shared.auth import require

State = Literal["ok", "failing", "never", "disabled"]
SILENT = timedelta(minutes=15)
"""A mailbox that is fetched and was not looked into for so long has nobody who fetches it."""


class Health:
    """Notes what came in, tells the metrics, and answers GET /mailboxes."""

    def __init__(self, mailboxes: Mailboxes, store: MailboxStore, *, registry: CollectorRegistry) -> None:
        self._mailboxes = mailboxes
        self._store = store
        self._took: dict[str, datetime] = {}
        self._success = Gauge(
            "kartica_mailbox_last_success_timestamp_seconds",
            "When mail was last taken in, or looked for without an error",
            ["mailbox"],
            registry=registry,
        )
        self._failing = Gauge("kartica_mailbox_failing", "1: see GET /mailboxes", ["mailbox"], registry=registry)
        self._backlog = Gauge("kartica_mailbox_backlog", "Mails still to be fetched", ["mailbox"], registry=registry)

    def took(self, mailbox: str) -> None:
        """A mail was stored for this mailbox."""
        self._took[mailbox] = datetime.now(UTC)

    async def round(self) -> None:
        """Keeps what was noted since the last round, and tells the metrics what all replicas know."""
        noted, self._took = self._took, {}
        for address, at in noted.items():
            await self._store.succeeded(address, at)
        for shown in await self.shown(datetime.now(UTC)):
            address, success = shown["mailbox"], shown.get("last_success_at")
            self._failing.labels(address).set(shown["state"] == "failing")
            self._backlog.labels(address).set(shown.get("backlog", 0))
            if success is not None:
                self._success.labels(address).set(datetime.fromisoformat(success).timestamp())

    async def shown(self, now: datetime) -> list[dict[str, Any]]:
        """All mailboxes of the configuration, as people see them."""
        kept = await self._store.all()
        return [mailbox_view(mailbox, kept.get(mailbox.address, {}), now=now) for mailbox in self._mailboxes]


def mailbox_view(mailbox: Mailbox, kept: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """A mailbox with its state, and what to do when it fails."""
    state, error, advice = judged(mailbox, kept, now=now)
    view: dict[str, Any] = {"mailbox": mailbox.address, "fetched": mailbox.imap is not None, "state": state}
    if error:
        view |= {"error": error, "advice": advice}
    for name in ("last_success_at", "last_error_at"):
        if kept.get(name) is not None:
            view[name] = kept[name].isoformat()
    for name in ("last_error", "warning"):
        if kept.get(name):
            view[name] = kept[name]
    if mailbox.imap is not None:
        view["backlog"] = kept.get("backlog", 0)
        view["folders"] = [
            {"folder": one["folder"], "uidvalidity": one["uidvalidity"], "uid": one["uid"], "odd": sorted(one["odd"])}
            for one in kept.get("cursors", ())
        ]
    return view


def judged(mailbox: Mailbox, kept: Mapping[str, Any], *, now: datetime) -> tuple[State, str, str]:
    """`(state, what is wrong, what to do)`."""
    if mailbox.imap is not None and not mailbox.imap.enabled:
        return "disabled", "", ""
    success, error = kept.get("last_success_at"), kept.get("last_error_at")
    if error is not None and (success is None or error > success):
        return "failing", str(kept.get("last_error", "")), str(kept.get("advice", ""))
    if success is None:
        return "never", "", ""
    if mailbox.imap is not None and now - success > SILENT:
        words = f"Nobody has looked into it since {success.isoformat(timespec='seconds')}"
        return "failing", words, "Check that a replica of ingest runs, and its log."
    return "ok", "", ""


def router(health: Health, *, jwt_key: str) -> APIRouter:
    """GET /mailboxes."""
    routes = APIRouter(tags=["mail"])
    anyone = Depends(require(jwt_key, "agent", "supervisor", "admin", "system"))

    @routes.get("/mailboxes", dependencies=[anyone], summary="How every mailbox is")
    async def mailboxes() -> dict[str, Any]:
        return {"mailboxes": await health.shown(datetime.now(UTC))}

    return routes
