"""What sla keeps of a ticket: one document with its facts, its clocks as published, and what is next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from services.sla.engine import Clock
from services.sla.facts import Facts
from services.sla.ladder import Announced
from shared.change import Update
from shared.envelope import Frozen

TICKETS = "tickets"
CLAIM = "claimed_until"
"""Set while a process announces something; whoever writes the document removes it."""


class Ticket(Frozen):
    """`version` guards the document; `stated` counts the events that sla published about the ticket."""

    id: str
    version: int = 0
    stated: int = 0
    facts: Facts = Facts()
    defaulted: bool = False
    """No classification came in time: the clocks run without one."""
    clocks: tuple[Clock, ...] = ()
    announced: Mapping[str, Announced] = {}
    next_at: datetime | None = None
    """When something is to be announced, if nothing happens before."""
    due_at: datetime | None = None
    """When the first of the clocks that run is due, or was."""

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> Self:
        return cls.model_validate({**document, "id": document["_id"]})

    def announced_of(self, clock: Clock) -> Announced:
        return self.announced.get(cycle_of(clock), Announced())

    def update(self) -> Update:
        """Writes everything, provided that nobody else wrote meanwhile."""
        fields = self.model_dump(exclude={"id", "version", "next_at", "due_at"})
        times = {"next_at": self.next_at, "due_at": self.due_at}
        fields.update({name: at for name, at in times.items() if at is not None})
        fields["running"] = [clock.clock for clock in self.clocks if clock.mode == "running"]
        absent = (CLAIM, *(name for name, at in times.items() if at is None))
        return Update(TICKETS, self.id, self.version, fields, unset=absent)


def cycle_of(clock: Clock) -> str:
    """The name of a clock's cycle, for example `first_response:1`."""
    return f"{clock.clock}:{clock.cycle}"
