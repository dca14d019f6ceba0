"""Takes events and commands in: loads the ticket, lets the rules decide, commits once, tells the drain."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog

from services.routing import manual, rules, transfers
from services.routing.assignment.choice import Choice, awaited
from services.routing.assignment.floor import Floor
from services.routing.classification.facts import Facts
from services.routing.classification.ruleset import Ruleset, classify, run
from services.routing.corrections import corrected
from services.routing.learning.answering.heard import Heard
from services.routing.learning.learned import Learned
from services.routing.metrics import Metrics
from services.routing.opening import forgotten
from services.routing.openings import Openings
from services.routing.outcome import conclude
from services.routing.people import duty
from services.routing.reactions import occasions_of, reacting
from services.routing.step import Step, Terms
from services.routing.store import Store
from services.routing.ticket import Ticket
from shared.change import Change
from shared.commands import TicketClassify, TicketTransfer
from shared.envelope import Command, Envelope, Event
from shared.errors import KarticaError, Refused, Transient
from shared.events import (
    AgentInstructed,
    SlaChanged,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
    TicketRated,
    TicketRedacted,
    TicketStatusChanged,
)
from shared.once import Once
from shared.organisation import Organisation

log = structlog.get_logger()
C = TypeVar("C", bound=Command)
Answer = Mapping[str, Any]
OVERTAKEN = timedelta(minutes=10)
"""For so long a fact about an unknown ticket is taken to have come before its opening, and is tried again."""

RULES_WAIT = timedelta(minutes=2)
"""For so long an event waits for its ticket's opening, so that rules can react; then it goes on without them."""


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
        learned: Learned,
        openings: Openings,
    ) -> None:
        self._once = once
        self._store = store
        self._floor = floor
        self._organisation = organisation
        self._ruleset = ruleset
        self._metrics = metrics
        self._wake = wake
        self._clock = clock
        self._learned = learned
        self._openings = openings

    async def opened(self, event: TicketOpened) -> None:
        """The rules decide; where they leave the category open, the model is heard."""
        facts, default_team = Facts.of(event), self._organisation.default_team
        ran = run(self._ruleset, facts)
        heard = await self._learned.ask(facts) if ran.leaves_category_open else Heard()
        found = classify(self._ruleset, facts, default_team=default_team, ran=ran, heard=heard)
        key = f"routing.opened:{event.id}"
        step_of = partial(rules.opened, event=event, found=found, organisation=self._organisation)
        await self._handle(key, event, step_of, heard=heard)

    async def status_changed(self, event: TicketStatusChanged) -> None:
        key = f"routing.status_changed:{event.id}"
        await self._handle(key, event, await self._with_rules(event, partial(rules.status_changed, event=event)))

    async def escalated(self, event: TicketEscalated) -> None:
        key = f"routing.escalated:{event.id}"
        step_of = partial(rules.escalated, event=event, organisation=self._organisation)
        await self._handle(key, event, await self._with_rules(event, step_of))

    async def message_added(self, event: TicketMessageAdded) -> None:
        """A customer who writes to somebody who is not there may get somebody else."""
        key = f"routing.message_added:{event.id}"
        step_of: Callable[[Ticket], Step] = partial(rules.message_added, event=event)
        if duty.may_move(event, self._organisation):
            owner = await self._floor.owner_of(event.subject, at=self._clock())
            step_of = partial(duty.customer_wrote, event=event, owner=owner, organisation=self._organisation)
        await self._note(key, event, await self._with_rules(event, step_of))

    async def rated(self, event: TicketRated) -> None:
        """Of itself a rating changes nothing; rules may react to it."""
        key = f"routing.rated:{event.id}"
        await self._note(key, event, await self._with_rules(event, lambda ticket: Step(ticket, ticket)))

    async def sla_changed(self, event: SlaChanged) -> None:
        """Only the order of the queue depends on it: noted without a decision."""
        told = event.data
        at = told.due_at if told.change in ("started", "resumed", "retargeted") else None
        await self._store.note_due(event.subject, told.clock, at=at, version=event.ticketversion)

    async def redacted(self, event: TicketRedacted) -> None:
        """The copy of the opening goes, and what the requester was known by."""

        async def decide() -> Change:
            step = rules.redacted(await self._store.ticket(event.subject), event)
            change, _ = conclude(step, cause=event, choice=None, time=self._clock())
            return replace(change, writes=(*change.writes, forgotten(event.subject)))

        await self._commit(f"routing.redacted:{event.id}", event.subject, decide)

    async def instructed(self, event: AgentInstructed) -> None:
        """A transfer that an agent asked for by mail; for a ticket that has ended meanwhile it comes too late."""
        if event.data.transfer is None:
            return
        wish = transfers.by_mail(event, event.data.transfer)
        try:
            key = f"routing.instructed:{event.id}"
            await self._handle(key, event, lambda ticket: transfers.transferred(ticket, wish, self._organisation))
        except manual.UnknownTicket as error:
            raise Transient(str(error)) from error
        except Refused as error:
            log.warning("transfer.refused", ticket=event.subject, agent=event.data.agent, reason=error.title)

    async def transfer(self, command: TicketTransfer) -> Answer:
        return await self._obey(command, lambda ticket: transfers.transferred(ticket, command, self._organisation))

    async def classify(self, command: TicketClassify) -> Answer:
        return await self._obey(command, lambda ticket: corrected(ticket, command, self._ruleset, self._organisation))

    async def take_from_queue(self, waiting: Ticket, *, past: Collection[str] = ()) -> str | None:
        """Assigns or offers a ticket that waits: to whom; None when it has to wait on or somebody else took it.

        Tickets `past`, with which something is wrong, are no reason to wait in turn.
        """
        taken: list[str | None] = []

        async def decide() -> Change:
            ticket = await self._store.ticket(waiting.id)
            same = (ticket.entry, ticket.offers) == (waiting.entry, waiting.offers)
            if not ticket.waiting or ticket.offer is not None or not same:
                raise StillWaiting(f"{waiting.id} is not in the queue any more")
            step, time = rules.drained(ticket), self._clock()
            choice = await self._floor.choice(step, at=time, past=past)
            if choice is None or choice.agent is None:
                if choice is not None:
                    await self._note_wait(ticket, choice.needs, choice.wants, choice.preferred_until)
                raise StillWaiting(f"nobody is free for {waiting.id}")
            cause, terms = ticket.latest_cause(), self._terms(ticket)
            change, after = conclude(step, cause=cause, choice=choice, time=time, terms=terms)
            taken[:] = [after.holder]
            return change

        try:
            await self._commit(f"routing.drain:{waiting.id}:{waiting.entry}:{waiting.offers}", waiting.id, decide)
        except StillWaiting:
            return None
        return taken[0] if taken else None

    async def look_at_wait(self, ticket: Ticket) -> None:
        """Notes what a waiting ticket waits for now: `teams.yaml` may have changed since it came into the queue."""
        needs, wants = awaited(self._organisation, ticket.wish())
        await self._note_wait(ticket, needs, wants, ticket.preferred_until)

    async def _note_wait(
        self, ticket: Ticket, needs: tuple[str, ...], wants: tuple[str, ...], until: datetime | None
    ) -> None:
        weight = self._organisation.weight(ticket.channel)
        known = (ticket.needs, ticket.wants, ticket.preferred_until, ticket.weight)
        if known != (needs, wants, until, weight):
            await self._store.wait_for(ticket, needs=needs, wants=wants, until=until, weight=weight)

    async def handle(self, key: str, cause: Envelope, step_of: Callable[[Ticket], Step]) -> Answer:
        """Takes a step about the ticket that the cause is about, once per key."""
        return await self._handle(key, cause, step_of)

    def _terms(self, ticket: Ticket) -> Terms:
        team = self._organisation.teams.get(ticket.team)
        offer = None if team is None else team.offer
        needs, wants = awaited(self._organisation, ticket.wish())
        return Terms(
            offer_within=None if offer is None else offer.within,
            age_boost=self._organisation.queue.age_boost,
            weight=self._organisation.weight(ticket.channel),
            needs=needs,
            wants=wants,
        )

    async def _with_rules(self, event: Event, step_of: Callable[[Ticket], Step]) -> Callable[[Ticket], Step]:
        """The step with what the rules for later events add; they wait a while for an opening that is to come."""
        if not self._ruleset.reacts_to(occasions_of(event)):
            return step_of
        ticket = await self._store.ticket(event.subject)
        if not ticket.opened and self._clock() - event.time < RULES_WAIT:
            raise Transient(f"ticket {event.subject} is not known yet")
        opening = await self._openings.get(event.subject)
        return reacting(step_of, event, self._ruleset, opening, self._organisation)

    async def _note(self, key: str, event: Event, step_of: Callable[[Ticket], Step]) -> None:
        """A fact that mostly changes nothing: only one that does is a decision to commit."""
        ticket = await self._store.ticket(event.subject)
        if not ticket.opened and self._clock() - event.time < OVERTAKEN:
            raise Transient(f"ticket {event.subject} is not known yet")
        step = step_of(ticket)
        if ticket.opened and (step.after != step.before or step.placing != "none"):
            await self._handle(key, event, step_of)

    async def _obey(self, command: Command, step_of: Callable[[Ticket], Step]) -> Answer:
        return await self._handle(f"command:{command.id}", command, step_of)

    async def _handle(
        self, key: str, cause: Envelope, step_of: Callable[[Ticket], Step], *, heard: Heard | None = None
    ) -> Answer:
        subject = cause.subject or ""
        wakes = False

        async def decide() -> Change:
            nonlocal wakes
            step = step_of(await self._store.ticket(subject))
            time = self._clock()
            choice = await self._floor.choice(step, at=time)
            change, after = conclude(step, cause=cause, choice=choice, time=time, terms=self._terms(step.after))
            change = self._learned.teach(change, step, after, cause=cause, heard=heard)
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
            outcome = await self._once.handle(key, subject, remembered, committed=lambda: self._floor.settle(subject))
        if not outcome.repeated:
            self._metrics.count(last.events)
            await self._learned.count(last.writes)
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
    return before.holder is not None and after.holder != before.holder


def _may_be_taken(after: Ticket, choice: Choice | None) -> bool:
    """It waits although somebody has room: others are before it, or it came back to work."""
    return after.waiting and after.offer is None and (choice is None or choice.somebody_free)


def _answer(cause: Envelope, after: Ticket) -> dict[str, Any]:
    shown = ("number", "status", "category", "priority", "team", "tags", "state", "agent", "lease_until")
    return {"ticket": after.id, "command": cause.type} | {
        name: list(value) if isinstance(value := getattr(after, name), tuple) else value for name in shown
    }
