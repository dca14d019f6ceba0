"""Weighs what comes in against the rates of its sender, and closes breakers when it has become quiet."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.ingest.breakers import rules as breakers
from services.ingest.breakers.rules import Breaker, Limits, Track, Weighed
from services.ingest.breakers.store import BreakerStore
from services.ingest.conversation.threading import Join, Placement
from services.ingest.tickets.messages import Arrived
from shared.change import NOTHING, Change
from shared.envelope import Envelope
from shared.once import Once

SCOPES = ("thread", "sender", "domain", "ticket")
_LOOPS = frozenset({"email", "sms"})
"""Channels whose messages may be a robot's answers to those of this desk. In a chat ten lines are a minute."""


class BreakerWatch:
    """One look before each decision, in few reads; what it leads to goes into the decision's own change."""

    def __init__(
        self, once: Once, store: BreakerStore, *, limits: Limits, secret: bytes, registry: CollectorRegistry
    ) -> None:
        self._once = once
        self._store = store
        self._limits = limits
        self._secret = secret
        self._stopped = Counter(
            "kartica_loops_suppressed",
            "Decisions that a message is not answered, or wakes no ticket, because of its rate",
            ["scope"],
            registry=registry,
        )
        self._open = Gauge("kartica_breakers_open", "Rate breakers that are open", ["scope"], registry=registry)

    async def weighed(self, arrived: Arrived, placement: Placement, *, cause: Envelope, at: datetime) -> Weighed:
        """The message as it is to be decided on. A machine's is left as it is."""
        if arrived.message.machine is not None:
            return Weighed(arrived)
        if isinstance(placement, Join):
            weighed = await self._joining(arrived, placement, cause=cause, at=at)
        else:
            tracks = breakers.tracks(arrived, self._limits, secret=self._secret)
            seen = await self._store.seen(tracks, input_id=arrived.input, at=arrived.received_at)
            weighed = breakers.weigh_opening(arrived, seen, cause=cause, at=at)
        if weighed.stopped is not None:
            self._stopped.labels(weighed.stopped).inc()
        return weighed

    async def sweep(self) -> None:
        """Closes the breakers that nothing keeps open any more."""
        for track, breaker in await self._store.quiet(now=datetime.now(UTC)):
            await self._close(track, breaker)
        found = await self._store.open_by_scope()
        for scope in SCOPES:
            self._open.labels(scope).set(found.get(scope, 0))

    async def _joining(self, arrived: Arrived, placement: Join, *, cause: Envelope, at: datetime) -> Weighed:
        sender = arrived.message.sender.email or ""
        if arrived.origin.channel not in _LOOPS or not sender:
            return Weighed(arrived)
        track = breakers.ticket_track(placement.ticket.id, self._limits)
        seen = await self._store.in_ticket(track, sender=sender, at=arrived.received_at)
        return breakers.weigh_joining(arrived, seen, cause=cause, at=at)

    async def _close(self, track: Track, breaker: Breaker) -> None:
        now = datetime.now(UTC)
        cause = Envelope(
            id=f"{track.id}:{breaker.version}",
            source="kartica/ingest",
            type="breaker.quiet",
            time=now,
            correlationid=track.id,
            causationid=track.id,
            depth=0,
            actor="system",
            machine=True,
        )

        async def decide() -> Change:
            current = await self._store.breaker(track)
            if current != breaker:
                return NOTHING
            return breakers.closing(track, breaker, cause=cause, at=now)

        await self._once.handle(f"ingest.breaker:{track.id}:{breaker.version}", track.id, decide, wait_sent=False)
