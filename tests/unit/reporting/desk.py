"""The projections in memory: what the store does with the steps, without a database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from services.reporting.facts import Fact
from services.reporting.projection import project
from services.reporting.tally import Cell, Tally
from services.reporting.ticket import Ticket
from shared.envelope import Event

LJUBLJANA = ZoneInfo("Europe/Ljubljana")


class Desk:
    """Takes events in, in portions, as the projector does."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.rows: dict[str, Ticket] = {}
        self.counts: Tally = Counter()

    @classmethod
    def of(cls, portions: Iterable[Sequence[Event]]) -> "Desk":
        desk = cls()
        for portion in portions:
            desk.take_in(portion)
        return desk

    def take_in(self, events: Sequence[Event]) -> None:
        arrived = {event.id: Fact.of(event) for event in events}
        fresh = [fact for event, fact in arrived.items() if event not in self.facts]
        known: dict[str, list[Fact]] = {}
        for fact in self.facts.values():
            known.setdefault(fact.subject, []).append(fact)
        projected = project(known, fresh, zone=LJUBLJANA)
        self.facts.update({fact.id: fact for fact in fresh})
        self.rows.update({ticket.id: ticket for ticket in projected.tickets})
        self.counts.update(projected.counts)
        self.counts = Counter({cell: n for cell, n in self.counts.items() if n})

    def row(self) -> Ticket:
        """The only ticket there is."""
        (ticket,) = self.rows.values()
        return ticket

    def count(self, figure: str, **labels: str) -> int:
        """The number of a figure over all days, of the cells that have these labels."""
        return sum(n for cell, n in self.counts.items() if cell.figure == figure and _has(cell, labels))


def _has(cell: Cell, labels: dict[str, str]) -> bool:
    return labels.items() <= dict(cell.labels).items()
