"""Customers in memory, guarded as the database guards them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest.customers import changing, facts
from services.ingest.customers.identities import Name, claimed_key, name_of, named, proved_key
from services.ingest.customers.people import Customer, People, Registered
from services.ingest.customers.recognition import recognised
from shared.change import Update, Write
from shared.commands import (
    CustomerChange,
    CustomerChangeData,
    CustomerMerge,
    CustomerMergeData,
    CustomerUnmerge,
    CustomerUnmergeData,
)
from shared.envelope import Envelope, Event
from shared.events import Contact, CustomerMergeSuggested, Identity
from shared.ids import derived_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class World:
    """What the database would hold after each input and command, and every event that was stated."""

    def __init__(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.identities: dict[str, tuple[int, str | None]] = {}
        self.names: dict[str, Name] = {}
        self.events: list[Event] = []
        self._count = 0

    def writes(self, contact: Contact, *, proof: str | None = None, second: int = 0) -> str | None:
        """Somebody writes; the customer whose message it is."""
        at = NOW + timedelta(seconds=second)
        found = named(contact, proof=proof, at=at)
        people = self.known(found)
        who = recognised(contact, people, proof=proof, at=at)
        writes, events = facts.recognition(who, people, cause=self._cause(), at=at)
        self._commit(found, writes, events)
        return who.customer

    def merge(self, customer: str, into: str) -> None:
        data = CustomerMergeData(into=into, reason="the same person")
        command = CustomerMerge.asked(key=self._key(), source="test", time=NOW, subject=customer, data=data)
        change = changing.merge(self.known(()), command, at=NOW)
        self._commit((), change.writes, change.events)

    def unmerge(self, customer: str) -> None:
        data = CustomerUnmergeData(reason="two people")
        command = CustomerUnmerge.asked(key=self._key(), source="test", time=NOW, subject=customer, data=data)
        change = changing.unmerge(self.known(()), command, at=NOW)
        self._commit((), change.writes, change.events)

    def change(self, customer: str, *, add: Iterable[Identity] = (), remove: Iterable[Identity] = ()) -> None:
        data = CustomerChangeData(add=tuple(add), remove=tuple(remove), reason="they said so")
        command = CustomerChange.asked(key=self._key(), source="test", time=NOW, subject=customer, data=data)
        given = changing.readable((*data.add, *data.remove))
        change = changing.change(self.known(given), command, at=NOW)
        self._commit(given, change.writes, change.events)

    def known(self, identities: Iterable[Identity]) -> People:
        proved: dict[Name, Registered] = {}
        claimed: dict[Name, Registered] = {}
        claimants: dict[Name, tuple[str, ...]] = {}
        for one in identities:
            name = name_of(one)
            for key, kept in ((proved_key(name), proved), (claimed_key(name), claimed)):
                if key in self.identities:
                    kept[name] = Registered(*self.identities[key])
            claimants[name] = tuple(
                customer.id
                for customer in self.customers.values()
                if (had := customer.has(name)) is not None and had.verified_by is None
            )
        return People(dict(self.customers), proved, claimed, claimants)

    def groups(self) -> set[frozenset[tuple[str, str, bool]]]:
        """Which identities belong to one person."""
        people = self.known(())
        roots = {people.root(one) for one in self.customers}
        return {
            frozenset(
                (one.kind, one.value, one.verified_by is not None)
                for member in people.members(root)
                for one in member.identities
            )
            for root in roots
        }

    def suggested(self) -> list[tuple[str, str]]:
        return [(one.subject, one.data.other) for one in self.events if isinstance(one, CustomerMergeSuggested)]

    def seen(self) -> dict[str, Any]:
        """Everything about customers but the counters and what people decided against."""
        return {
            one.id: replace(one, version=0, facts=0, apart=frozenset(), suggested=frozenset())
            for one in self.customers.values()
        }

    def _commit(self, identities: Iterable[Identity], writes: Iterable[Write], events: Iterable[Event]) -> None:
        for one in identities:
            self.names |= {proved_key(name_of(one)): name_of(one), claimed_key(name_of(one)): name_of(one)}
        for write in writes:
            assert isinstance(write, Update)
            if write.collection == "customers":
                known = self.customers.get(write.id)
                assert write.version == (known.version if known else 0)
                document = {**write.set, "_id": write.id, "version": write.version + 1}
                self.customers[write.id] = Customer.of(document)
            else:
                assert write.version == self.identities.get(write.id, (0, None))[0]
                self.identities[write.id] = (write.version + 1, write.set["customer"])
        self.events += events

    def _key(self) -> str:
        self._count += 1
        return f"command {self._count}"

    def _cause(self) -> Envelope:
        key = derived_id("cause", self._key())
        return Envelope(id=key, source="test", type="input.received", time=NOW, correlationid=key, causationid=key)
