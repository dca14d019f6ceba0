"""Merges: the chosen one goes on, chains and cycles hold, and a merge that is taken back leaves no trace."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Refused
from shared.events import Contact, CustomerChanged, Identity
from tests.unit.ingest.customers.world import World


def person(world: World, number: int) -> str:
    customer = world.writes(Contact(email=f"{number}@buyer.example"), proof="mail authentication", second=number)
    assert customer is not None
    return customer


def test_chosen_customer_goes_on_however_young() -> None:
    world = World()
    old, young = person(world, 1), person(world, 2)
    world.merge(old, young)
    assert world.known(()).root(old) == young


def test_chain_of_merges_leads_to_the_last_one() -> None:
    world = World()
    first, second, third = (person(world, number) for number in range(3))
    world.merge(first, second)
    world.merge(second, third)
    people = world.known(())
    assert {people.root(one) for one in (first, second, third)} == {third}
    assert {one.id for one in people.members(first)} == {first, second, third}


def test_opposite_merges_make_no_cycle() -> None:
    world = World()
    first, second = person(world, 1), person(world, 2)
    world.merge(first, second)
    events = len(world.events)
    world.merge(second, first)
    assert len(world.events) == events
    assert world.known(()).root(first) == second


def test_merged_customer_is_merged_on_by_whom_it_goes_on() -> None:
    world = World()
    first, second, third = (person(world, number) for number in range(3))
    world.merge(first, second)
    world.merge(first, third)
    assert {world.known(()).root(one) for one in (first, second, third)} == {third}


def test_taking_back_the_middle_of_a_chain_keeps_what_was_merged_into_it() -> None:
    world = World()
    first, second, third = (person(world, number) for number in range(3))
    world.merge(first, second)
    world.merge(second, third)
    world.unmerge(second)
    people = world.known(())
    assert (people.root(first), people.root(second), people.root(third)) == (second, second, third)


def test_taking_back_what_was_not_merged_is_refused() -> None:
    world = World()
    with pytest.raises(Refused, match="Not merged"):
        world.unmerge(person(world, 1))


def test_merge_tells_who_goes_on_and_its_end() -> None:
    world = World()
    first, second = person(world, 1), person(world, 2)
    world.merge(first, second)
    world.unmerge(first)
    told = [one for one in world.events if isinstance(one, CustomerChanged) and one.subject == first]
    assert [one.data.merged_into for one in told] == [None, second, None]
    assert [one.ticketversion for one in told] == [1, 2, 3]


def test_identity_of_somebody_else_is_not_taken_from_them() -> None:
    world = World()
    person(world, 1)
    other = person(world, 2)
    identity = Identity(kind="email", value="1@buyer.example", verified_by="agent:ana")
    with pytest.raises(Refused, match="Somebody else's identity"):
        world.change(other, add=[identity])


def test_unreadable_identity_is_refused_with_its_form() -> None:
    world = World()
    with pytest.raises(Refused, match=r"E\.164"):
        world.change(person(world, 1), add=[Identity(kind="phone", value="040 123")])


EMAILS = [f"{letter}@buyer.example" for letter in "abc"]
PHONES = ["+38640000001", "+38640000002"]


@st.composite
def contacts(draw: st.DrawFn) -> tuple[Contact, str | None]:
    """Anybody by any of the names, some proved, some claimed."""
    contact = Contact(
        email=draw(st.none() | st.sampled_from(EMAILS)),
        phone=draw(st.none() | st.sampled_from(PHONES)),
        visitor=draw(st.none() | st.sampled_from(["visitor:1", "visitor:2"])),
    )
    return contact, draw(st.none() | st.just("provider"))


@given(st.lists(contacts(), max_size=8), st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_any_order_and_repetition_of_messages_leads_to_the_same_people(
    messages: Sequence[tuple[Contact, str | None]],
    random: Random,
    repeats: int,
) -> None:
    shuffled = [*messages, *messages[:repeats]]
    random.shuffle(shuffled)
    worlds = World(), World()
    for world, order in zip(worlds, (messages, shuffled), strict=True):
        for contact, proof in order:
            world.writes(contact, proof=proof)

    def proved(world: World) -> set[frozenset[tuple[str, str]]]:
        found = (frozenset((kind, value) for kind, value, is_proved in group if is_proved) for group in world.groups())
        return {group for group in found if group}

    assert proved(worlds[0]) == proved(worlds[1])


@given(st.lists(contacts(), max_size=8))
@settings(max_examples=200, deadline=None)
def test_claims_are_never_in_one_customer_with_what_is_proved_of_somebody_else(
    messages: Sequence[tuple[Contact, str | None]],
) -> None:
    """A message of which nothing is proved is never found under a customer of whom something is."""
    world = World()
    for contact, proof in messages:
        customer = world.writes(contact, proof=proof)
        if customer is not None and proof is None and contact.visitor is None:
            people = world.known(())
            assert not any(member.is_proved for member in people.members(customer))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6), st.integers(0, 4), st.integers(0, 4))
@settings(max_examples=200, deadline=None)
def test_merge_that_is_taken_back_leaves_everything_as_it_was(
    merges: Sequence[tuple[int, int]], one: int, other: int
) -> None:
    world = World()
    people = [person(world, number) for number in range(5)]
    for first, second in merges:
        world.merge(people[first], people[second])
    before, gone = world.seen(), world.known(()).root(people[one])
    world.merge(people[one], people[other])
    if world.known(()).root(gone) != gone:
        world.unmerge(gone)
    assert world.seen() == before


@given(st.permutations([(0, 1), (1, 2), (3, 4), (2, 0)]))
def test_merges_in_any_order_lead_to_the_same_people(order: Sequence[tuple[int, int]]) -> None:
    world = World()
    people = [person(world, number) for number in range(5)]
    for first, second in order:
        world.merge(people[first], people[second])
    assert sorted(len(group) for group in world.groups()) == [2, 3]
