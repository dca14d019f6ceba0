"""HTTP for people: a program reports, an agent says that they are away or back, anybody sees how it is with one."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path
from pydantic import AwareDatetime, Field, SecretStr, StringConstraints

from services.routing.callers import check_acts_for
from services.routing.people.handlers import PeopleHandlers, check_key
from services.routing.people.presence import Availability, State, shift_of
from services.routing.people.rules import UnknownAgent
from services.routing.people.shifts import next_change
from shared.auth import Caller, require
from shared.commands import AgentSetPresence, AgentSetPresenceData
from shared.envelope import Frozen
from shared.organisation import Organisation

AgentName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="the same key twice has one effect"),
]


class Heartbeat(Frozen):
    """One program of an agent is there."""

    program: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$"),
        Field(description="tells it from the agent's other programs: chosen when it starts, the same until it ends"),
    ]
    background: Annotated[bool, Field(description="its window is hidden, or the telephone is in the pocket")] = False
    gone: Annotated[bool, Field(description="it signs off: from now on it counts no more")] = False


class PresenceSaid(Frozen):
    state: Annotated[Literal["available", "away"], Field(description="available takes an earlier `away` back")]
    until: Annotated[AwareDatetime | None, Field(description="away ends by itself then")] = None
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class Here(Frozen):
    """How it is with an agent, why, and until when that is known."""

    agent: str
    state: State
    because: str
    until: AwareDatetime | None


class Reported(Here):
    again_within_seconds: Annotated[int, Field(description="by when the program has to report again")]


class ShiftShown(Frozen):
    name: str
    zone: str
    hours: dict[str, tuple[str, ...]]
    next_change: Annotated[AwareDatetime | None, Field(description="when work begins or ends next")]


class Person(Here):
    name: str
    teams: tuple[str, ...]
    presence: Annotated[str, Field(description="heartbeat: counted in while a program reports")]
    shift: Annotated[ShiftShown | None, Field(description="None: around the clock")]


def router(*, handlers: PeopleHandlers, organisation: Organisation, jwt_key: SecretStr) -> APIRouter:
    routes = APIRouter(tags=["people"])
    anyone = require(jwt_key.get_secret_value(), "agent", "supervisor", "admin", "system")
    By = Annotated[Caller, Depends(anyone)]

    @routes.post("/agents/{agent}/heartbeat")
    async def heartbeat(agent: AgentName, body: Heartbeat, by: By) -> Reported:
        """A program of the agent says that it is there. Cheap; nothing is published unless the state changes."""
        _check_speaks_for(agent, by)
        now = await handlers.report(agent, body.program, background=body.background, gone=body.gone)
        within = organisation.background_seconds if body.background else organisation.heartbeat_seconds
        return Reported(**_here(agent, now), again_within_seconds=within)

    @routes.put("/agents/{agent}/presence")
    async def presence(agent: AgentName, key: Key, body: PresenceSaid, by: By) -> Here:
        """The agent says that they are away, at most until then, or back."""
        _check_speaks_for(agent, by)
        data = AgentSetPresenceData(agent=agent, state=body.state, until=body.until, reason=body.reason)
        command = AgentSetPresence.asked(key=key, source="http", time=datetime.now(UTC), data=data, actor=by.subject)
        answer = await handlers.set_presence(command)
        check_key(answer, command)
        return Here.model_validate(answer)

    @routes.get("/agents/{agent}", dependencies=[Depends(anyone)])
    async def person(agent: AgentName) -> Person:
        """How it is with the agent, and when they work."""
        if agent not in organisation.agents:
            raise UnknownAgent(agent, organisation)
        now = (await handlers.availabilities([agent]))[agent]
        return _person(agent, now, organisation)

    return routes


def _here(agent: str, now: Availability) -> dict[str, Any]:
    return {"agent": agent, "state": now.state, "because": now.because, "until": now.until}


def _check_speaks_for(agent: str, by: Caller) -> None:
    """An agent speaks for themself alone; a desk of one's own, which signs in as a system, for all who use it."""
    if "system" not in by.roles:
        check_acts_for(agent, by)


def _person(agent: str, now: Availability, organisation: Organisation) -> Person:
    one, shift = organisation.agents[agent], shift_of(organisation, agent)
    shown = None
    if shift is not None and one.shift is not None:
        change = next_change(shift, zone=organisation.zone, after=datetime.now(UTC))
        shown = ShiftShown(name=one.shift, zone=shift.zone or organisation.zone, hours=shift.hours, next_change=change)
    return Person(
        **_here(agent, now),
        name=one.name,
        teams=tuple(name for name, team in organisation.teams.items() if agent in team.agents),
        presence=one.presence,
        shift=shown,
    )
