"""What each event and command makes of a ticket."""

from datetime import timedelta

import pytest

from services.routing import rules
from services.routing.assignment.choice import Choice
from services.routing.corrections import corrected
from services.routing.outcome import conclude
from shared.change import NOTHING
from shared.errors import Permanent, Refused
from shared.events import Reason, TicketAssigned, TicketClassified
from tests.unit.routing.deciding import ANA, BOJAN, CATEGORIES, COMPANY, FOUND, NOBODY, blank, concluded, opened_ticket
from tests.unit.routing.samples import NOW, correction, escalated, opened, status_changed


def test_an_opened_ticket_is_classified_and_assigned_in_one_change_with_reasons() -> None:
    event = opened()
    ticket, change = concluded(rules.opened(blank(), event, FOUND, COMPANY), event, ANA)
    classified, assigned = change.events
    assert isinstance(classified, TicketClassified)
    assert isinstance(assigned, TicketAssigned)
    assert (classified.ticketversion, assigned.ticketversion) == (1, 2)
    assert {classified.causationid, assigned.causationid} == {event.id}
    assert classified.data.reasons == FOUND.reasons
    assert (assigned.data.state, assigned.data.agent, assigned.data.by) == ("assigned", "ana", "least_loaded")
    assert assigned.data.reasons == (Reason(rule="least_loaded", because="ana 2 of 10, bojan 3 of 10: ana"),)
    assert (ticket.agent, ticket.stated, ticket.active) == ("ana", 2, True)


def test_with_nobody_free_it_waits_since_the_message_came_in() -> None:
    ticket = opened_ticket(NOBODY)
    assert (ticket.state, ticket.agent, ticket.waiting, ticket.waiting_since) == ("queued", None, True, NOW)
    assert ticket.waiting_because == NOBODY.because


def test_what_was_kept_of_a_cause_holds_nothing_of_the_message() -> None:
    assert "data" not in (opened_ticket().cause or {})


def test_a_ticket_leaves_the_queue_as_a_consequence_of_what_put_it_there() -> None:
    waiting = opened_ticket(NOBODY)
    ticket, change = concluded(rules.drained(waiting), waiting.latest_cause(), BOJAN)
    assert (ticket.state, ticket.agent, ticket.waiting_since) == ("assigned", "bojan", None)
    assert change.events[0].causationid == opened().id
    assert change.events[0].ticketversion == waiting.stated + 1


def test_only_the_latest_status_counts() -> None:
    ticket = opened_ticket()
    ticket, _ = concluded(rules.status_changed(ticket, event := status_changed(5, "open", "resolved")), event)
    late = status_changed(3, "new", "open")
    assert conclude(rules.status_changed(ticket, late), cause=late, choice=None, time=NOW) == (NOTHING, ticket)
    assert (ticket.status, ticket.active) == ("resolved", False)


def test_a_status_before_the_opening_is_kept_and_counts_then() -> None:
    early = status_changed(3, "open", "resolved")
    ticket, change = concluded(rules.status_changed(blank(), early), early)
    assert not change.events
    ticket, _ = concluded(rules.opened(ticket, event := opened(), FOUND, COMPANY), event, ANA)
    assert (ticket.status, ticket.status_version, ticket.agent) == ("resolved", 3, "ana")


@pytest.mark.parametrize(
    ("previous", "placing"), [("resolved", "keep_if_room"), ("pending_customer", "keep_if_theirs")]
)
def test_work_that_comes_back_asks_for_its_owner(previous: str, placing: str) -> None:
    ticket = opened_ticket()
    ticket, _ = concluded(rules.status_changed(ticket, event := status_changed(2, "open", previous)), event)
    back = status_changed(3, previous, "open")
    step = rules.status_changed(ticket, back)
    assert step.placing == placing
    kept, change = concluded(step, back, Choice("ana", "stays with ana", rule="owner"))
    assert (kept.agent, kept.active, change.events) == ("ana", True, ())
    moved, change = concluded(step, back, BOJAN)
    assert moved.agent == "bojan"
    assert change.events[0].data.previous_agent == "ana"  # type: ignore[attr-defined]


def test_an_escalation_raises_the_priority_and_hands_the_ticket_over() -> None:
    ticket, event = opened_ticket(), escalated(1, team="management", priority="urgent")
    maja = Choice("maja", "maja 0 of 20: maja", rule="least_loaded")
    ticket, change = concluded(rules.escalated(ticket, event, COMPANY), event, maja)
    classified, assigned = change.events
    assert isinstance(classified, TicketClassified)
    assert isinstance(assigned, TicketAssigned)
    assert (classified.data.priority, classified.data.team, classified.data.by) == (
        "urgent",
        "management",
        "escalation",
    )
    assert classified.data.reasons[0] == Reason(rule="escalation level 1", because="first response is overdue")
    assert (assigned.data.agent, assigned.data.previous_agent, assigned.data.by) == ("maja", "ana", "escalation")
    assert assigned.data.previous_team == "support"


def test_an_escalation_never_lowers_the_priority() -> None:
    ticket, event = opened_ticket(priority="urgent"), escalated(1, priority="high")
    ticket, change = concluded(rules.escalated(ticket, event, COMPANY), event)
    assert (ticket.priority, change.events) == ("urgent", ())


def test_an_escalation_to_the_team_that_has_it_leaves_it_with_its_owner_and_says_so() -> None:
    ticket, event = opened_ticket(), escalated(1, team="support")
    step = rules.escalated(ticket, event, COMPANY)
    assert step.placing == "keep_if_there"
    kept, change = concluded(step, event, Choice("ana", "stays with ana", rule="owner"))
    assert [reason.rule for reason in change.events[0].data.reasons] == ["escalation level 1", "owner"]  # type: ignore[attr-defined]
    assert kept.assigned_at == ticket.assigned_at


def test_an_escalation_to_a_team_that_is_not_configured_is_parked() -> None:
    with pytest.raises(Permanent, match="escalated to team 'third_level'"):
        rules.escalated(opened_ticket(), escalated(1, team="third_level"), COMPANY)


def test_a_persons_correction_stays_and_may_lower_the_priority() -> None:
    ticket = opened_ticket().model_copy(update={"raised": "urgent"})
    command = correction(category="billing", priority="low", tags=("refund",))
    ticket, change = concluded(corrected(ticket, command, CATEGORIES, COMPANY), command)
    assert (ticket.category, ticket.priority, ticket.tags, ticket.team) == ("billing", "low", ("refund",), "support")
    assert change.events[0].data.by == "agent:maja"  # type: ignore[attr-defined]
    ticket, _ = concluded(rules.escalated(ticket, event := escalated(9, priority="high"), COMPANY), event)
    assert (ticket.category, ticket.priority) == ("billing", "high")


def test_a_correction_to_an_unknown_category_or_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="Use one of billing, general"):
        corrected(opened_ticket(), correction(category="bilings"), CATEGORIES, COMPANY)
    with pytest.raises(Refused, match="Give a category"):
        corrected(opened_ticket(), correction(), CATEGORIES, COMPANY)


def test_waiting_goes_on_since_the_beginning_when_a_waiting_ticket_is_escalated() -> None:
    waiting, event = opened_ticket(NOBODY), escalated(9, team="technical")
    ticket, _ = concluded(rules.escalated(waiting, event, COMPANY), event, NOBODY)
    assert (ticket.team, ticket.waiting_since) == ("technical", NOW)
    assert event.time > NOW + timedelta(seconds=1)
