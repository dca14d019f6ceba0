"""What an agent's claim and release make of a ticket."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing import manual, rules, transfers
from services.routing.assignment import leases
from services.routing.corrections import corrected
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.errors import Refused
from shared.organisation import LeftInQueue, Organisation
from tests.unit.routing.deciding import BOJAN, CATEGORIES, COMPANY, NOBODY, blank, concluded, opened_ticket
from tests.unit.routing.samples import (
    NOW,
    agent,
    claim,
    correction,
    message_added,
    organisation,
    release,
    status_changed,
    transfer,
)

LATER = NOW + timedelta(minutes=10)


def claimed(ticket: Ticket, by: str = "ana", *, lease: int | None = None, company: Organisation = COMPANY) -> Ticket:
    command = claim(by, lease=lease)
    return concluded(manual.claimed(ticket, command, company, at=NOW), command)[0]


def in_team(**terms: Any) -> Organisation:
    """The company, its team support on these terms."""
    company = organisation()
    teams = company.teams | {"support": company.teams["support"].model_copy(update=terms)}
    return company.model_copy(update={"teams": teams})


def test_a_claim_takes_a_waiting_ticket_even_over_capacity() -> None:
    waiting, command = opened_ticket(NOBODY), claim("ana")
    ticket, change = concluded(manual.claimed(waiting, command, COMPANY, at=NOW), command)
    assert (ticket.agent, ticket.state, ticket.lease) == ("ana", "assigned", None)
    assert change.events[0].data.by == "claim:ana"  # type: ignore[attr-defined]
    assert change.events[0].actor == "agent:ana"


def test_a_claim_of_ones_own_ticket_changes_nothing_and_of_anothers_is_refused() -> None:
    ticket = opened_ticket()
    assert manual.claimed(ticket, claim("ana"), COMPANY, at=NOW) == Step(ticket, ticket)
    with pytest.raises(Refused, match="ana has it") as refused:
        manual.claimed(ticket, claim("bojan"), COMPANY, at=NOW)
    assert refused.value.status == 409


def test_whoever_is_excluded_from_a_requester_cannot_take_over_their_ticket_by_any_way() -> None:
    company = organisation(ana=agent(not_for=("@example.org",)), bojan=agent())
    waiting = opened_ticket(NOBODY)
    for step in (
        lambda: manual.claimed(waiting, claim("ana"), company, at=NOW),
        lambda: transfers.transferred(waiting, transfer(agent="ana"), company),
    ):
        with pytest.raises(Refused, match="excludes ana"):
            step()
    assert manual.claimed(waiting, claim("bojan"), company, at=NOW).after.agent == "bojan"


@pytest.mark.parametrize(("passed", "says"), [(3, "3 that"), (100, "at least 100 that")])
def test_a_claim_that_passes_over_tickets_says_how_many(passed: int, says: str) -> None:
    command = claim("ana")
    step = manual.claimed(opened_ticket(NOBODY), command, COMPANY, at=NOW, passed=passed)
    _, change = concluded(step, command)
    (reason,) = [one for one in change.events[0].data.reasons if one.rule == "cherry_pick"]  # type: ignore[attr-defined]
    assert reason.because == f"{says} they could have taken waited before it"


@pytest.mark.parametrize("status", ["closed", "spam"])
def test_an_ended_ticket_changes_hands_no_more(status: Any) -> None:
    ticket = opened_ticket(NOBODY).model_copy(update={"status": status})
    for step in (
        lambda: manual.claimed(ticket, claim("ana"), COMPANY, at=NOW),
        lambda: manual.released(ticket, release()),
        lambda: transfers.transferred(ticket, transfer(team="technical"), COMPANY),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.status == 409


def test_a_ticket_that_is_not_open_yet_is_unknown_to_commands() -> None:
    for step in (
        lambda: manual.claimed(blank(), claim("ana"), COMPANY, at=NOW),
        lambda: manual.released(blank(), release()),
        lambda: transfers.transferred(blank(), transfer(team="technical"), COMPANY),
        lambda: corrected(blank(), correction(category="billing"), CATEGORIES, COMPANY),
    ):
        with pytest.raises(manual.UnknownTicket):
            step()


def test_a_released_ticket_waits_by_its_age_and_not_for_whoever_gave_it_back() -> None:
    ticket, command = claimed(opened_ticket(NOBODY), lease=60), release("ana")
    ticket, change = concluded(manual.released(ticket, command), command, NOBODY, at=LATER)
    assert (ticket.agent, ticket.lease, ticket.waiting, ticket.waiting_since) == (None, None, True, NOW)
    assert ticket.wish().excluded == {"ana"}
    told = change.events[0].data
    assert (told.state, told.by, told.previous_agent) == ("queued", "release:ana", "ana")  # type: ignore[attr-defined]
    assert told.reasons[0].because == "ana gave it back: I have to leave"  # type: ignore[attr-defined]


def test_a_released_ticket_goes_to_somebody_else_at_once() -> None:
    command = release("ana")
    ticket, change = concluded(manual.released(opened_ticket(), command), command, BOJAN)
    assert (ticket.agent, ticket.state) == ("bojan", "assigned")
    assert [reason.rule for reason in change.events[0].data.reasons] == ["release", "least_loaded"]  # type: ignore[attr-defined]
    assert claimed(ticket.model_copy(update={"agent": None, "state": "queued"}), "ana").agent == "ana"


def test_only_its_agent_or_a_supervisor_gives_a_ticket_back() -> None:
    ticket = opened_ticket()
    with pytest.raises(Refused, match="only they or a supervisor") as refused:
        manual.released(ticket, release("bojan"), only="bojan")
    assert refused.value.status == 403
    assert manual.released(ticket, release("maja")).after.agent is None


def test_what_nobody_has_cannot_be_given_back() -> None:
    with pytest.raises(Refused, match="in the queue of support already") as refused:
        manual.released(opened_ticket(NOBODY), release())
    assert refused.value.status == 409


def test_a_claim_holds_as_long_as_it_says_else_as_the_team_says_else_for_good() -> None:
    company = in_team(claim_lease=timedelta(minutes=30))
    waiting = opened_ticket(NOBODY)
    step = manual.claimed(waiting, claim("ana"), company, at=NOW)
    assert step.placing_reasons[0].because == "ana took it from the queue of support, to act by 2026-11-23 09:30 UTC"
    said, usual = claimed(waiting, lease=60, company=company).lease, claimed(waiting, company=company).lease
    assert said is not None
    assert usual is not None
    assert (said.until, usual.until) == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=30))
    assert claimed(waiting).lease is None


def test_a_lease_ends_by_itself_into_the_queue_by_age() -> None:
    ticket = claimed(opened_ticket(NOBODY), lease=60)
    assert leases.ended(ticket, at=NOW + timedelta(seconds=59)) is None
    step = leases.ended(ticket, at=LATER)
    assert step is not None
    ticket, change = concluded(step, ticket.latest_cause(), NOBODY, at=LATER)
    assert (ticket.agent, ticket.lease, ticket.waiting_since, ticket.wish().excluded) == (None, None, NOW, {"ana"})
    told = change.events[0].data
    assert (told.state, told.by) == ("queued", "lease_ended")  # type: ignore[attr-defined]
    assert told.reasons[0].because == "ana did nothing about it within 1 min of claiming it"  # type: ignore[attr-defined]
    assert leases.ended(ticket, at=LATER) is None
    assert claimed(ticket, "ana").agent == "ana"


def test_whoever_acts_keeps_what_they_claimed() -> None:
    ticket = claimed(opened_ticket(NOBODY), lease=60)
    by_ana = status_changed(3, "new", "open").model_copy(update={"actor": "agent:ana"})
    for step in (
        rules.message_added(ticket, message_added(2, "agent", agent="ana")),
        rules.message_added(ticket, message_added(2, "agent", agent="ana", internal=True)),
        rules.status_changed(ticket, by_ana),
        rules.status_changed(ticket.model_copy(update={"status_version": 7}), by_ana),
        rules.status_changed(ticket, status_changed(3, "new", "on_hold")),
    ):
        assert step.after.lease is None
        assert leases.ended(step.after, at=LATER) is None


def test_what_others_do_does_not_keep_it() -> None:
    ticket = claimed(opened_ticket(NOBODY), lease=60)
    for step in (
        rules.message_added(ticket, message_added(2, "agent", agent="bojan")),
        rules.message_added(ticket, message_added(2, "customer")),
        rules.status_changed(ticket, status_changed(3, "new", "open")),
    ):
        assert step.after.lease == ticket.lease


def test_a_ticket_that_is_handed_over_has_no_lease_any_more() -> None:
    ticket = claimed(opened_ticket(NOBODY), lease=60)
    for to in ({"agent": "bojan"}, {"team": "technical"}):
        command = transfer(**to)
        assert concluded(transfers.transferred(ticket, command, COMPANY), command, NOBODY)[0].lease is None


def test_a_team_may_leave_tickets_in_its_queue_wherever_they_come_from() -> None:
    company = organisation()
    left = company.teams["technical"].model_copy(update={"leave_in_queue": LeftInQueue(tags=frozenset({"vip"}))})
    company = company.model_copy(update={"teams": company.teams | {"technical": left}})
    ticket = opened_ticket(tags=("vip",))
    assert ticket.automatic
    there = transfers.transferred(ticket, transfer(team="technical"), company).after
    assert not there.automatic
    assert transfers.transferred(there, transfer(team="support"), company).after.automatic
