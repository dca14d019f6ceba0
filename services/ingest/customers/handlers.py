"""What ingest does about customers: recognises senders, carries out commands; load, decide, commit once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.ingest.customers import changing, facts
from services.ingest.customers.identities import name_of, named
from services.ingest.customers.recognition import recognised
from services.ingest.customers.store import CustomerStore
from shared.change import Change, Write
from shared.commands import CustomerChange, CustomerMerge, CustomerUnmerge
from shared.envelope import Envelope, Event
from shared.errors import Refused
from shared.events import Contact
from shared.once import Once


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose message it is, with the writes and events that go into the message's own change."""

    customer: str | None = None
    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()

    def with_change(self, change: Change) -> Change:
        """The change of the message, and what is new about its sender: both or none."""
        return Change(
            writes=(*change.writes, *self.writes), events=(*change.events, *self.events), answer=change.answer
        )


class Customers:
    """Recognises senders, and carries out commands about customers, each once."""

    def __init__(self, once: Once, store: CustomerStore) -> None:
        self._once = once
        self._store = store

    async def recognised(
        self, contact: Contact, *, proof: str | None, cause: Envelope, seen_at: datetime, at: datetime
    ) -> Recognised:
        """Whose the contact is; part of a decision, so it only reads.

        `proof` says what proved the contact's address and number, for example a provider's signature.
        """
        people = await self._store.known(named(contact, proof=proof, at=seen_at))
        found = recognised(contact, people, proof=proof, at=seen_at)
        writes, events = facts.recognition(found, people, cause=cause, at=at)
        return Recognised(found.customer, writes, events)

    async def addressed(self, contact: Contact, *, cause: Envelope, at: datetime) -> Recognised:
        """Whom an agent writes to: the owner of the address, if there is one; an agent's typing proves nothing."""
        people = await self._store.known(named(contact, proof=cause.actor, at=at))
        owners = (people.owner(name_of(one)) for one in named(contact, proof=cause.actor, at=at))
        owner = next((one.id for one in owners if one is not None), None)
        if owner is not None:
            return Recognised(owner)
        return await self.recognised(contact, proof=None, cause=cause, seen_at=at, at=at)

    async def proved(self, contact: Contact, *, proof: str, key: str, cause: Envelope) -> str | None:
        """Somebody has proved identities beside any message, as by a signed link; their customer.

        A visitor who proves an address becomes its owner's customer, with all that was said before.
        """
        at = datetime.now(UTC)

        async def decide() -> Change:
            found = await self.recognised(contact, proof=proof, cause=cause, seen_at=at, at=at)
            return found.with_change(Change(answer={"customer": found.customer}))

        outcome = await self._once.handle(f"ingest.proved:{key}", key, decide, wait_sent=False)
        customer: str | None = outcome.answer.get("customer")
        return customer

    async def merge(self, command: CustomerMerge) -> Mapping[str, Any]:
        """Two customers are one from now on."""

        async def decide() -> Change:
            people = await self._store.people(command.subject, command.data.into)
            return changing.merge(people, command, at=datetime.now(UTC))

        return await self._command(command, decide)

    async def unmerge(self, command: CustomerUnmerge) -> Mapping[str, Any]:
        """A merge is taken back, and both are as before."""

        async def decide() -> Change:
            people = await self._store.people(command.subject)
            return changing.unmerge(people, command, at=datetime.now(UTC))

        return await self._command(command, decide)

    async def change(self, command: CustomerChange) -> Mapping[str, Any]:
        """What somebody knows better about a customer."""

        async def decide() -> Change:
            identities = (*command.data.add, *command.data.remove)
            people = await self._store.people(command.subject, identities=changing.readable(identities))
            return changing.change(people, command, at=datetime.now(UTC))

        return await self._command(command, decide)

    async def on_merge(self, command: CustomerMerge) -> None:
        _check(command, await self.merge(command))

    async def on_unmerge(self, command: CustomerUnmerge) -> None:
        _check(command, await self.unmerge(command))

    async def on_change(self, command: CustomerChange) -> None:
        _check(command, await self.change(command))

    async def _command(self, command: changing.Asked, decide: Callable[[], Awaitable[Change]]) -> Mapping[str, Any]:
        outcome = await self._once.handle(f"command:{command.id}", command.subject, decide, wait_sent=False)
        return outcome.answer


def told(command: changing.Asked, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, if it is one to this command: its key may have been used for another one before."""
    _check(command, answer)
    return {name: value for name, value in answer.items() if name != "request"}


def _check(command: changing.Asked, answer: Mapping[str, Any]) -> None:
    if answer.get("request") != changing.fingerprint(command):
        detail = "This Idempotency-Key or id was used for another request; nothing was done. Take a new one."
        raise Refused(status=422, title="The key is taken", detail=detail)
