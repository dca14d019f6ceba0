"""What a person sees: the tickets as reporting knows them, and the steps that were seen to happen."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

ZONE = ZoneInfo("Europe/Ljubljana")
NOTICE = {"acknowledgement": "ack", "assignment": "given"}


@dataclass(slots=True)
class View:
    """The live picture; on a terminal it moves, in a log only its last state and the steps are printed."""

    console: Console = field(default_factory=lambda: made_for_this_place())
    tickets: Sequence[Mapping[str, Any]] = ()
    steps: list[str] = field(default_factory=list)
    doing: str = ""
    _live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        if not self.console.is_terminal:
            yield
            self.console.print(self._tickets())
            return
        with Live(self._picture(), console=self.console, refresh_per_second=4) as self._live:
            yield

    def update(self, tickets: Sequence[Mapping[str, Any]]) -> None:
        self.tickets = tickets
        self._redraw()

    def begin(self, step: str) -> None:
        self.doing = step
        self._redraw()

    def done(self, step: str, seconds: float) -> None:
        line = f"[green]✓[/green] {step} [dim]{seconds:.1f} s[/dim]"
        self.steps.append(line)
        self.doing = ""
        if self._live is None:
            self.console.print(line)
        self._redraw()

    def _redraw(self) -> None:
        if self._live is not None:
            self._live.update(self._picture())

    def _picture(self) -> RenderableType:
        lines = [Text.from_markup(line) for line in self.steps[-24:]]
        if self.doing:
            lines.append(Text.from_markup(f"[yellow]…[/yellow] {self.doing}"))
        return Group(self._tickets(), *lines)

    def _tickets(self) -> Table:
        table = Table(title="Tickets, as reporting knows them", title_justify="left")
        headings = ("number", "channel", "category", "priority", "team", "agent", "first response due", "told")
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for ticket in sorted(self.tickets, key=lambda ticket: str(ticket["number"])):
            table.add_row(*row(ticket))
        return table


def made_for_this_place() -> Console:
    """A terminal's own width; in a log one that is wide enough for the table."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=150)


def row(ticket: Mapping[str, Any]) -> list[str]:
    """A line of the table of tickets."""
    clock = ticket["clocks"].get("first_response") or {}
    level = f" (level {ticket['escalation_level']})" if ticket["escalation_level"] else ""
    colour = {"breached": "red", "warned": "yellow", "met": "green"}.get(clock.get("state", ""), "default")
    told = [f"{NOTICE.get(notice['kind'], notice['kind'])}→{notice['audience']}" for notice in ticket["notifications"]]
    return [
        ticket["number"],
        ticket["channel"],
        ticket["category"] or "…",
        (ticket["priority"] or "…") + level,
        ticket["team"] or "…",
        ticket["agent"] or ticket["assignment"]["state"],
        f"[{colour}]{due(clock)}[/{colour}]",
        ", ".join(told),
    ]


def due(clock: Mapping[str, Any]) -> str:
    """When the clock is due, in the zone of the example company, and how it stands."""
    if not clock:
        return "…"
    at = clock.get("due_at")
    when = datetime.fromisoformat(at).astimezone(ZONE).strftime("%a %d %b %H:%M:%S") if at else ""
    return f"{when} {clock['state']}".strip()


def report(summary: Mapping[str, Any]) -> RenderableType:
    """The closing tables: counts by channel, category and team, and how the clocks stand."""
    counts = Table(title="Report", title_justify="left")
    for heading in ("tickets by", "", "n"):
        counts.add_column(heading, justify="right" if heading == "n" else "left")
    for by in ("channel", "category", "team"):
        for share in summary[f"by_{by}"]["rows"]:
            counts.add_row(by, share["value"], str(share["n"]))
            by = ""
        counts.add_section()
    sla = Table(title="Clocks", title_justify="left")
    for heading in ("clock", "policy", "met", "breached", "running", "paused"):
        sla.add_column(heading)
    for clock in summary["sla"]["rows"]:
        sla.add_row(*(str(clock[name]) for name in ("clock", "policy", "met", "breached", "running", "paused")))
    return Group(counts, sla)
