"""The order in which facts arrive, and how often, decides nothing."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.envelope import Event
from shared.events import SlaChanged
from tests.unit.sla.desk import Desk
from tests.unit.sla.story import Story, calendar, levels, policy

AGREED = levels(
    policy(
        "fast", match={"priority": "urgent"}, calendar="desk", targets={"first_response": "30m", "resolution": "4h"}
    ),
    policy("sales", match={"team": "sales"}, targets={"resolution": "20h"}, pause_on=["on_hold"]),
    policy(warnings=[50], escalation=[{"on": "breach", "level": 1, "notify": ["lead"]}]),
    desk=calendar("Europe/Ljubljana", hours=("08:00-12:00", "12:30-17:00")),
)
STATUSES = ("open", "pending_customer", "on_hold", "resolved", "closed", "spam")


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[Event]]:
    """A ticket's life as ingest and routing tell it, one event after the other."""
    story = Story(str(draw(st.integers(0, 5))))
    at = story.start
    events: list[Event] = [story.opened(direction=draw(st.sampled_from(["inbound", "outbound"])))]
    for kind in draw(
        st.lists(st.sampled_from(["agent", "customer", "note", "status", "classified", "saved"]), max_size=7)
    ):
        at += timedelta(seconds=draw(st.integers(0, 20_000)))
        if kind == "status":
            events.append(story.set(draw(st.sampled_from(STATUSES)), at))
        elif kind == "classified":
            priority: Any = draw(st.sampled_from(["normal", "urgent"]))
            team, by = draw(st.sampled_from(["support", "sales"])), draw(st.sampled_from(["rules", "escalation"]))
            events.append(story.classified(priority=priority, team=team, by=by, at=at))
        elif kind == "saved":
            events += [story.said("agent", at, cause=str(at)), story.set("pending_customer", at, cause=str(at))]
        elif kind == "note":
            events.append(story.said("agent", at, visibility="internal"))
        else:
            events.append(story.said(kind, at, machine=draw(st.booleans())))
    events.append(story.classified(at=at))
    return story.ticket, events


def final(ticket: str, events: list[Event]) -> tuple[dict[str, Any], Desk]:
    """The document without its two counters: how often it was written, and how many events that published."""
    desk = Desk(ticket, AGREED)
    desk.take(events)
    return {key: value for key, value in desk.document.items() if key not in ("version", "stated")}, desk


@settings(max_examples=150, deadline=None)
@given(histories(), st.data())
def test_shuffled_and_repeated_histories_end_the_same(history: tuple[str, list[Event]], data: st.DataObject) -> None:
    ticket, events = history
    order = data.draw(st.permutations(range(len(events))))
    repeats = data.draw(st.lists(st.sampled_from(range(len(events))), max_size=5))
    document, _ = final(ticket, events)
    shuffled, desk = final(ticket, [events[at] for at in [*order, *repeats]])
    assert shuffled == document

    # Who followed the events knows the same about each clock.
    last: dict[tuple[str, int], SlaChanged] = {}
    for event in desk.published:
        assert isinstance(event, SlaChanged)
        last[event.data.clock, event.data.cycle] = event
    for clock in desk.ticket.clocks:
        told = last[clock.clock, clock.cycle].data
        assert (told.due_at, told.policy, told.target_seconds) == (clock.due_at, clock.policy, clock.target)
        assert (
            told.change
            in {
                "running": ("started", "resumed", "retargeted"),
                "paused": ("paused",),
                "ended": ("met", "stopped"),
                "cancelled": ("cancelled",),
            }[clock.mode]
        )
        if clock.mode != "running":
            assert told.elapsed_seconds == clock.elapsed
