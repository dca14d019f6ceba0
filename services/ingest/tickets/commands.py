"""Carries out commands about whole tickets: load, decide by the rule, commit once; by HTTP and the bus alike."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.ingest.conversation import (
    changing,
    children,
    merging,
    opening,
    rating,
    snoozing,
    splitting,
    worklog,
)
from services.ingest.conversation.answers import fingerprint
from services.ingest.conversation.policy import House
from services.ingest.conversation.standing import refuse_closed
from services.ingest.customers.handlers import Customers
from services.ingest.rules import files_of
from services.ingest.store import Store
from services.ingest.tickets.messages import attached
from services.ingest.tickets.numbers import Numbers
from services.ingest.tickets.store import TicketStore
from services.ingest.tickets.ticket import Ticket
from shared.change import Change
from shared.commands import (
    TicketChange,
    TicketLogTime,
    TicketMerge,
    TicketOpen,
    TicketRate,
    TicketSnooze,
    TicketSplitOff,
    TicketUnmerge,
)
from shared.envelope import Command
from shared.errors import Refused
from shared.ids import time_ordered_id
from shared.once import Once

TAKEN = (TicketOpen, TicketMerge, TicketUnmerge, TicketSplitOff, TicketSnooze, TicketLogTime, TicketRate, TicketChange)
"""What `Commands` carries out."""
Answer = Mapping[str, Any]


class Commands:
    """`obey` does what a command asks and tells what it led to, the same for every repeat."""

    def __init__(
        self, *, once: Once, store: Store, tickets: TicketStore, numbers: Numbers, house: House, customers: Customers
    ) -> None:
        self._once = once
        self._store = store
        self._tickets = tickets
        self._numbers = numbers
        self._house = house
        self._customers = customers

    async def on_command(self, command: Command) -> None:
        """From the bus: what is refused is parked with its reason."""
        await self.obey(command)

    async def obey(self, command: Command) -> Answer:
        """Raises `Refused` when it can't be done, or when the key was used for another command before."""
        decide = await self._decision(command)
        subject = command.subject or command.id
        outcome = await self._once.handle(f"command:{command.id}", subject, decide, wait_sent=False)
        if outcome.answer.get("request") != fingerprint(command):
            detail = f"The key {command.id} was used for another command; nothing was done. Take a new one."
            raise Refused(status=422, title="The key is taken", detail=detail)
        return {name: value for name, value in outcome.answer.items() if name != "request"}

    async def _decision(self, command: Command) -> Callable[[], Awaitable[Change]]:
        """What decides about the command, as often as it takes. Files are kept before, a number is taken once."""
        number = Number(self._numbers)
        match command:
            case TicketOpen():
                await self._store.keep(files_of(command.data))
                return lambda: self._open(command, number)
            case TicketSplitOff():
                return lambda: self._split_off(command, number)
            case TicketMerge():
                return lambda: self._merge(command)
            case TicketUnmerge():
                return lambda: self._unmerge(command)
            case TicketLogTime():
                return lambda: self._log_time(command)
            case TicketSnooze():
                return lambda: self._rule(command, lambda ticket: snoozing.snooze(ticket, command, at=_now()))
            case TicketRate():
                return lambda: self._rule(command, lambda ticket: rating.rate(ticket, command, at=_now()))
            case TicketChange():
                policy = self._house.policy
                return lambda: self._rule(command, lambda ticket: changing.change(ticket, command, policy, at=_now()))
        raise Refused(status=422, title="Unknown command", detail=f"{command.type} is not carried out here.")

    async def _open(self, command: TicketOpen, number: "Number") -> Change:
        parent = None
        if command.data.parent is not None:
            parent = children.refuse_wrong_parent(await self._store.ticket(command.data.parent), command.data.parent)
        at = _now()
        who = await self._customers.addressed(command.data.requester, cause=command, at=at)
        opened = opening.open_ticket(
            command,
            self._house.policy,
            customer=who.customer,
            id=time_ordered_id(command.time, command.id),
            number=await number.taken(),
            parent=parent,
            attachments=[attached(file) for file in files_of(command.data)],
            agents=sorted(self._house.agents),
            mailboxes=self._house.mailboxes,
            at=at,
        )
        return who.with_change(opened)

    async def _merge(self, command: TicketMerge) -> Change:
        source = await self._ticket(command.subject)
        known = await self._store.leading_from(command.data.into)
        return merging.merge(source, known, command, at=_now())

    async def _unmerge(self, command: TicketUnmerge) -> Change:
        source = await self._ticket(command.subject)
        return merging.unmerge(source, await self._store.leading_from(source.id), command, at=_now())

    async def _split_off(self, command: TicketSplitOff, number: "Number") -> Change:
        ticket = await self._ticket(command.subject)
        refuse_closed(ticket)
        messages = await self._store.messages_of(ticket.id, *ticket.guests)
        here = [one for one in messages if "moved_to" not in one]
        divided = await self._tickets.divided(ticket, here, set(command.data.messages))
        new = time_ordered_id(command.time, command.id)
        return splitting.split_off(ticket, divided, command, id=new, number=await number.taken(), at=_now())

    async def _log_time(self, command: TicketLogTime) -> Change:
        ticket = await self._ticket(command.subject)
        corrects = command.data.corrects
        corrected, left = await self._tickets.entry(corrects) if corrects else (None, 0)
        return worklog.log_time(ticket, command, corrected=corrected, left=left, at=_now())

    async def _rule(self, command: Command, rule: Callable[[Ticket], Change]) -> Change:
        return rule(await self._ticket(command.subject or ""))

    async def _ticket(self, ticket: str) -> Ticket:
        found = await self._store.ticket(ticket)
        if found is None:
            raise Refused(status=404, title="No such ticket", detail=f"There is no ticket {ticket}.")
        return found


class Number:
    """A number for what may be decided several times, taken when it is needed first: a repeat needs none."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._taken: str | None = None

    async def taken(self) -> str:
        if self._taken is None:
            self._taken = await self._numbers.take()
        return self._taken


def _now() -> datetime:
    return datetime.now(UTC)
