"""Takes events and commands in: loads the ticket, lets the rules decide, commits once, tells the drain."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import structlog

from services.routing import manual, rules
from services.routing.capacity import Choice
from services.routing.facts import Facts
from services.routing.floor import Floor
from services.routing.metrics import Metrics
from services.routing.outcome import Step, conclude
from services.routing.ruleset import Classification, Ruleset, classify
from services.routing.store import Store
from services.routing.ticket import Ticket
from shared.change import Change
from shared.commands import TicketClaim, TicketClassify, TicketTransfer
from shared.envelope import Command, Envelope
from shared.errors import KarticaError, Refused, Transient
from shared.events import AgentInstructed, TicketEscalated, TicketOpened, TicketStatusChanged
from shared.once import Once
from shared.organisation import Organisation

log = structlog.get_logger()
C = TypeVar("C", bound=Command)
Answer = Mapping[str, Any]


class StillWaiting(KarticaError):
    """A ticket could not be taken from the queue after all: nothing is decided, nothing is stored."""


class Handlers:
    def __init__(
        self,
        *,
        once: Once,
        store: Store,
        floor: Floor,
        organisation: Organisation,
        ruleset: Ruleset,
        metrics: Metrics,
        wake: asyncio.Event,
        clock: Callable[[], datetime],
    ) -> None:
        self._once = once
        self._store = store
        self._floor = floor
        self._organisation = organisation
        self._ruleset = ruleset
        self._metrics = metrics
        self._wake = wake
        self._clock = clock

    async def opened(self, event: TicketOpened) -> None:
        key = f"routing.opened:{event.id}"
        await self._handle(key, event, lambda ticket: rules.opened(ticket, event, self._classify(event)))

    async def status_changed(self, event: TicketStatusChanged) -> None:
        key = f"routing.status_changed:{event.id}"
        await self._handle(key, event, lambda ticket: rules.status_changed(ticket, event))

    async def escalated(self, event: TicketEscalated) -> None:
        key = f"routing.escalated:{event.id}"
        await self._handle(key, event, lambda ticket: rules.escalated(ticket, event, self._organisation))

    async def instructed(self, event: AgentInstructed) -> None:
        """A transfer that an agent asked for by mail; for a ticket that has ended meanwhile it comes too late."""
        if event.data.transfer is None:
            return
        wish = manual.by_mail(event, event.data.transfer)
        try:
            key = f"routing.instructed:{event.id}"
            await self._handle(key, event, lambda ticket: manual.transferred(ticket, wish, self._organisation))
        except manual.UnknownTicket as error:
            raise Transient(str(error)) from error
        except Refused as error:
            log.warning("transfer.refused", ticket=event.subject, agent=event.data.agent, reason=error.title)

    async def claim(self, command: TicketClaim) -> Answer:
        return await self._obey(command, lambda ticket: manual.claimed(ticket, command, self._organisation))

    async def transfer(self, command: TicketTransfer) -> Answer:
        return await self._obey(command, lambda ticket: manual.transferred(ticket, command, self._organisation))

    async def classify(self, command: TicketClassify) -> Answer:
        return await self._obey(command, lambda ticket: manual.corrected(ticket, command, self._ruleset))

    async def take_from_queue(self, waiting: Ticket) -> str | None:
        """Assigns a ticket that waits; the agent, or None when it has to wait on or somebody else took it."""
        taken: list[str | None] = []

        async def decide() -> Change:
            ticket = await self._store.ticket(waiting.id)
            if not ticket.waiting or ticket.entry != waiting.entry:
                raise StillWaiting(f"{waiting.id} is not in the queue any more")
            step = rules.drained(ticket)
            choice = await self._floor.choice(step, in_turn=True)
            if choice is None or choice.agent is None:
                raise StillWaiting(f"nobody is free for {waiting.id}")
            change, after = conclude(step, cause=ticket.latest_cause(), choice=choice, time=self._clock())
            taken[:] = [after.agent]
            return change

        try:
            await self._commit(f"routing.drain:{waiting.id}:{waiting.entry}", waiting.id, decide)
        except StillWaiting:
            return None
        return taken[0] if taken else None

    def _classify(self, event: TicketOpened) -> Classification:
        return classify(self._ruleset, Facts.of(event), default_team=self._organisation.default_team)

    async def _obey(self, command: Command, step_of: Callable[[Ticket], Step]) -> Answer:
        return await self._handle(f"command:{command.id}", command, step_of)

    async def _handle(self, key: str, cause: Envelope, step_of: Callable[[Ticket], Step]) -> Answer:
        subject = cause.subject or ""
        wakes = False

        async def decide() -> Change:
            nonlocal wakes
            step = step_of(await self._store.ticket(subject))
            choice = await self._floor.choice(step)
            change, after = conclude(step, cause=cause, choice=choice, time=self._clock())
            wakes = _frees_somebody(step.before, after) or _may_be_taken(after, choice)
            return replace(change, answer=_answer(cause, after)) if isinstance(cause, Command) else change

        answer = await self._commit(key, subject, decide)
        if wakes:
            self._wake.set()
        return answer

    async def _commit(self, key: str, subject: str, decide: Callable[[], Awaitable[Change]]) -> Answer:
        last = Change()

        async def remembered() -> Change:
            nonlocal last
            last = await decide()
            return last

        async with self._floor.deciding(subject):
            outcome = await self._once.handle(key, subject, remembered)
        if not outcome.repeated:
            self._metrics.count(last.events)
        return outcome.answer


def from_bus(obey: Callable[[C], Awaitable[Answer]]) -> Callable[[C], Awaitable[None]]:
    """A command over the bus may overtake the event that opened its ticket: then it is tried again."""

    async def handle(command: C) -> None:
        try:
            answer = await obey(command)
        except manual.UnknownTicket as error:
            raise Transient(str(error)) from error
        if (answer.get("ticket"), answer.get("command")) != (command.subject, command.type):
            detail = f"Id {command.id} was used for another command; nothing was done. Take a new one."
            raise Refused(status=422, title="The key is taken", detail=detail)

    return handle


def _frees_somebody(before: Ticket, after: Ticket) -> bool:
    return before.active and before.agent is not None and (not after.active or after.agent != before.agent)


def _may_be_taken(after: Ticket, choice: Choice | None) -> bool:
    """It waits although somebody has room: others are before it, or it came back to work."""
    free = choice is None or any(candidate.hindrance is None for candidate in choice.candidates)
    return after.waiting and free


def _answer(cause: Envelope, after: Ticket) -> dict[str, Any]:
    shown = ("number", "status", "category", "priority", "team", "tags", "state", "agent")
    return {"ticket": after.id, "command": cause.type} | {
        name: list(value) if isinstance(value := getattr(after, name), tuple) else value for name in shown
    }
