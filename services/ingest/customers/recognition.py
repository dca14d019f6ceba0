"""Whose message it is: the customer whom its sender's identities belong to, found, made, or found to be two."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.ingest.customers import merging
from services.ingest.customers.identities import Name, name_of, named
from services.ingest.customers.people import UNKNOWN, Customer, People, Registered
from shared.events import Contact, Identity

MAX_IDENTITIES = 100
"""Of one customer. A visitor who claims another address with every message does not grow for ever."""
MAX_SUGGESTIONS = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`customer` and `other` may be one; nothing proves it."""

    customer: str
    other: str
    because: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """Whose message it is, and what became different: customers, owners of identities, suggestions.

    Nothing is different for somebody who was known as they are, so that two of their tickets never
    meet in one document.
    """

    customer: str | None = None
    changed: tuple[Customer, ...] = ()
    proved: Mapping[Name, tuple[int, str]] = field(default_factory=dict)
    claimed: Mapping[Name, tuple[int, str]] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()
    reason: str = ""


NOBODY = Recognition()


def recognised(contact: Contact, people: People, *, proof: str | None, at: datetime) -> Recognition:
    """Who the contact is.

    A proved identity finds its owner. What is only claimed never does: it leads to a customer of its
    own, of whom nothing is proved, and a person is asked whether the two are one.
    """
    found = named(contact, proof=proof, at=at)
    proved = tuple(one for one in found if one.verified_by)
    claims = tuple(one for one in found if not one.verified_by)
    if proved:
        return _by_proof(contact, proved, claims, people, at=at)
    if claims:
        return _by_claim(contact, claims, people, at=at)
    return NOBODY


def _by_proof(
    contact: Contact, proved: tuple[Identity, ...], claims: tuple[Identity, ...], people: People, *, at: datetime
) -> Recognition:
    known = _owner(proved, people)
    first = proved[0]
    customer = known or _made(first, people.proved.get(name_of(first), UNKNOWN), claim=False, at=at)
    gained = [one for one in proved if people.owner(name_of(one)) is None]
    told = customer
    for identity in gained:
        told = told.with_identity(identity)
    told = _noting(_described(told, contact), claims)
    after = people.replacing([told])
    merged, refused = _merging(told.id, proved, after)
    others = [*_owners_of(claims, people), *_claimants_of(gained, people), *refused]
    return _recognition(
        told.id,
        before=people,
        after=after.replacing(merged),
        others=others,
        proved={name_of(one): (people.proved.get(name_of(one), UNKNOWN).version, told.id) for one in gained},
        reason=_reason(known, gained, merged),
    )


def _by_claim(contact: Contact, claims: tuple[Identity, ...], people: People, *, at: datetime) -> Recognition:
    first = claims[0]
    name = name_of(first)
    known = people.claimant(name)
    registered = people.claimed.get(name, UNKNOWN)
    customer = known or _made(first, registered, claim=True, at=at)
    told = _noting(_described(customer, contact), claims)
    return _recognition(
        told.id,
        before=people,
        after=people.replacing([told]),
        others=_owners_of(claims, people),
        claimed={} if known else {name: (registered.version, told.id)},
        reason=_reason(known, claims, ()),
    )


def _owner(proved: Iterable[Identity], people: People) -> Customer | None:
    """The owner of the most telling identity that has one, unless another system tells the two apart."""
    for one in proved:
        owner = people.owner(name_of(one))
        if owner is None:
            continue
        external = tuple(each for each in proved if each.kind == "external")
        if one.kind != "external" and merging.differ(external, merging.identities(people, owner.id)):
            return None
        return owner
    return None


def _made(first: Identity, registered: Registered, *, claim: bool, at: datetime) -> Customer:
    made = merging.first_id(first.kind, first.value, claim=claim, generation=registered.version)
    return Customer(id=made, first_seen=at)


def _described(customer: Customer, contact: Contact) -> Customer:
    """With what was not known of the customer before; what is known stays."""
    return replace(
        customer,
        name=customer.name or contact.name,
        language=customer.language or contact.language,
        tier=customer.tier or contact.tier,
    )


def _noting(customer: Customer, claims: Iterable[Identity]) -> Customer:
    for claim in claims:
        if customer.has(name_of(claim)) is None and len(customer.identities) < MAX_IDENTITIES:
            customer = customer.with_identity(claim)
    return customer


def _merging(customer: str, proved: Iterable[Identity], people: People) -> tuple[list[Customer], list[tuple[str, str]]]:
    """Everybody whom one message proves to be the same, merged; and those whom another system tells apart."""
    merged: dict[str, Customer] = {}
    refused = []
    for one in proved:
        owner = people.owner(name_of(one))
        if owner is None or people.root(owner.id) == people.root(customer):
            continue
        if merging.were_parted(people, customer, owner.id):
            continue
        if merging.differ(merging.identities(people, customer), merging.identities(people, owner.id)):
            refused.append((owner.id, f"both have proved {one.kind}, but another system tells them apart"))
            continue
        survivor, gone = merging.elder(people, customer, owner.id)
        changed = merging.joined(people, gone, into=survivor)
        merged |= {each.id: each for each in changed}
        people = people.replacing(changed)
    return list(merged.values()), refused


def _owners_of(claims: Iterable[Identity], people: People) -> list[tuple[str, str]]:
    owners = ((people.owner(name_of(one)), one) for one in claims)
    return [(owner.id, f"claims the {one.kind} that is proved to be theirs") for owner, one in owners if owner]


def _claimants_of(gained: Iterable[Identity], people: People) -> list[tuple[str, str]]:
    found = []
    for one in gained:
        registered = people.claimed.get(name_of(one), UNKNOWN).customer
        for claimant in dict.fromkeys((registered, *people.claimants.get(name_of(one), ()))):
            if claimant is not None:
                found.append((claimant, f"has proved the {one.kind} that they claim"))
    return found


def _recognition(
    customer: str,
    *,
    before: People,
    after: People,
    others: Iterable[tuple[str, str]],
    proved: Mapping[Name, tuple[int, str]] | None = None,
    claimed: Mapping[Name, tuple[int, str]] | None = None,
    reason: str,
) -> Recognition:
    suggestions = tuple(_new(customer, others, after))[:MAX_SUGGESTIONS]
    if suggestions:
        own = after.customers[customer]
        told = own.suggested | {one.other for one in suggestions}
        after = after.replacing([replace(own, suggested=told)])
    changed = tuple(one for one in after.customers.values() if before.customers.get(one.id) != one)
    return Recognition(customer, changed, proved or {}, claimed or {}, suggestions, reason)


def _new(customer: str, others: Iterable[tuple[str, str]], people: People) -> Iterator[Suggestion]:
    """Each pair is suggested once, whichever of the two is seen first."""
    own, seen = people.customers[customer], set[str]()
    for other, because in others:
        known = people.customers.get(other)
        if known is None or other in seen or people.root(other) == people.root(customer):
            continue
        seen.add(other)
        if other in own.suggested or customer in known.suggested or merging.were_parted(people, customer, other):
            continue
        yield Suggestion(customer, other, because)


def _reason(known: Customer | None, gained: Iterable[Identity], merged: Iterable[Customer]) -> str:
    if list(merged):
        return "one message proved that they are the same"
    if known is None:
        return "first message"
    kinds = sorted({one.kind for one in gained})
    return f"another {', '.join(kinds)}" if kinds else "more is known"
