"""The answers of the reports; each names the definition of its figure, the time zone and n."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from services.reporting.clocks import ClockState
from services.reporting.definitions import DEFINITIONS
from services.reporting.lookup import Count
from shared.envelope import Frozen

Facet = Literal["channel", "category", "team", "agent", "status", "priority", "language"]


class Figure(Frozen):
    """Which definition the numbers follow; GET /definitions has the text."""

    name: str
    version: int
    unit: str


class Period(Frozen):
    """Calendar days in `timezone`, both included; None is open."""

    since: date | None = None
    until: date | None = None
    timezone: str


class Answer(Frozen):
    figure: Figure
    period: Period
    as_of: datetime | None = Field(description="the time of the last event that is in the numbers")
    n: int = Field(description="how many cases the answer is about")


class Share(Frozen):
    value: str
    n: int
    share: float = Field(description="of the answer's n, from 0 to 1")


class Counts(Answer):
    by: Facet
    rows: tuple[Share, ...]


class Attainment(Frozen):
    """met / (met + breached); None when nothing was met or breached."""

    value: float | None
    n: int


class Clocks(Frozen):
    clock: str
    policy: str
    met: int
    breached: int
    running: int
    paused: int
    cancelled: int
    attainment: Attainment


class Sla(Answer):
    attainment_figure: Figure
    attainment: Attainment
    rows: tuple[Clocks, ...]


class Row(Frozen):
    """One number with its labels."""

    labels: dict[str, str]
    n: int


class Rows(Answer):
    rows: tuple[Row, ...]


class Summary(Frozen):
    """The service desk on one page."""

    tickets: Rows
    by_channel: Counts
    by_category: Counts
    by_team: Counts
    by_status: Counts
    sla: Sla
    escalations: Rows
    notifications: Rows
    suppressed: Rows


def figure(name: str) -> Figure:
    definition = DEFINITIONS[name]
    return Figure(name=definition.name, version=definition.version, unit=definition.unit)


def counts(found: Sequence[Count], *, by: Facet, period: Period, as_of: datetime | None) -> Counts:
    total = _sum(found)
    return Counts(
        figure=figure("tickets_opened"),
        period=period,
        as_of=as_of,
        n=total,
        by=by,
        rows=tuple(Share(value=count.labels[by], n=count.n, share=count.n / total) for count in found),
    )


def rows(name: str, found: Sequence[Count], *, period: Period, as_of: datetime | None) -> Rows:
    return Rows(
        figure=figure(name),
        period=period,
        as_of=as_of,
        n=_sum(found),
        rows=tuple(Row(labels=dict(count.labels), n=count.n) for count in found),
    )


def sla(found: Sequence[Count], *, period: Period, as_of: datetime | None) -> Sla:
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for count in found:
        states = groups.setdefault((count.labels["clock"], count.labels["policy"]), {})
        states[count.labels["state"]] = count.n
    return Sla(
        figure=figure("sla_clocks"),
        attainment_figure=figure("sla_attainment"),
        period=period,
        as_of=as_of,
        n=_sum(found),
        attainment=_attainment(groups.values()),
        rows=tuple(_clocks(clock, policy, states) for (clock, policy), states in sorted(groups.items())),
    )


def _clocks(clock: str, policy: str, states: Mapping[str, int]) -> Clocks:
    known: Sequence[ClockState] = ("met", "breached", "running", "paused", "cancelled")
    numbers = {state: states.get(state, 0) for state in known}
    return Clocks(clock=clock, policy=policy, attainment=_attainment([states]), **numbers)


def _attainment(groups: Iterable[Mapping[str, int]]) -> Attainment:
    met = breached = 0
    for states in groups:
        met += states.get("met", 0)
        breached += states.get("breached", 0)
    n = met + breached
    return Attainment(value=met / n if n else None, n=n)


def _sum(found: Iterable[Count]) -> int:
    return sum(count.n for count in found)
