"""Conditions on the time at which a message came, by the clock of a place."""

from datetime import date, datetime
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from services.routing.classification.verdict import Verdict
from shared.config import Strict
from shared.organisation import DAYS, Hours, Shift, Zone


class Moment(Strict):
    """Within `hours` (written as in a shift of teams.yaml) and between two dates, both included.

    An interval may go over midnight: on Friday, 22:00-06:00 ends on Saturday. Without a `zone` it is
    the organisation's.
    """

    zone: Zone | None = None
    hours: Hours | None = None
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="until")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.hours is None and self.first is None and self.last is None:
            raise ValueError("give hours, from, until, or several of them")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"until {self.last} lies before from {self.first}")
        self._shift  # noqa: B018  # refuses hours that overlap
        return self

    @cached_property
    def _shift(self) -> Shift | None:
        return None if self.hours is None else Shift(hours=self.hours)

    def test(self, at: datetime | None, *, zone: str) -> Verdict:
        if at is None:
            return Verdict(False, "the time is not known")
        place = self.zone or zone
        local = at.astimezone(ZoneInfo(place))
        said = f"{DAYS[local.weekday()]} {local:%H:%M} in {place}"
        if self.first is not None and local.date() < self.first:
            return Verdict(False, f"{local.date()} is before {self.first}")
        if self.last is not None and local.date() > self.last:
            return Verdict(False, f"{local.date()} is after {self.last}")
        if self._shift is None:
            return Verdict(True, f"{local.date()} is one of its days")
        minute = local.hour * 60 + local.minute
        within = any(begin <= minute < end for begin, end in self._shift.week[local.weekday()])
        return Verdict(within, f"{said} is {'within' if within else 'outside'} its hours")
