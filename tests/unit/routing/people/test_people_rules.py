"""What an agent's word and the clock make of an agent: each change of their state is told once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.routing.people import rules
from services.routing.people.presence import AGENTS, Presence, availability
from shared.change import Change, Update
from shared.commands import AgentSetPresence, AgentSetPresenceData
from shared.errors import Refused
from shared.events import AgentChanged
from shared.organisation import Agent, Leave, Organisation, Shift, Team

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORGANISATION = Organisation(
    default_team="support",
    shifts={"day": Shift(hours={"mon-fri": ("08:00-16:00",)})},
    agents={
        "ana": Agent(name="Ana", email="ana@svetilka.example"),
        "bojan": Agent(name="Bojan", email="bojan@svetilka.example", shift="day", presence="heartbeat"),
        "gal": Agent(
            name="Gal",
            email="gal@svetilka.example",
            shift="day",
            leave=(Leave(first=date(2026, 11, 24), last=date(2026, 11, 24)),),
        ),
    },
    teams={"support": Team(title="Support", agents=("ana", "bojan"), lead="ana")},
)


def wish(state: Any, *, agent: str = "ana", key: str = "key", **more: Any) -> AgentSetPresence:
    data = AgentSetPresenceData(agent=agent, state=state, **more)
    return AgentSetPresence.asked(key=key, source="test", time=NOW, data=data, actor=f"agent:{agent}")


def stored(presence: Presence, change: Change) -> Presence:
    """The presence after the change, provided that its guard holds."""
    (save,) = change.writes
    assert isinstance(save, Update)
    assert (save.collection, save.version) == (AGENTS, presence.version)
    fields: Mapping[str, Any] = save.set
    return replace(presence, version=save.version + 1, **fields)


def told(change: Change | None) -> list[tuple[str, str | None, int]]:
    events = [event for event in change.events if isinstance(event, AgentChanged)] if change is not None else []
    return [(event.data.state, event.data.previous, event.ticketversion) for event in events]


def test_a_word_is_kept_told_and_taken_back() -> None:
    change = rules.spoken(Presence(), wish("away", until=NOW + HOUR, reason="lunch"), ORGANISATION, at=NOW)
    assert told(change) == [("away", None, 1)]
    assert change.answer["because"] == "is away: lunch"
    away = stored(Presence(), change)
    assert availability(ORGANISATION, "ana", away, at=NOW).until == NOW + HOUR
    back = rules.spoken(away, wish("available", key="back"), ORGANISATION, at=NOW)
    assert told(back) == [("available", "away", 2)]
    assert stored(away, back).until is None


def test_a_word_that_others_see_nothing_of_is_kept_without_an_event_but_raises_the_version() -> None:
    evening = NOW + 9 * HOUR
    off = stored(Presence(), _seen("bojan", Presence(), at=evening))
    change = rules.spoken(off, wish("away", agent="bojan"), ORGANISATION, at=evening)
    assert told(change) == []
    assert change.answer["state"] == "off_shift"
    assert (stored(off, change).said, stored(off, change).version) == ("away", off.version + 1)


def test_a_longer_absence_is_told_again() -> None:
    away = stored(Presence(), rules.spoken(Presence(), wish("away", until=NOW + HOUR), ORGANISATION, at=NOW))
    longer = rules.spoken(away, wish("away", until=NOW + 2 * HOUR, key="longer"), ORGANISATION, at=NOW)
    assert told(longer) == [("away", "away", 2)]


@pytest.mark.parametrize(
    ("command", "status", "advice"),
    [
        (wish("away", until=NOW), 422, "past"),
        (wish("available", until=NOW + HOUR), 422, "leave it out"),
        (wish("away", agent="zora"), 404, "it has ana, bojan"),
    ],
)
def test_a_word_that_does_not_hold_is_refused(command: AgentSetPresence, status: int, advice: str) -> None:
    with pytest.raises(Refused, match=advice) as refused:
        rules.spoken(Presence(), command, ORGANISATION, at=NOW)
    assert refused.value.status == status


def test_who_was_never_spoken_of_is_taken_to_be_available() -> None:
    assert rules.seen("ana", Presence(), ORGANISATION, at=NOW) is None
    assert told(rules.seen("bojan", Presence(), ORGANISATION, at=NOW)) == [("offline", None, 1)]


def test_a_replica_whose_clock_is_behind_takes_nothing_back() -> None:
    evening = NOW + 7 * HOUR
    off = stored(Presence(there_until=evening), _seen("bojan", Presence(), at=evening))
    behind = evening - timedelta(seconds=2)
    assert availability(ORGANISATION, "bojan", off, at=behind).state == "available"
    assert rules.seen("bojan", off, ORGANISATION, at=behind) is None


def test_events_of_one_agent_have_one_subject_and_a_cause_of_their_own() -> None:
    (event,) = _seen("bojan", Presence(), at=NOW).events
    assert event.subject == rules.subject_of("bojan")
    assert (event.actor, event.depth, event.correlationid) == ("system", 1, event.subject)
    (said,) = rules.spoken(Presence(), wish("away"), ORGANISATION, at=NOW).events
    assert (said.actor, said.causationid) == ("agent:ana", "key")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["ana", "bojan", "gal"]),
    st.lists(
        st.tuples(st.sampled_from(["look", "late look", "away", "back", "beat", "gone"]), st.integers(0, 9)),
        max_size=30,
    ),
)
def test_what_is_told_is_each_state_in_turn_without_gaps_or_repeats(name: str, moves: list[tuple[str, int]]) -> None:
    """Any history: counts rise by one, nothing that is the same is told twice, and a look makes told what is."""
    presence, at, events = Presence(), NOW, []
    for place, (move, hours) in enumerate(moves):
        at += hours * HOUR
        looked = at - timedelta(seconds=3) if move == "late look" else at
        match move:
            case "away":
                until = at + 2 * HOUR if hours % 2 else None
                change = rules.spoken(
                    presence, wish("away", agent=name, key=str(place), until=until), ORGANISATION, at=at
                )
            case "back":
                change = rules.spoken(presence, wish("available", agent=name, key=str(place)), ORGANISATION, at=at)
            case "beat" | "gone":
                presence = replace(presence, there_until=at + HOUR if move == "beat" else None)
                continue
            case _:
                change = rules.seen(name, presence, ORGANISATION, at=looked) or Change()
        if change.writes:
            presence = stored(presence, change)
        events += [event.data.state for event in change.events if isinstance(event, AgentChanged)]
        assert presence.stated == len(events)
        if move == "look":
            assert presence.last_told == availability(ORGANISATION, name, presence, at=at).state
    repeats = {state for state, after in pairwise(events) if state == after}
    assert repeats <= {"away"}, "with another end or reason, as the agent said"


def _seen(name: str, presence: Presence, *, at: datetime) -> Change:
    change = rules.seen(name, presence, ORGANISATION, at=at)
    assert change is not None
    return change
