"""What becomes of tickets whose agent is not there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.routing.outcome import conclude
from services.routing.people import duty
from services.routing.people.presence import Availability
from services.routing.step import Step, Terms
from services.routing.ticket import Ticket, Until
from shared.events import Message, TicketAssigned, TicketMessageAdded, TicketMessageAddedData
from shared.ids import derived_id
from shared.organisation import Agent, Organisation, Team
from tests.unit.routing.samples import NOW, opened, ticket_id

HOUR = timedelta(hours=1)
SHIFT_END = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
OFF = Availability("off_shift", "is off shift (day)")
AWAY = Availability("away", "is away: lunch")
HERE = Availability("available", "is there")


def organisation(**team: Any) -> Organisation:
    people = {name: Agent(name=name, email=f"{name}@svetilka.example") for name in ("ana", "bojan")}
    support = Team.model_validate({"title": "Support", "agents": tuple(people), "lead": "ana", **team})
    return Organisation(default_team="support", agents=people, teams={"support": support})


def ticket(**more: Any) -> Ticket:
    known: dict[str, Any] = {"opened": True, "status": "open", "state": "assigned", "agent": "ana", "team": "support"}
    known |= {"assigned_at": NOW, "active_since": NOW - HOUR, "decided": "normal", "stated": 2}
    return Ticket(id=ticket_id(), **{**known, **more})


def ended(one: Ticket, **team: Any) -> Step | None:
    return duty.shift_ended(one, OFF, since=SHIFT_END, organisation=organisation(**team))


def test_a_ticket_goes_back_to_its_place_by_age_with_the_reason() -> None:
    step = ended(ticket(lease=Until(agent="ana", until=SHIFT_END, since=NOW)), at_shift_end="requeue")
    assert step is not None
    change, after = conclude(step, cause=opened(), choice=None, time=SHIFT_END)
    (event,) = change.events
    assert isinstance(event, TicketAssigned)
    assert (event.data.state, event.data.agent, event.data.previous_agent) == ("queued", None, "ana")
    assert event.data.by == "shift_end"
    assert event.data.reasons[0].because == "ana is off shift (day) since 2026-11-23 16:00 UTC"
    assert event.data.waiting_since == NOW - HOUR
    assert (after.waiting, after.holder, after.lease) == (True, None, None)
    assert not any(write.collection == "agents" for write in change.writes), "nobody's load grows"


def test_back_in_the_queue_it_waits_for_the_skills_that_it_needs() -> None:
    step = ended(ticket(skills=("he",), levels={"he": 1}), at_shift_end="requeue")
    assert step is not None
    terms = Terms(needs=("he:1",), wants=("networks:3",))
    _, after = conclude(step, cause=opened(), choice=None, time=SHIFT_END, terms=terms)
    assert after.needs == ("he:1",), "else it would stand before what others could take, and hold it up for ever"
    assert (after.wants, after.preferred_until) == (("networks:3",), SHIFT_END), "preferred skills were waited for once"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"assigned_at": SHIFT_END + HOUR}, "they claimed it after the end"),
        ({"active_since": SHIFT_END + HOUR}, "it came back to them after the end"),
        ({"status": "pending_customer"}, "nobody has to work on it"),
        ({"agent": None, "state": "queued"}, "it waits already"),
        ({"team": "sold"}, "its team is none of the file's"),
    ],
)
def test_a_ticket_that_was_not_their_work_at_the_end_stays(more: dict[str, Any], why: str) -> None:
    assert ended(ticket(**more), at_shift_end="requeue") is None, why


@pytest.mark.parametrize(
    ("policy", "awaits_agent", "goes"),
    [
        ("keep", True, False),
        ("requeue_unanswered", False, False),
        ("requeue_unanswered", True, True),
        ("requeue", False, True),
    ],
)
def test_the_team_says_what_is_handed_over(policy: str, awaits_agent: bool, goes: bool) -> None:
    assert (ended(ticket(awaits_agent=awaits_agent), at_shift_end=policy) is not None) == goes


def test_what_somebody_has_whom_the_file_does_not_have_any_more_goes_back_whatever_the_team_says() -> None:
    step = duty.departed(ticket(agent="zora"), organisation=organisation())
    assert step is not None
    assert step.placing_reasons[0].because == "zora is not in teams.yaml any more"
    assert duty.departed(ticket(), organisation=organisation()) is None


def wrote(
    author: Any = "customer", *, machine: bool = False, visibility: Any = "public", subject: str | None = None
) -> TicketMessageAdded:
    message = Message(
        id=derived_id("message"),
        author=author,
        visibility=visibility,
        channel="email",
        text="Hello?",
        sent_at=NOW,
        received_at=NOW,
    )
    return TicketMessageAdded(
        id=derived_id("added", subject),
        source="kartica/ingest",
        subject=subject or ticket_id(),
        time=NOW,
        correlationid="c",
        causationid="c",
        machine=machine,
        ticketversion=3,
        data=TicketMessageAddedData(message=message),
    )


def moved(one: Ticket, event: TicketMessageAdded, now: Availability, **team: Any) -> bool:
    described = organisation(**team)
    if not duty.may_move(event, described):
        return False
    step = duty.customer_wrote(one, event, ("ana", now), described)
    return step.placing == "choose" and step.placed_by == "absent_owner"


def test_a_customer_who_writes_to_somebody_who_is_not_there_is_given_to_somebody_else() -> None:
    one = ticket(awaits_agent=False)
    step = duty.customer_wrote(one, wrote(), ("ana", AWAY), organisation(absent_owner="reassign"))
    assert step.placing_reasons[0].because == "the customer wrote, and ana is away: lunch"
    assert (step.placing, step.since) == ("choose", one.active_since)
    assert step.after.awaits_agent, "what the message says counts as well"


@pytest.mark.parametrize(
    ("one", "event", "now", "why"),
    [
        (ticket(), wrote(), HERE, "the agent is there"),
        (ticket(), wrote("agent"), AWAY, "an agent wrote"),
        (ticket(), wrote(visibility="internal"), AWAY, "a note"),
        (ticket(), wrote(machine=True), AWAY, "a machine wrote"),
        (ticket(spoken=3), wrote(), AWAY, "a later message was read before"),
        (ticket(status="on_hold"), wrote(), AWAY, "nobody has to work on it now"),
        (ticket(agent="bojan"), wrote(), AWAY, "somebody else has it meanwhile"),
    ],
)
def test_otherwise_it_stays(one: Ticket, event: TicketMessageAdded, now: Availability, why: str) -> None:
    assert not moved(one, event, now, absent_owner="reassign"), why


def test_it_stays_where_the_team_keeps_it() -> None:
    assert not moved(ticket(), wrote(), AWAY)
    assert moved(ticket(), wrote(), AWAY, absent_owner="reassign")
