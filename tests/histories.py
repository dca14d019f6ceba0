"""Hypothesis strategies for realistic histories: one ticket, a whole desk, and any way in which events can arrive.

`histories()` gives the events of one ticket, `desks()` those of several tickets beside inputs that
opened none; `deliveries(events)` gives them in any order, repeated, in portions of any size. What
the events say hangs together, because a `Story` tells them.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise

from hypothesis import strategies as st

from shared.envelope import Event
from shared.events import Clock, Priority, Status
from tests.stories import MORNING, Story, suppressed

Step = Callable[[Story, st.DrawFn], None]
CHANNELS = ("email", "form", "whatsapp", "chat", "api")
CATEGORIES = ("technical", "billing", "pre_sales", "general", "complaint")
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
PEOPLE = {"support": ("ana", "bojan", "gal"), "technical": ("cvetka", "dmitar"), "billing": ("eva",)}
POLICIES = ("standard", "urgent")


@st.composite
def histories(draw: st.DrawFn, *, name: str = "a ticket", most_steps: int = 12) -> tuple[Event, ...]:
    """The events of one ticket, in the order in which they happened."""
    story = Story(
        name,
        channel=draw(st.sampled_from(CHANNELS)),
        language=draw(st.sampled_from(["en", "sl", "hr", "he", None])),
        now=MORNING + timedelta(minutes=draw(st.integers(min_value=0, max_value=60 * 24 * 3))),
    )
    story.opens(machine=draw(st.booleans()))
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=most_steps)):
        # A whole minute, or none: facts of one instant must come out the same as well.
        story.later(minutes=draw(st.integers(min_value=0, max_value=90)))
        step(story, draw)
    return tuple(story.events)


@st.composite
def desks(draw: st.DrawFn, *, most_tickets: int = 4, most_steps: int = 12) -> tuple[Event, ...]:
    """The events of some tickets, and of inputs that opened none, in the order in which they happened."""
    names = [f"ticket {n}" for n in range(draw(st.integers(min_value=1, max_value=most_tickets)))]
    events = [event for name in names for event in draw(histories(name=name, most_steps=most_steps))]
    for n in range(draw(st.integers(min_value=0, max_value=2))):
        events.append(suppressed(f"input {n}", reason=draw(st.sampled_from(["bounce", "auto-submitted"]))))
    return tuple(sorted(events, key=lambda event: event.time))


@st.composite
def deliveries(draw: st.DrawFn, events: Sequence[Event], *, most_repeats: int = 8) -> list[list[Event]]:
    """The events in any order, some of them repeated, in portions of any size."""
    repeats = draw(st.lists(st.sampled_from(list(events)), max_size=most_repeats))
    arriving = draw(st.permutations([*events, *repeats]))
    cuts = sorted(draw(st.sets(st.integers(min_value=1, max_value=len(arriving)), max_size=6)))
    edges = [0, *cuts, len(arriving)]
    return [arriving[start:end] for start, end in pairwise(edges) if start < end]


def _classify(story: Story, draw: st.DrawFn) -> None:
    team = draw(st.sampled_from(sorted(PEOPLE)))
    category, priority = draw(st.sampled_from(CATEGORIES)), draw(st.sampled_from(PRIORITIES))
    story.is_classified(category, priority=priority, team=team, tags=draw(st.sampled_from([(), ("lamp",)])))


def _assign(story: Story, draw: st.DrawFn) -> None:
    team = draw(st.sampled_from(sorted(PEOPLE)))
    story.is_assigned(draw(st.sampled_from([None, *PEOPLE[team]])), team=team)


def _customer(story: Story, draw: st.DrawFn) -> None:
    machine = draw(st.booleans())
    story.customer_writes(machine=machine)
    if not machine and story.status in ("pending_customer", "on_hold", "resolved"):
        story.changes_status("open", reason="the customer wrote")


def _answer(story: Story, draw: st.DrawFn) -> None:
    story.agent_answers(story.agent or "ana")
    timer = story.clocks.get("first_response")
    if timer is not None and timer.running:
        story.clock_ends("first_response")
    if draw(st.booleans()):
        story.is_notified("reply", channel=draw(st.sampled_from(["email", "sms"])))


def _note(story: Story, draw: st.DrawFn) -> None:
    story.agent_notes(story.agent or "ana")


def _status(story: Story, draw: st.DrawFn) -> None:
    statuses: list[Status] = ["open", "pending_customer", "on_hold", "resolved", "closed", "spam"]
    story.changes_status(draw(st.sampled_from([status for status in statuses if status != story.status])))


def _clock(story: Story, draw: st.DrawFn) -> None:
    """The next thing that can happen to a clock."""
    clocks: list[Clock] = ["first_response", "resolution"]
    clock = draw(st.sampled_from(clocks))
    timer = story.clocks.get(clock)
    minutes, policy = draw(st.sampled_from([30, 60, 240])), draw(st.sampled_from(POLICIES))
    if timer is None or timer.ended:
        story.clock_starts(clock, minutes=minutes, policy=policy)
    elif not timer.running:
        story.clock_resumes(clock)
    else:
        moves: list[Callable[[], object]] = [
            lambda: story.clock_pauses(clock),
            lambda: story.clock_ends(clock),
            lambda: story.clock_is_cancelled(clock),
            lambda: story.clock_is_retargeted(clock, minutes=minutes, policy=policy),
        ]
        if timer.breached:
            moves.append(lambda: story.breach_is_withdrawn(clock))
        if timer.spent(story.now) < timer.target and not timer.breached:
            moves.append(lambda: story.clock_warns(clock))
        draw(st.sampled_from(moves))()


def _breach(story: Story, draw: st.DrawFn) -> None:
    for clock, timer in story.clocks.items():
        if timer.running and not timer.breached:
            story.clock_is_breached(clock)
            story.is_escalated(clock, team=draw(st.sampled_from([None, *sorted(PEOPLE)])))
            story.is_notified("escalation", audience="lead")
            return


def _notify(story: Story, draw: st.DrawFn) -> None:
    acts: list[Callable[[], object]] = [story.is_notified, story.notifying_fails, story.is_not_notified]
    draw(st.sampled_from(acts))()


STEPS: tuple[Step, ...] = (_classify, _assign, _customer, _answer, _note, _status, _clock, _clock, _breach, _notify)
"""What can happen next on a ticket; a step that does not fit the moment does nothing."""
