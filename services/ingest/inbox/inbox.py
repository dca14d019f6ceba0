"""Every input is stored as it came before anybody is told that it arrived, and ends in one visible outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge
from pydantic import ValidationError

from services.ingest.inbox.inputs import Outcome, Pending, Reader, Receipt, Received, State, Waiting
from services.ingest.inbox.store import InputStore
from shared.errors import KarticaError
from shared.parsing import explain

__all__ = ["Inbox", "Outcome", "Reader", "Receipt", "Received", "State"]

MAX_QUEUED = 1000
"""Inputs that wait in memory; more wait in the database only, for the sweeper."""
POLL_SECONDS = 0.2
DRAIN_SECONDS = 10.0
MAX_BACKOFF = 60.0

log = structlog.get_logger()


class Inbox:
    """Takes inputs in, and has them read and decided in the background, `concurrency` at a time.

    An input that nobody finished within `lease` seconds (a process was killed) is taken up again by
    the sweeper of any replica; after `attempts` it is dead, which is visible and can be undone.
    """

    def __init__(
        self,
        store: InputStore,
        handle: Callable[[Waiting], Awaitable[Outcome]],
        *,
        registry: CollectorRegistry,
        concurrency: int = 16,
        lease: float = 15.0,
        attempts: int = 8,
    ) -> None:
        self._store = store
        self._handle = handle
        self._slots = asyncio.Semaphore(concurrency)
        self._lease = timedelta(seconds=lease)
        self._attempts = attempts
        self._running: dict[str, asyncio.Task[None]] = {}
        self._draining = False
        self._received = Counter(
            "kartica_messages_received", "Inputs by channel and result", ["channel", "result"], registry=registry
        )
        self._pending = Gauge("kartica_inputs_pending", "Inputs without an outcome", registry=registry)
        self._oldest = Gauge(
            "kartica_inputs_oldest_pending_seconds", "Age of the longest pending input", registry=registry
        )

    async def receive(self, received: Received) -> Receipt:
        """Stores the input, durably; only then may the channel acknowledge it.

        Raises what the database raises; then nothing is certain, and the channel asks its sender to
        come again. The same input again gives the same receipt.
        """
        (receipt,) = await self.receive_all([received])
        return receipt

    async def receive_all(self, received: Sequence[Received]) -> list[Receipt]:
        """As `receive`, for all inputs of one call in one step; when it raises, some of them may be stored."""
        stored = await self._store.add_all(received, due_at=datetime.now(UTC) + self._lease)
        for one in received:
            if one.input in stored:
                self._begin(one.input)
            else:
                self._received.labels(one.channel, "repeated").inc()
        return [Receipt(one.input, repeated=one.input not in stored) for one in received]

    async def outcome(self, input: str, timeout: float) -> Outcome | None:
        """The outcome of the input, or None when there is none after `timeout` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            found = await self._store.outcome(input)
            remaining = deadline - loop.time()
            if found is not None or remaining <= 0:
                return found
            running = self._running.get(input)
            if running is not None:
                await asyncio.wait({running}, timeout=remaining)
            else:  # another replica has it, or it waits for its next attempt
                await asyncio.sleep(min(POLL_SECONDS, remaining))

    async def sweep(self) -> None:
        """Takes up what was stored and never finished, and measures the backlog."""
        now = datetime.now(UTC)
        for input in await self._store.due(now, limit=100):
            if input in self._running or not self._has_room:
                continue
            waiting = await self._store.begin_again(input, now=now, due_at=now + self._lease)
            if waiting is None:
                continue
            if waiting.attempts > self._attempts:
                await self._give_up(waiting, f"{self._attempts} attempts, and none came to an end")
            else:
                self._begin(input)
        count, since = await self._store.backlog()
        self._pending.set(count)
        self._oldest.set((now - since).total_seconds() if since else 0)

    async def redrive(self, input: str) -> bool:
        """Has a dead input decided again; False when it is not dead."""
        redriven = await self._store.redrive(input, at=datetime.now(UTC) + self._lease)
        if redriven:
            self._begin(input)
        return redriven

    async def drain(self) -> None:
        """Lets what is being decided come to its end; the rest stays pending, for whoever runs then."""
        self._draining = True
        if self._running:
            await asyncio.wait(self._running.values(), timeout=DRAIN_SECONDS)
        for task in list(self._running.values()):
            task.cancel()

    @property
    def _has_room(self) -> bool:
        return not self._draining and len(self._running) < MAX_QUEUED

    def _begin(self, input: str) -> None:
        if not self._has_room or input in self._running:
            return
        task = asyncio.create_task(self._work(input), name=f"input {input}")
        self._running[input] = task
        task.add_done_callback(lambda _: self._running.pop(input, None))

    async def _work(self, input: str) -> None:
        async with self._slots:
            try:
                waiting = await self._store.waiting(input)
                if waiting is not None:
                    await self._attempt(waiting)
            except Exception as error:  # the database is away: the input stays pending
                log.warning("input.interrupted", input=input, error=type(error).__name__)

    async def _attempt(self, waiting: Waiting) -> None:
        channel = waiting.received.channel
        if waiting.is_gone:
            await self._give_up(waiting, "its raw bytes are not there any more: they were redacted, or removed by hand")
            return
        try:
            outcome = await self._handle(waiting)
        except Exception as error:
            await self._failed(waiting, error)
        else:
            self._received.labels(channel, outcome.state).inc()
            log.info(
                "input.decided",
                input=waiting.pending.id,
                channel=channel,
                outcome=outcome.state,
                ticket=outcome.ticket,
                number=outcome.number,
            )

    async def _failed(self, waiting: Waiting, error: Exception) -> None:
        reason = _told(error)
        log.warning("input.failed", input=waiting.pending.id, attempt=waiting.attempts, error=type(error).__name__)
        log.debug("input.failure", input=waiting.pending.id, exc_info=error)
        if waiting.attempts >= self._attempts:
            await self._give_up(waiting, reason)
            return
        seconds = min(2.0 ** (waiting.attempts - 1), MAX_BACKOFF)
        due_at = datetime.now(UTC) + timedelta(seconds=seconds)
        await self._store.note_failure(waiting.pending.id, reason=reason, due_at=due_at)

    async def _give_up(self, waiting: Waiting, reason: str) -> None:
        pending: Pending = waiting.pending
        if await self._store.give_up(pending, reason=reason, at=datetime.now(UTC)):
            self._received.labels(waiting.received.channel, "dead").inc()
            log.error("input.dead", input=pending.id, channel=waiting.received.channel)


def _told(error: Exception) -> str:
    """The error for the ledger, without the message's own content."""
    if isinstance(error, ValidationError):
        return f"ValidationError: {explain(error)}"[:500]
    text = str(error) if isinstance(error, KarticaError) else ""
    return f"{type(error).__name__}: {text}"[:500].removesuffix(": ")
