"""Takes in the facts that move clocks."""

from collections.abc import Callable
from datetime import datetime

from services.sla import rules
from services.sla.rules import Terms
from services.sla.store import Store
from services.sla.ticket import TICKETS, Ticket
from shared.change import Change, Update
from shared.envelope import Event
from shared.once import Once


class Handlers:
    """One handler for all facts: what each of them means is for the facts and the engine to say.

    `planned` is told when the ticket has something to announce next.
    """

    def __init__(
        self,
        *,
        once: Once,
        store: Store,
        terms: Terms,
        now: Callable[[], datetime],
        planned: Callable[[datetime], None],
    ) -> None:
        self._once = once
        self._store = store
        self._terms = terms
        self._now = now
        self._planned = planned

    async def fact(self, event: Event) -> None:
        """An opening, a message, a status or a classification."""
        change = Change()

        async def decide() -> Change:
            nonlocal change
            ticket = await self._store.load(event.subject) or Ticket(id=event.subject)
            change = rules.take_in(ticket, event, terms=self._terms, now=self._now())
            return change

        await self._once.handle(f"sla.fact:{event.id}", event.subject, decide)
        for write in change.writes:
            if isinstance(write, Update) and write.collection == TICKETS and "next_at" in write.set:
                self._planned(write.set["next_at"])
