"""Carries redactions out: of a ticket in one step, of a customer ticket by ticket, so that a repeat goes on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest.calls.redaction import without_caller
from services.ingest.calls.store import CallStore
from services.ingest.customers import facts as customer_facts
from services.ingest.customers.identities import Name, claimed_key, name_of, proved_key
from services.ingest.customers.people import Customer, People
from services.ingest.customers.store import CustomerStore
from services.ingest.redaction import rules
from services.ingest.redaction.store import RedactionStore
from services.ingest.store import Store
from shared.change import Change, Update, Write
from shared.commands import CustomerRedact, TicketRedact, TicketRedactData
from shared.errors import Refused
from shared.ids import derived_id
from shared.once import Once

EVERYTHING = ("text", "attachments", "contact", "raw")
AT_A_TIME = 200


class Redactions:
    """Removes personal data for good. `grace` is how long an input may take from its files to its message."""

    def __init__(
        self,
        once: Once,
        *,
        store: Store,
        redactions: RedactionStore,
        customers: CustomerStore,
        calls: CallStore,
        grace: timedelta,
    ) -> None:
        self._once = once
        self._store = store
        self._redactions = redactions
        self._customers = customers
        self._calls = calls
        self._grace = grace

    async def ticket(self, command: TicketRedact) -> Mapping[str, Any]:
        """Removes what was asked for from a ticket; what it led to, the same for every repeat."""

        async def decide() -> Change:
            ticket = await self._store.ticket(command.subject)
            if ticket is None:
                detail = f"There is no ticket {command.subject}."
                raise Refused(status=404, title="No such ticket", detail=detail)
            found = await self._redactions.found(
                command.subject, messages=command.data.messages, raw="raw" in command.data.what
            )
            return rules.redact(ticket, found, command, at=datetime.now(UTC))

        outcome = await self._once.handle(f"command:{command.id}", command.subject, decide, wait_sent=False)
        await self.erase()
        return outcome.answer

    async def customer(self, command: CustomerRedact) -> Mapping[str, Any]:
        """Removes everything of a customer: their tickets, what they wrote in others, their names at last.

        Each ticket is a step of its own whose key follows from the command's, so the same command
        again goes on where it was interrupted.
        """
        people = await self._customers.people(command.subject)
        if command.subject not in people.customers:
            raise Refused(status=404, title="No such customer", detail=f"There is no customer {command.subject}.")
        members = [one.id for one in people.members(command.subject)]
        own = [one["_id"] for one in await self._customers.tickets(members)]
        elsewhere = await self._redactions.elsewhere(members, tickets=own)
        for ticket in own:
            await self.ticket(_of_ticket(command, ticket, messages=()))
        for ticket, messages in elsewhere.items():
            for start in range(0, len(messages), AT_A_TIME):
                await self.ticket(_of_ticket(command, ticket, messages=messages[start : start + AT_A_TIME]))

        async def decide() -> Change:
            at, calls = datetime.now(UTC), await self._calls.of(members)
            return _nameless(await self._known(command.subject), calls, command, at=at)

        outcome = await self._once.handle(f"command:{command.id}", command.subject, decide, wait_sent=False)
        return outcome.answer

    async def erase(self) -> None:
        """Erases the files that redactions left behind and that no message refers to."""
        before = datetime.now(UTC) - self._grace
        for file in await self._redactions.erasures(limit=AT_A_TIME):
            await self._redactions.erase(file, unused_since=before)

    async def on_ticket(self, command: TicketRedact) -> None:
        told(command, await self.ticket(command))

    async def on_customer(self, command: CustomerRedact) -> None:
        told(command, await self.customer(command))

    async def _known(self, customer: str) -> People:
        people = await self._customers.people(customer)
        identities = [one for member in people.members(customer) for one in member.identities]
        return await self._customers.people(customer, identities=identities)


def told(command: TicketRedact | CustomerRedact, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, if it is one to this command: its key may have been used for another one before."""
    if answer.get("request") != _fingerprint(command):
        detail = "This Idempotency-Key or id was used for another request; nothing was done. Take a new one."
        raise Refused(status=422, title="The key is taken", detail=detail)
    return {name: value for name, value in answer.items() if name != "request"}


def _of_ticket(command: CustomerRedact, ticket: str, *, messages: "list[str] | tuple[()]") -> TicketRedact:
    data = TicketRedactData(what=EVERYTHING, messages=tuple(messages), reason=command.data.reason)
    return TicketRedact(
        id=derived_id("redaction", command.id, ticket, *messages),
        source="kartica/ingest",
        type=TicketRedact.type_name(),
        subject=ticket,
        time=command.time,
        correlationid=command.correlationid,
        causationid=command.id,
        depth=command.depth + 1,
        actor=command.actor,
        data=data,
    )


def _nameless(people: People, calls: Sequence[Mapping[str, Any]], command: CustomerRedact, *, at: datetime) -> Change:
    """The customers with nothing by which anybody could tell who they were, and their identities free."""
    members = people.members(command.subject)
    after = [_emptied(one) for one in members]
    changed = [one for one in after if one != people.customers[one.id]]
    reason = f"personal data was removed: {command.data.reason}"
    writes, events = customer_facts.stated(changed, people, reason=reason, cause=command, at=at, redacted=True)
    names: dict[Name, None] = dict.fromkeys(name_of(one) for each in members for one in each.identities)
    ids, freed = {one.id for one in members}, list[Write]()
    for name in names:
        for key_of, registered in ((proved_key, people.proved), (claimed_key, people.claimed)):
            known = registered.get(name)
            if known is not None and known.customer in ids:
                freed.append(Update("identities", key_of(name), known.version, {"customer": None, "at": at}))
    answer = {"request": _fingerprint(command), "customer": command.subject, "changed": bool(changed)}
    anonymous = [without_caller(one, cause=command, at=at) for one in calls if not one.get("redacted")]
    return Change(
        writes=(*writes, *freed, *(write for write, _ in anonymous)),
        events=(*events, *(event for _, event in anonymous)),
        answer=answer,
    )


def _emptied(customer: Customer) -> Customer:
    return Customer(
        id=customer.id,
        version=customer.version,
        facts=customer.facts,
        first_seen=customer.first_seen,
        merged_into=customer.merged_into,
        merged=customer.merged,
        apart=customer.apart,
        suggested=customer.suggested,
    )


def _fingerprint(command: TicketRedact | CustomerRedact) -> str:
    if isinstance(command, TicketRedact):
        return rules.fingerprint(command)
    return derived_id("request", command.type, command.subject, command.data.model_dump_json())
