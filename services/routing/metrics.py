"""What routing counts, with labels that only configuration can make more numerous."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from shared.envelope import Event
from shared.events import TicketAssigned, TicketClassified


class Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._assignments = Counter(
            "kartica_routing_assignments",
            "Tickets given to an agent or a queue, by what did it",
            ["team", "result", "by"],
            registry=registry,
        )
        self._classifications = Counter(
            "kartica_routing_classifications",
            "Decisions about category, priority or team, by what made them",
            ["category", "by"],
            registry=registry,
        )
        self._waiting = Gauge(
            "kartica_routing_queue_tickets", "Tickets that wait for an agent", ["team"], registry=registry
        )

    def count(self, events: Iterable[Event]) -> None:
        """Counts what a change that was committed stated."""
        for event in events:
            if isinstance(event, TicketAssigned):
                self._assignments.labels(event.data.team, event.data.state, _kind(event.data.by)).inc()
            elif isinstance(event, TicketClassified):
                self._classifications.labels(event.data.category, _kind(event.data.by)).inc()

    def show_queue(self, waiting: Mapping[str, int], *, teams: Iterable[str]) -> None:
        for team in teams:
            self._waiting.labels(team).set(waiting.get(team, 0))


def _kind(by: str) -> str:
    """`claim` of `claim:ana`: people's names are no label values."""
    return by.partition(":")[0]
