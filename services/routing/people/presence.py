"""Whether an agent can take work now, and why not: leave, then shift, then their own word, then their programs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.routing.people.shifts import last_end, next_change, on_shift
from shared.organisation import Agent, Organisation, Shift, Team

AGENTS = "agents"
"""One document an agent. Its `version` guards every assignment to them; it may be all that there is in it."""
State = Literal["available", "away", "offline", "off_shift", "on_leave"]
OFF_DUTY: frozenset[State] = frozenset({"off_shift", "on_leave"})
"""Not at work at all: at its beginning, open work is handed over where the team says so."""
ONE_DAY = timedelta(days=1)
BREAK = timedelta(hours=3)
"""Between two stretches of work: who is back sooner keeps what they have."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What is stored of an agent.

    `version` guards assignments: whatever changes who may get work or how much they have raises it.
    `said` is the agent's own word, away at most until `until`. `there_until` is how long their programs'
    latest reports hold. `shown` is the state that the latest of `stated` events told, at `shown_at`.
    `last_at` is when they were given work last.
    """

    version: int = 0
    said: Literal["available", "away"] = "available"
    until: datetime | None = None
    reason: str = ""
    there_until: datetime | None = None
    shown: State | None = None
    shown_at: datetime | None = None
    stated: int = 0
    last_at: datetime | None = None
    """When they got a ticket last."""

    @property
    def last_told(self) -> State:
        """The state that others believe in: who was never spoken of is taken to be available."""
        return self.shown or "available"

    def not_before(self, at: datetime) -> datetime:
        """The time to judge by: a replica whose clock is behind does not take back what another one has told."""
        return at if self.shown_at is None else max(at, self.shown_at)


@dataclass(frozen=True, slots=True)
class Availability:
    """An agent's state, why it is so, and when it is known to end."""

    state: State
    because: str
    until: datetime | None = None

    @property
    def free(self) -> bool:
        """Whether they can be given work (as far as they have room for it)."""
        return self.state == "available"


HERE = Availability("available", "is there")
"""Of whom nothing says anything else."""


def availability(organisation: Organisation, name: str, presence: Presence, *, at: datetime) -> Availability:
    """The state of an agent of teams.yaml. A cause that keeps them away from work longer comes first."""
    agent = organisation.agents[name]
    if not agent.available:
        return Availability("on_leave", "is marked as not available in teams.yaml")
    if agent.leave and (leave := _leave(organisation, agent, at)) is not None:
        return leave
    shift = shift_of(organisation, name)
    if shift is not None and not on_shift(shift, zone=organisation.zone, at=at):
        back = next_change(shift, zone=organisation.zone, after=at)
        return Availability("off_shift", f"is off shift ({agent.shift})", back)
    if presence.said == "away" and (presence.until is None or at < presence.until):
        why = f": {presence.reason}" if presence.reason else ""
        return Availability("away", f"is away{why}", presence.until)
    if agent.presence == "heartbeat" and (presence.there_until is None or presence.there_until <= at):
        return Availability("offline", "is offline: none of their programs reports")
    if shift is None and not agent.leave:
        return HERE
    return Availability("available", "is there", _end_of_work(organisation, name, at))


def off_since(organisation: Organisation, name: str, presence: Presence, *, at: datetime) -> datetime | None:
    """Since when an agent is off duty: the end of their shift, or the beginning of their leave.

    For one whom a new file marks as not available, it is when that was first told. None for whoever is
    on duty, or off for a break only.
    """
    now = availability(organisation, name, presence, at=at)
    if now.state not in OFF_DUTY:
        return None
    agent, shift = organisation.agents[name], shift_of(organisation, name)
    if not agent.available:
        return presence.shown_at if presence.shown == "on_leave" else None
    if now.state == "on_leave":
        today = at.astimezone(ZoneInfo(organisation.zone)).date()
        return max(
            (_midnight(organisation, leave.first) for leave in agent.leave if leave.first <= today <= leave.last),
            default=None,
        )
    end = None if shift is None else last_end(shift, zone=organisation.zone, at=at)
    is_break = end is not None and now.until is not None and now.until - end < BREAK
    return None if is_break else end


def stays_theirs(team: Team, state: State) -> bool:
    """Whether a ticket of the team that comes back to work while its agent is not there waits for them.

    Not for somebody on leave, who may be gone for weeks.
    """
    return team.absent_owner == "keep" and state != "on_leave"


def shift_of(organisation: Organisation, name: str) -> Shift | None:
    """The shift in which an agent works; None for around the clock."""
    shift = organisation.agents[name].shift
    return None if shift is None else organisation.shifts[shift]


def _leave(organisation: Organisation, agent: Agent, at: datetime) -> Availability | None:
    """The leave on which the agent is, to the end of those that follow it day by day."""
    day = at.astimezone(ZoneInfo(organisation.zone)).date()
    reason: str | None = None
    for leave in sorted(agent.leave, key=lambda leave: leave.first):
        if leave.first <= day <= leave.last:
            reason = reason or leave.reason
            day = leave.last + ONE_DAY
    return None if reason is None else Availability("on_leave", f"is off: {reason}", _midnight(organisation, day))


def _end_of_work(organisation: Organisation, name: str, at: datetime) -> datetime | None:
    """When the shift ends or the next leave begins, whatever is first."""
    shift = shift_of(organisation, name)
    ends = [] if shift is None else [next_change(shift, zone=organisation.zone, after=at)]
    ends += [_midnight(organisation, leave.first) for leave in organisation.agents[name].leave]
    return min((end for end in ends if end is not None and end > at), default=None)


def _midnight(organisation: Organisation, day: date) -> datetime:
    """The beginning of a day in the organisation's zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(organisation.zone)).astimezone(UTC)
