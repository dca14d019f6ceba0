"""What the row says of SLA clocks, and what is counted of them."""

from datetime import timedelta

from tests.stories import MORNING, Story
from tests.unit.reporting.desk import Desk


def _started(name: str, *, minutes: float = 60) -> Story:
    story = Story(name)
    story.opens()
    story.clock_starts("first_response", minutes=minutes)
    return story


def _clock(story: Story, clock: str = "first_response"):
    return Desk.of([story.events]).row().clocks[clock]


def test_a_started_clock_runs_towards_its_due_time() -> None:
    story = _started("started")
    row = Desk.of([story.events]).row()
    assert (_clock(story).state, _clock(story).due_at) == ("running", MORNING + timedelta(hours=1))
    assert (row.sla_state, row.next_due_at) == ("running", MORNING + timedelta(hours=1))


def test_a_paused_clock_has_no_due_time_and_a_resumed_one_a_later_one() -> None:
    story = _started("paused")
    story.later(minutes=10).clock_pauses("first_response")
    assert (_clock(story).state, _clock(story).due_at) == ("paused", None)
    assert Desk.of([story.events]).row().sla_state == "paused"
    story.later(minutes=10).clock_resumes("first_response")
    assert (_clock(story).state, _clock(story).due_at) == ("running", MORNING + timedelta(minutes=70))


def test_an_answer_in_time_meets_the_clock() -> None:
    story = _started("met")
    story.later(minutes=30).clock_ends("first_response")
    assert _clock(story).state == "met"
    assert Desk.of([story.events]).row().next_due_at is None


def test_a_breach_stays_when_the_answer_comes_late() -> None:
    story = _started("late")
    story.clock_is_breached("first_response")
    story.later(minutes=30).clock_ends("first_response")
    clock = _clock(story)
    assert (clock.state, clock.stopped_at) == ("breached", MORNING + timedelta(minutes=90))
    assert clock.due_at == MORNING + timedelta(hours=1)


def test_a_breach_stays_when_the_answer_comes_in_time_off_and_the_clock_stands_at_its_target() -> None:
    story = _started("at night")
    story.clock_is_breached("first_response")
    story.clock_ends("first_response")
    assert _clock(story).state == "breached"


def test_a_late_end_is_a_breach_even_when_none_was_stated() -> None:
    story = _started("missed")
    story.later(minutes=61).clock_ends("first_response")
    assert _clock(story).state == "breached"


def test_a_breach_is_taken_back_when_sla_finds_that_the_clock_had_stopped_in_time() -> None:
    story = _started("taken back")
    story.clock_is_breached("first_response")
    story.later(minutes=1).breach_is_withdrawn("first_response")
    assert _clock(story).state == "met"


def test_a_breach_is_taken_back_by_a_longer_target() -> None:
    story = _started("longer")
    story.clock_is_breached("first_response")
    story.clock_is_retargeted("first_response", minutes=120, policy="standard")
    assert _clock(story).state == "running"
    assert _clock(story).due_at == MORNING + timedelta(minutes=120)


def test_a_breach_stays_while_the_clock_is_paused_and_resumed() -> None:
    story = _started("paused late")
    story.clock_is_breached("first_response")
    story.later(minutes=5).clock_pauses("first_response")
    assert _clock(story).state == "breached"
    story.later(minutes=5).clock_resumes("first_response")
    assert _clock(story).state == "breached"


def test_a_met_clock_can_go_on_when_the_ticket_is_reopened() -> None:
    story = _started("reopened")
    story.later(minutes=5).clock_ends("first_response")
    story.later(minutes=5).clock_resumes("first_response")
    assert (_clock(story).state, _clock(story).stopped_at) == ("running", None)


def test_the_tickets_state_is_its_worst_clocks() -> None:
    story = _started("worst")
    story.clock_starts("resolution", minutes=480)
    story.later(minutes=30).clock_ends("first_response")
    assert Desk.of([story.events]).row().sla_state == "running"
    story.later(minutes=400).clock_warns("resolution")
    assert Desk.of([story.events]).row().sla_state == "warned"
    story.clock_is_breached("resolution")
    story.is_escalated("resolution")
    row = Desk.of([story.events]).row()
    assert (row.sla_state, row.escalation_level) == ("breached", 1)


def test_a_new_cycle_is_the_current_one_and_the_old_one_stays_counted() -> None:
    story = _started("cycles")
    story.clock_is_breached("first_response")
    story.clock_ends("first_response")
    story.later(hours=1).clock_starts("first_response")
    story.later(minutes=5).clock_ends("first_response")
    desk = Desk.of([story.events])
    assert (desk.row().clocks["first_response"].cycle, desk.row().sla_state) == (2, "met")
    assert desk.count("sla_clocks", state="breached") == 1
    assert desk.count("sla_clocks", state="met") == 1


def test_a_cancelled_clock_counts_neither_as_met_nor_as_breached() -> None:
    story = _started("cancelled")
    story.clock_is_breached("first_response")
    story.clock_is_cancelled("first_response")
    desk = Desk.of([story.events])
    assert desk.count("sla_clocks", state="cancelled") == desk.count("sla_clocks") == 1
    assert desk.row().sla_state == "none"
