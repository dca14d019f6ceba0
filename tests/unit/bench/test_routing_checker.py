"""A history in which everything is right passes the judge; each kind of fault in it is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.routing.company import WEEK, Company
from bench.routing.findings import Findings
from bench.routing.history import Commit, Decision, Note, Seen, Want
from bench.routing.hours import Hours, of_shift
from bench.routing.judge import Judge
from bench.routing.people import People

ALWAYS = Hours(((-10_000.0, 20_000.0),))
EVERYBODY = frozenset({"ana", "bojan", "cvetka"})
MINUTE = 600.0
NOW = WEEK + timedelta(minutes=MINUTE)


def people(**hours: Hours) -> People:
    """Ana and Bojan are equals in support; Cvetka speaks Hebrew and is in sales too."""
    usual = {"skills": {"en": 3}, "capacity": {"total": 4, "channels": {"phone": 1}}}
    agents: dict[str, Any] = {"ana": usual, "bojan": usual, "cvetka": {**usual, "skills": {"en": 3, "he": 3}}}
    teams = {"support": {"agents": ["ana", "bojan", "cvetka"]}, "sales": {"agents": ["cvetka"]}}
    company = Company({"weights": {"phone": 2}, "agents": agents, "teams": teams}, {})
    return People(company, {name: hours.get(name, ALWAYS) for name in agents})


def seen(ticket: str, agent: str | None = None, *, version: int = 1, came: int = 0, **more: Any) -> Seen:
    """A ticket of support, assigned or waiting since `came` minutes after the last quiet moment."""
    placed: dict[str, Any] = {"state": "assigned", "agent": agent}
    if agent is None:
        placed = {"state": "queued", "waiting_since": since(came)}
    return Seen(ticket, version, **{"team": "support", "rank": 1, **placed, **more})


def since(came: int) -> datetime:
    return NOW - timedelta(minutes=5 - came)


def by(rule: str, *, previous: str | None = None, cause: str = "ticket.opened.v1") -> Decision:
    return Decision(cause, rule, previous, (rule,))


def given(ticket: str, agent: str, rule: str = "least_loaded", **more: Any) -> Commit:
    return Commit(seen(ticket, agent, **more), by(rule))


def waits(ticket: str, **more: Any) -> Commit:
    return Commit(seen(ticket, **more), by("queue"))


class Week:
    """Steps of a history, each judged."""

    def __init__(self, *, age_boost: timedelta | None = None, **hours: Hours) -> None:
        self.judge = Judge(people(**hours), age_boost=age_boost)
        self.wants: dict[str, Want] = {}
        self.there = EVERYBODY

    def step(self, *commits: Commit, notes: Sequence[tuple[str, int, float, float]] = (), replica: int = 0) -> Findings:
        for commit in commits:
            self.wants.setdefault(commit.after.ticket, Want({}, came=since(4)))
        noted = {(ticket, version): Note(replica, begun, known) for ticket, version, begun, known in notes}
        now_there, self.was_there = self.there, getattr(self, "was_there", EVERYBODY)
        self.judge.step(MINUTE, commits, noted, wants=self.wants, there=(self.was_there, now_there))
        self.was_there = now_there
        return self.judge.findings


def test_a_history_in_which_all_is_right_passes() -> None:
    found = Week().step(
        given("one", "ana"),
        given("two", "bojan"),
        given("three", "cvetka"),
        Commit(seen("one", "ana", version=2, status="resolved")),
        given("four", "ana"),
        Commit(seen("four", "bojan", version=2), by("transfer", previous="ana", cause="ticket.transfer.v1")),
    )
    assert not found.broken, found.examples
    assert (found.judged["automatic"], found.judged["by_hand_or_back"]) == (4, 1)
    assert found.spread == 1


def test_a_second_owner_is_found() -> None:
    week = Week()
    found = week.step(given("one", "ana"), given("one", "bojan", version=2))
    assert found.broken["double_assignments"] == 2, "it was Ana's, and the decision did not know that it was"


def test_a_claim_of_what_somebody_has_is_found() -> None:
    taken = Commit(seen("one", "bojan", version=2), by("claim", previous="ana", cause="ticket.claim.v1"))
    assert Week().step(given("one", "ana"), taken).broken["double_assignments"] == 1


def test_an_assignment_over_the_units_or_over_the_tickets_of_a_channel_is_found() -> None:
    calls = [given("one", "ana", channel="phone"), given("two", "ana", "longest_idle", channel="phone")]
    assert Week().step(*calls).broken["over_capacity"] == 1
    mails = [given(f"mail {number}", "cvetka") for number in range(5)]
    assert Week().step(*mails).broken["over_capacity"] == 1


def test_what_people_give_may_exceed_and_is_counted() -> None:
    mails = [given(f"mail {number}", "cvetka") for number in range(4)]
    claim = Commit(seen("claimed", "cvetka"), by("claim", cause="ticket.claim.v1"))
    found = Week().step(*mails, claim)
    assert not found.broken
    assert found.judged["by_hand_or_back_over_capacity"] == 1


@pytest.mark.parametrize(("previous", "faults"), [("pending_customer", 0), ("resolved", 1)])
def test_work_that_comes_back_may_exceed_when_it_was_not_done(previous: str, faults: int) -> None:
    paused = [given("one", "cvetka"), Commit(seen("one", "cvetka", version=2, status=previous))]
    mails = [given(f"mail {number}", "cvetka") for number in range(4)]
    found = Week().step(*paused, *mails, Commit(seen("one", "cvetka", version=3)))
    assert found.broken["over_capacity"] == faults


def test_a_ticket_that_waits_while_somebody_has_room_is_found_once_it_is_quiet() -> None:
    found = Week().step(waits("one"))
    assert found.broken["waiting_in_vain"] == 1
    assert not Week().step(waits("one"), given("one", "ana", version=2)).broken


def test_a_ticket_waits_rightly_for_a_skill_for_room_or_when_nobody_is_there() -> None:
    week = Week()
    week.wants["one"] = Want({"he": 1})
    week.there = EVERYBODY - {"cvetka"}
    assert not week.step(waits("one")).broken
    assert Week(ana=Hours(()), bojan=Hours(()), cvetka=Hours(())).step(waits("one")).broken == {}
    week.there = EVERYBODY
    assert week.step().broken["waiting_in_vain"] == 1, "she is back"


def test_an_assignment_to_somebody_without_the_skill_or_off_shift_or_away_is_found() -> None:
    week = Week()
    week.wants["one"] = Want({"he": 1})
    assert week.step(given("one", "ana")).broken["not_eligible"] == 1
    assert Week(ana=Hours(())).step(given("one", "ana")).broken["not_eligible"] == 1
    away = Week()
    away.there = EVERYBODY - {"ana"}
    away.step()
    assert away.step(given("one", "ana")).broken["not_eligible"] == 1


def test_overtaking_what_was_known_to_wait_is_found() -> None:
    week = Week()
    full = [given(f"mail {name} {number}", name) for number in range(4) for name in EVERYBODY]
    assert not week.step(*full, waits("old")).broken
    free = Commit(seen("mail ana 0", "ana", version=2, status="resolved"))
    found = week.step(free, given("new", "ana"))
    assert found.broken["order_violations"] == 1


def test_what_was_queued_while_the_other_was_decided_may_be_overtaken() -> None:
    """Three commits: `old` comes into the queue, Ana gets room, `new` goes to her."""
    commits = [
        waits("old"),
        Commit(seen("mail ana 0", "ana", version=2, status="resolved")),
        given("new", "ana"),
        Commit(seen("mail ana 1", "ana", version=2, status="resolved")),
        given("old", "ana", version=2),
    ]
    for begun, faults in ((1.5, 0), (2.5, 1)):
        week = Week()
        week.step(*(given(f"mail {name} {number}", name) for number in range(4) for name in EVERYBODY))
        notes = [("old", 1, 1.0, 2.0), ("mail ana 0", 2, 1.0, 1.2), ("new", 1, begun, 4.0)]
        assert week.step(*commits, notes=notes).broken["order_violations"] == faults, begun


def test_what_is_more_urgent_or_due_earlier_goes_first() -> None:
    for before in (seen("other", rank=2, came=3), seen("other", due_at=NOW, came=3)):
        week = Week()
        week.step(*(given(f"mail {name} {number}", name) for number in range(4) for name in EVERYBODY))
        week.step(waits("one", came=1), Commit(before, by("queue")))
        free = Commit(seen("mail ana 0", "ana", version=2, status="resolved"))
        assert week.step(free, given("one", "ana", version=2)).broken["order_violations"] == 1


def test_giving_a_ticket_to_who_carries_more_than_an_equal_is_found() -> None:
    found = Week().step(given("one", "ana"), given("two", "ana"))
    assert (found.broken["uneven_loads"], found.spread) == (1, 2)
    assert not Week().step(given("one", "ana"), given("two", "ana", "longest_idle")).broken, "it does not look at loads"
    assert not Week().step(given("one", "ana"), given("two", "cvetka"), given("three", "cvetka")).broken, "no equals"


def test_an_equal_who_got_room_only_while_it_was_decided_is_no_fault() -> None:
    freed = Commit(seen("mail bojan", "bojan", version=2, status="resolved"))
    commits = [given("mail ana", "ana"), given("mail bojan", "bojan"), freed, given("new", "ana")]
    known = [("mail ana", 1, 0.0, 1.0), ("mail bojan", 1, 0.0, 1.0), ("mail bojan", 2, 2.0, 3.0)]
    assert not Week().step(*commits, notes=[*known, ("new", 1, 2.5, 4.0)]).broken
    assert Week().step(*commits, notes=[*known, ("new", 1, 3.5, 4.0)]).broken["uneven_loads"] == 1


def test_a_ticket_that_did_not_become_more_urgent_by_age_is_found() -> None:
    week = Week(age_boost=timedelta(hours=8), ana=Hours(()), bojan=Hours(()), cvetka=Hours(()))
    old = replace(seen("one"), waiting_since=NOW - timedelta(hours=9))
    assert week.step(Commit(old, by("queue"))).broken["wrong_ranks"] == 1
    assert Week(age_boost=timedelta(hours=8)).step(waits("two")).broken["wrong_ranks"] == 0


def test_hours_are_reckoned_in_the_shifts_own_zone_and_over_midnight() -> None:
    night = of_shift({"zone": "Asia/Jerusalem", "hours": {"mon": ["22:00-06:00"]}}, zone="UTC", week=WEEK)
    assert [night.at(minute) for minute in (20 * 60 - 1, 20 * 60, 28 * 60 - 1, 28 * 60)] == [False, True, True, False]
    leave = [{"first": "2026-11-03", "last": "2026-11-03"}]
    off = of_shift({"hours": {"mon-fri": ["08:00-16:00"]}}, zone="UTC", week=WEEK, leave=leave)
    assert [off.at(day * 1440 + 600) for day in range(7)] == [True, False, True, True, True, False, False]
    assert off.after(15 * 60, 120) == 2 * 1440 + 9 * 60, "an hour on Monday, an hour on Wednesday"
