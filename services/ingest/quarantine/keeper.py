"""Releases, deletes and expires what is in quarantine, each once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from services.ingest.quarantine.rules import End
from services.ingest.quarantine.rules import end as ended
from services.ingest.quarantine.store import QuarantineStore
from shared.change import Change
from shared.errors import Refused
from shared.once import Once

log = structlog.get_logger()


class Keeper:
    """What may happen to inputs in quarantine."""

    def __init__(self, once: Once, store: QuarantineStore, *, registry: CollectorRegistry) -> None:
        self._once = once
        self._store = store
        self._waiting = Gauge("kartica_quarantine_waiting", "Inputs in quarantine", registry=registry)
        self._ended = Counter(
            "kartica_quarantine_ended", "Inputs that left quarantine, by how", ["how"], registry=registry
        )

    async def end(self, input: str, how: End, *, actor: str, at: datetime) -> Mapping[str, Any]:
        """Ends the waiting of an input; the same for every repeat. `Refused` when it ended in another way."""

        async def decide() -> Change:
            held = await self._store.held(input)
            if held is None:
                raise Refused(status=404, title="No such input", detail="GET /quarantine lists what waits.")
            return ended(held, how, actor=actor, at=at)

        outcome = await self._once.handle(f"quarantine.end:{input}", input, decide, wait_sent=False)
        if outcome.answer.get("state") != how:
            detail = f"This input was {outcome.answer.get('state')} before."
            raise Refused(status=409, title="Not in quarantine", detail=detail)
        if not outcome.repeated:
            self._ended.labels(how).inc()
            log.info("quarantine.ended", input=input, how=how, by=actor)
        return outcome.answer

    async def round(self) -> None:
        """Lets expire what nobody looked at, and counts what waits."""
        now = datetime.now(UTC)
        for input in await self._store.expired(now, limit=200):
            try:
                await self.end(input, "expired", actor="system", at=now)
            except Refused:  # somebody was faster
                continue
        self._waiting.set(await self._store.count())
