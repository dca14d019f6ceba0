"""What notify does with each event and command: load, decide, commit, and wake the sender."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.notify import commands, redaction, rules
from services.notify.audience import Policy
from services.notify.store import Store
from shared.change import Change
from shared.commands import NotificationSend
from shared.envelope import Event
from shared.events import (
    AgentInstructed,
    SlaChanged,
    TicketAssigned,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
    TicketRedacted,
)
from shared.once import Once


class Handlers:
    """One method per event and command."""

    def __init__(self, *, store: Store, once: Once, policy: Policy, wake: Callable[[], None]) -> None:
        self._store, self._once, self._policy, self._wake = store, once, policy, wake

    async def opened(self, event: TicketOpened) -> None:
        await self._hear("opened", event)

    async def message_added(self, event: TicketMessageAdded) -> None:
        await self._hear("message_added", event)

    async def assigned(self, event: TicketAssigned) -> None:
        await self._hear("assigned", event)

    async def sla_changed(self, event: SlaChanged) -> None:
        await self._hear("sla_changed", event)

    async def escalated(self, event: TicketEscalated) -> None:
        await self._hear("escalated", event)

    async def instructed(self, event: AgentInstructed) -> None:
        await self._hear("instructed", event)

    async def redacted(self, event: TicketRedacted) -> None:
        async def decide() -> Change:
            ticket = await self._store.ticket(event.subject)
            about = await self._store.of_ticket(event.subject)
            return redaction.redact(event, ticket, about, now=datetime.now(UTC))

        await self._once.handle(f"notify.redacted:{event.id}", event.subject, decide)

    async def send(self, command: NotificationSend) -> None:
        await self.ask(command)

    async def ask(self, command: NotificationSend) -> Mapping[str, Any]:
        """The same by HTTP: returns what the command's sender is told."""

        async def decide() -> Change:
            return commands.send(command, policy=self._policy, now=datetime.now(UTC))

        outcome = await self._once.handle(f"command:{command.id}", command.subject or command.id, decide)
        self._wake()
        return outcome.answer

    async def _hear(self, what: str, event: Event) -> None:
        async def decide() -> Change:
            ticket = await self._store.ticket(event.subject)
            address = rules.acknowledged_address(event, ticket, policy=self._policy)
            limit = self._policy.configuration.acknowledgements_per_sender_and_hour
            return rules.hear(
                event,
                ticket,
                held=await self._store.notifications(ticket.held),
                earlier=await self._store.acknowledgements(address, limit=limit) if address else [],
                policy=self._policy,
                now=datetime.now(UTC),
            )

        await self._once.handle(f"notify.{what}:{event.id}", event.subject, decide)
        self._wake()
