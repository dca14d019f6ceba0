"""Whatever the order and however often the events come, the ticket ends the same."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing import rules
from services.routing.assignment.choice import choose
from services.routing.assignment.standing import Standing
from services.routing.classification.ruleset import Classification
from services.routing.outcome import TICKETS, conclude
from services.routing.step import Step
from services.routing.ticket import PRIORITIES, Ticket
from shared.change import Update
from shared.envelope import Event
from shared.events import TicketEscalated, TicketOpened, TicketStatusChanged
from tests.unit.routing.samples import NOW, escalated, opened, organisation, status_changed, ticket_id

COMPANY = organisation()
FOUND = Classification("technical", "normal", "support", by="rules")
STATUSES = ["new", "open", "pending_customer", "on_hold", "resolved", "closed", "spam"]


def deliver(history: list[Event]) -> tuple[Ticket, list[Event]]:
    """The pure rules as the handlers run them; every agent's load is as given by their name."""
    ticket, told = Ticket(id=ticket_id()), []
    standings = {name: Standing(tickets={"email": len(name)}) for name in COMPANY.agents}
    for event in history:
        step = _step(ticket, event)
        wish = step.after.wish()
        choice = choose(COMPANY, wish, standings=standings, at=NOW) if step.after.opened else None
        change, _ = conclude(step, cause=event, choice=choice, time=NOW)
        told += change.events
        for write in change.writes:
            if isinstance(write, Update) and write.collection == TICKETS:
                assert write.version == ticket.version
                ticket = Ticket.model_validate({**write.set, "id": write.id, "version": write.version + 1})
    return ticket, told


def _step(ticket: Ticket, event: Event) -> Step:
    match event:
        case TicketOpened():
            return rules.opened(ticket, event, FOUND, COMPANY)
        case TicketStatusChanged():
            return rules.status_changed(ticket, event)
        case TicketEscalated():
            return rules.escalated(ticket, event, COMPANY)
    raise AssertionError(event.type)


@st.composite
def histories(draw: Any) -> tuple[list[Event], list[Event]]:
    """What happened, as it happened; and the same shuffled, with repeats."""
    told: list[Event] = [opened()]
    previous = "new"
    for version, status in enumerate(draw(st.lists(st.sampled_from(STATUSES), max_size=5)), start=2):
        told.append(status_changed(version, previous, status))
        previous = status
    teams = st.sampled_from([None, "support", "technical", "management"])
    escalations = draw(st.lists(st.tuples(teams, st.sampled_from([None, *PRIORITIES])), max_size=4))
    for version, (team, priority) in enumerate(escalations, start=1):
        told.append(escalated(version, team=team, priority=priority, level=version))
    repeats = draw(st.lists(st.sampled_from(told), max_size=6))
    return told, draw(st.permutations(told + repeats))


@given(histories())
@settings(max_examples=250, deadline=None)
def test_any_order_and_repetition_ends_in_the_same_status_priority_and_team(
    history: tuple[list[Event], list[Event]],
) -> None:
    (straight, first), (shuffled, second) = deliver(history[0]), deliver(history[1])
    assert _ending(straight) == _ending(shuffled)
    assert _last_told(first) == _last_told(second) == _ending(shuffled)[2:]


@given(histories())
@settings(max_examples=100, deadline=None)
def test_routing_counts_its_facts_without_gap_or_repeat(history: tuple[list[Event], list[Event]]) -> None:
    ticket, told = deliver(history[1])
    assert [event.ticketversion for event in told] == list(range(1, ticket.stated + 1))
    assert len({event.id for event in told}) == len(told)


@given(histories())
@settings(max_examples=100, deadline=None)
def test_a_second_copy_of_any_event_right_after_the_first_changes_nothing(
    history: tuple[list[Event], list[Event]],
) -> None:
    twice = [event for event in history[1] for _ in range(2)]
    assert deliver(history[1]) == deliver(twice)


def _ending(ticket: Ticket) -> tuple[Any, ...]:
    return (ticket.status, ticket.active, ticket.category, ticket.priority, ticket.team)


def _last_told(events: list[Event]) -> tuple[Any, ...]:
    latest = [event.data for event in events if event.type == "ticket.classified.v1"][-1]  # type: ignore[attr-defined]
    return (latest.category, latest.priority, latest.team)
