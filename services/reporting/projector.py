"""Reads the history stream and keeps the projections true to it, exactly once, one replica at a time."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from services.reporting import steps
from services.reporting.arrivals import read
from services.reporting.facts import Arrival
from services.reporting.steps import Step
from services.reporting.store import State, Store
from shared.errors import KarticaError
from shared.history import BATCH, Entry, History
from shared.logs import told
from shared.mongo import PyMongoError
from shared.tasks import end

VERSION = 1
"""Of what rows and counts are made of; a new one rebuilds them."""
LEASE = timedelta(seconds=5)
UNREADABLE = 10.0
"""Seconds without the stream after which the replica is not ready."""

log = structlog.get_logger()


class Projector:
    """`holder` tells this replica from the others."""

    def __init__(
        self, store: Store, history: History, *, zone: tzinfo, holder: str, registry: CollectorRegistry
    ) -> None:
        self._store = store
        self._history = history
        self._zone = zone
        self._holder = holder
        self._made_by = made_by(zone)
        self._most = BATCH
        self._state: State | None = None
        self._task: asyncio.Task[None] | None = None
        self._holding = False
        self._following = False
        self._pending: datetime | None = None
        self._caught_up = time.monotonic()
        self._projected = Counter(
            "kartica_events_projected", "Events taken into the projections", ["type"], registry=registry
        )
        self._repeated = Counter(
            "kartica_events_repeated", "Events of the stream that had been projected before", registry=registry
        )
        self._odd = Counter("kartica_odd_events", "Entries of the stream that are no known event", registry=registry)
        self._lag = Gauge("kartica_read_model_lag_seconds", "How far the projections are behind", registry=registry)
        self._active = Gauge("kartica_projecting", "1 in the replica that projects", registry=registry)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._history.follow(self._next_offset, self._take_in), name="projector")

    async def stop(self) -> None:
        await self._interrupt()
        if self._holding:
            self._holding = False
            await self._store.release_lease(self._holder)

    async def tend(self) -> None:
        """Keeps the lease, and begins again when it is lost or a rebuild was asked for; called every second."""
        if self._task is None:
            return
        if self._holding and not await self._hold():
            await self._restart("the lease was lost")
        elif self._following and (await self._store.state(made_by=self._made_by)).phase != "follow":
            await self._restart("a rebuild was asked for")
        self._active.set(self._holding)
        self._lag.set(self.lag(datetime.now(UTC)))

    async def trouble(self) -> str | None:
        """For /readyz: what is wrong when this replica ought to read the stream and can't."""
        unread = time.monotonic() - self._caught_up
        if self._following and not self._history.connected and unread > UNREADABLE:
            return f"the history stream could not be read for {unread:.0f} s"
        return None

    def lag(self, now: datetime) -> float:
        """Seconds, as the dictionary defines read_model_lag."""
        if self._pending is not None:
            return max(0.0, (now - self._pending).total_seconds())
        if self._holding and not (self._following and self._history.connected):
            return time.monotonic() - self._caught_up
        self._caught_up = time.monotonic()
        return 0.0

    async def _next_offset(self) -> int:
        self._following, self._pending = False, None
        while not await self._hold():  # noqa: ASYNC110  another process ends it
            await asyncio.sleep(1)
        state = await self._store.state(made_by=self._made_by)
        if state.made_by != self._made_by:
            log.info("projections.outdated", made_by=state.made_by, wanted=self._made_by)
            state = await self._store.ask_rebuild(made_by=self._made_by)
        while state.phase != "follow":
            state = await self._commit(state, await steps.rebuild(self._store, state, zone=self._zone))
        self._state, self._following = state, True
        log.info("projections.following", offset=state.offset)
        return state.offset

    async def _take_in(self, entries: Sequence[Entry]) -> None:
        for portion in steps.portions(entries, most=self._most):
            self._pending = _time_of(portion[0])
            try:
                await self._project(portion)
            except (KarticaError, PyMongoError, OSError, TimeoutError):
                self._most = max(1, len(portion) // 2)  # perhaps it is too much for one transaction
                raise
            self._most = min(BATCH, 2 * self._most)
        self._pending = None

    async def _project(self, portion: Sequence[Entry]) -> None:
        assert self._state is not None, "the history asks for an offset first"
        try:
            step = await steps.take_in(self._store, self._state, portion, zone=self._zone)
            self._state = await self._commit(self._state, step)
        except (KarticaError, PyMongoError, OSError, TimeoutError):
            raise
        except Exception as error:
            await self._one_by_one(portion, error)

    async def _one_by_one(self, portion: Sequence[Entry], error: Exception) -> None:
        """Finds the entry that this version has a fault with, and sets it aside: the others must not wait for it."""
        if len(portion) > 1:
            for entry in portion:
                await self._project([entry])
            return
        assert self._state is not None
        log.error("projection.failed", offset=portion[0].offset, error=told(error), exc_info=error)
        self._state = await self._commit(self._state, steps.set_aside(self._state, portion[0], error))

    async def _commit(self, before: State, step: Step) -> State:
        await self._store.commit(before, step.after, step.writes)
        self._repeated.inc(step.repeated)
        for arrival in step.writes.kept:
            self._projected.labels(arrival.fact.type).inc()
        for odd in step.writes.odd:
            self._odd.inc()
            log.warning("history.odd", offset=odd.offset, reason=odd.reason)
        return step.after

    async def _hold(self) -> bool:
        self._holding = await self._store.hold_lease(self._holder, now=datetime.now(UTC), lasts=LEASE)
        return self._holding

    async def _interrupt(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            await end(task)
        self._following = False

    async def _restart(self, why: str) -> None:
        log.info("projector.restarted", because=why)
        await self._interrupt()
        await self.start()


def made_by(zone: tzinfo) -> str:
    """What the rows and counts depend on beside the events; when it differs they are made anew."""
    return f"version {VERSION}, {zone}"


def _time_of(entry: Entry) -> datetime:
    item = read(entry)
    return item.fact.time if isinstance(item, Arrival) else datetime.now(UTC)
