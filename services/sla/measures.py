"""What sla tells Prometheus."""

from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.sla.store import Store
from shared.events import Clock as ClockName

LATENESS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 86_400)


class Measures:
    """Counters of what was announced by this process, and how much is running in all."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._breaches = Counter("sla_breaches", "Breaches announced", ["clock", "policy"], registry=registry)
        self._lateness = Histogram(
            "sla_due_lateness_seconds",
            "From reached to announced: warnings, breaches and levels",
            buckets=LATENESS,
            registry=registry,
        )
        self._running = Gauge("sla_running_clocks", "Tickets on which the clock runs", ["clock"], registry=registry)

    def fired(self, due_at: datetime, now: datetime) -> None:
        self._lateness.observe(max(0.0, (now - due_at).total_seconds()))

    def breached(self, clock: ClockName, policy: str) -> None:
        self._breaches.labels(clock, policy).inc()

    async def count(self, store: Store) -> None:
        """Asks the database; all replicas show the same."""
        for clock in get_args(ClockName):
            self._running.labels(clock).set(await store.running(clock))
