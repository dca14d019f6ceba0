"""The notify service, part by part."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from random import SystemRandom

from fastapi import FastAPI

from services.notify import api, configuration, wording
from services.notify.audience import Policy
from services.notify.commands import KIND
from services.notify.configuration import Channel, Configuration
from services.notify.delivery import Accepted, Delivery, Parts, nothing
from services.notify.handlers import Handlers
from services.notify.letter import Writer
from services.notify.outcome import Patience
from services.notify.provider import Provider
from services.notify.sender import Sender
from services.notify.settings import Settings
from services.notify.sms import Twilio
from services.notify.smtp import Smtp
from services.notify.store import Store
from services.notify.templates import Templates
from shared.commands import NotificationSend
from shared.config import line_of, tree
from shared.errors import InvalidConfiguration
from shared.events import (
    AgentInstructed,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    SlaChanged,
    TicketAssigned,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
    TicketRedacted,
)
from shared.messaging import COMMANDS_EXCHANGE, EVENTS_EXCHANGE
from shared.organisation import Organisation
from shared.reply_token import ReplyTokens
from shared.service import Service
from shared.status_link import StatusLinks

PUBLISHES = (NotificationSent, NotificationFailed, NotificationSuppressed)


def create_app(settings: Settings, *, accepted: Accepted = nothing) -> FastAPI:
    """Everything that notify consists of. `accepted` is for tests: a fault after a provider's yes."""
    service = Service("notify", settings, publishes=PUBLISHES)
    policy = read_policy(settings.config_dir, sends_sms=settings.sends_sms)
    store = Store(service.mongo)
    providers, twilio = _providers(settings, policy.configuration)
    delivery = Delivery(
        Parts(store, service.once, policy, _writer(settings, policy), providers, SystemRandom(), accepted),
        lease=timedelta(seconds=settings.lease_seconds),
        patience=_patience(settings),
        registry=service.metrics,
    )
    sender = Sender(
        store,
        delivery,
        concurrency=settings.send_concurrency,
        lease=timedelta(seconds=settings.lease_seconds),
        poll_seconds=settings.send_poll_seconds,
        registry=service.metrics,
    )
    handlers = Handlers(store=store, once=service.once, policy=policy, wake=sender.wake)

    service.bus.subscribe(
        "notify.events",
        EVENTS_EXCHANGE,
        {
            TicketOpened: handlers.opened,
            TicketMessageAdded: handlers.message_added,
            TicketAssigned: handlers.assigned,
            SlaChanged: handlers.sla_changed,
            TicketEscalated: handlers.escalated,
            AgentInstructed: handlers.instructed,
            TicketRedacted: handlers.redacted,
        },
    )
    service.bus.subscribe("notify.commands", COMMANDS_EXCHANGE, {NotificationSend: handlers.send})
    service.prepare(store.prepare)
    service.every(0, "send", sender.run)
    service.every(5, "measure", sender.measure)
    service.on_stop(sender.stop)
    if twilio is not None:
        service.on_stop(twilio.close)
    service.app.include_router(api.router(handlers, store, key=settings.jwt_key))
    return service.app


def read_policy(config_dir: Path, *, sends_sms: bool) -> Policy:
    """config/notify.yaml and config/teams.yaml, which must agree."""
    read = configuration.read(config_dir)
    organisation = Organisation.read(config_dir)
    if read.manager_team not in organisation.teams:
        path = config_dir / "notify.yaml"
        line = line_of(tree(path), ("manager_team",))
        raise InvalidConfiguration(f"{path}:{line}: manager_team: there is no team {read.manager_team!r} in teams.yaml")
    available: frozenset[Channel] = frozenset(["email", "sms"] if sends_sms else ["email"])
    return Policy(configuration=read, organisation=organisation, available=available)


def check(config_dir: Path) -> None:
    """Reads the files and the templates as a start does; `InvalidConfiguration` names what is wrong."""
    read = read_policy(config_dir, sends_sms=True).configuration
    _templates(config_dir, read, wording.read(config_dir, read))


def _templates(config_dir: Path, read: Configuration, languages: Mapping[str, wording.Language]) -> Templates:
    names = {KIND, *(notice.template or kind for kind, notice in read.notices.items())}
    return Templates(config_dir / "templates", languages, sorted(names))


def _writer(settings: Settings, policy: Policy) -> Writer:
    languages = wording.read(settings.config_dir, policy.configuration)
    return Writer(
        policy,
        languages=languages,
        templates=_templates(settings.config_dir, policy.configuration, languages),
        tokens=ReplyTokens.parse(settings.reply_keys.get_secret_value()),
        links=StatusLinks.parse(settings.reply_keys.get_secret_value()),
        public_url=settings.public_url,
    )


def _providers(settings: Settings, read: Configuration) -> tuple[dict[Channel, Provider], Twilio | None]:
    smtp = Smtp(
        host=settings.relay_host,
        port=settings.relay_port,
        tls=settings.relay_tls,
        user=settings.relay_user,
        password=settings.relay_password,
        timeout=settings.relay_timeout,
        bounces=settings.mail_bounces,
    )
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        return {"email": smtp}, None
    twilio = Twilio(
        url=str(settings.twilio_url),
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        sender=settings.twilio_from,
        messaging_service_sid=settings.twilio_messaging_service_sid,
        max_segments=read.sms.max_segments,
        timeout=settings.twilio_timeout,
    )
    return {"email": smtp, "sms": twilio}, twilio


def _patience(settings: Settings) -> Patience:
    return Patience(
        first=timedelta(seconds=settings.retry_first_seconds),
        longest=timedelta(seconds=settings.retry_longest_seconds),
        give_up=timedelta(hours=settings.give_up_hours),
    )
