"""What ingest does with an input, a command and a fact: load, decide by the rules, commit once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.ingest import rules
from services.ingest.agent_mail.handlers import AgentMails
from services.ingest.amendments.rules import amend, remember
from services.ingest.amendments.store import SaidStore
from services.ingest.breakers.watch import BreakerWatch
from services.ingest.channels.media import Media
from services.ingest.conversation.answers import fingerprint
from services.ingest.conversation.policy import House
from services.ingest.conversation.threading import Join, Origin, lock_subject, names, place
from services.ingest.customers.handlers import Customers
from services.ingest.customers.identities import proof_of
from services.ingest.inbox.inputs import Outcome, Received, Waiting
from services.ingest.inbox.store import InputStore
from services.ingest.normalised import Normalised
from services.ingest.quarantine.held_back import HeldBack
from services.ingest.quarantine.rules import handled_key, suspicion
from services.ingest.reading.language import Languages
from services.ingest.reading.readings import Readings
from services.ingest.store import Store
from services.ingest.tickets.messages import Arrived
from services.ingest.tickets.numbers import Numbers
from services.ingest.tickets.ticket import Ticket
from shared.change import Change
from shared.commands import TicketReply, TicketSetStatus
from shared.envelope import Command, Envelope, Event
from shared.errors import Refused, Stale
from shared.ids import time_ordered_id
from shared.once import Once


class Handlers:
    """One method per thing that can happen. The clock is read here and nowhere further in.

    `answered` is called after an agent's reply: a visitor who chats need not wait for the next look.
    """

    def __init__(
        self,
        *,
        once: Once,
        store: Store,
        inputs: InputStore,
        readings: Readings,
        numbers: Numbers,
        languages: Languages,
        customers: Customers,
        said: SaidStore,
        media: Media,
        breakers: BreakerWatch,
        held_back: HeldBack,
        house: House,
        agent_mails: AgentMails,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        self._once = once
        self._store = store
        self._inputs = inputs
        self._readings = readings
        self._numbers = numbers
        self._languages = languages
        self._customers = customers
        self._said = said
        self._media = media
        self._breakers = breakers
        self._held_back = held_back
        self._house = house
        self._agent_mails = agent_mails
        self._answered = answered

    async def input(self, waiting: Waiting) -> Outcome:
        """Reads a stored input and gives it its outcome: opened, joined or suppressed."""
        received = waiting.received
        message = await self._readings.read(received)
        letter = await self._agent_mails.recognised(message, received.account)
        if letter is not None:
            await self._agent_mails.handle(waiting, message, letter, cause=_cause(received, message))
            return await self._outcome(received.input)
        message = await self._media.fetched(received, message, attempt=waiting.attempts)
        arrived = await self._arrived(received, message)
        if rules.suppression(message.machine, joins=True) is None and suspicion(received, message) is None:
            await self._keep_files(arrived)
        subject = lock_subject(message, arrived.origin, input=arrived.input)
        number: str | None = None

        async def decide() -> Change:
            nonlocal number
            change, number = await self._placed(arrived, cause=_cause(received, message), number=number)
            return change

        await self._once.handle(handled_key(received), subject, decide, wait_sent=False)
        return await self._outcome(arrived.input)

    async def _outcome(self, input: str) -> Outcome:
        outcome = await self._inputs.outcome(input)
        if outcome is None:
            raise Stale(f"input {input} was handled, but has no outcome")
        return outcome

    async def reply(self, command: TicketReply) -> Mapping[str, Any]:
        """An agent's reply or note; what it led to, the same for every repeat."""
        at, agents = datetime.now(UTC), self._house.agents
        await self._store.keep(rules.files_of(command.data))
        answer = await self._command(
            command.id, command.subject, lambda ticket: rules.reply(ticket, command, at=at, agents=agents)
        )
        self._answered()
        return answer

    async def set_status(self, command: TicketSetStatus) -> Mapping[str, Any]:
        """A status that somebody asked for; what it led to, the same for every repeat."""
        at, policy = datetime.now(UTC), self._house.policy
        return await self._command(
            command.id, command.subject, lambda ticket: rules.set_status(ticket, command, at=at, policy=policy)
        )

    async def on_reply(self, command: TicketReply) -> None:
        _check(await self.reply(command), command)

    async def on_set_status(self, command: TicketSetStatus) -> None:
        _check(await self.set_status(command), command)

    async def fact(self, event: Event) -> None:
        """A line in the ticket's timeline, once."""

        async def decide() -> Change:
            return rules.note_fact(event)

        await self._once.handle(f"ingest.timeline:{event.id}", event.id, decide)

    async def _command(self, key: str, subject: str, rule: Callable[[Ticket], Change]) -> Mapping[str, Any]:
        async def decide() -> Change:
            ticket = await self._store.ticket(subject)
            if ticket is None:
                raise Refused(status=404, title="No such ticket", detail=f"There is no ticket {subject}.")
            return rule(ticket)

        outcome = await self._once.handle(f"command:{key}", subject, decide, wait_sent=False)
        return outcome.answer

    async def _placed(self, arrived: Arrived, *, cause: Envelope, number: str | None) -> tuple[Change, str | None]:
        """The decision about an input, and the number that was taken for it, to be used when it is repeated."""
        waiting = await self._inputs.waiting(arrived.input)
        if waiting is None:
            raise Stale(f"input {arrived.input} is no longer pending")
        message, origin, at = arrived.message, arrived.origin, datetime.now(UTC)
        said = await self._said.said(arrived)
        amended = amend(arrived, said, cause=cause, pending=waiting.pending, at=at)
        if amended is not None:
            return amended, number
        known = await self._store.known(
            threads=names(message, origin),
            tickets=[hit.ticket for hit in message.thread.tokens],
            numbers=message.thread.numbers,
        )
        placement = place(message, origin, known, at=at, reopen_hours=self._house.policy.reopen_hours)
        reason = rules.suppression(message.machine, joins=isinstance(placement, Join))
        if reason is not None:
            return rules.suppress(arrived, reason, cause=cause, pending=waiting.pending, at=at), number
        placed = await self._held_back.placed(waiting, arrived, placement, cause=cause, at=at)
        if placed.instead is not None:
            return placed.instead, number
        placement = placed.placement
        who = await self._customers.recognised(
            message.sender, proof=proof_of(message, origin.channel), cause=cause, seen_at=arrived.received_at, at=at
        )
        weighed = await self._breakers.weighed(arrived, placement, cause=cause, at=at)
        arrived = replace(weighed.arrived, customer=who.customer)
        if isinstance(placement, Join):
            joined = rules.join_ticket(
                arrived, placement, known=known, cause=cause, pending=waiting.pending, at=at, policy=self._house.policy
            )
            joined = placed.with_delivery(joined, arrived, at=at)
            return remember(weighed.with_change(who.with_change(joined)), arrived, said, cause=cause, at=at), number
        taken = number or await self._numbers.take()
        opened = rules.open_ticket(
            arrived,
            placement,
            ticket=time_ordered_id(arrived.received_at, arrived.input),
            number=taken,
            known=known,
            cause=cause,
            pending=waiting.pending,
            at=at,
            policy=self._house.policy,
        )
        opened = placed.with_delivery(opened, arrived, at=at)
        return remember(weighed.with_change(who.with_change(opened)), arrived, said, cause=cause, at=at), taken

    async def _arrived(self, received: Received, message: Normalised) -> Arrived:
        language = message.language or message.sender.language
        if language is None and message.unreadable is None:
            language = await asyncio.to_thread(self._languages.of, f"{message.title}\n{message.text}")
        return Arrived(
            input=received.input,
            message=message,
            origin=Origin(message.channel or received.channel, message.account or received.account),
            received_at=received.received_at,
            language=language,
        )

    async def _keep_files(self, arrived: Arrived) -> None:
        await self._store.keep(arrived.files)


def _check(answer: Mapping[str, Any], command: Command) -> None:
    """Parks a command whose id was used for another one: it had no effect, and somebody has to know."""
    if answer.get("request") != fingerprint(command):
        detail = f"Id {command.id} was used for another command; nothing was done. Take a new one."
        raise Refused(status=422, title="The key is taken", detail=detail)


def _cause(received: Received, message: Normalised) -> Envelope:
    """What the events of an input follow from: the command that brought it, or the input itself."""
    told = received.envelope.get("cause") or {}
    return Envelope(
        id=told.get("id", received.input),
        source="kartica/ingest",
        type="input.received",
        time=received.received_at,
        correlationid=told.get("correlationid", received.input),
        causationid=told.get("id", received.input),
        depth=told.get("depth", 0),
        actor="customer",
        machine=message.machine is not None,
        traceparent=told.get("traceparent"),
    )
