"""The table of contents of ingest: what it takes in, where it keeps it, what it tells."""

from fastapi import FastAPI

from services.ingest import api, configuration
from services.ingest.calls import api as calls_api
from services.ingest.channels.customer_doors import CustomerDoors
from services.ingest.configuration import Channels
from services.ingest.customers import api as customers_api
from services.ingest.desk import Desk
from services.ingest.doors.opening import MailDoors
from services.ingest.redaction import api as redaction_api
from services.ingest.scanning import api as scanning_api
from services.ingest.settings import Settings
from services.ingest.stores import Stores
from services.ingest.tickets import api as ticket_api
from services.ingest.tickets.commands import TAKEN
from shared.commands import (
    CustomerChange,
    CustomerMerge,
    CustomerRedact,
    CustomerUnmerge,
    MessageSubmit,
    TicketRedact,
    TicketReply,
    TicketSetStatus,
)
from shared.events import (
    EVENTS,
    NotificationFailed,
    NotificationSent,
    SlaBreached,
    SlaChanged,
    SlaWarned,
    TicketAssigned,
    TicketClassified,
    TicketEscalated,
)
from shared.messaging import COMMANDS_EXCHANGE, EVENTS_EXCHANGE
from shared.service import Service

PUBLISHES = tuple(event for event in EVENTS.values() if event.owner == "ingest")
NOTED = (
    TicketClassified,
    TicketAssigned,
    SlaChanged,
    SlaWarned,
    SlaBreached,
    TicketEscalated,
    NotificationSent,
    NotificationFailed,
)


def create_app(settings: Settings) -> FastAPI:
    """Ingest, wired but not started."""
    channels = configuration.read(settings.config_dir)
    # base64 makes a third more of a file in a JSON body
    service = Service("ingest", settings, publishes=PUBLISHES, max_body=settings.max_message_bytes * 4 // 3 + 65536)
    stores = Stores(service, settings, channels)
    desk = Desk(service, settings, channels, stores)

    # The doors: mail, the bus, what customers use, what providers call, what agents and systems ask.
    MailDoors(service, settings, desk.inbox, desk.mailboxes).open(channels)
    _listen_to_the_bus(service, desk)
    _open_to_customers(service, settings, channels, desk, stores)
    _open_to_providers(service, settings, desk)
    _open_to_agents(service, settings, desk, stores)
    desk.run()
    return service.app


def _listen_to_the_bus(service: Service, desk: Desk) -> None:
    service.bus.subscribe(
        "ingest.commands",
        COMMANDS_EXCHANGE,
        {
            MessageSubmit: desk.submissions.on_submit,
            TicketReply: desk.handlers.on_reply,
            TicketSetStatus: desk.handlers.on_set_status,
            **dict.fromkeys(TAKEN, desk.commands.on_command),
            TicketRedact: desk.redactions.on_ticket,
            CustomerRedact: desk.redactions.on_customer,
            CustomerMerge: desk.customers.on_merge,
            CustomerUnmerge: desk.customers.on_unmerge,
            CustomerChange: desk.customers.on_change,
        },
    )
    service.bus.subscribe("ingest.facts", EVENTS_EXCHANGE, dict.fromkeys(NOTED, desk.handlers.fact))


def _open_to_customers(service: Service, settings: Settings, channels: Channels, desk: Desk, stores: Stores) -> None:
    doors = CustomerDoors(
        service, desk.inbox, reply_keys=settings.reply_keys.get_secret_value(), public_url=settings.public_url
    )
    doors.open_forms(channels.forms, channels.status_page, captcha_secrets=settings.captcha_secrets)
    doors.open_status_page(
        channels.status_page,
        config_dir=settings.config_dir,
        rate=desk.commands.obey,
        let_through=stores.scans.let_through,
    )
    doors.open_chats(channels.chat, hub=desk.hub)


def _open_to_providers(service: Service, settings: Settings, desk: Desk) -> None:
    service.app.state.media = desk.social.client
    routes = desk.social.router(
        desk.inbox, public_url=settings.public_url, registry=service.metrics, telephone=desk.calls.heard
    )
    service.app.include_router(routes)


def _open_to_agents(service: Service, settings: Settings, desk: Desk, stores: Stores) -> None:
    jwt_key = settings.jwt_key.get_secret_value()
    for routes in (
        ticket_api.router(
            commands=desk.commands,
            store=stores.conversations,
            tickets=stores.tickets,
            policy=desk.house.policy,
            jwt_key=jwt_key,
        ),
        api.router(
            handlers=desk.handlers,
            submissions=desk.submissions,
            store=stores.conversations,
            inputs=stores.inputs,
            inbox=desk.inbox,
            scans=stores.scans,
            jwt_key=jwt_key,
        ),
        customers_api.router(customers=desk.customers, store=stores.customers, jwt_key=jwt_key),
        redaction_api.router(redactions=desk.redactions, jwt_key=jwt_key),
        scanning_api.router(scans=stores.scans, store=stores.conversations, jwt_key=jwt_key),
        calls_api.router(calls=desk.calls, jwt_key=jwt_key),
    ):
        service.app.include_router(routes)
