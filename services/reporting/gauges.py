"""The gauges of /metrics: computed in the background, so that a scrape costs nothing and sees one moment."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.reporting.lookup import Count, Lookup
from services.reporting.tally import UNKNOWN

MOST_VALUES = 100
"""Of a label whose values come from configuration; what is beyond it counts as `other`."""
OTHER = "other"


class Gauges(Collector):
    """`now` gives the present time."""

    def __init__(self, lookup: Lookup, *, registry: CollectorRegistry, now: Callable[[], datetime]) -> None:
        self._lookup = lookup
        self._now = now
        self._families: Sequence[GaugeMetricFamily] = ()
        registry.register(self)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self._families

    async def compute(self) -> None:
        """Reads a few numbers that are kept ready, and for each team its longest waiting ticket."""
        open_tickets = _bounded(await self._lookup.counts_now("open_tickets"), "team")
        self._families = (
            _gauge("kartica_open_tickets", "Open tickets", ("team", "priority", "status"), open_tickets),
            _gauge(
                "kartica_tickets",
                "All tickets, open or not, by the channel that opened them",
                ("channel",),
                _bounded(await self._lookup.counts_now("tickets"), "channel"),
            ),
            _gauge(
                "kartica_sla_clocks",
                "Cycles of SLA clocks by their present state",
                ("clock", "state"),
                await self._lookup.counts_now("clock_states"),
            ),
            await self._waiting({count.labels["team"] for count in open_tickets} - {OTHER}),
        )

    async def _waiting(self, teams: Iterable[str]) -> GaugeMetricFamily:
        help_text = "Age of the oldest customer's message without an answer"
        family = GaugeMetricFamily("kartica_oldest_waiting_seconds", help_text, labels=("team",))
        for team in sorted(teams):
            since = await self._lookup.oldest_waiting(None if team == UNKNOWN else team)
            family.add_metric((team,), max(0.0, (self._now() - since).total_seconds()) if since else 0.0)
        return family


def _gauge(name: str, help_text: str, labels: Sequence[str], counts: Iterable[Count]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for count in counts:
        family.add_metric([count.labels[label] for label in labels], count.n)
    return family


def _bounded(counts: Sequence[Count], label: str) -> list[Count]:
    """The counts with at most `MOST_VALUES` values of a label: those with the largest numbers, and `other`."""
    sums: dict[str, int] = {}
    for count in counts:
        sums[count.labels[label]] = sums.get(count.labels[label], 0) + count.n
    shown = set(sorted(sums, key=lambda value: (-sums[value], value))[:MOST_VALUES])
    merged: dict[tuple[tuple[str, str], ...], int] = {}
    for count in counts:
        value = count.labels[label] if count.labels[label] in shown else OTHER
        labels = tuple({**count.labels, label: value}.items())
        merged[labels] = merged.get(labels, 0) + count.n
    return [Count(dict(labels), n) for labels, n in merged.items()]
