"""The teams and their people, from config/teams.yaml: routing assigns to them, notify writes to them."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from shared.config import Strict, load

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Strategy = Literal["least_loaded", "least_loaded_units", "most_spare", "longest_idle"]
Level = Annotated[int, Field(ge=1, le=5)]
USUAL_LEVEL = 3
"""Of a skill that is listed without one."""
_SPAN = re.compile(r"(\d{1,7})(s|m|h|d|w)")
LONGEST = timedelta(days=366)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
MIDNIGHT = 24 * 60
"""The minute of the day at which it ends."""
_INTERVAL = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}; give an IANA name such as Europe/Ljubljana") from error
    return name


def _span(value: object) -> object:
    """`10m` or `1h30m` as a time span."""
    if not isinstance(value, str):
        return value
    parts = _SPAN.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise ValueError(f"{value!r} is no time span; write for example 45s, 10m, 1h30m or 7d")
    span = timedelta(seconds=sum(int(number) * _SECONDS[unit] for number, unit in parts))
    if not timedelta(0) < span <= LONGEST:
        raise ValueError(f"{value!r} is not between 1s and {LONGEST.days}d")
    return span


def _days(value: object) -> object:
    """`mon-fri` or `sat` over lists of intervals becomes one entry a day."""
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for written, intervals in value.items():
        first, _, last = str(written).partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(f"{written!r} is no day; write mon, tue, wed, thu, fri, sat, sun or a range as mon-fri")
        for day in _between(first, last or first):
            if day in found:
                raise ValueError(f"{day} is given twice")
            found[day] = intervals
    return found


def _between(first: str, last: str) -> Iterator[str]:
    index = DAYS.index(first)
    while True:
        yield DAYS[index]
        if DAYS[index] == last:
            return
        index = (index + 1) % len(DAYS)


def _interval(written: str) -> str:
    if not _INTERVAL.fullmatch(written):
        raise ValueError(f"{written!r} is no interval; write for example 08:00-16:00; 22:00-06:00 ends the next day")
    begin, end = _minutes(written)
    if begin == end:
        raise ValueError(f"{written!r} is empty; a whole day is 00:00-24:00")
    return written


def _minutes(interval: str) -> tuple[int, int]:
    """From and to, in minutes of the day."""
    begin, end = ((int(time[:2]) * 60 + int(time[3:])) for time in interval.split("-"))
    return begin, end


def _levels(value: object) -> object:
    """A list of skills is one in which each has the usual level."""
    return dict.fromkeys(value, USUAL_LEVEL) if isinstance(value, (list, tuple, set, frozenset)) else value


def _total(value: object) -> object:
    if isinstance(value, str):
        raise ValueError(f"{value!r} is no number; write for example 10, or {{total: 10, channels: {{chat: 3}}}}")
    return {"total": value} if isinstance(value, int) and not isinstance(value, bool) else value


Zone = Annotated[str, AfterValidator(_zone)]
Span = Annotated[timedelta, BeforeValidator(_span), Field(gt=timedelta(0), le=LONGEST)]
Skills = Annotated[dict[Name, Level], BeforeValidator(_levels)]
Intervals = Annotated[tuple[Annotated[str, AfterValidator(_interval)], ...], Field(min_length=1)]
Hours = Annotated[dict[str, Intervals], BeforeValidator(_days), Field(min_length=1)]


class Shift(Strict):
    """When somebody works: `hours` a day in `zone` (else the organisation's); none on `holidays`."""

    zone: Zone | None = None
    hours: Hours
    holidays: frozenset[date] = frozenset()

    @model_validator(mode="after")
    def _does_not_overlap(self) -> Self:
        for day, stretches in zip(DAYS, self.week, strict=True):
            if any(former[1] > latter[0] for former, latter in pairwise(stretches)):
                raise ValueError(f"intervals overlap on {day}")
        return self

    @cached_property
    def week(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """From Monday on, the minutes of the day from and to which is worked; what goes over midnight is cut there."""
        days: list[list[tuple[int, int]]] = [[] for _ in DAYS]
        for day, intervals in self.hours.items():
            at = DAYS.index(day)
            for begin, end in map(_minutes, intervals):
                days[at].append((begin, end if end > begin else MIDNIGHT))
                if 0 < end < begin:
                    days[(at + 1) % len(DAYS)].append((0, end))
        return tuple(tuple(sorted(day)) for day in days)


class Leave(Strict):
    """Days off, the first and the last included, in the organisation's zone."""

    first: date
    last: date
    reason: str = "on leave"

    @model_validator(mode="after")
    def _ends_after_its_beginning(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"leave ends on {self.last}, before it begins on {self.first}")
        return self


class Capacity(Strict):
    """How much one carries at a time: `total` weighted units, and at most so many tickets of a channel."""

    total: Annotated[int, Field(ge=0, le=1000)] = 10
    channels: dict[Name, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)


class Limit(Strict):
    """At most `tickets` new ones within any period `per`, whatever one's capacity."""

    tickets: Annotated[int, Field(ge=1, le=10_000)]
    per: Span = timedelta(days=1)


class Agent(Strict):
    """A person who answers tickets. Without a shift they work around the clock.

    `presence: heartbeat` counts them in only while their programs report them; `manual` until they say
    that they are away. `not_for` are requesters' addresses or `@domains` whose tickets they never get.
    """

    name: Annotated[str, StringConstraints(min_length=1)]
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    phone: Annotated[str | None, StringConstraints(pattern=r"^\+[1-9]\d{1,14}$")] = None
    language: str = "en"
    skills: Skills = Field(default_factory=dict)
    capacity: Annotated[Capacity, BeforeValidator(_total)] = Capacity()
    available: bool = True
    presence: Literal["manual", "heartbeat"] = "manual"
    shift: Name | None = None
    leave: tuple[Leave, ...] = ()
    at_most: Limit | None = None
    not_for: tuple[Annotated[str, StringConstraints(min_length=2, to_lower=True)], ...] = ()


class Offer(Strict):
    """Tickets are offered; whoever does not accept within the time loses the offer to the next."""

    within: Span


class LeftInQueue(Strict):
    """What is not assigned automatically but waits for somebody to claim it."""

    tags: frozenset[Name] = frozenset()
    older_than: Span | None = None


class Team(Strict):
    """A group of agents; `lead` hears of escalations. How its tickets are given out, and taken back.

    `sticky`: for so long, a customer's next ticket goes to who had the last one, if they are free.
    `relax_after`: for so long, skills that are only preferred are waited for. `claim_lease`: a claimed
    ticket goes back unless its agent acts within it. `absent_owner`: what a customer's message does
    to a ticket whose agent is not there.
    """

    title: Annotated[str, StringConstraints(min_length=1)]
    agents: tuple[Name, ...]
    lead: Name
    strategy: Strategy = "least_loaded"
    sticky: Span | None = None
    relax_after: Span = timedelta(minutes=10)
    offer: Offer | None = None
    claim_lease: Span | None = None
    at_shift_end: Literal["keep", "requeue_unanswered", "requeue"] = "keep"
    absent_owner: Literal["keep", "reassign"] = "keep"
    leave_in_queue: LeftInQueue = LeftInQueue()


class Queue(Strict):
    """The order of all queues. After each `age_boost` of waiting a ticket counts as one priority more urgent."""

    age_boost: Span | None = timedelta(hours=8)


class Organisation(Strict):
    """config/teams.yaml as a whole. `default_team` takes what no rule gives to another.

    `weights` are the units of work that a ticket of a channel is; 1 where none is given.
    `heartbeat_seconds` is how long a program of an agent may be silent, `background_seconds` the same
    for one that said it went into the background, as telephones do.
    """

    zone: Zone = "UTC"
    default_team: Name
    weights: dict[Name, Annotated[int, Field(ge=0, le=100)]] = Field(default_factory=dict)
    heartbeat_seconds: Annotated[int, Field(ge=10, le=3_600)] = 90
    background_seconds: Annotated[int, Field(ge=10, le=86_400)] = 900
    queue: Queue = Queue()
    shifts: dict[Name, Shift] = Field(default_factory=dict)
    agents: dict[Name, Agent]
    teams: dict[Name, Team]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        if self.default_team not in self.teams:
            raise ValueError(f"default_team: there is no team {self.default_team!r}")
        for name, agent in self.agents.items():
            if agent.shift is not None and agent.shift not in self.shifts:
                raise ValueError(f"agents.{name}.shift: there is no shift {agent.shift!r}")
        for name, team in self.teams.items():
            for member in (*team.agents, team.lead):
                if member not in self.agents:
                    raise ValueError(f"teams.{name}: there is no agent {member!r}")
        return self

    @classmethod
    def read(cls, config_dir: Path) -> Self:
        return load(config_dir / "teams.yaml", cls)

    def teams_of(self, agent: str) -> list[str]:
        """The teams that the agent is a member of."""
        return [name for name, team in self.teams.items() if agent in team.agents]

    def weight(self, channel: str) -> int:
        """The units of work that a ticket of the channel is."""
        return self.weights.get(channel, 1)
