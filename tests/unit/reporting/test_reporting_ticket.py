"""What a ticket's row says."""

from datetime import timedelta

from tests.stories import MORNING, Story
from tests.unit.reporting.desk import Desk


def _row(story: Story):
    return Desk.of([story.events]).row()


def test_a_ticket_that_was_only_opened_has_the_customers_words_and_no_assignment() -> None:
    story = Story("a lamp", channel="chat")
    story.opens()
    row = _row(story)
    assert (row.id, row.number, row.channel, row.title) == (story.ticket, story.number, "chat", story.title)
    assert (row.requester.name, row.requester.email) == ("Maja Žnidaršič", "maja@example.org")
    assert (row.category, row.team, row.agent, row.assignment.state) == (None, None, None, "unassigned")
    assert row.waiting_since == row.opened_at == MORNING
    assert row.sla_state == "none"


def test_facts_that_come_before_the_opening_make_no_row_and_are_in_it_afterwards() -> None:
    story = Story("early")
    story.opens()
    story.is_classified("billing", team="billing")
    desk = Desk.of([story.events[1:]])
    assert not desk.rows
    desk.take_in(story.events[:1])
    assert desk.row().category == "billing"


def test_the_latest_of_classification_and_assignment_names_the_team() -> None:
    story = Story("team")
    story.opens()
    story.is_classified(team="support")
    story.is_assigned("cvetka", team="technical")
    assert (_row(story).team, _row(story).agent) == ("technical", "cvetka")
    story.is_classified("billing", team="billing", by="agent:cvetka")
    assert (_row(story).team, _row(story).category) == ("billing", "billing")


def test_an_assignment_tells_its_reason_and_a_queued_ticket_has_no_agent() -> None:
    story = Story("queue")
    story.opens()
    story.is_classified(team="billing")
    story.is_assigned(None)
    row = _row(story)
    assert (row.assignment.state, row.agent) == ("queued", None)
    assert row.assignment.because == ("nobody of billing is free",)


def test_hops_count_hand_overs_and_not_the_first_assignment() -> None:
    story = Story("hops")
    story.opens()
    story.is_classified(team="support")
    story.is_assigned("ana")
    assert _row(story).hops == 0
    story.is_assigned("bojan")
    story.is_assigned(None, team="technical")
    assert _row(story).hops == 2


def test_a_note_and_a_machine_answer_nobody() -> None:
    story = Story("answers")
    story.opens()
    story.later(minutes=5).agent_notes("ana")
    assert _row(story).first_response_at is None
    assert _row(story).waiting_since == MORNING
    story.later(minutes=5).agent_answers("ana")
    row = _row(story)
    assert row.first_response_at == MORNING + timedelta(minutes=10)
    assert row.waiting_since is None
    assert (row.messages.customer, row.messages.agent, row.messages.notes) == (1, 1, 1)


def test_the_customer_waits_since_the_oldest_unanswered_message() -> None:
    story = Story("waiting")
    story.opens()
    story.later(minutes=5).agent_answers()
    story.later(minutes=5).customer_writes()
    story.later(minutes=5).customer_writes()
    assert _row(story).waiting_since == MORNING + timedelta(minutes=10)


def test_an_automatic_message_waits_for_nobody() -> None:
    story = Story("out of office")
    story.opens()
    story.later(minutes=5).agent_answers()
    story.later(minutes=5).customer_writes("I am on holiday.", machine=True)
    assert _row(story).waiting_since is None


def test_a_pending_ticket_waits_for_the_customer_and_not_the_other_way_round() -> None:
    story = Story("pending")
    story.opens()
    story.changes_status("pending_customer")
    assert _row(story).waiting_since is None


def test_reopening_is_counted_and_takes_the_resolution_back() -> None:
    story = Story("reopened")
    story.opens()
    story.later(hours=1).changes_status("resolved")
    assert _row(story).resolved_at == MORNING + timedelta(hours=1)
    story.later(hours=1).changes_status("closed")
    assert _row(story).resolved_at == MORNING + timedelta(hours=1)
    story.later(hours=1).changes_status("open")
    row = _row(story)
    assert (row.status, row.resolved_at, row.reopened) == ("open", None, 1)


def test_notifications_are_listed_with_their_last_state() -> None:
    story = Story("told")
    story.opens()
    story.is_notified("acknowledgement")
    story.later(minutes=1).notifying_fails("reply", channel="sms")
    story.later(minutes=1).is_not_notified("reply", reason="no address")
    told = [(one.kind, one.channel, one.state, one.reason) for one in _row(story).notifications]
    assert told == [
        ("acknowledgement", "email", "sent", None),
        ("reply", "sms", "failed", None),
        ("reply", None, "suppressed", "no address"),
    ]
