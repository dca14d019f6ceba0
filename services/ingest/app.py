"""The table of contents of ingest: what it takes in, where it keeps it, what it tells."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from services.ingest import api, configuration
from services.ingest.agent_mail.handlers import AgentMails
from services.ingest.amendments.store import SaidStore
from services.ingest.breakers.store import BreakerStore
from services.ingest.breakers.watch import BreakerWatch
from services.ingest.calls import api as calls_api
from services.ingest.calls.handlers import Calls
from services.ingest.calls.message import CallReader
from services.ingest.calls.store import CallStore
from services.ingest.channels import chat, form, portal
from services.ingest.channels.customer_doors import CustomerDoors
from services.ingest.channels.social import Social
from services.ingest.channels.status_page import LetThrough
from services.ingest.channels.status_rating import Rate
from services.ingest.channels.submission import SubmissionReader, Submissions
from services.ingest.conversation.policy import house_of
from services.ingest.customers import api as customers_api
from services.ingest.customers.handlers import Customers
from services.ingest.customers.store import CustomerStore
from services.ingest.doors.deliveries import DeliveryStore
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.doors.opening import MailDoors
from services.ingest.handlers import Handlers
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.store import InputStore
from services.ingest.mail.reader import MailReader
from services.ingest.mail.reply.cutting import new_part
from services.ingest.quarantine.held_back import HeldBack
from services.ingest.reading.language import Languages
from services.ingest.reading.pool import ReaderPool
from services.ingest.reading.readings import Readings
from services.ingest.redaction import api as redaction_api
from services.ingest.redaction.handlers import Redactions
from services.ingest.redaction.store import RedactionStore
from services.ingest.scanning import api as scanning_api
from services.ingest.scanning.store import ScanStore
from services.ingest.settings import Settings
from services.ingest.store import Store
from services.ingest.tickets import api as ticket_api
from services.ingest.tickets.commands import TAKEN, Commands
from services.ingest.tickets.numbers import Numbers
from services.ingest.tickets.store import TicketStore
from services.ingest.tickets.timers import Timers
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
from shared.envelope import Command
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
from shared.organisation import Organisation
from shared.reply_token import ReplyTokens
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
    scans = ScanStore(service.mongo, scanned=channels.attachments.scan == "hook")
    service.prepare(scans.prepare)
    store, inputs = Store(service.mongo, scans=scans), InputStore(service.mongo)
    service.prepare(store.prepare)
    service.prepare(inputs.prepare)

    # What came in is read by its channel's reader, then decided.
    mailboxes = Mailboxes(channels.mailboxes, trust=channels.trust)
    tokens = ReplyTokens.parse(settings.reply_keys.get_secret_value())
    social = Social(channels, settings.channel_secrets, max_file=settings.max_message_bytes)
    service.app.state.media = social.client
    readings = Readings(
        {
            "api": SubmissionReader(),
            "phone": CallReader(),
            form.CHANNEL: form,
            portal.CHANNEL: portal,
            chat.CHANNEL: chat,
            **social.readers,
        },
        pool=ReaderPool(
            {"email": mailboxes.trusting(MailReader(tokens, mailboxes.addresses, channels.languages))},
            budget=settings.reader_budget,
            processes=settings.reader_processes,
        ),
    )
    languages = Languages(channels.languages)
    service.prepare(lambda: asyncio.to_thread(languages.load))
    answers = chat.ChatStore(service.mongo)
    service.prepare(answers.prepare)
    hub = chat.Hub(answers)
    people = CustomerStore(service.mongo)
    service.prepare(people.prepare)
    customers = Customers(service.once, people)
    called = CallStore(service.mongo)
    service.prepare(called.prepare)
    removable = RedactionStore(service.mongo)
    service.prepare(removable.prepare)
    redactions = Redactions(
        service.once,
        store=store,
        redactions=removable,
        customers=people,
        calls=called,
        grace=4 * timedelta(seconds=settings.inbox_lease_seconds),
    )
    service.every(5.0, "erasures", redactions.erase)
    said = SaidStore(service.mongo, store)
    service.prepare(said.prepare)
    rates = BreakerStore(service.mongo, kept=settings.answer_limits.longest)
    service.prepare(rates.prepare)
    watch = BreakerWatch(
        service.once,
        rates,
        limits=settings.answer_limits,
        secret=settings.reply_keys.get_secret_value().encode(),
        registry=service.metrics,
    )
    service.every(30.0, "breakers", watch.sweep)
    tickets, numbers = TicketStore(service.mongo), Numbers(store)
    service.prepare(tickets.prepare)
    house = house_of(settings.config_dir, channels.mailboxes)
    commands = Commands(
        once=service.once, store=store, tickets=tickets, numbers=numbers, house=house, customers=customers
    )
    service.every(1.0, "timers", Timers(once=service.once, store=store, tickets=tickets, policy=house.policy).round)
    deliveries = DeliveryStore(service.mongo)
    service.prepare(deliveries.prepare)

    async def obey(command: Command) -> Mapping[str, Any]:
        match command:
            case TicketReply():
                return await handlers.reply(command)
            case TicketSetStatus():
                return await handlers.set_status(command)
        return await commands.obey(command)

    agent_mails = AgentMails(
        once=service.once,
        store=store,
        inputs=inputs,
        organisation=Organisation.read(settings.config_dir),
        tokens=tokens,
        new_part=lambda text: new_part(text).new,
        obey=obey,
    )
    handlers = Handlers(
        once=service.once,
        store=store,
        inputs=inputs,
        readings=readings,
        numbers=numbers,
        languages=languages,
        house=house,
        agent_mails=agent_mails,
        customers=customers,
        said=said,
        media=social.media,
        breakers=watch,
        held_back=HeldBack(store, deliveries, mailboxes, quarantine_days=channels.quarantine_days),
        answered=hub.wake,
    )
    inbox = Inbox(
        inputs,
        handlers.input,
        registry=service.metrics,
        concurrency=settings.inbox_concurrency,
        lease=settings.inbox_lease_seconds,
        attempts=settings.inbox_attempts,
    )
    service.every(1.0, "inbox", inbox.sweep)

    # The doors: mail, commands, other services' facts, HTTP.
    MailDoors(service, settings, inbox, mailboxes).open(channels)
    submissions = Submissions(inbox, inputs)
    service.bus.subscribe(
        "ingest.commands",
        COMMANDS_EXCHANGE,
        {
            MessageSubmit: submissions.on_submit,
            TicketReply: handlers.on_reply,
            TicketSetStatus: handlers.on_set_status,
            **dict.fromkeys(TAKEN, commands.on_command),
            TicketRedact: redactions.on_ticket,
            CustomerRedact: redactions.on_customer,
            CustomerMerge: customers.on_merge,
            CustomerUnmerge: customers.on_unmerge,
            CustomerChange: customers.on_change,
        },
    )
    service.bus.subscribe("ingest.facts", EVENTS_EXCHANGE, dict.fromkeys(NOTED, handlers.fact))
    jwt_key = settings.jwt_key.get_secret_value()
    service.app.include_router(
        ticket_api.router(commands=commands, store=store, tickets=tickets, policy=house.policy, jwt_key=jwt_key)
    )
    service.app.include_router(
        api.router(
            handlers=handlers,
            submissions=submissions,
            store=store,
            inputs=inputs,
            inbox=inbox,
            scans=scans,
            jwt_key=settings.jwt_key.get_secret_value(),
        )
    )
    service.app.include_router(
        scanning_api.router(scans=scans, store=store, jwt_key=settings.jwt_key.get_secret_value())
    )
    service.app.include_router(redaction_api.router(redactions=redactions, jwt_key=settings.jwt_key.get_secret_value()))
    service.app.include_router(
        customers_api.router(customers=customers, store=people, jwt_key=settings.jwt_key.get_secret_value())
    )
    _open_web_channels(service, settings, inbox, channels, hub, commands.obey, scans.let_through)
    calls = Calls(service.once, store=called, customers=people, inbox=inbox, policy=channels.calls)
    service.app.include_router(calls_api.router(calls=calls, jwt_key=settings.jwt_key.get_secret_value()))
    service.app.include_router(
        social.router(inbox, public_url=settings.public_url, registry=service.metrics, telephone=calls.heard)
    )
    service.on_stop(inbox.drain)
    service.on_stop(readings.stop)
    return service.app


def _open_web_channels(
    service: Service,
    settings: Settings,
    inbox: Inbox,
    channels: configuration.Channels,
    hub: chat.Hub,
    rate: Rate,
    let_through: LetThrough,
) -> None:
    doors = CustomerDoors(
        service, inbox, reply_keys=settings.reply_keys.get_secret_value(), public_url=settings.public_url
    )
    doors.open_forms(channels.forms, channels.status_page, captcha_secrets=settings.captcha_secrets)
    doors.open_status_page(channels.status_page, config_dir=settings.config_dir, rate=rate, let_through=let_through)
    doors.open_chats(channels.chat, hub=hub)
