"""What the database counts as takeable by an agent, and what a choice gives to the same agent, are the same.

A ticket that the one counts and the other never gives would hold up all that rank behind it, for ever.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing.assignment.choice import awaited, choose, preferred_until
from services.routing.assignment.queries import ahead_of, reach_of
from services.routing.assignment.standing import Standing
from services.routing.ticket import NOT_DUE, Place, Ticket
from shared.organisation import Organisation, Team
from tests.unit.routing.samples import NOW, agent, ticket_id

NAMES, SKILLS, CHANNELS = ["ana", "bojan", "gal"], ["sl", "lamps"], ["email", "chat"]
KEYS = ["iva@example.org", "@example.org", "+38640123456", "@other.example"]
BEHIND = Place(rank=0, due_at=NOT_DUE, since=NOW + timedelta(days=1), ticket=ticket_id("behind"))

LEVELS = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=2)
CAPACITY = st.fixed_dictionaries(
    {
        "total": st.integers(0, 4),
        "channels": st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3), max_size=2),
    }
)
PEOPLE = st.fixed_dictionaries(
    {
        name: st.builds(
            agent,
            CAPACITY,
            skills=LEVELS,
            not_for=st.lists(st.sampled_from(KEYS), max_size=1).map(tuple),
        )
        for name in NAMES
    }
)
MEMBERS = st.lists(st.sampled_from(NAMES), unique=True, min_size=1).map(tuple)
STANDINGS = st.fixed_dictionaries(
    {name: st.builds(Standing, tickets=st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3))) for name in NAMES}
)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    teams = {
        name: Team(title=name, agents=(members := draw(MEMBERS)), lead=members[0]) for name in ("support", "technical")
    }
    weights = draw(st.dictionaries(st.sampled_from(CHANNELS), st.integers(1, 3)))
    return Organisation(default_team="support", agents=draw(PEOPLE), teams=teams, weights=weights)


TICKETS = st.fixed_dictionaries(
    {
        "team": st.sampled_from(["support", "technical", "one_of_yesterday"]),
        "channel": st.sampled_from(CHANNELS),
        "levels": LEVELS,
        "prefers": LEVELS,
        "keys": st.lists(st.sampled_from(KEYS), max_size=2).map(tuple),
        "excluded": st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    }
)


def waiting(organisation: Organisation, told: Mapping[str, Any], standings: Mapping[str, Standing]) -> Ticket:
    """As it came into the queue."""
    ticket = Ticket(
        id=ticket_id("waits"),
        opened=True,
        status="open",
        state="queued",
        waiting_since=NOW,
        skills=tuple(told["levels"]),
    ).model_copy(update=dict(told))
    needs, wants = awaited(organisation, ticket.wish())
    until = preferred_until(organisation, ticket.wish(), standings=standings, since=NOW, at=NOW) if wants else None
    weight = organisation.weight(ticket.channel)
    return ticket.model_copy(update={"needs": needs, "wants": wants, "preferred_until": until, "weight": weight})


def holds(query: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """What MongoDB would find, for the operators that the query has."""
    return all(_holds_one(name, wanted, document) for name, wanted in query.items())


def _holds_one(name: str, wanted: Any, document: Mapping[str, Any]) -> bool:
    if name == "$or":
        return any(holds(one, document) for one in wanted)
    if name == "$and":
        return all(holds(one, document) for one in wanted)
    value = document.get(name)
    if not isinstance(wanted, Mapping):
        return bool(value == wanted)
    return all(_compares(value, operator, operand) for operator, operand in wanted.items())


def _compares(value: Any, operator: str, operand: Any) -> bool:
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    match operator:
        case "$in":
            return any(one in operand for one in values)
        case "$nin":
            return not any(one in operand for one in values)
        case "$ne":
            return operand not in values
        case "$not":
            return not _compares(value, *next(iter(operand.items())))
        case "$elemMatch":
            return any(all(_compares(one, *each) for each in operand.items()) for one in values)
        case "$lte" | "$lt" | "$gt":
            if isinstance(value, datetime) != isinstance(operand, datetime) or value is None:
                return False
            return bool({"$lte": value <= operand, "$lt": value < operand, "$gt": value > operand}[operator])
    raise NotImplementedError(operator)


@given(organisations(), TICKETS, STANDINGS, st.sampled_from([0, 5, 10, 20]))
@settings(max_examples=250, deadline=None)
def test_who_is_held_up_by_a_ticket_could_have_it(
    organisation: Organisation, told: Mapping[str, Any], standings: Mapping[str, Standing], minutes: int
) -> None:
    ticket, at = waiting(organisation, told, standings), NOW + timedelta(minutes=minutes)
    choice = choose(organisation, ticket.wish(), standings=standings, at=at)
    given_to = {one.agent for one in choice.candidates if one.hindrance is None}
    held_up = {
        name
        for name in NAMES
        if holds(
            ahead_of(BEHIND, reach_of(name, standings[name], organisation, teams=organisation.teams_of(name), at=at)),
            ticket.document(),
        )
    }
    assert held_up == given_to
