"""Takes in what agents and their programs say, and tells of every change of somebody's state exactly once."""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.routing.people import rules
from services.routing.people.metrics import PeopleMetrics
from services.routing.people.presence import Availability, Presence, availability
from services.routing.people.store import People
from shared.change import Change
from shared.commands import AgentSetPresence
from shared.errors import KarticaError, Refused
from shared.events import AgentChanged
from shared.once import Once
from shared.organisation import Organisation

Answer = Mapping[str, Any]
TOLD_AT_A_TIME = 16


class NothingNew(KarticaError):
    """What was seen was told meanwhile, or is not so any more: nothing is stored."""


class PeopleHandlers:
    def __init__(
        self,
        *,
        once: Once,
        people: People,
        organisation: Organisation,
        metrics: PeopleMetrics,
        wake: asyncio.Event,
        clock: Callable[[], datetime],
    ) -> None:
        self._once = once
        self._people = people
        self._organisation = organisation
        self._metrics = metrics
        self._wake = wake
        self._clock = clock

    async def set_presence(self, command: AgentSetPresence) -> Answer:
        """An agent's own word, over HTTP or the bus; whoever is back may get what waits."""
        name = command.data.agent

        async def decide() -> Change:
            presence = await self._people.presence(name)
            return rules.spoken(presence, command, self._organisation, at=self._clock())

        outcome = await self._once.handle(f"routing.presence:{command.id}", rules.subject_of(name), decide)
        if outcome.answer.get("state") == "available":
            self._wake.set()
        return outcome.answer

    async def obey(self, command: AgentSetPresence) -> None:
        """The same over the bus: there is nobody to tell that the id was used before."""
        check_key(await self.set_presence(command), command)

    async def report(self, name: str, program: str, *, background: bool, gone: bool) -> Availability:
        """A program of the agent is there, or has signed off. A change that follows is told at once."""
        if name not in self._organisation.agents:
            raise rules.UnknownAgent(name, self._organisation)
        at = self._clock()
        seconds = self._organisation.background_seconds if background else self._organisation.heartbeat_seconds
        await self._people.report(name, program, at=at, until=None if gone else at + timedelta(seconds=seconds))
        presence = await self._people.presence(name)
        await self._tell(name, presence)
        return availability(self._organisation, name, presence, at=self._clock())

    async def look(self) -> None:
        """Tells of everybody whose state has changed since it was told, and sets the gauge."""
        presences, at = await self._people.presences(self._organisation.agents), self._clock()
        states = {name: availability(self._organisation, name, presences[name], at=at).state for name in presences}
        changed = [name for name, state in states.items() if state != presences[name].last_told]
        random.shuffle(changed)  # replicas that look at the same time begin with others
        results: list[BaseException | None] = []
        for some in range(0, len(changed), TOLD_AT_A_TIME):  # a shift begins for many at once
            tells = (self._tell(name, presences[name]) for name in changed[some : some + TOLD_AT_A_TIME])
            results += await asyncio.gather(*tells, return_exceptions=True)
        self._metrics.show(states)
        for error in filter(None, results):
            raise error  # the others were told; the next look tries again

    async def availabilities(self, names: Collection[str]) -> dict[str, Availability]:
        """How it is with each of these agents now."""
        presences = await self._people.presences(names)
        at = self._clock()
        return {name: availability(self._organisation, name, presence, at=at) for name, presence in presences.items()}

    async def _tell(self, name: str, presence: Presence) -> None:
        if rules.seen(name, presence, self._organisation, at=self._clock()) is None:
            return
        told: list[Change] = []

        async def decide() -> Change:
            current = await self._people.presence(name)
            change = rules.seen(name, current, self._organisation, at=self._clock())
            if change is None or current.stated != presence.stated:
                raise NothingNew(f"{name} is as others believe")
            told[:] = [change]
            return change

        try:
            await self._once.handle(rules.key_of(name, presence), rules.subject_of(name), decide, wait_sent=False)
        except NothingNew:
            return
        events = [event for change in told for event in change.events if isinstance(event, AgentChanged)]
        if any(event.data.state == "available" for event in events):
            self._wake.set()


def check_key(answer: Answer, command: AgentSetPresence) -> None:
    """Refuses a key that stands for another request, so that nobody believes that theirs was done."""
    if (answer.get("agent"), answer.get("command")) != (command.data.agent, command.type):
        detail = "This Idempotency-Key was used for another request; nothing was done. Take a new one."
        raise Refused(status=422, title="The key is taken", detail=detail)
