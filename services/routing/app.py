"""The table of contents of routing."""

import asyncio
from datetime import UTC, datetime

from fastapi import FastAPI

from services.routing import api, configuration
from services.routing.drain import Drain
from services.routing.floor import Floor
from services.routing.handlers import Handlers, from_bus
from services.routing.metrics import Metrics
from services.routing.settings import Settings
from services.routing.store import Store
from shared.commands import TicketClaim, TicketClassify, TicketTransfer
from shared.events import (
    AgentInstructed,
    TicketAssigned,
    TicketClassified,
    TicketEscalated,
    TicketOpened,
    TicketStatusChanged,
)
from shared.messaging import COMMANDS_EXCHANGE, EVENTS_EXCHANGE
from shared.organisation import Organisation
from shared.service import Service


def create_app(settings: Settings) -> FastAPI:
    organisation = Organisation.read(settings.config_dir)
    ruleset = configuration.read(settings.config_dir)

    service = Service("routing", settings, publishes=[TicketClassified, TicketAssigned])
    store = Store(service.mongo)
    floor = Floor(store, organisation)
    metrics = Metrics(service.metrics)
    wake = asyncio.Event()
    handlers = Handlers(
        once=service.once,
        store=store,
        floor=floor,
        organisation=organisation,
        ruleset=ruleset,
        metrics=metrics,
        wake=wake,
        clock=lambda: datetime.now(UTC),
    )
    drain = Drain(
        store=store,
        handlers=handlers,
        organisation=organisation,
        metrics=metrics,
        wake=wake,
        seconds=settings.drain_seconds,
    )

    service.bus.subscribe(
        "routing.tickets",
        EVENTS_EXCHANGE,
        {
            TicketOpened: handlers.opened,
            TicketStatusChanged: handlers.status_changed,
            TicketEscalated: handlers.escalated,
            AgentInstructed: handlers.instructed,
        },
    )
    service.bus.subscribe(
        "routing.commands",
        COMMANDS_EXCHANGE,
        {
            TicketClaim: from_bus(handlers.claim),
            TicketTransfer: from_bus(handlers.transfer),
            TicketClassify: from_bus(handlers.classify),
        },
    )
    service.prepare(store.prepare)
    service.every(0, "drain", drain.run)
    service.every(5, "queue_gauge", drain.show_queue)
    service.app.include_router(
        api.router(handlers=handlers, store=store, organisation=organisation, jwt_key=settings.jwt_key)
    )
    return service.app
