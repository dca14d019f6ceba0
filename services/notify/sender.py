"""Finds what is due and has it sent, many at a time."""

import asyncio
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry, Gauge

from services.notify.delivery import Delivery
from services.notify.store import Store
from shared.logs import told

log = structlog.get_logger()
STOP_SECONDS = 20.0


class Sender:
    """`run()` again and again until `stop()`; `wake()` after a commit that may have made something due."""

    def __init__(
        self,
        store: Store,
        delivery: Delivery,
        *,
        concurrency: int,
        lease: timedelta,
        poll_seconds: float,
        registry: CollectorRegistry,
    ) -> None:
        self._store, self._delivery = store, delivery
        self._lease, self._poll_seconds = lease, poll_seconds
        self._free = asyncio.Semaphore(concurrency)
        self._woken = asyncio.Event()
        self._woken.set()  # the first round is at once
        self._stopping = False
        self._running: set[asyncio.Task[None]] = set()
        self._queued = Gauge("kartica_notifications_queued", "Notifications that are not finished", registry=registry)
        self._oldest = Gauge(
            "kartica_notifications_oldest_seconds", "Age of the oldest unfinished notification", registry=registry
        )

    def wake(self) -> None:
        """Has `run` look at once for what is due."""
        self._woken.set()

    async def run(self) -> None:
        """Waits until it is woken or the poll interval is over, then sends what is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await self._woken.wait()
        self._woken.clear()
        while not self._stopping and await self._start_one():
            pass

    async def stop(self) -> None:
        """Takes nothing new and waits until what is under way has ended."""
        self._stopping = True
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_SECONDS)

    async def measure(self) -> None:
        """Sets the gauges."""
        count, oldest = await self._store.backlog()
        self._queued.set(count)
        self._oldest.set((datetime.now(UTC) - oldest).total_seconds() if oldest else 0)

    async def _start_one(self) -> bool:
        await self._free.acquire()
        claimed = None
        try:
            now = datetime.now(UTC)
            claimed = await self._store.claim(now=now, until=now + self._lease, lease=secrets.token_hex(8))
        finally:
            if claimed is None:
                self._free.release()
        if claimed is None:
            return False
        task = asyncio.create_task(self._delivery.send(claimed))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            # The notification stays claimed; when its lease is over it is sent by whoever finds it.
            log.error("notification.abandoned", error=told(error))
