"""Carries an agent's mail out: each instruction as the command that it stands for, then the outcome."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.ingest.agent_mail import rules
from services.ingest.agent_mail.commands import commands, is_internal
from services.ingest.agent_mail.instructions import Instructions, read
from services.ingest.agent_mail.letter import AgentLetter, leaked, recognised
from services.ingest.agent_mail.rules import Done
from services.ingest.conversation.merging import target_of
from services.ingest.inbox.inputs import Pending, Waiting
from services.ingest.inbox.store import InputStore
from services.ingest.normalised import Normalised
from services.ingest.quarantine.rules import handled_key
from services.ingest.store import Store
from services.ingest.tickets.ticket import Ticket
from shared.change import Change
from shared.commands.words import MAX_TEXT
from shared.envelope import Command, Envelope
from shared.errors import Refused, Stale
from shared.once import Once
from shared.organisation import Organisation
from shared.reply_token import ReplyTokens

Obey = Callable[[Command], Awaitable[Mapping[str, Any]]]


class AgentMails:
    """`obey` carries out a command, as over HTTP; `new_part` cuts what a mail program quotes below an answer.

    `vouched` tells for a mailbox whether a mail server says who wrote its mails: then nobody is an agent without.
    """

    def __init__(
        self,
        *,
        once: Once,
        store: Store,
        inputs: InputStore,
        organisation: Organisation,
        tokens: ReplyTokens,
        new_part: Callable[[str], str],
        obey: Obey,
        vouched: Callable[[str], bool] = lambda mailbox: False,
    ) -> None:
        self._once = once
        self._store = store
        self._inputs = inputs
        self._organisation = organisation
        self._tokens = tokens
        self._new_part = new_part
        self._obey = obey
        self._vouched = vouched

    async def recognised(self, message: Normalised, mailbox: str) -> AgentLetter | None:
        """The message as an agent's mail, or None when a customer wrote it.

        Customers come by an agent's token when the agent copied them in and they answer to all.
        """
        letter = recognised(
            message,
            organisation=self._organisation,
            tokens=self._tokens,
            new_part=self._new_part,
            must_be_confirmed=self._vouched(mailbox),
        )
        if letter is None or letter.is_from_holder or self._is_of_an_agent(message):
            return letter
        ticket = await self._store.ticket(letter.ticket)
        return None if ticket is not None and ticket.knows(message.sender) else letter

    def _is_of_an_agent(self, message: Normalised) -> bool:
        sender = (message.sender.email or "").strip().lower()
        return any(agent.email.strip().lower() == sender for agent in self._organisation.agents.values())

    async def handle(self, waiting: Waiting, message: Normalised, letter: AgentLetter, *, cause: Envelope) -> None:
        """Gives the input its outcome. Every step has a key, so that one that is repeated has no second effect."""
        ticket = await self._store.ticket(letter.ticket)
        if ticket is not None and ticket.merged_into is not None:
            ticket = target_of(ticket.id, await self._store.leading_from(ticket.id))
            letter = replace(letter, ticket=ticket.id)
        reason = _refusal(message, letter, ticket)
        done = await self._carried_out(letter, waiting) if reason is None else Done()

        def decided(pending: Pending, ticket: Ticket | None, at: datetime) -> Change:
            if reason is not None or ticket is None:
                input = waiting.received.input
                return rules.refused(letter, reason or "", cause=cause, input=input, pending=pending, at=at)
            return rules.ended(letter, ticket, done, cause=cause, pending=pending, at=at)

        await self._end(waiting, decided, letter)

    async def _carried_out(self, letter: AgentLetter, waiting: Waiting) -> Done:
        at = waiting.received.received_at
        asked = read(letter.text, organisation=self._organisation, now=at)
        mistakes = await self._mistakes(letter, asked)
        if mistakes:
            return Done(mistakes=mistakes)
        agent, understood, answered = letter.agent or "", list[str](), False
        for command in commands(letter, asked, agent=agent, input=waiting.received.input, at=at):
            try:
                await self._obey(command)
            except Refused as error:
                return Done(understood, (error.detail,), answered=answered)
            answered = answered or command.type == "ticket.reply.v1"
            understood.append(_told(command, internal=is_internal(letter, asked)))
        if asked.transfer is not None:
            understood.append(f"transfer to {asked.transfer.team or asked.transfer.agent}")
        return Done(understood, transfer=asked.transfer, answered=answered)

    async def _mistakes(self, letter: AgentLetter, asked: Instructions) -> Sequence[str]:
        if letter.doubt is not None:
            return (f"{letter.doubt}: nothing was carried out",)
        if asked.mistakes:
            return asked.mistakes
        if letter.interleaved:
            return ("something is written between the quotes; write all of your answer above the answer line",)
        if not asked.text and not letter.files and not asked.understood:
            return ("nothing is written above the answer line; write your answer there, not between the quotes",)
        if len(asked.text) > MAX_TEXT:
            return (f"your answer is longer than {MAX_TEXT:,} characters; send the rest as a file",)
        if is_internal(letter, asked):
            return ()
        if letter.held_back:
            return (f"a mail of this desk is attached, which the customer must not see: {letter.held_back[0][:100]}",)
        shown = leaked(asked.text, await self._store.internal_notes(letter.ticket))
        if shown is not None:
            return (f"your answer holds a line of an internal note, which the customer must not see: {shown[:100]}",)
        return ()

    async def _end(
        self, waiting: Waiting, decided: Callable[[Pending, Ticket | None, datetime], Change], letter: AgentLetter
    ) -> None:
        input = waiting.received.input

        async def decide() -> Change:
            still = await self._inputs.waiting(input)
            if still is None:
                raise Stale(f"input {input} is no longer pending")
            return decided(still.pending, await self._store.ticket(letter.ticket), datetime.now(UTC))

        await self._once.handle(handled_key(waiting.received), letter.ticket, decide, wait_sent=False)


def _refusal(message: Normalised, letter: AgentLetter, ticket: Ticket | None) -> str | None:
    if message.machine is not None and message.machine.kind != "bulk":
        return f"a machine answered in an agent's name: {message.machine.because}"
    if letter.agent is None:
        return f"an agent's mail that was not carried out: {letter.doubt}"
    return None if ticket is not None else "an agent's mail about a ticket that is not there"


def _told(command: Command, *, internal: bool) -> str:
    words = {
        "ticket.reply.v1": "the text was kept as an internal note" if internal else "the text went to the customer",
        "ticket.set_status.v1": "the status was set",
        "ticket.log_time.v1": "the time was logged",
        "ticket.snooze.v1": "the ticket was put off",
    }
    return words[command.type]
