"""Words, search terms, cursors, reports and gauges."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from prometheus_client import CollectorRegistry, generate_latest

from services.reporting import reports
from services.reporting.definitions import DEFINITIONS
from services.reporting.gauges import MOST_VALUES, Gauges
from services.reporting.lookup import Count
from services.reporting.paging import Cursor
from services.reporting.reports import Period
from services.reporting.search import terms, wanted
from services.reporting.words import SAYING, line
from shared.envelope import Event
from shared.errors import Refused
from shared.events import EVENTS
from tests.histories import desks
from tests.stories import MORNING, Story

PERIOD = Period(timezone="Europe/Ljubljana")


def test_every_event_has_words() -> None:
    assert set(SAYING) == set(EVENTS.values())


@settings(max_examples=50, deadline=None)
@given(desks())
def test_a_timeline_says_every_event_in_one_line(events: Sequence[Event]) -> None:
    for event in events:
        said = line(event)
        assert (said.event, said.at) == (event.id, event.time)
        assert said.what
        assert "\n" not in said.what
        assert "None" not in said.what


def test_a_line_tells_who_did_what_and_why() -> None:
    story = Story("words")
    story.opens()
    story.is_classified(team="support")
    assert (
        line(story.is_assigned("ana")).what
        == "Assigned to ana of team support by least_loaded: ana has the fewest tickets"
    )
    assert line(story.changes_status("resolved", reason="solved")).what == "Status changed from new to resolved: solved"
    said = line(story.agent_answers("ana", "Press twice."))
    assert (said.what, said.text, said.actor) == ("ana answered over email", "Press twice.", "agent:ana")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Žarnica ne sveti", "zarn"),
        ("Đurđa", "durda"),
        ("נורה שרופה", "נור"),
        ("maja@example.org", "maja@exam"),
        ("maja@example.org", "example"),
        ("K-1000017", "k-1000"),
        ("+38640123456", "38640"),
        ("Straße", "strasse"),
    ],
)
def test_the_start_of_a_word_finds_it_whatever_its_accents(text: str, query: str) -> None:
    assert all(any(term.startswith(word) for term in terms(text)) for word in wanted(query))


def test_search_terms_are_bounded() -> None:
    many = terms(" ".join(f"word{n}" for n in range(10_000)), "x" * 1000)
    assert len(many) <= 120
    assert max(map(len, many)) <= 40


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor("due", MORNING, "0192")
    assert Cursor.decoded(cursor.encoded(), order="due") == cursor


BEFORE_ALL_TIME = base64.urlsafe_b64encode(b'["due", "0001-01-01T00:00:00+23:00", "1"]').decode()


@pytest.mark.parametrize("text", ["", "x", "äö", "bnVsbA", Cursor("newest", MORNING, "1").encoded(), BEFORE_ALL_TIME])
def test_a_foreign_cursor_is_refused_with_advice(text: str) -> None:
    with pytest.raises(Refused, match="Start again without it") as refusal:
        Cursor.decoded(text, order="due")
    assert refusal.value.status == 422


def test_attainment_is_met_of_met_and_breached_and_says_how_many() -> None:
    def count(policy: str, state: str, n: int) -> Count:
        return Count({"clock": "resolution", "policy": policy, "state": state}, n)

    found = [count("a", "met", 3), count("a", "breached", 1), count("a", "running", 9), count("b", "paused", 2)]
    answer = reports.sla(found, period=PERIOD, as_of=None)
    assert (answer.n, answer.attainment.value, answer.attainment.n) == (15, 0.75, 4)
    policies = {row.policy: row for row in answer.rows}
    assert (policies["a"].met, policies["a"].breached, policies["a"].running) == (3, 1, 9)
    assert (policies["b"].attainment.value, policies["b"].attainment.n) == (None, 0)


def test_every_answer_names_definition_version_time_zone_and_n() -> None:
    found = [Count({"channel": "email"}, 3), Count({"channel": "chat"}, 1)]
    answer = reports.counts(found, by="channel", period=PERIOD, as_of=MORNING)
    assert (answer.figure.name, answer.figure.version) == ("tickets_opened", DEFINITIONS["tickets_opened"].version)
    assert (answer.period.timezone, answer.n, answer.as_of) == ("Europe/Ljubljana", 4, MORNING)
    assert [(row.value, row.n, row.share) for row in answer.rows] == [("email", 3, 0.75), ("chat", 1, 0.25)]


class Numbers:
    """Answers the gauges' questions from memory."""

    def __init__(self, teams: int) -> None:
        self.teams = teams

    async def counts_now(self, figure: str) -> list[Count]:
        if figure != "open_tickets":
            return []
        return [Count({"team": f"t{n}", "priority": "low", "status": "new"}, 1) for n in range(self.teams)]

    async def oldest_waiting(self, team: str | None) -> datetime | None:
        return MORNING if team == "t0" else None


async def _exposed(teams: int) -> str:
    registry = CollectorRegistry()
    gauges = Gauges(Numbers(teams), registry=registry, now=lambda: MORNING.astimezone(UTC) + timedelta(seconds=90))
    await gauges.compute()
    return generate_latest(registry).decode()


async def test_gauges_tell_open_tickets_and_the_longest_wait() -> None:
    exposed = await _exposed(2)
    assert 'kartica_open_tickets{priority="low",status="new",team="t0"} 1.0' in exposed
    assert 'kartica_oldest_waiting_seconds{team="t0"} 90.0' in exposed
    assert 'kartica_oldest_waiting_seconds{team="t1"} 0.0' in exposed


async def test_the_values_of_a_label_are_bounded() -> None:
    exposed = await _exposed(MOST_VALUES + 50)
    assert exposed.count("kartica_open_tickets{") == MOST_VALUES + 1
    assert 'team="other"} 50.0' in exposed
