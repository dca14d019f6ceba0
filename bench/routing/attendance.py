"""What agents and their programs say of their being there, and who truly is: shifts apart."""

from collections.abc import Mapping, Sequence
from random import Random

from bench.routing import told
from bench.routing.absences import Absence
from bench.routing.company import Company
from bench.routing.hours import Hours
from bench.routing.replicas import Input

REPORTED_EVERY = 30.0
"""Minutes between two reports of a program; the company takes it for gone after 60."""
SIGNS_OFF = 0.5


class Attendance:
    def __init__(
        self, company: Company, hours: Mapping[str, Hours], absences: Sequence[Absence], *, chance: Random
    ) -> None:
        agents = company.teams["agents"]
        self._heard_until = {name: -1.0 for name, one in agents.items() if one.get("presence") == "heartbeat"}
        self._reported = dict(self._heard_until)
        self._silent_after = company.teams["heartbeat_seconds"] / 60
        self._everybody = frozenset(agents)
        self._hours = hours
        self._chance = chance
        self._away: set[str] = set()
        self._silent: set[str] = set()
        changes = [(one.begin, True, one) for one in absences] + [(one.end, False, one) for one in absences]
        self._changes = sorted(changes, key=lambda change: change[0], reverse=True)

    def there(self, now: float) -> frozenset[str]:
        """Who is not away, and whose programs are not silent if these are needed."""
        offline = {name for name, until in self._heard_until.items() if until <= now}
        return self._everybody - self._away - offline

    def due(self, now: float) -> list[Input]:
        """What is said until now."""
        inputs = []
        while self._changes and self._changes[-1][0] <= now:
            at, begins, absence = self._changes.pop()
            inputs += self._changes_to(absence, begins, at, now)
        for name in self._heard_until:
            on = self._hours[name].at(now) and name not in self._silent
            if on and now - self._reported[name] >= REPORTED_EVERY:
                inputs.append(self._report(name, now))
        return inputs

    def _changes_to(self, absence: Absence, begins: bool, at: float, now: float) -> list[Input]:
        name = absence.agent
        if absence.kind == "away":
            (self._away.add if begins else self._away.discard)(name)
            return [told.presence(name, "away" if begins else "available", at)]
        (self._silent.add if begins else self._silent.discard)(name)
        if not begins:
            return [self._report(name, now)] if self._hours[name].at(now) else []
        if self._chance.random() < SIGNS_OFF:
            self._heard_until[name] = self._reported[name] = -1.0
            return [told.report(name, gone=True)]
        return []

    def _report(self, name: str, now: float) -> Input:
        self._reported[name], self._heard_until[name] = now, now + self._silent_after
        return told.report(name, gone=False)
