"""Neither order nor repetition nor portions change what the projections hold (hypothesis)."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.projection import project
from shared.envelope import Event
from tests.histories import deliveries, desks
from tests.unit.reporting.desk import LJUBLJANA, Desk

THOROUGH = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def _arrivals(draw: st.DrawFn) -> tuple[Sequence[Event], list[list[Event]]]:
    events = draw(desks())
    return events, draw(deliveries(events))


@THOROUGH
@given(_arrivals())
def test_any_order_repetition_and_portion_give_the_same_rows_and_counts(arrivals: Any) -> None:
    events, portions = arrivals
    ordered, shuffled = Desk.of([events]), Desk.of(portions)
    assert shuffled.rows == ordered.rows
    assert shuffled.counts == ordered.counts


@THOROUGH
@given(desks())
def test_one_event_at_a_time_gives_the_same_as_all_at_once(events: Sequence[Event]) -> None:
    assert Desk.of([[event] for event in events]).counts == Desk.of([events]).counts


@THOROUGH
@given(desks(), st.data())
def test_a_second_copy_of_everything_changes_nothing(events: Sequence[Event], data: st.DataObject) -> None:
    desk = Desk.of([events])
    rows, counts = dict(desk.rows), dict(desk.counts)
    desk.take_in(data.draw(st.permutations(list(events))))
    assert (desk.rows, desk.counts) == (rows, counts)


@THOROUGH
@given(desks())
def test_the_counts_add_up(events: Sequence[Event]) -> None:
    desk = Desk.of([events])
    tickets = len(desk.rows)
    for facet in ("channel", "category", "team", "agent", "status", "priority", "language"):
        assert desk.count(f"tickets_opened_by_{facet}") == tickets
    assert desk.count("tickets_opened") == desk.count("tickets") == tickets
    assert desk.count("open_tickets") == sum(ticket.is_open for ticket in desk.rows.values())
    assert desk.count("sla_clocks") == sum(len(ticket.cycles) for ticket in desk.rows.values())
    assert all(n > 0 for n in desk.counts.values())


def test_nothing_new_projects_to_nothing() -> None:
    projected = project({}, [], zone=LJUBLJANA)
    assert (projected.tickets, dict(projected.counts)) == ((), {})
