"""A customer as ingest keeps it, and the part of all customers that a decision looks at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.ingest.customers.identities import Name, name_of
from shared.events import Identity


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer. `merged_into` is the one who goes on for it; `merged` are those for whom it goes on.

    A merge moves nothing: every customer keeps its own identities and messages, so that taking the
    merge back restores both exactly. `apart` are those from whom a person has separated it: no
    automatic merge joins them again. `facts` counts the events about it; `version` guards its document.
    """

    id: str
    first_seen: datetime
    version: int = 0
    facts: int = 0
    name: str | None = None
    language: str | None = None
    tier: str | None = None
    identities: tuple[Identity, ...] = ()
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    apart: frozenset[str] = frozenset()
    suggested: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Customer":
        return cls(
            id=document["_id"],
            version=document["version"],
            facts=document["facts"],
            first_seen=document["first_seen"],
            name=document["name"],
            language=document["language"],
            tier=document["tier"],
            identities=tuple(Identity(**one) for one in document["identities"]),
            merged_into=document["merged_into"],
            merged=tuple(document["merged"]),
            apart=frozenset(document["apart"]),
            suggested=frozenset(document["suggested"]),
        )

    def state(self) -> dict[str, Any]:
        """The fields of its document beside id and version."""
        return {
            "facts": self.facts,
            "first_seen": self.first_seen,
            "name": self.name,
            "language": self.language,
            "tier": self.tier,
            "identities": [one.model_dump() for one in self.identities],
            "merged_into": self.merged_into,
            "merged": list(self.merged),
            "apart": sorted(self.apart),
            "suggested": sorted(self.suggested),
        }

    def has(self, name: Name) -> Identity | None:
        return next((one for one in self.identities if name_of(one) == name), None)

    def with_identity(self, identity: Identity) -> "Customer":
        """With it in place of a claim to the same, or as a further one."""
        others = tuple(one for one in self.identities if name_of(one) != name_of(identity))
        earlier = self.has(name_of(identity))
        seen = earlier.first_seen if earlier and earlier.first_seen else identity.first_seen
        return replace(self, identities=(*others, identity.model_copy(update={"first_seen": seen})))

    @property
    def is_proved(self) -> bool:
        return any(one.verified_by for one in self.identities)

    @property
    def stands_alone(self) -> bool:
        return self.merged_into is None and not self.merged


@dataclass(frozen=True, slots=True)
class Registered:
    """The document of an identity: whom it belongs to now, or None when it was taken away."""

    version: int = 0
    customer: str | None = None


UNKNOWN = Registered()


@dataclass(frozen=True, slots=True)
class People:
    """What the database knows of some identities: their owners with everybody merged with them.

    `proved` and `claimed` are by kind and value; `claimants` are further customers who claim a value.
    """

    customers: Mapping[str, Customer] = field(default_factory=dict)
    proved: Mapping[Name, Registered] = field(default_factory=dict)
    claimed: Mapping[Name, Registered] = field(default_factory=dict)
    claimants: Mapping[Name, tuple[str, ...]] = field(default_factory=dict)

    def owner(self, name: Name) -> Customer | None:
        """Whom the proved identity belongs to."""
        return self.customers.get(self.proved.get(name, UNKNOWN).customer or "")

    def claimant(self, name: Name) -> Customer | None:
        """Whom the unproved identity leads to, as long as nothing of that customer is proved."""
        found = self.customers.get(self.claimed.get(name, UNKNOWN).customer or "")
        return found if found is not None and found.stands_alone and not found.is_proved else None

    def root(self, customer: str) -> str:
        """The customer who goes on for this one, or itself."""
        seen = {customer}
        while (into := self._merged_into(customer)) is not None and into not in seen:
            seen.add(into)
            customer = into
        return customer

    def members(self, customer: str) -> tuple[Customer, ...]:
        """The customer who goes on, and all who were merged into it, directly or by others."""
        return tuple(self._below(self.root(customer), set()))

    def replacing(self, customers: Iterable[Customer]) -> "People":
        return replace(self, customers={**self.customers, **{one.id: one for one in customers}})

    def _merged_into(self, customer: str) -> str | None:
        known = self.customers.get(customer)
        return known.merged_into if known is not None else None

    def _below(self, customer: str, seen: set[str]) -> Iterator[Customer]:
        known = self.customers.get(customer)
        if known is None or customer in seen:
            return
        seen.add(customer)
        yield known
        for one in known.merged:
            yield from self._below(one, seen)
