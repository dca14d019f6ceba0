"""Clocks as a function of facts: what starts, stops, pauses and moves them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.sla.engine import Clock, clocks, measure
from services.sla.facts import Facts
from services.sla.policy import ServiceLevels
from shared.envelope import Event
from tests.unit.sla.story import MONDAY, Story, calendar, levels, policy

HOUR = 3600


def facts_of(events: Sequence[Event]) -> Facts:
    facts = Facts()
    for event in events:
        facts = facts.including(event)
    return facts


def first_response(events: Sequence[Event], agreed: ServiceLevels | None = None, *, cycle: int = 1) -> Clock:
    return one("first_response", events, agreed, cycle=cycle)


def resolution(events: Sequence[Event], agreed: ServiceLevels | None = None) -> Clock:
    return one("resolution", events, agreed)


def one(name: str, events: Sequence[Event], agreed: ServiceLevels | None, *, cycle: int = 1) -> Clock:
    found = [clock for clock in clocks(facts_of(events), agreed or levels()) if clock.clock == name]
    return found[cycle - 1]


def test_both_clocks_start_with_the_first_message() -> None:
    story = Story()
    events = [story.opened(), story.classified(at=story.after(minutes=5))]
    assert first_response(events).due_at == story.after(hours=1)
    assert resolution(events).due_at == story.after(hours=8)


def test_due_times_count_working_time_of_the_calendar() -> None:
    zone = ZoneInfo("Europe/Ljubljana")
    story = Story(opened=datetime(2026, 11, 20, 16, 30, tzinfo=zone))  # Friday
    desk = calendar("Europe/Ljubljana", hours=("08:00-12:00", "12:30-17:00"))
    agreed = levels(policy(calendar="desk"), desk=desk)
    assert first_response([story.opened(), story.classified()], agreed).due_at == datetime(
        2026, 11, 23, 8, 30, tzinfo=zone
    )


def test_a_public_answer_by_an_agent_meets_the_first_response() -> None:
    story = Story()
    clock = first_response([story.opened(), story.classified(), story.said("agent", story.after(minutes=50))])
    assert (clock.state, clock.elapsed, clock.due_at) == ("met", 50 * 60, None)


def test_notes_machines_and_customers_do_not_answer() -> None:
    story = Story()
    events = [
        story.opened(),
        story.classified(),
        story.said("agent", story.after(minutes=1), visibility="internal"),
        story.said("agent", story.after(minutes=2), machine=True),
        story.said("customer", story.after(minutes=3)),
        story.said("system", story.after(minutes=4)),
    ]
    assert first_response(events).state == "running"


def test_an_answer_at_the_due_time_is_in_time() -> None:
    story = Story()
    known = [story.opened(), story.classified()]
    assert first_response([*known, story.said("agent", story.after(hours=1))]).state == "met"


def test_an_answer_after_the_due_time_is_a_breach_that_has_ended() -> None:
    story = Story()
    clock = first_response([story.opened(), story.classified(), story.said("agent", story.after(hours=3))])
    assert (clock.state, clock.mode, clock.breached_at) == ("breached", "ended", story.after(hours=1))
    assert (clock.elapsed, clock.overtime) == (3 * HOUR, 2 * HOUR)


def test_an_answer_in_time_that_is_heard_of_late_is_in_time() -> None:
    story = Story()
    known = [story.opened(), story.classified(), story.set("open", story.after(hours=5))]
    late = story.said("agent", story.after(minutes=59))
    assert first_response([*known, late]).state == "met"


def test_an_answer_saved_with_pending_stops_the_one_clock_and_pauses_the_other() -> None:
    story, at = Story(), MONDAY + timedelta(minutes=10)
    known = [story.opened(), story.classified()]
    events = [*known, story.set("pending_customer", at, cause="save"), story.said("agent", at, cause="save")]
    assert first_response(events).state == "met"
    assert resolution(events).state == "paused"


def test_an_answer_saved_with_resolved_counts_whatever_the_stamps_say() -> None:
    story, at = Story(), MONDAY + timedelta(minutes=10)
    known = [story.opened(), story.classified()]
    resolved = story.set("resolved", at, cause="save")
    answer = story.said("agent", at + timedelta(milliseconds=400), cause="save")
    assert first_response([*known, resolved, answer]).state == "met"


def test_an_end_without_an_answer_cancels_and_does_not_meet() -> None:
    for status in ("resolved", "closed", "spam"):
        story = Story()
        clock = first_response([story.opened(), story.classified(), story.set(status, story.after(minutes=5))])
        assert (clock.state, clock.because) == ("cancelled", f"status {status}")


def test_an_answer_after_the_end_does_not_meet_what_was_cancelled() -> None:
    story = Story()
    ended = [story.opened(), story.classified(), story.set("resolved", story.after(minutes=5))]
    assert first_response([*ended, story.said("agent", story.after(minutes=6))]).state == "cancelled"


def test_reopened_without_an_answer_waits_for_one_anew() -> None:
    story = Story()
    events = [
        story.opened(),
        story.classified(),
        story.set("resolved", story.after(minutes=5)),
        story.set("open", story.after(hours=50)),
    ]
    assert first_response(events, cycle=1).state == "cancelled"
    assert first_response(events, cycle=2).due_at == story.after(hours=51)


def test_reopened_after_an_answer_has_no_second_first_response() -> None:
    story = Story()
    events = [
        story.opened(),
        story.classified(),
        story.said("agent", story.after(minutes=4)),
        story.set("resolved", story.after(minutes=5)),
        story.set("open", story.after(hours=50)),
    ]
    found = [clock for clock in clocks(facts_of(events), levels()) if clock.clock == "first_response"]
    assert [clock.state for clock in found] == ["met"]


def test_waiting_for_the_customer_pauses_resolution_and_not_the_first_response() -> None:
    story = Story()
    events = [
        story.opened(),
        story.classified(),
        story.set("pending_customer", story.after(hours=2)),
        story.set("open", story.after(hours=30)),
    ]
    assert resolution(events[:3]).state == "paused"
    assert resolution(events[:3]).due_at is None
    assert resolution(events).due_at == story.after(hours=36)
    assert first_response(events[:3]).mode == "running"


def test_statuses_that_pause_are_the_policys() -> None:
    story = Story()
    events = [story.opened(), story.classified(), story.set("on_hold", story.after(hours=2))]
    assert resolution(events).state == "running"
    assert resolution(events, levels(policy(pause_on=["on_hold"]))).state == "paused"


def test_resolved_while_paused_keeps_the_pause_out() -> None:
    story = Story()
    events = [
        story.opened(),
        story.classified(),
        story.set("pending_customer", story.after(hours=2)),
        story.set("resolved", story.after(days=180)),
    ]
    assert (resolution(events).state, resolution(events).elapsed) == ("met", 2 * HOUR)


def test_reopening_goes_on_where_resolution_stopped() -> None:
    story = Story()
    events = [
        story.opened(),
        story.classified(),
        story.set("resolved", story.after(hours=2)),
        story.set("open", story.after(days=9)),
    ]
    assert resolution(events[:3]).state == "met"
    assert resolution(events).due_at == story.after(days=9, hours=6)


def test_a_ticket_that_is_opened_resolved_is_evaluated() -> None:
    story = Story()
    events = [story.opened(status="resolved"), story.classified()]
    assert first_response(events).state == "cancelled"
    assert (resolution(events).state, resolution(events).elapsed) == ("met", 0)


def test_spam_cancels_resolution() -> None:
    story = Story()
    assert (
        resolution([story.opened(), story.classified(), story.set("spam", story.after(hours=2))]).state == "cancelled"
    )


def test_statuses_count_in_the_order_of_their_versions() -> None:
    story = Story()
    known = [story.opened(), story.classified()]
    pending = story.set("pending_customer", story.after(hours=2))
    opened = story.set("open", story.after(hours=1))  # the other replica's clock is behind
    assert resolution([*known, opened, pending]).state == "running"


def test_the_first_classification_holds_from_the_opening() -> None:
    story = Story()
    agreed = levels(policy("fast", match={"priority": "urgent"}, targets={"resolution": "2h"}), policy())
    events = [story.opened(), story.classified(priority="urgent", at=story.after(hours=1))]
    assert resolution(events, agreed).due_at == story.after(hours=2)


def test_another_policy_keeps_the_time_that_was_spent_and_paused() -> None:
    story = Story()
    agreed = levels(policy("fast", match={"priority": "urgent"}, targets={"resolution": "4h"}), policy())
    events = [
        story.opened(),
        story.classified(),
        story.set("pending_customer", story.after(hours=1)),
        story.set("open", story.after(hours=11)),
        story.classified(priority="urgent", at=story.after(hours=12), by="agent:ana"),
    ]
    clock = resolution(events, agreed)
    assert (clock.policy, clock.elapsed, clock.due_at) == ("fast", 2 * HOUR, story.after(hours=14))


def test_a_target_that_is_already_spent_is_due_when_it_comes_into_force() -> None:
    story = Story()
    agreed = levels(policy("fast", match={"priority": "urgent"}, targets={"resolution": "1h"}), policy())
    events = [story.opened(), story.classified(), story.classified(priority="urgent", at=story.after(hours=3))]
    assert resolution(events, agreed).due_at == story.after(hours=3)


def test_a_policy_without_a_target_drops_the_clock_and_one_with_it_takes_it_up() -> None:
    story = Story()
    agreed = levels(policy("none", match={"team": "sales"}, targets={"resolution": "8h"}), policy())
    events = [
        story.opened(),
        story.classified(),
        story.classified(team="sales", at=story.after(minutes=20)),
        story.classified(at=story.after(minutes=50)),
    ]
    assert first_response(events[:3], agreed).state == "cancelled"
    assert first_response(events, agreed).due_at == story.after(minutes=90)


def test_what_an_escalation_changed_moves_no_target() -> None:
    story = Story()
    agreed = levels(policy("fast", match={"priority": "urgent"}, targets={"resolution": "1h"}), policy())
    events = [story.opened(), story.classified()]
    events.append(story.classified(priority="urgent", at=story.after(hours=3), by="escalation"))
    assert resolution(events, agreed).policy == "standard"


def test_a_laxer_policy_takes_the_breach_back() -> None:
    story = Story()
    agreed = levels(policy("slow", match={"priority": "low"}, targets={"resolution": "20h"}), policy())
    events = [story.opened(), story.classified(), story.classified(priority="low", at=story.after(hours=9))]
    clock = resolution(events, agreed)
    assert (clock.state, clock.due_at) == ("running", story.after(hours=20))


def test_our_own_message_is_answered_first_by_the_customer() -> None:
    story = Story()
    events: list[Event] = [story.opened(direction="outbound"), story.classified()]
    assert [clock.clock for clock in clocks(facts_of(events), levels())] == ["resolution"]
    events.append(story.said("customer", story.after(hours=5)))
    assert first_response(events).due_at == story.after(hours=6)


def test_policies_are_matched_in_order_on_all_that_is_known() -> None:
    agreed = levels(
        policy("gold", match={"tier": ["gold"], "channel": ["email"]}),
        policy("billing", match={"category": ["billing", "complaint"]}),
        policy(),
    )
    for events, expected in (
        ((Story().opened(tier="gold"), Story().classified(category="billing")), "gold"),
        ((Story().opened(tier="gold", channel="chat"), Story().classified(category="billing")), "billing"),
        ((Story().opened(), Story().classified(category="complaint")), "billing"),
        ((Story().opened(), Story().classified()), "standard"),
    ):
        assert first_response(events, agreed).policy == expected


def test_stretches_add_up_to_the_time_that_was_spent() -> None:
    story = Story()
    events = [
        story.opened(),
        story.classified(),
        story.set("pending_customer", story.after(hours=1)),
        story.set("open", story.after(hours=3)),
        story.set("resolved", story.after(hours=5)),
    ]
    measured = measure(facts_of(events), levels())[-1]
    assert [(stretch.counted, stretch.seconds) for stretch in measured.stretches] == [
        (True, 1 * HOUR),
        (False, 0),
        (True, 2 * HOUR),
    ]
    assert sum(stretch.seconds for stretch in measured.stretches) == measured.clock.elapsed
