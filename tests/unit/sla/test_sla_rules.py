"""What is published when facts come and when time passes."""

from typing import Any

import pytest

from services.sla.ticket import Ticket
from shared.errors import Permanent
from shared.events import SlaBreached, SlaChanged, TicketEscalated
from tests.unit.sla.desk import Desk
from tests.unit.sla.story import Story, levels, policy

LADDER: list[dict[str, Any]] = [
    {"on": "breach", "level": 1, "notify": ["lead"]},
    {"on": "breach", "after": "2h", "level": 2, "team": "management", "priority": "urgent", "notify": ["manager"]},
]


def promise(name: str = "standard", **more: Any) -> Any:
    return policy(name, **{"targets": {"first_response": "1h"}, "warnings": [50, 75], "escalation": LADDER, **more})


def changes(desk: Desk) -> list[SlaChanged]:
    return [event for event in desk.published if isinstance(event, SlaChanged)]


def test_clocks_start_when_opened_and_classified_are_known() -> None:
    story = Story()
    desk = Desk(story.ticket, levels())
    assert desk.take([story.opened()]) == []
    desk.take([story.classified()])
    assert desk.told() == ["first_response started", "resolution started"]
    started = changes(desk)[0]
    assert (started.data.due_at, started.data.target_seconds, started.data.elapsed_seconds) == (
        story.after(hours=1),
        3600,
        0,
    )
    assert (started.data.policy, started.data.calendar, started.subject) == ("standard", "24x7", story.ticket)


def test_clocks_start_without_a_classification_after_the_wait() -> None:
    story = Story()
    agreed = levels(policy("fast", match={"priority": "urgent"}, targets={"first_response": "10m"}), promise())
    desk = Desk(story.ticket, agreed)
    desk.take([story.opened()])
    assert desk.fire(story.after(seconds=29)) == []
    desk.fire(story.after(seconds=30))
    assert desk.told() == ["first_response started"]
    desk.take([story.classified(priority="urgent", at=story.after(minutes=2))])
    assert desk.told() == ["first_response started", "first_response retargeted"]
    assert changes(desk)[-1].data.due_at == story.after(minutes=10)


def test_every_move_of_a_clock_is_told_once_with_its_reason() -> None:
    story = Story()
    desk = Desk(story.ticket, levels())
    desk.take(
        [
            story.opened(),
            story.classified(),
            story.said("agent", story.after(minutes=10)),
            story.set("pending_customer", story.after(minutes=10)),
            story.said("customer", story.after(hours=3)),
            story.set("open", story.after(hours=3)),
            story.set("resolved", story.after(hours=4)),
        ]
    )
    assert desk.told() == [
        "first_response started",
        "resolution started",
        "first_response met",
        "resolution paused",
        "resolution resumed",
        "resolution met",
    ]
    assert [event.data.because for event in changes(desk)[2:]] == [
        "an agent answered",
        "status pending_customer",
        "status open",
        "status resolved",
    ]
    assert [event.ticketversion for event in changes(desk)] == [1, 2, 3, 4, 5, 6]
    assert changes(desk)[-1].data.elapsed_seconds == 70 * 60


def test_a_repeated_fact_changes_nothing() -> None:
    story = Story()
    desk = Desk(story.ticket, levels())
    events = [story.opened(), story.classified(), story.said("agent", story.after(minutes=10))]
    desk.take(events)
    version, published = desk.ticket.version, len(desk.published)
    desk.take(events)
    assert (desk.ticket.version, len(desk.published)) == (version, published)


def test_facts_that_move_nothing_publish_nothing() -> None:
    story = Story()
    desk = Desk(story.ticket, levels())
    desk.take([story.opened(), story.classified()])
    assert desk.take([story.said("customer", story.after(minutes=1)), story.set("open", story.after(minutes=2))]) == []


def test_what_happened_before_sla_could_start_is_told_as_well() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.said("agent", story.after(minutes=10)), story.classified(), story.opened()])
    assert desk.told() == ["first_response started", "first_response met"]


def test_a_ticket_that_goes_unanswered_is_warned_breached_and_escalated_in_order() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified()])
    moments = []
    while desk.ticket.next_at is not None:
        moments.append((desk.ticket.next_at - story.start).total_seconds() / 60)
        desk.fire(desk.ticket.next_at)
    assert moments == [30, 45, 60, 180]
    assert desk.told()[1:] == [
        "first_response warned 50",
        "first_response warned 75",
        "first_response breached",
        "first_response level 1",
        "first_response level 2",
    ]
    level = desk.published[-1]
    assert isinstance(level, TicketEscalated)
    assert (level.data.team, level.data.priority, level.data.notify) == ("management", "urgent", ("manager",))
    assert level.data.because == "first response was due at 2026-11-23T09:00:00+00:00, 2 h of working time ago"


