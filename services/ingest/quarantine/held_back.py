"""Inputs that neither open nor join in the usual way: suspected spam, and mails that another mailbox got as well."""

from dataclasses import dataclass
from datetime import datetime

from services.ingest.conversation.threading import Join, Open, Placement
from services.ingest.doors import deliveries
from services.ingest.doors.deliveries import Delivery
from services.ingest.doors.delivery_store import DeliveryStore
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.inbox.inputs import Waiting
from services.ingest.quarantine import rules as quarantine
from services.ingest.store import Store
from services.ingest.tickets.messages import Arrived
from shared.change import Change
from shared.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the message belongs, once its other deliveries are known."""

    placement: Placement
    waiting: Waiting
    known: Delivery | None
    instead: Change | None

    def with_delivery(self, change: Change, arrived: Arrived, *, at: datetime) -> Change:
        """The change, with the delivery that later ones are compared with."""
        return deliveries.noted(change, self.waiting.received, arrived.message, self.known, at=at)


class HeldBack:
    """Looks at an input before it is placed for good."""

    def __init__(self, store: Store, found: DeliveryStore, mailboxes: Mailboxes, *, quarantine_days: float) -> None:
        self._store = store
        self._deliveries = found
        self._mailboxes = mailboxes
        self._days = quarantine_days

    async def placed(
        self, waiting: Waiting, arrived: Arrived, placement: Placement, *, cause: Envelope, at: datetime
    ) -> Placed:
        """The placement that holds; `instead` is the whole decision, where nothing is opened or joined by it."""
        received, message = waiting.received, arrived.message
        suspicion = quarantine.suspicion(received, message)
        if suspicion is not None:
            held = quarantine.hold(arrived, suspicion, cause=cause, pending=waiting.pending, at=at, days=self._days)
            return Placed(placement, waiting, None, held)
        known = await self._deliveries.of(received)
        one_ticket = self._mailboxes.one_ticket(received.account)
        if known is not None and deliveries.is_repeated(
            known, placement, account=received.account, one_ticket=one_ticket
        ):
            again = deliveries.again(known, received, pending=waiting.pending, at=at)
            return Placed(placement, waiting, known, again)
        if known is None and one_ticket and isinstance(placement, Open) and placement.follows is None:
            placement = await self._continuing(waiting, arrived, placement)
        return Placed(placement, waiting, known, None)

    async def _continuing(self, waiting: Waiting, arrived: Arrived, placement: Open) -> Placement:
        """The ticket of the mail that this one answers, where another mailbox had it."""
        continued = await self._deliveries.continued(arrived.message, waiting.received)
        ticket = await self._store.ticket(continued.ticket) if continued is not None else None
        if ticket is None or ticket.status == "closed":
            return placement
        unverified = not ticket.knows(arrived.message.sender)
        return Join(ticket, "answers a mail that several mailboxes got", unverified=unverified)
