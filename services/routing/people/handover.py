"""Takes the open work of whoever went off duty back into the queues, where their teams say so."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime

import structlog

from services.routing.handlers import Handlers
from services.routing.people import duty
from services.routing.people.presence import OFF_DUTY, Presence, availability, off_since
from services.routing.people.store import People
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.errors import KarticaError
from shared.logs import told
from shared.organisation import Organisation

log = structlog.get_logger()
AT_A_TIME = 8
StepOf = Callable[[Ticket], Step | None]


class Stays(KarticaError):
    """The ticket is not to be handed over (any more): nothing is decided, nothing is stored."""


class HandOver:
    """Looks at everybody who was told to be off duty, once each time; a new process looks again.

    That they are off duty is told first, and raises the version of their document: from then on no
    choice that was made before can be committed, so no ticket comes to them behind its back. A repeat,
    here or in another replica, finds the tickets gone.
    """

    def __init__(
        self, *, people: People, handlers: Handlers, organisation: Organisation, clock: Callable[[], datetime]
    ) -> None:
        self._people = people
        self._handlers = handlers
        self._organisation = organisation
        self._clock = clock
        self._teams = [name for name, team in organisation.teams.items() if team.at_shift_end != "keep"]
        self._done: dict[str, int] = {}
        self._departed = False

    async def run(self) -> int:
        """Hands over what is to be handed over now; the number of tickets."""
        if not self._departed:
            count, failed = await self._of_the_departed()
            self._departed = not failed
            return count
        if not self._teams:
            return 0
        presences = await self._people.presences(self._organisation.agents)
        off = [name for name, one in presences.items() if one.shown in OFF_DUTY and self._done.get(name) != one.stated]
        random.shuffle(off)  # replicas that look at the same time begin with others
        count = 0
        for some in range(0, len(off), AT_A_TIME):
            count += sum(
                await asyncio.gather(*(self._of(name, presences[name]) for name in off[some : some + AT_A_TIME]))
            )
        return count

    async def _of(self, name: str, presence: Presence) -> int:
        at = presence.not_before(self._clock())
        since = off_since(self._organisation, name, presence, at=at)
        count = 0
        if since is not None:
            now = availability(self._organisation, name, presence, at=at)
            tickets = await self._people.open_tickets(name, self._teams)

            def step_of(ticket: Ticket) -> Step | None:
                same = ticket.agent == name
                return duty.shift_ended(ticket, now, since=since, organisation=self._organisation) if same else None

            count, failed = await self._requeue(tickets, f"shift_end:{name}:{since.isoformat()}", step_of)
            if failed:
                return count  # the next round tries again
        self._done[name] = presence.stated
        return count

    async def _of_the_departed(self) -> tuple[int, int]:
        """teams.yaml is read at the start, so whom it does not have any more is known then."""
        tickets = await self._people.tickets_of_others(list(self._organisation.agents), list(self._organisation.teams))
        key = f"departed:{self._clock().isoformat()}"  # they may come back, and depart again
        return await self._requeue(tickets, key, lambda one: duty.departed(one, organisation=self._organisation))

    async def _requeue(self, tickets: list[Ticket], key: str, step_of: StepOf) -> tuple[int, int]:
        """How many tickets went back, and how many could not: one that is broken does not hold up the others."""
        theirs = [ticket for ticket in tickets if step_of(ticket) is not None]
        results: list[bool | BaseException] = []
        for some in range(0, len(theirs), AT_A_TIME):
            puts = (self._put_back(ticket, key, step_of) for ticket in theirs[some : some + AT_A_TIME])
            results += await asyncio.gather(*puts, return_exceptions=True)
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors:
            log.error("handover.failed", tickets=len(errors), first=told(errors[0]), exc_info=errors[0])
        return sum(result is True for result in results), len(errors)

    async def _put_back(self, ticket: Ticket, key: str, step_of: StepOf) -> bool:
        """Whether it went back, or stays after all."""

        def checked(current: Ticket) -> Step:
            step = step_of(current)
            if step is None:
                raise Stays(f"{current.id} stays where it is")
            return step

        try:
            await self._handlers.handle(f"routing.{key}:{ticket.id}", ticket.latest_cause(), checked)
        except Stays:
            return False
        return True
