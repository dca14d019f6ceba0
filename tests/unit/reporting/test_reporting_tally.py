"""What is counted, for which day."""

from datetime import UTC, datetime, timedelta

from services.reporting.tally import day
from tests.stories import Story, suppressed
from tests.unit.reporting.desk import LJUBLJANA, Desk

BEFORE_MIDNIGHT = datetime(2026, 10, 24, 21, 59, tzinfo=UTC)
"""23:59 in Ljubljana, in the night in which summer time ends."""


def _days(desk: Desk, figure: str) -> dict[str, int]:
    return {cell.day: n for cell, n in desk.counts.items() if cell.figure == figure}


def test_a_day_is_one_of_the_reports_time_zone() -> None:
    assert day(BEFORE_MIDNIGHT, LJUBLJANA) == "2026-10-24"
    assert day(BEFORE_MIDNIGHT + timedelta(minutes=1), LJUBLJANA) == "2026-10-25"
    assert day(BEFORE_MIDNIGHT + timedelta(hours=25), LJUBLJANA) == "2026-10-25"
    assert day(BEFORE_MIDNIGHT + timedelta(hours=25, minutes=1), LJUBLJANA) == "2026-10-26"


def test_a_ticket_counts_for_the_day_of_its_first_message() -> None:
    story = Story("night", now=BEFORE_MIDNIGHT)
    story.opens()
    story.later(hours=1).changes_status("open")
    assert _days(Desk.of([story.events]), "tickets_opened") == {"2026-10-24": 1}


def test_a_changed_facet_moves_the_ticket_and_leaves_no_zero_behind() -> None:
    story = Story("moved")
    story.opens()
    story.is_classified("technical", team="support")
    desk = Desk.of([story.events])
    assert desk.count("tickets_opened_by_team", team="support") == 1
    story.is_assigned("eva", team="billing")
    desk.take_in(story.events)
    assert desk.count("tickets_opened_by_team", team="billing") == desk.count("tickets_opened_by_team") == 1
    assert not [cell for cell in desk.counts if ("team", "support") in cell.labels]


def test_a_resolved_ticket_is_no_open_ticket() -> None:
    story = Story("done")
    story.opens()
    desk = Desk.of([story.events])
    assert desk.count("open_tickets", status="new", team="none") == 1
    story.changes_status("resolved")
    desk.take_in(story.events)
    assert desk.count("open_tickets") == 0


def test_a_breached_clock_counts_for_the_day_on_which_it_was_due() -> None:
    story = Story("due", now=BEFORE_MIDNIGHT)
    story.opens()
    story.clock_starts("resolution", minutes=60)
    story.clock_is_breached("resolution")
    story.later(days=3).clock_ends("resolution")
    assert _days(Desk.of([story.events]), "sla_clocks") == {"2026-10-25": 1}


def test_suppressed_messages_count_by_channel_and_reason_without_a_ticket() -> None:
    desk = Desk.of([[suppressed("one", reason="bounce"), suppressed("two", reason="bounce")]])
    assert desk.count("suppressed_messages", channel="email", reason="bounce") == 2
    assert not desk.rows


def test_escalations_and_notifications_are_counted() -> None:
    story = Story("counted")
    story.opens()
    story.clock_starts("resolution")
    story.clock_is_breached("resolution")
    story.is_escalated("resolution")
    story.is_escalated("resolution")
    story.is_notified("escalation", audience="lead", channel="sms")
    desk = Desk.of([story.events])
    assert desk.count("escalations", level="1") == desk.count("escalations", level="2") == 1
    assert desk.count("notifications", kind="escalation", channel="sms", state="sent") == 1
