"""A ticket is offered to one after the other until somebody takes it, and nobody loses sight of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.routing import manual, rules, transfers
from services.routing.assignment import offers
from services.routing.assignment.choice import Choice
from services.routing.outcome import conclude
from services.routing.step import Step, Terms
from services.routing.ticket import Ticket
from shared.change import Change, Update
from shared.errors import Refused
from shared.events import TicketAssigned, TicketOffered
from tests.unit.routing.deciding import ANA, BOJAN, COMPANY, FOUND, NOBODY, blank, concluded, opened_ticket
from tests.unit.routing.samples import NOW, claim, decline, escalated, opened, status_changed, transfer

WITHIN = timedelta(seconds=45)
OFFERING = Terms(offer_within=WITHIN)
UNTIL = NOW + WITHIN


def offered() -> Ticket:
    """On offer to ana."""
    return opened_ticket(terms=OFFERING)


def ended(ticket: Ticket, step: Step | None, choice: Choice | None, *, at: datetime = NOW) -> tuple[Ticket, Change]:
    assert step is not None
    return concluded(step, ticket.latest_cause(), choice, at=at, terms=OFFERING)


def expired(ticket: Ticket, choice: Choice = NOBODY, *, at: datetime = UNTIL) -> tuple[Ticket, Change]:
    return ended(ticket, offers.expired(ticket, at=at), choice, at=at)


def told(change: Change) -> list[tuple[Any, ...]]:
    """Who was offered or assigned what, in the order in which it was said."""
    return [
        (event.data.state, event.data.agent)
        for event in change.events
        if isinstance(event, (TicketOffered, TicketAssigned))
    ]


def test_it_waits_for_the_world_and_is_the_load_of_whom_it_is_offered_to() -> None:
    waiting = opened_ticket(NOBODY)
    ticket, change = ended(waiting, rules.drained(waiting), ANA)
    assert told(change) == [("offered", "ana")]
    assert (ticket.state, ticket.agent, ticket.holder, ticket.waiting) == ("queued", None, "ana", True)
    assert ticket.waiting_because == "offered to ana until 09:00:45 UTC"
    assert ticket.offer is not None
    assert ticket.offer.until == UNTIL


def test_one_that_did_not_wait_before_is_told_to_wait_and_why() -> None:
    event = opened()
    change, _ = conclude(
        rules.opened(blank(), event, FOUND, COMPANY), cause=event, choice=ANA, time=NOW, terms=OFFERING
    )
    assert told(change) == [("queued", None), ("offered", "ana")]
    assigned = next(one for one in change.events if isinstance(one, TicketAssigned))
    assert [reason.because for reason in assigned.data.reasons] == [ANA.because, "ana is asked first"]


def test_an_offer_takes_the_agents_room_by_the_version_that_the_choice_was_made_of() -> None:
    waiting, guarded = opened_ticket(NOBODY), Choice("ana", "ana 2 of 10: ana", rule="least_loaded", guard=7)
    _, change = ended(waiting, rules.drained(waiting), guarded)
    assert [write.version for write in change.writes if isinstance(write, Update) and write.id == "ana"] == [7]


def test_accepting_within_the_time_makes_it_theirs_without_weighing_twice() -> None:
    ticket, command = offered(), claim("ana", lease=600)
    at = UNTIL - timedelta(milliseconds=1)
    ticket, change = concluded(manual.claimed(ticket, command, COMPANY, at=at), command, at=at, terms=OFFERING)
    assert told(change) == [("accepted", "ana"), ("assigned", "ana")]
    assert change.events[1].data.by == "offer:ana"  # type: ignore[attr-defined]
    assert (ticket.agent, ticket.offer, ticket.state) == ("ana", None, "assigned")
    assert ticket.lease is not None
    assert not [write for write in change.writes if write.collection == "agents"]  # type: ignore[union-attr]


def test_too_late_is_too_late_for_whom_it_was_offered_to_and_then_anybody_else_may_claim() -> None:
    ticket = offered()
    with pytest.raises(Refused, match=r"ended at 09:00:45 UTC") as refused:
        manual.claimed(ticket, claim("ana"), COMPANY, at=UNTIL)
    assert refused.value.status == 409
    command = claim("bojan")
    ticket, change = concluded(manual.claimed(ticket, command, COMPANY, at=UNTIL), command, at=UNTIL)
    assert told(change) == [("expired", "ana"), ("assigned", "bojan")]
    told_of = change.events[1].data
    assert told_of.by == "claim:bojan"  # type: ignore[attr-defined]
    assert [reason.rule for reason in told_of.reasons] == ["offer_expired", "claim"]  # type: ignore[attr-defined]


def test_others_are_told_whose_offer_it_is_and_until_when() -> None:
    with pytest.raises(Refused, match=r"offered to ana until 09:00:45 UTC") as refused:
        manual.claimed(offered(), claim("bojan"), COMPANY, at=NOW)
    assert refused.value.status == 409


def test_a_transfer_wins_over_an_offer() -> None:
    command = transfer(agent="bojan")
    ticket, change = concluded(transfers.transferred(offered(), command, COMPANY), command, terms=OFFERING)
    assert told(change) == [("withdrawn", "ana"), ("assigned", "bojan")]
    assert (ticket.offer, ticket.agent) == (None, "bojan")


def test_who_declines_is_not_asked_again_and_the_next_one_is_at_once() -> None:
    ticket, command = offered(), decline("ana")
    ticket, change = concluded(manual.declined(ticket, command, at=NOW), command, BOJAN, terms=OFFERING)
    assert told(change) == [("declined", "ana"), ("offered", "bojan")]
    assert change.events[0].data.because == "ana declined it: not my field"  # type: ignore[attr-defined]
    assert (ticket.holder, ticket.wish().excluded, ticket.offers) == ("bojan", {"ana"}, 2)


@pytest.mark.parametrize(("who", "at"), [("bojan", NOW), ("ana", UNTIL)])
def test_only_a_running_offer_can_be_declined_and_by_whom_it_was_made_to(who: str, at: datetime) -> None:
    with pytest.raises(Refused, match="nothing to decline") as refused:
        manual.declined(offered(), decline(who), at=at)
    assert refused.value.status == 409


def test_who_does_not_answer_in_time_loses_it_to_the_next() -> None:
    ticket = offered()
    assert offers.expired(ticket, at=UNTIL - timedelta(milliseconds=1)) is None
    ticket, change = expired(ticket, BOJAN)
    assert told(change) == [("expired", "ana"), ("offered", "bojan")]
    assert change.events[0].data.because == "ana did not answer within 45 s"  # type: ignore[attr-defined]
    assert (ticket.wish().excluded, ticket.unanswered, ticket.ask_again_at) == ({"ana"}, ("ana",), None)


def test_when_nobody_is_left_it_waits_and_those_who_did_not_answer_are_asked_again_after_a_pause() -> None:
    ticket, change = expired(offered())
    assert told(change) == [("expired", "ana")]
    assert (ticket.waiting, ticket.holder, ticket.waiting_because) == (True, None, NOBODY.because)
    assert ticket.ask_again_at == UNTIL + WITHIN


def test_a_pause_also_follows_when_the_last_one_declines_or_leaves() -> None:
    ticket, _ = expired(offered(), BOJAN)
    command = decline("bojan")
    refused, _ = concluded(manual.declined(ticket, command, at=UNTIL), command, NOBODY, at=UNTIL, terms=OFFERING)
    assert (refused.excluded, refused.unanswered) == (("ana", "bojan"), ("ana",))
    left, change = ended(ticket, offers.withdrawn(ticket, "bojan", "is offline"), NOBODY, at=UNTIL)
    assert told(change) == [("withdrawn", "bojan")]
    assert change.events[0].data.because == "bojan is offline"  # type: ignore[attr-defined]
    assert left.wish().excluded == {"ana"}
    assert refused.ask_again_at == left.ask_again_at == UNTIL + WITHIN


def test_an_offer_is_withdrawn_when_there_is_nothing_to_work_on_any_more() -> None:
    event = status_changed(3, "new", "resolved")
    ticket, change = concluded(rules.status_changed(offered(), event), event, terms=OFFERING)
    assert told(change) == [("withdrawn", "ana")]
    assert (ticket.offer, ticket.holder, ticket.waiting) == (None, None, False)
    back = status_changed(4, "resolved", "open")
    ticket, change = concluded(rules.status_changed(ticket, back), back, terms=OFFERING)
    assert (ticket.waiting, change.events) == (True, ())


def test_an_escalation_to_another_team_withdraws_the_offer_and_one_to_the_same_does_not() -> None:
    event = escalated(1, team="management")
    maja = Choice("maja", "maja 0 of 20: maja")
    ticket, change = concluded(rules.escalated(offered(), event, COMPANY), event, maja)
    assert told(change) == [("withdrawn", "ana"), ("assigned", "maja")]
    event = escalated(1, team="support")
    ticket, change = concluded(rules.escalated(offered(), event, COMPANY), event, BOJAN)
    assert (told(change), ticket.holder) == ([], "ana")


def test_what_is_not_worked_on_now_is_not_offered_but_waits_until_it_is() -> None:
    ticket = opened_ticket().model_copy(update={"status": "on_hold", "status_version": 5})
    command = transfer(team="management")
    maja = Choice("maja", "maja 0 of 20: maja")
    ticket, change = concluded(transfers.transferred(ticket, command, COMPANY), command, maja, terms=OFFERING)
    assert told(change) == [("queued", None)]
    because = change.events[1].data.reasons[-1].because  # type: ignore[attr-defined]
    assert because == "it is offered once it is open, as it is on_hold"
    event = status_changed(6, "on_hold", "open")
    assert concluded(rules.status_changed(ticket, event), event)[0].waiting


def test_a_returning_owner_is_not_asked() -> None:
    ticket = opened_ticket().model_copy(update={"status": "resolved", "status_version": 5})
    event = status_changed(6, "resolved", "open")
    owner = Choice("ana", "stays with ana", rule="owner")
    ticket, change = concluded(rules.status_changed(ticket, event), event, owner, terms=OFFERING)
    assert (ticket.agent, ticket.offer, change.events) == ("ana", None, ())