def test_after_an_outage_breach_and_levels_are_told_with_how_late_and_no_stale_warning() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(hours=26))
    assert desk.told()[1:] == ["first_response breached", "first_response level 1", "first_response level 2"]
    breached = desk.published[1]
    assert isinstance(breached, SlaBreached)
    assert breached.data.late_by_seconds == 25 * 3600


def test_a_clock_that_stopped_in_time_announces_nothing() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified(), story.said("agent", story.after(minutes=40))])
    assert desk.ticket.next_at is None
    assert desk.fire(story.after(days=9)) == []


def test_a_clock_that_stopped_late_is_still_breached_and_not_escalated() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified(), story.said("agent", story.after(hours=9))])
    desk.fire(story.after(hours=9))
    assert desk.told() == ["first_response started", "first_response stopped", "first_response breached"]


def test_an_answer_in_time_that_comes_late_takes_the_breach_back() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(hours=1))
    desk.take([story.said("agent", story.after(minutes=59))], now=story.after(hours=1, minutes=2))
    assert desk.told()[-1] == "first_response met"
    assert desk.ticket.clocks[0].state == "met"
    assert desk.fire(story.after(days=9)) == []


def test_a_breach_that_was_taken_back_is_told_again_when_it_comes() -> None:
    story = Story()
    slow = promise("slow", match={"priority": "low"}, targets={"first_response": "4h"})
    desk = Desk(story.ticket, levels(slow, promise()))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(hours=1))
    desk.take([story.classified(priority="low", at=story.after(hours=1, minutes=1), by="agent:ana")])
    desk.fire(story.after(hours=4))
    assert desk.told().count("first_response breached") == 2
    assert desk.told().count("first_response level 1") == 1


def test_levels_wait_while_the_clock_is_paused() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise(targets={"resolution": "1h"})))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(hours=2))
    desk.take([story.set("pending_customer", story.after(hours=2))])
    assert desk.ticket.next_at is None
    desk.take([story.set("open", story.after(hours=50))])
    assert desk.ticket.next_at == story.after(hours=51)


def test_a_level_counts_its_time_from_the_breach_also_under_another_policy() -> None:
    story = Story()
    fast = promise("fast", match={"priority": "urgent"}, targets={"first_response": "10m"})
    desk = Desk(story.ticket, levels(fast, promise()))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(hours=1))
    desk.take([story.classified(priority="urgent", at=story.after(hours=1, minutes=30), by="agent:ana")])
    assert desk.ticket.next_at == story.after(hours=3)


def test_a_level_on_warning_comes_before_the_breach() -> None:
    story = Story()
    ladder = [{"on": "warning", "level": 1, "notify": ["owner"]}, {"on": "breach", "level": 2, "notify": ["lead"]}]
    desk = Desk(story.ticket, levels(promise(escalation=ladder)))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(minutes=30))
    assert desk.told()[1:] == ["first_response warned 50", "first_response level 1"]


def test_warnings_are_told_once_however_often_the_clock_is_paused() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise(targets={"resolution": "1h"})))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(minutes=40))
    desk.take([story.set("pending_customer", story.after(minutes=41)), story.set("open", story.after(hours=9))])
    desk.fire(story.after(hours=9, minutes=1))
    assert desk.told().count("resolution warned 50") == 1


def test_other_policies_in_the_file_are_noticed_when_something_was_due() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified()])
    desk.terms = Desk(story.ticket, levels(promise(targets={"first_response": "5h"}))).terms
    desk.fire(story.after(minutes=30))
    assert desk.told()[1:] == ["first_response retargeted"]
    assert desk.ticket.next_at == story.after(minutes=150)


def test_escalations_do_not_deepen_the_chain_of_causes() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(hours=1))
    raised = story.classified(priority="urgent", at=story.after(hours=1), by="escalation")
    desk.take([raised.model_copy(update={"depth": 8})])
    desk.fire(story.after(hours=3))
    assert desk.published[-1].depth == desk.published[-2].depth == 2
    assert desk.told()[-1] == "first_response level 2"


def test_a_time_that_can_not_be_is_refused() -> None:
    story = Story()
    with pytest.raises(Permanent, match="no time at which"):
        Desk(story.ticket, levels()).take([story.opened(at=story.start.replace(year=1))])


def test_the_document_is_read_back_as_it_was_written() -> None:
    story = Story()
    desk = Desk(story.ticket, levels(promise()))
    desk.take([story.opened(), story.classified()])
    desk.fire(story.after(minutes=30))
    assert Ticket.stored(desk.document).update().set == {
        key: value for key, value in desk.document.items() if key not in ("_id", "version")
    }
