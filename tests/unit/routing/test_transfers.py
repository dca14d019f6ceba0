"""What handing a ticket over, and giving it back, makes of it."""

from datetime import timedelta

import pytest

from services.routing import rules, transfers
from services.routing.assignment.choice import Choice
from services.routing.ticket import Before, Ticket
from shared.errors import Refused
from tests.unit.routing.deciding import BOJAN, COMPANY, NOBODY, concluded, opened_ticket
from tests.unit.routing.samples import NOW, escalated, transfer

CVETKA = Choice("cvetka", "cvetka 0 of 3: cvetka")
BACK = Choice("ana", "ana had it before and is there", rule="returned")


def handed(ticket: Ticket, choice: Choice = NOBODY, **to: object) -> Ticket:
    command = transfer(**to)
    return concluded(transfers.transferred(ticket, command, COMPANY), command, choice)[0]


def test_a_transfer_to_a_team_chooses_anew_and_tells_the_team_as_classification_too() -> None:
    ticket, command = opened_ticket(), transfer(team="technical")
    ticket, change = concluded(transfers.transferred(ticket, command, COMPANY), command, CVETKA)
    assert [event.type for event in change.events] == ["ticket.classified.v1", "ticket.assigned.v1"]
    assert (ticket.team, ticket.agent, ticket.hops) == ("technical", "cvetka", 1)
    assert ticket.category == "technical"
    assert change.events[1].data.by == "transfer:maja"  # type: ignore[attr-defined]


def test_a_transfer_to_a_person_moves_the_ticket_into_their_team() -> None:
    ticket = handed(opened_ticket(), agent="cvetka")
    assert (ticket.team, ticket.agent) == ("technical", "cvetka")


def test_whoever_waits_keeps_their_place_by_age_when_the_ticket_is_handed_over() -> None:
    ticket = opened_ticket().model_copy(update={"active_since": NOW - timedelta(hours=3)})
    assert handed(ticket, team="technical").waiting_since == NOW - timedelta(hours=3)


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ({}, "Give a team, an agent"),
        ({"team": "sales"}, "Use one of management, support, technical"),
        ({"agent": "nobody"}, "no agent 'nobody'"),
        ({"agent": "cvetka", "team": "support"}, "cvetka is in technical"),
        ({"back": True}, "name a team or an agent"),
        ({"back": True, "team": "technical"}, "leave team and agent out"),
    ],
)
def test_a_transfer_to_nowhere_is_refused_with_what_to_do(to: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        transfers.transferred(opened_ticket(), transfer(**to), COMPANY)
    assert refused.value.status == 422


def test_from_the_third_transfer_on_the_reason_counts_them() -> None:
    ticket = opened_ticket()
    for team in ("technical", "management", "technical"):
        command = transfer(team=team)
        ticket, change = concluded(transfers.transferred(ticket, command, COMPANY), command, NOBODY)
    assert ticket.hops == 3
    assert change.events[-1].data.reasons[0].because == "knows more (handed over 3 times)"  # type: ignore[attr-defined]


def test_a_ticket_goes_back_to_whoever_had_it_before() -> None:
    ticket = handed(opened_ticket(), CVETKA, team="technical")
    assert ticket.previous == Before(team="support", agent="ana")
    step = transfers.transferred(ticket, transfer(back=True), COMPANY)
    assert (step.after.team, step.returns_to, step.placing) == ("support", "ana", "choose")
    ticket = handed(ticket, BACK, back=True)
    assert (ticket.team, ticket.agent, ticket.hops) == ("support", "ana", 2)
    assert ticket.previous == Before(team="technical", agent="cvetka")


def test_it_goes_back_to_the_team_when_the_agent_is_no_member_of_it_any_more() -> None:
    ticket = handed(opened_ticket(), CVETKA, team="technical").model_copy(
        update={"previous": Before(team="support", agent="zala")}
    )
    step = transfers.transferred(ticket, transfer(back=True), COMPANY)
    assert (step.after.team, step.returns_to) == ("support", None)


def test_it_does_not_go_back_to_a_team_that_is_gone() -> None:
    ticket = opened_ticket().model_copy(update={"previous": Before(team="sales", agent=None)})
    with pytest.raises(Refused, match="came from sales"):
        transfers.transferred(ticket, transfer(back=True), COMPANY)


def test_back_into_the_queue_of_the_same_team_means_to_somebody_else() -> None:
    ticket = handed(opened_ticket(NOBODY), agent="ana")
    assert ticket.previous == Before(team="support", agent=None)
    back = handed(ticket, BOJAN, back=True)
    assert (back.agent, back.wish().excluded) == ("bojan", {"ana"})


def test_an_escalation_is_remembered_as_a_hand_over_and_one_within_the_team_is_not() -> None:
    ticket = opened_ticket()
    away, _ = concluded(rules.escalated(ticket, event := escalated(1, team="management"), COMPANY), event, NOBODY)
    assert away.previous == Before(team="support", agent="ana")
    same, _ = concluded(rules.escalated(ticket, event := escalated(1, team="support"), COMPANY), event, NOBODY)
    assert same.previous is None


def test_another_team_knows_nothing_of_who_was_excluded_and_a_person_who_is_named_is_not() -> None:
    ticket = opened_ticket(NOBODY).model_copy(update={"excluded": ("ana", "bojan"), "unanswered": ("ana",)})
    assert handed(ticket, team="technical").excluded == ()
    assert handed(ticket, agent="ana").excluded == ("bojan",)
