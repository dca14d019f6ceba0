"""When two customers are one: what joins them, what forbids it, and how it is taken back exactly."""

from dataclasses import replace

from services.ingest.customers.people import Customer, People
from shared.events import Identity
from shared.ids import derived_id


def joined(people: People, customer: str, *, into: str) -> tuple[Customer, ...]:
    """Both, with the one who goes on for `customer` now merged into the one who goes on for `into`.

    Empty when they are one already. Both documents change, so that two opposite merges at the same
    time can't both hold: a cycle never comes about.
    """
    gone, survivor = people.root(customer), people.root(into)
    if gone == survivor:
        return ()
    lost, kept = people.customers[gone], people.customers[survivor]
    return (
        replace(lost, merged_into=survivor),
        replace(kept, merged=(*(one for one in kept.merged if one != gone), gone)),
    )


def parted(people: People, customer: str) -> tuple[Customer, ...]:
    """Both as before the merge, and separated for good as far as machines are concerned; empty if not merged."""
    lost = people.customers[customer]
    if lost.merged_into is None:
        return ()
    kept = people.customers[lost.merged_into]
    return (
        replace(lost, merged_into=None, apart=lost.apart | {kept.id}),
        replace(kept, merged=tuple(one for one in kept.merged if one != customer)),
    )


def elder(people: People, one: str, other: str) -> tuple[str, str]:
    """`(goes on, is merged)` of an automatic merge: who has been known longer goes on."""
    first, second = people.customers[people.root(one)], people.customers[people.root(other)]
    if (second.first_seen, second.id) < (first.first_seen, first.id):
        first, second = second, first
    return first.id, second.id


def were_parted(people: People, one: str, other: str) -> bool:
    """Whether a person has separated any of the one side from any of the other."""
    left, right = people.members(one), people.members(other)
    ids_left, ids_right = {each.id for each in left}, {each.id for each in right}
    return any(each.apart & ids_right for each in left) or any(each.apart & ids_left for each in right)


def differ(left: tuple[Identity, ...], right: tuple[Identity, ...]) -> bool:
    """Whether another system, which knows both, has told them apart: `crm:1` and `crm:2` are two customers.

    The part before the colon names the system; ids of different systems say nothing about each other.
    """
    ours, theirs = _external(left), _external(right)
    return any(not ids & theirs[system] for system, ids in ours.items() if system in theirs)


def identities(people: People, customer: str) -> tuple[Identity, ...]:
    """All identities of the customer and of everybody merged with it."""
    return tuple(one for member in people.members(customer) for one in member.identities)


def first_id(kind: str, value: str, *, claim: bool, generation: int) -> str:
    """The id of a customer who is first known by this identity; concurrent inputs come to the same.

    `generation` counts how often the identity was given away before.
    """
    told = ("customer", "claimed" if claim else "proved", kind, value)
    return derived_id(*told, generation) if generation else derived_id(*told)


def _external(identities: tuple[Identity, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in identities:
        if one.kind == "external":
            system, colon, _ = one.value.partition(":")
            found.setdefault(system if colon else "", set()).add(one.value)
    return found
