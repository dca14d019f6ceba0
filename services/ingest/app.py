"""The table of contents of ingest: what it takes in, where it keeps it, what it tells."""

import asyncio

from fastapi import FastAPI

from services.ingest import api, configuration
from services.ingest.channels import chat, form, whatsapp
from services.ingest.channels.signing import Signer
from services.ingest.handlers import Handlers
from services.ingest.inbox import Inbox
from services.ingest.input_store import InputStore
from services.ingest.language import Languages
from services.ingest.mail.reader import MailReader
from services.ingest.numbers import Numbers
from services.ingest.reading import Readings
from services.ingest.settings import Settings
from services.ingest.smtp import LmtpSession, Mailboxes, SmtpSession, listener
from services.ingest.store import Store
from services.ingest.submission import SubmissionReader, Submissions
from shared.commands import MessageSubmit, TicketReply, TicketSetStatus
from shared.events import (
    MessageSuppressed,
    NotificationFailed,
    NotificationSent,
    SlaBreached,
    SlaWarned,
    TicketAssigned,
    TicketClassified,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
    TicketStatusChanged,
)
from shared.messaging import COMMANDS_EXCHANGE, EVENTS_EXCHANGE
from shared.reply_token import ReplyTokens
from shared.service import Service

PUBLISHES = (TicketOpened, TicketMessageAdded, TicketStatusChanged, MessageSuppressed)
NOTED = (
    TicketClassified,
    TicketAssigned,
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
    store, inputs = Store(service.mongo), InputStore(service.mongo)
    service.prepare(store.prepare)
    service.prepare(inputs.prepare)

    # What came in is read by its channel's reader, then decided.
    mailboxes = Mailboxes(channels.mailboxes)
    tokens = ReplyTokens.parse(settings.reply_keys.get_secret_value())
    readings = Readings(
        {
            "email": MailReader(tokens, mailboxes.addresses, channels.languages),
            "api": SubmissionReader(),
            form.CHANNEL: form,
            whatsapp.CHANNEL: whatsapp,
            chat.CHANNEL: chat,
        }
    )
    languages = Languages(channels.languages)
    service.prepare(lambda: asyncio.to_thread(languages.load))
    answers = chat.ChatStore(service.mongo)
    service.prepare(answers.prepare)
    hub = chat.Hub(answers)
    handlers = Handlers(
        once=service.once,
        store=store,
        inputs=inputs,
        readings=readings,
        numbers=Numbers(store),
        languages=languages,
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
    _listen_for_mail(service, settings, inbox, mailboxes)
    submissions = Submissions(inbox, inputs)
    service.bus.subscribe(
        "ingest.commands",
        COMMANDS_EXCHANGE,
        {
            MessageSubmit: submissions.on_submit,
            TicketReply: handlers.on_reply,
            TicketSetStatus: handlers.on_set_status,
        },
    )
    service.bus.subscribe("ingest.facts", EVENTS_EXCHANGE, dict.fromkeys(NOTED, handlers.fact))
    service.app.include_router(
        api.router(
            handlers=handlers,
            submissions=submissions,
            store=store,
            inputs=inputs,
            inbox=inbox,
            jwt_key=settings.jwt_key.get_secret_value(),
        )
    )
    _open_web_channels(service, settings, inbox, channels, hub)
    service.on_stop(inbox.drain)
    service.on_stop(readings.stop)
    return service.app


def _open_web_channels(
    service: Service, settings: Settings, inbox: Inbox, channels: configuration.Channels, hub: chat.Hub
) -> None:
    keys, registry = settings.reply_keys.get_secret_value(), service.metrics
    service.every(0, "chat", hub.round)
    service.app.include_router(
        form.router(
            channels.forms,
            inbox,
            signer=Signer.parse(keys, purpose="form"),
            public_url=settings.public_url,
            registry=registry,
        )
    )
    service.app.include_router(whatsapp.router(channels.whatsapp, settings.whatsapp_secrets, inbox, registry=registry))
    service.app.include_router(
        chat.router(channels.chat, inbox, hub=hub, signer=Signer.parse(keys, purpose="chat"), registry=registry)
    )


def _listen_for_mail(service: Service, settings: Settings, inbox: Inbox, mailboxes: Mailboxes) -> None:
    doors: list[tuple[type[SmtpSession] | type[LmtpSession], int]] = [(SmtpSession, settings.smtp_port)]
    if settings.lmtp_port:
        doors.append((LmtpSession, settings.lmtp_port))
    for kind, port in doors:
        door = listener(
            kind,
            inbox,
            mailboxes,
            host=settings.smtp_host,
            port=port,
            hostname=settings.mail_domain,
            max_bytes=settings.max_message_bytes,
            max_recipients=settings.max_recipients,
            idle_seconds=settings.smtp_idle_seconds,
        )
        service.on_start(door.start)
        service.on_stop(door.stop)
        service.check(door.health)
        setattr(service.app.state, "smtp" if kind is SmtpSession else "lmtp", door)
