"""Every store of ingest, each with its collections and indexes made before the service is ready."""

from services.ingest.amendments.store import SaidStore
from services.ingest.breakers.store import BreakerStore
from services.ingest.calls.store import CallStore
from services.ingest.channels.chat import ChatStore
from services.ingest.configuration import Channels
from services.ingest.customers.store import CustomerStore
from services.ingest.doors.delivery_store import DeliveryStore
from services.ingest.inbox.store import InputStore
from services.ingest.redaction.store import RedactionStore
from services.ingest.scanning.store import ScanStore
from services.ingest.settings import Settings
from services.ingest.store import Store
from services.ingest.tickets.numbers import Numbers
from services.ingest.tickets.store import TicketStore
from shared.service import Service


class Stores:
    """`conversations` holds tickets, messages, timeline and threads; `tickets` what lists and work logs need."""

    def __init__(self, service: Service, settings: Settings, channels: Channels) -> None:
        mongo = service.mongo
        self.scans = ScanStore(mongo, scanned=channels.attachments.scan == "hook")
        self.inputs = InputStore(mongo)
        self.conversations = Store(mongo, scans=self.scans)
        self.tickets = TicketStore(mongo)
        self.numbers = Numbers(self.conversations)
        self.customers = CustomerStore(mongo)
        self.calls = CallStore(mongo)
        self.chats = ChatStore(mongo)
        self.said = SaidStore(mongo, self.conversations)
        self.breakers = BreakerStore(mongo, kept=settings.answer_limits.longest)
        self.deliveries = DeliveryStore(mongo)
        self.redactions = RedactionStore(mongo)
        for store in (
            self.scans,
            self.inputs,
            self.conversations,
            self.tickets,
            self.customers,
            self.calls,
            self.chats,
            self.said,
            self.breakers,
            self.deliveries,
            self.redactions,
        ):
            service.prepare(store.prepare)
