"""What the facts of one subject add to the counts: reports are sums of these, and nothing else is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from services.reporting.facts import Fact
from services.reporting.notifications import notifications
from services.reporting.ticket import Ticket

NOW = "now"
"""Stands where a day stands, in counts of how things are and not of when they happened."""
UNKNOWN = "none"
FACETS = ("channel", "category", "team", "agent", "status", "priority", "language")


class Cell(NamedTuple):
    """One number of one figure: of a day, for one combination of labels (name and value, in the figure's order)."""

    figure: str
    day: str
    labels: tuple[tuple[str, str], ...]


Tally = Counter[Cell]


def tally(facts: Sequence[Fact], ticket: Ticket | None, *, zone: tzinfo) -> Tally:
    """All that these facts count for; `ticket` is their fold."""
    cells: Tally = Counter()
    if ticket is not None:
        cells.update(_ticket(ticket, zone))
        cells.update(_clocks(ticket, zone))
    for fact in facts:
        if fact.type == "ticket.escalated.v1":
            cells[_cell("escalations", day(fact.time, zone), level=str(fact.content["level"]))] += 1
        elif fact.type == "message.suppressed.v1":
            labels = {"channel": fact.content["channel"], "reason": fact.content["reason"]}
            cells[_cell("suppressed_messages", day(fact.time, zone), **labels)] += 1
    cells.update(_notifications(facts, zone))
    return cells


def difference(before: Tally, after: Tally) -> Tally:
    """What must be added to the counts so that they hold `after` where they held `before`."""
    changed = Counter(after)
    changed.subtract(before)
    return Counter({cell: n for cell, n in changed.items() if n})


def day(at: datetime, zone: tzinfo) -> str:
    """The calendar day (ISO 8601) of an instant, in the time zone of the reports."""
    return at.astimezone(zone).date().isoformat()


def _cell(figure: str, on: str, **labels: str | None) -> Cell:
    return Cell(figure, on, tuple((name, value or UNKNOWN) for name, value in labels.items()))


def _ticket(ticket: Ticket, zone: tzinfo) -> Iterator[Cell]:
    opened = day(ticket.opened_at, zone)
    yield _cell("tickets_opened", opened)
    for facet in FACETS:
        yield _cell(f"tickets_opened_by_{facet}", opened, **{facet: getattr(ticket, facet)})
    yield _cell("tickets", NOW, channel=ticket.channel)
    if ticket.is_open:
        yield _cell("open_tickets", NOW, team=ticket.team, priority=ticket.priority, status=ticket.status)


def _clocks(ticket: Ticket, zone: tzinfo) -> Iterator[Cell]:
    for clock in ticket.cycles:
        labels = {"clock": clock.clock, "policy": clock.policy, "state": clock.state}
        yield _cell("sla_clocks", day(clock.counted_at, zone), **labels)
        yield _cell("clock_states", NOW, clock=clock.clock, state=clock.state)


def _notifications(facts: Iterable[Fact], zone: tzinfo) -> Iterator[Cell]:
    for told in notifications(facts):
        yield _cell("notifications", day(told.at, zone), kind=told.kind, channel=told.channel, state=told.state)
