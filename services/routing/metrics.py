"""What routing counts, with labels that only configuration can make more numerous."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.routing.manual import CHERRY_PICK
from services.routing.transfers import MANY_HOPS
from shared.envelope import Event
from shared.events import TicketAssigned, TicketAssignedData, TicketClassified, TicketOffered


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
        self._offers = Counter(
            "kartica_routing_offers", "Offers made, and what became of them", ["team", "state"], registry=registry
        )
        self._hops = Counter(
            "kartica_routing_hops",
            "Times that a person or a rule handed a ticket to a team",
            ["team"],
            registry=registry,
        )
        self._ping_pong = Counter(
            "kartica_routing_ping_pong",
            "Times that a ticket was handed over which had been handed over twice or more before",
            ["team"],
            registry=registry,
        )
        self._cherry_picks = Counter(
            "kartica_routing_cherry_picks",
            "Tickets claimed although others that the agent could have taken ranked before them",
            ["team"],
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
                self._count_by_people(event.data)
            elif isinstance(event, TicketOffered):
                self._offers.labels(event.data.team, event.data.state).inc()
            elif isinstance(event, TicketClassified):
                self._classifications.labels(event.data.category, _kind(event.data.by)).inc()

    def _count_by_people(self, told: TicketAssignedData) -> None:
        by_rule = told.by == "rules" and told.previous_team not in (None, told.team)
        if _kind(told.by) == "transfer" or by_rule:
            self._hops.labels(told.team).inc()
            if told.hops >= MANY_HOPS:
                self._ping_pong.labels(told.team).inc()
        if any(reason.rule == CHERRY_PICK for reason in told.reasons):
            self._cherry_picks.labels(told.team).inc()

    def show_queue(self, waiting: Mapping[str, int], *, teams: Iterable[str]) -> None:
        for team in teams:
            self._waiting.labels(team).set(waiting.get(team, 0))
            for rare in (self._hops, self._ping_pong, self._cherry_picks):
                rare.labels(team)  # from 0 on, so that the first one is an increase


def _kind(by: str) -> str:
    """`claim` of `claim:ana`: people's names are no label values."""
    return by.partition(":")[0]
