"""Who gets a ticket: eligible, with room, the best by the team's strategy; and the reason says so."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.assignment.choice import Choice, awaited, choose, keep, preferred_until
from services.routing.assignment.eligibility import Wish
from services.routing.assignment.standing import NEVER, Standing
from shared.organisation import Organisation
from tests.unit.routing.samples import NOW, agent, organisation

HOUR = timedelta(hours=1)


def has(mails: int = 0, last: datetime = NEVER, *, away: str | None = None, **channels: int) -> Standing:
    return Standing(version=7, tickets={"email": mails, **channels}, last=last, away=away)


def pick(standings: dict[str, Standing], *, desk: Organisation | None = None, **wish: Any) -> Choice:
    asked = Wish(**{"team": "support", "channel": "email", **wish})
    return choose(desk or organisation(), asked, standings=standings, at=NOW)


def with_strategy(strategy: str, **agents: Any) -> Organisation:
    desk = organisation(**agents)
    team = desk.teams["support"].model_copy(update={"strategy": strategy})
    return desk.model_copy(update={"teams": {**desk.teams, "support": team}})


def test_the_least_loaded_gets_it_and_the_reason_names_everybody() -> None:
    choice = pick({"ana": has(2), "bojan": has(3), "gal": has(8)})
    assert (choice.agent, choice.rule, choice.guard) == ("ana", "least_loaded", 7)
    assert choice.because == "ana 2 of 10, bojan 3 of 10, gal is full with 8 of 8: ana"


@pytest.mark.parametrize(
    ("strategy", "chosen"),
    [("least_loaded", "big"), ("least_loaded_units", "small"), ("most_spare", "big"), ("longest_idle", "small")],
)
def test_the_strategy_says_what_counts(strategy: str, chosen: str) -> None:
    desk = with_strategy(strategy, big=agent(20), small=agent(2))
    assert pick({"big": has(9, NOW), "small": has(1, NOW - HOUR)}, desk=desk).agent == chosen


def test_half_of_two_is_less_spare_than_a_fifth_of_ten_but_a_smaller_share_used() -> None:
    agents = {"big": agent(10), "small": agent(2)}
    standings = {"big": has(8), "small": has(1)}
    assert pick(standings, desk=with_strategy("least_loaded", **agents)).agent == "small"
    assert pick(standings, desk=with_strategy("most_spare", **agents)).agent == "big"


def test_of_equals_whoever_waited_longest_since_the_last_one_gets_it_and_then_the_first_by_name() -> None:
    assert pick({"ana": has(1, NOW), "bojan": has(1, NOW - HOUR), "gal": has(8)}).agent == "bojan"
    assert pick({"ana": has(1, NOW), "bojan": has(1, NOW), "gal": has(8)}).agent == "ana"


def test_required_skills_exclude_others_however_free_they_are() -> None:
    choice = pick({"gal": has(7)}, skills={"he": 1})
    assert choice.agent == "gal"
    full = pick({"gal": has(8)}, skills={"he": 1})
    assert full.agent is None
    assert full.because == "nobody free in support: ana lacks he, bojan lacks he, gal is full with 8 of 8"


def test_a_skill_counts_from_its_level_on() -> None:
    desk = organisation(novice=agent(skills={"networks": 2}), expert=agent(skills={"networks": 5}))
    choice = pick({"novice": has(0), "expert": has(1)}, desk=desk, skills={"networks": 4})
    assert choice.agent == "expert"
    assert "novice lacks networks of level 4" in choice.because


def test_a_skill_that_nobody_in_the_team_has_is_not_waited_for() -> None:
    choice = pick({}, skills={"he": 1}, team="technical")
    assert choice.agent == "cvetka"
    assert choice.because.startswith("nobody in technical has he, so without; ")


def test_preferred_skills_are_waited_for_and_then_only_come_first() -> None:
    wish = {"prefers": {"he": 1}, "preferred_until": NOW + HOUR}
    waits = pick({"gal": has(8)}, **wish)
    assert (waits.agent, waits.wants) == (None, ("he:1",))
    assert "ana lacks he, preferred until" in waits.because
    relaxed = {**wish, "preferred_until": NOW}
    assert pick({"gal": has(8)}, **relaxed).agent == "ana"
    assert pick({"gal": has(7)}, **relaxed).agent == "gal"


def test_preferred_skills_are_not_waited_for_when_nobody_who_has_them_is_there() -> None:
    wish = Wish(team="support", channel="email", prefers={"he": 1})
    there = {name: has(8) for name in ("ana", "bojan", "gal")}
    gone = {**there, "gal": has(0, away="is off shift")}
    team = organisation().teams["support"]
    since = NOW - HOUR
    until = preferred_until(organisation(), wish, standings=there, since=since, at=NOW)
    assert until == since + team.relax_after
    assert preferred_until(organisation(), wish, standings=gone, since=since, at=NOW) == NOW


def test_what_a_ticket_waits_for_is_what_somebody_of_its_team_can_meet() -> None:
    assert awaited(organisation(), Wish(team="support", channel="email", skills={"he": 1})) == (("he:1",), ())
    assert awaited(organisation(), Wish(team="technical", channel="email", skills={"he": 1})) == ((), ())
    assert awaited(organisation(), Wish(team="support", channel="email", prefers={"he": 1})) == ((), ("he:1",))
    assert awaited(organisation(), Wish(team="sold", channel="email", skills={"he": 1})) == ((), ())


def test_channels_weigh_and_have_limits_of_their_own() -> None:
    desk = organisation(ana=agent({"total": 10, "channels": {"chat": 2}}), bojan=agent(10))
    desk = desk.model_copy(update={"weights": {"chat": 3, "phone": 10}})
    assert pick({"ana": has(0, chat=2), "bojan": has(9)}, desk=desk, channel="email").agent == "ana"
    refused = pick({"ana": has(0, chat=2), "bojan": has(8)}, desk=desk, channel="chat")
    assert refused.because == ("nobody free in support: ana is full with 2 of channel chat, bojan is full with 8 of 10")


def test_a_limit_within_a_period_excludes() -> None:
    desk = organisation(ana=agent(10, at_most={"tickets": 2, "per": "1h"}))
    busy = Standing(recent=2)
    assert "ana got 2 within 1:00:00, which is the limit" in pick({"ana": busy}, desk=desk).because


def test_who_is_away_excluded_or_in_conflict_gets_none() -> None:
    desk = organisation(away=agent(), rival=agent(not_for=["@rival.example"]), refused=agent(), none=agent(0))
    choice = pick(
        {"away": has(away="is off shift (day)")},
        desk=desk,
        keys=frozenset({"iva@rival.example", "@rival.example"}),
        excluded=frozenset({"refused"}),
    )
    assert choice.agent is None
    for why in ("away is off shift (day)", "refused gave it back", "rival is excluded", "none is full with 0 of 0"):
        assert why in choice.because


def test_who_only_let_an_offer_pass_is_not_said_to_have_declined() -> None:
    choice = pick({"ana": has(), "bojan": has()}, excluded=frozenset({"ana", "bojan"}), unanswered=frozenset({"ana"}))
    assert "ana let an offer of it pass, bojan gave it back or declined it" in choice.because


def test_the_agent_of_the_customers_last_ticket_gets_the_next_one_if_they_can() -> None:
    choice = pick({"ana": has(0), "bojan": has(5)}, sticky="bojan")
    assert (choice.agent, choice.rule) == ("bojan", "sticky_owner")
    assert pick({"ana": has(0), "bojan": has(10)}, sticky="bojan").agent == "ana"
    assert pick({"ana": has(0), "gal": has(1), "bojan": has(0, away="is away")}, sticky="bojan").agent == "ana"


def test_a_team_that_is_no_more_has_nobody() -> None:
    assert pick({}, team="gone") == Choice(None, "there is no team gone any more")


def test_an_owner_keeps_returning_work_if_there_and_has_room() -> None:
    desk = organisation(ana=agent(2))
    wish = Wish(team="support", channel="email")

    def kept(name: str, standing: Standing, *, may_exceed: bool) -> bool:
        return keep(desk, wish, agent=name, standing=standing, may_exceed=may_exceed) is not None

    assert kept("ana", has(1), may_exceed=False)
    assert not kept("ana", has(2), may_exceed=False)
    assert kept("ana", has(2), may_exceed=True)
    assert not kept("ana", has(0, away="is away"), may_exceed=True)
    assert not kept("left", has(0), may_exceed=True)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5), st.booleans()), min_size=1, max_size=8))
def test_nobody_is_ever_over_capacity_and_nothing_waits_while_somebody_is_free(
    people: list[tuple[int, int, bool]],
) -> None:
    names = [f"agent{place}" for place in range(len(people))]
    desk = organisation(**{name: agent(capacity) for name, (_, capacity, _) in zip(names, people, strict=True)})
    standings = {
        name: has(load, away=None if there else "is away") for name, (load, _, there) in zip(names, people, strict=True)
    }
    chosen = pick(standings, desk=desk).agent
    free = [name for name, (load, capacity, there) in zip(names, people, strict=True) if there and load < capacity]
    assert (chosen in free) if free else (chosen is None)
