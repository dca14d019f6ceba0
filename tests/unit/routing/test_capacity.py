"""Who gets a ticket: eligible, with room, the least loaded for their capacity; and the reason says so."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.routing.capacity import Choice, Load, choose, keep
from tests.unit.routing.samples import NOW, agent, organisation


def pick(loads: dict[str, Load], *, skills: tuple[str, ...] = (), team: str = "support") -> Choice:
    return choose(organisation(), team=team, skills=skills, loads=loads)


def test_the_least_loaded_gets_it_and_the_reason_names_everybody() -> None:
    choice = pick({"ana": Load(2), "bojan": Load(3), "gal": Load(8)})
    assert choice.agent == "ana"
    assert choice.because == "ana 2 of 10, bojan 3 of 10, gal is full with 8 of 8: ana"


def test_the_share_of_capacity_counts_not_the_number() -> None:
    company = organisation(big=agent(20), small=agent(2))
    assert choose(company, team="support", skills=(), loads={"big": Load(9), "small": Load(1)}).agent == "big"


def test_of_equals_whoever_waited_longest_since_the_last_one_gets_it_and_then_the_first_by_name() -> None:
    earlier, later = NOW - timedelta(hours=1), NOW
    assert pick({"ana": Load(1, later), "bojan": Load(1, earlier), "gal": Load(8)}).agent == "bojan"
    assert pick({"ana": Load(1, later), "bojan": Load(1, later), "gal": Load(8)}).agent == "ana"


def test_required_skills_exclude_others_however_free_they_are() -> None:
    choice = pick({"gal": Load(7)}, skills=("he",))
    assert choice.agent == "gal"
    full = pick({"gal": Load(8)}, skills=("he",))
    assert full.agent is None
    assert full.because == "nobody free in support: ana lacks he, bojan lacks he, gal is full with 8 of 8"


def test_a_skill_that_nobody_in_the_team_has_is_not_waited_for() -> None:
    choice = pick({}, skills=("he",), team="technical")
    assert choice.agent == "cvetka"
    assert choice.because.startswith("nobody in technical has he, so without; ")


def test_who_is_away_or_takes_none_gets_none() -> None:
    company = organisation(away=agent(available=False), none=agent(0))
    choice = choose(company, team="support", skills=(), loads={})
    assert choice.agent is None
    assert choice.because == "nobody free in support: away is away, none is full with 0 of 0"


def test_a_team_that_is_no_more_has_nobody() -> None:
    assert pick({}, team="gone") == Choice(None, "there is no team gone any more")


def test_an_owner_keeps_returning_work_if_there_and_has_room() -> None:
    company = organisation(ana=agent(2), away=agent(available=False))
    assert keep(company, agent="ana", load=Load(1), may_exceed=False) is not None
    assert keep(company, agent="ana", load=Load(2), may_exceed=False) is None
    assert keep(company, agent="ana", load=Load(2), may_exceed=True) is not None
    assert keep(company, agent="away", load=Load(), may_exceed=True) is None
    assert keep(company, agent="left", load=Load(), may_exceed=True) is None


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5), st.booleans()), min_size=1, max_size=8))
def test_nobody_is_ever_over_capacity_and_nothing_waits_while_somebody_is_free(
    people: list[tuple[int, int, bool]],
) -> None:
    names = [f"agent{place}" for place in range(len(people))]
    company = organisation(
        **{name: agent(capacity, available=there) for name, (_, capacity, there) in zip(names, people, strict=True)}
    )
    loads = {name: Load(load) for name, (load, _, _) in zip(names, people, strict=True)}
    chosen = choose(company, team="support", skills=(), loads=loads).agent
    free = [name for name, (load, capacity, there) in zip(names, people, strict=True) if there and load < capacity]
    assert (chosen in free) if free else (chosen is None)
