"""What an agent's word or the clock makes of an agent: pure decisions, as writes and events."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.routing.people.presence import AGENTS, Availability, Presence, State, availability
from shared.change import Change, Update
from shared.commands import AgentSetPresence
from shared.envelope import Envelope
from shared.errors import Refused
from shared.events import AgentChanged, AgentChangedData
from shared.ids import derived_id
from shared.organisation import Organisation


def spoken(presence: Presence, command: AgentSetPresence, organisation: Organisation, *, at: datetime) -> Change:
    """Keeps the agent's word; an event, when it changes what others see of them."""
    told = command.data
    if told.agent not in organisation.agents:
        raise UnknownAgent(told.agent, organisation)
    if told.until is not None and told.state == "available":
        raise _refused("available has no `until`; leave it out, or set state away.")
    if told.until is not None and told.until <= at:
        raise _refused(f"`until` is past: it is {at:%Y-%m-%dT%H:%M:%SZ} now.")
    at = presence.not_before(at)
    before = availability(organisation, told.agent, presence, at=at)
    word = replace(presence, said=told.state, until=told.until, reason=told.reason if told.state == "away" else "")
    after = availability(organisation, told.agent, word, at=at)
    saved = {"said": word.said, "until": word.until, "reason": word.reason}
    answer = {
        "command": command.type,
        "agent": told.agent,
        "state": after.state,
        "because": after.because,
        "until": None if after.until is None else after.until.isoformat(),
    }
    if after == before and after.state == presence.last_told:
        return Change(writes=(_save(told.agent, presence, saved),), answer=answer)
    event = _event(told.agent, presence, after, cause=command, at=at)
    return Change(writes=(_save(told.agent, presence, saved | _shown(event)),), events=(event,), answer=answer)


def seen(name: str, presence: Presence, organisation: Organisation, *, at: datetime) -> Change | None:
    """The event that tells a state nobody was told of yet: a shift or leave began or ended, programs fell silent."""
    at = presence.not_before(at)
    now = availability(organisation, name, presence, at=at)
    if now.state == presence.last_told:
        return None
    cause = Envelope(
        id=derived_id("agent.seen", name, presence.stated + 1),
        source="kartica/routing",
        type="agent.seen",
        time=at,
        correlationid=subject_of(name),
        causationid=subject_of(name),
    )
    event = _event(name, presence, now, cause=cause, at=at)
    return Change(writes=(_save(name, presence, _shown(event)),), events=(event,))


def key_of(name: str, presence: Presence) -> str:
    """Of the next change that is seen: replicas that see it at the same time state it once."""
    return f"routing.seen:{name}:{presence.stated + 1}"


def subject_of(name: str) -> str:
    """What events about the agent have as their subject."""
    return derived_id("agent", name)


class UnknownAgent(Refused):
    def __init__(self, name: str, organisation: Organisation) -> None:
        there_is = ", ".join(sorted(organisation.agents)[:20])
        super().__init__(
            status=404, title="No such agent", detail=f"teams.yaml has no agent {name!r}; it has {there_is}."
        )


def _event(name: str, presence: Presence, now: Availability, *, cause: Envelope, at: datetime) -> AgentChanged:
    previous: State | None = presence.shown
    return AgentChanged.following(
        cause,
        f"{name}:{presence.stated + 1}",
        time=at,
        subject=subject_of(name),
        ticketversion=presence.stated + 1,
        data=AgentChangedData(agent=name, state=now.state, previous=previous, until=now.until, because=now.because),
    )


def _shown(event: AgentChanged) -> dict[str, Any]:
    return {"shown": event.data.state, "shown_at": event.time, "stated": event.ticketversion}


def _save(name: str, presence: Presence, fields: dict[str, Any]) -> Update:
    return Update(AGENTS, name, presence.version, fields)


def _refused(detail: str) -> Refused:
    return Refused(status=422, title="The presence does not hold", detail=detail)
