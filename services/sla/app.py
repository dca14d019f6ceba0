"""Sla's table of contents: what it runs on, takes in, announces and answers."""

from datetime import UTC, datetime

from fastapi import FastAPI

from services.sla import api, configuration
from services.sla.handlers import Handlers
from services.sla.measures import Measures
from services.sla.rules import Terms
from services.sla.settings import Settings
from services.sla.store import Store
from services.sla.timers import Timers
from shared.events import (
    SlaBreached,
    SlaChanged,
    SlaWarned,
    TicketClassified,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
    TicketStatusChanged,
)
from shared.messaging import EVENTS_EXCHANGE
from shared.service import Service


def create_app(settings: Settings) -> FastAPI:
    """The service; `InvalidConfiguration` when config/sla.yaml does not hold."""
    terms = Terms(levels=configuration.read(settings.config_dir), grace=settings.classification_wait)
    service = Service("sla", settings, publishes=[SlaChanged, SlaWarned, SlaBreached, TicketEscalated])
    store = Store(service.mongo)
    service.prepare(store.prepare)

    measures = Measures(service.metrics)
    timers = Timers(
        once=service.once, store=store, terms=terms, measures=measures, now=_now, not_ready=service.bus.alive
    )
    service.every(0, "timers", timers.round)
    service.every(15, "count", lambda: measures.count(store))

    fact = Handlers(once=service.once, store=store, terms=terms, now=_now, planned=timers.wake).fact
    service.bus.subscribe(
        "sla.tickets",
        EVENTS_EXCHANGE,
        {TicketOpened: fact, TicketMessageAdded: fact, TicketStatusChanged: fact, TicketClassified: fact},
    )

    service.app.include_router(api.router(store=store, terms=terms, jwt_key=settings.jwt_key, now=_now))
    return service.app


def _now() -> datetime:
    return datetime.now(UTC)
