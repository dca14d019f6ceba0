"""Reads config/sla.yaml: calendars and policies; every mistake is refused with file, line and reason."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from services.sla.calendar import Calendar, Hours, Weekday, parse_hours
from services.sla.policy import ALWAYS, Name, Policy, ServiceLevels
from shared.config import Strict, line_of, load, tree
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation

Fault = tuple[tuple[int | str, ...], str]
_YEARLY = re.compile(r"\*-(\d\d)-(\d\d)")
_LEAP_YEAR = 2024


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}; names are like Europe/Ljubljana") from error
    return name


def _hours(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a time of day like 08:00-12:00; put it in quotes")
    return parse_hours(value)


def _holiday(value: object) -> object:
    if isinstance(value, date):
        return value
    yearly = _YEARLY.fullmatch(value) if isinstance(value, str) else None
    try:
        if yearly:
            return date(_LEAP_YEAR, int(yearly[1]), int(yearly[2])).strftime("*-%m-%d")
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a date like 2026-12-25, or '*-12-25' for every year") from error


class CalendarSection(Strict):
    """A calendar as the file has it."""

    zone: Annotated[str, AfterValidator(_zone)]
    hours: Mapping[Weekday, tuple[Annotated[Hours, BeforeValidator(_hours)], ...]]
    holidays: tuple[Annotated[date | str, BeforeValidator(_holiday)], ...] = ()

    @model_validator(mode="after")
    def _has_working_time(self) -> Self:
        self.calendar("checked")
        return self

    def calendar(self, name: str) -> Calendar:
        """The calendar itself."""
        yearly = (day for day in self.holidays if isinstance(day, str))
        return Calendar(
            name=name,
            zone=ZoneInfo(self.zone),
            week=self.hours,
            holidays=(day for day in self.holidays if isinstance(day, date)),
            yearly=((int(day[2:4]), int(day[5:7])) for day in yearly),
        )


class File(Strict):
    """config/sla.yaml as a whole."""

    calendars: Mapping[Name, CalendarSection] = Field(default_factory=dict)
    policies: Annotated[tuple[Policy, ...], Field(min_length=1)]


def read(config_dir: Path) -> ServiceLevels:
    """The policies and calendars; teams that they name must be in teams.yaml, where there is one."""
    path = config_dir / "sla.yaml"
    file = load(path, File)
    teams = Organisation.read(config_dir).teams if (config_dir / "teams.yaml").exists() else None
    faults = [*_wrong_order(file), *_unknown_names(file, teams)]
    if faults:
        root = tree(path)
        raise InvalidConfiguration("\n".join(f"{path}:{line_of(root, where)}: {what}" for where, what in faults))
    return ServiceLevels(file.policies, {name: section.calendar(name) for name, section in file.calendars.items()})


def _wrong_order(file: File) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, policy in enumerate(file.policies):
        if policy.name in seen:
            yield ("policies", at, "name"), f"there are two policies {policy.name!r}"
        seen.add(policy.name)
        last = at == len(file.policies) - 1
        if policy.match.everything and not last:
            yield ("policies", at), f"policy {policy.name!r} fits every ticket, so the ones after it are never used"
        if last and not policy.match.everything:
            yield ("policies", at), "the last policy must fit every ticket: leave out its match"


def _unknown_names(file: File, teams: Mapping[str, Any] | None) -> Iterator[Fault]:
    if ALWAYS in file.calendars:
        yield ("calendars", ALWAYS), f"{ALWAYS} is built in: every second counts"
    for at, policy in enumerate(file.policies):
        if policy.calendar not in (ALWAYS, *file.calendars):
            known = ", ".join((ALWAYS, *file.calendars))
            yield ("policies", at, "calendar"), f"there is no calendar {policy.calendar!r}; there are: {known}"
        for where, team in _teams_of(policy):
            if teams is not None and team not in teams:
                yield ("policies", at, *where), f"there is no team {team!r} in teams.yaml"


def _teams_of(policy: Policy) -> Iterator[tuple[tuple[int | str, ...], str]]:
    for team in policy.match.team:
        yield ("match", "team"), team
    for step, level in enumerate(policy.escalation):
        if level.team is not None:
            yield ("escalation", step, "team"), level.team
