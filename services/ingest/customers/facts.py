"""What a decision about customers comes to: the writes, and the events that state each customer as a whole."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from services.ingest.customers.identities import claimed_key, proved_key
from services.ingest.customers.people import Customer, People
from services.ingest.customers.recognition import Recognition, Suggestion
from shared.change import Update, Write
from shared.envelope import Envelope, Event
from shared.events import (
    CustomerChanged,
    CustomerChangedData,
    CustomerMergeSuggested,
    CustomerMergeSuggestedData,
)


def stated(
    changed: Iterable[Customer],
    before: People,
    *,
    suggestions: tuple[Suggestion, ...] = (),
    reason: str,
    cause: Envelope,
    at: datetime,
    actor: str | None = None,
    redacted: bool = False,
) -> tuple[tuple[Write, ...], tuple[Event, ...]]:
    """One write for each changed customer; an event for each of whom something visible is different."""
    writes: list[Write] = []
    events: list[Event] = []
    for customer in changed:
        known = before.customers.get(customer.id)
        facts = customer.facts
        if known is None or _shown(known) != _shown(customer):
            facts += 1
            told = _changed(customer, facts, reason=reason, redacted=redacted, cause=cause, at=at, actor=actor)
            events.append(told)
        for one in suggestions:
            if one.customer == customer.id:
                facts += 1
                events.append(_suggested(one, facts, cause=cause, at=at))
        writes.append(Update("customers", customer.id, customer.version, replace(customer, facts=facts).state()))
    return tuple(writes), tuple(events)


def recognition(
    found: Recognition, before: People, *, cause: Envelope, at: datetime
) -> tuple[tuple[Write, ...], tuple[Event, ...]]:
    """The writes and events of a recognised sender; none for somebody of whom nothing is new."""
    writes, events = stated(
        found.changed,
        before,
        suggestions=found.suggestions,
        reason=found.reason,
        cause=cause,
        at=at,
        actor="system",
    )
    return (*writes, *_registered(found, at=at)), events


def _registered(found: Recognition, *, at: datetime) -> Iterator[Write]:
    for key_of, owners in ((proved_key, found.proved), (claimed_key, found.claimed)):
        for name, (version, customer) in owners.items():
            yield Update("identities", key_of(name), version, {"customer": customer, "kind": name[0], "at": at})


def _shown(customer: Customer) -> tuple[object, ...]:
    return customer.name, customer.language, customer.tier, customer.identities, customer.merged_into


def _changed(
    customer: Customer, version: int, *, reason: str, redacted: bool, cause: Envelope, at: datetime, actor: str | None
) -> CustomerChanged:
    data = CustomerChangedData(
        name=customer.name,
        language=customer.language,
        tier=customer.tier,
        identities=customer.identities,
        merged_into=customer.merged_into,
        redacted=redacted,
        reason=reason,
    )
    return CustomerChanged.following(
        cause, "customer", time=at, subject=customer.id, ticketversion=version, data=data, actor=actor
    )


def _suggested(suggestion: Suggestion, version: int, *, cause: Envelope, at: datetime) -> CustomerMergeSuggested:
    data = CustomerMergeSuggestedData(other=suggestion.other, because=suggestion.because)
    return CustomerMergeSuggested.following(
        cause,
        suggestion.other,
        time=at,
        subject=suggestion.customer,
        ticketversion=version,
        data=data,
        actor="system",
    )
