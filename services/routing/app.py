"""The table of contents of routing."""

import asyncio
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI

from services.routing import api, bulk, configuration, pool_parts
from services.routing.assignment.drain import Drain
from services.routing.assignment.floor import Floor
from services.routing.assignment.replying import Replying
from services.routing.handlers import Handlers, from_bus
from services.routing.learning.learned import Learned
from services.routing.learning.parts import Shelves
from services.routing.metrics import Metrics
from services.routing.openings import Openings
from services.routing.people import parts as people_parts
from services.routing.people.store import People
from services.routing.rehearsal import api as rehearsal
from services.routing.rehearsal.rehearser import Rehearser
from services.routing.settings import Settings
from services.routing.store import Store
from shared.commands import (
    AgentSetPresence,
    TicketClaim,
    TicketClassify,
    TicketDecline,
    TicketRelease,
    TicketTransfer,
)
from shared.events import (
    AgentChanged,
    AgentInstructed,
    SlaChanged,
    TicketAssigned,
    TicketClassified,
    TicketEscalated,
    TicketMerged,
    TicketMessageAdded,
    TicketOffered,
    TicketOpened,
    TicketRated,
    TicketRedacted,
    TicketStatusChanged,
    TicketUnmerged,
)
from shared.messaging import COMMANDS_EXCHANGE, EVENTS_EXCHANGE
from shared.organisation import Organisation
from shared.service import Service


def create_app(settings: Settings) -> FastAPI:
    organisation = Organisation.read(settings.config_dir)
    ruleset = configuration.read(settings.config_dir)

    service = Service("routing", settings, publishes=[TicketClassified, TicketAssigned, TicketOffered, AgentChanged])
    store = Store(service.mongo)
    people = People(service.mongo)
    openings = Openings(service.mongo, retention=timedelta(days=settings.openings_kept_days))
    floor = Floor(store, people, organisation)
    metrics = Metrics(service.metrics)
    wake = asyncio.Event()

    def clock() -> datetime:
        return datetime.now(UTC)

    shelves = Shelves.of(service.mongo, openings=openings, retention=timedelta(days=settings.openings_kept_days))
    learned = Learned(service, settings, ruleset, shelves=shelves)
    handlers = Handlers(
        once=service.once,
        store=store,
        floor=floor,
        organisation=organisation,
        ruleset=ruleset,
        metrics=metrics,
        wake=wake,
        clock=clock,
        learned=learned,
        openings=openings,
    )
    drain = Drain(
        store=store,
        floor=floor,
        handlers=handlers,
        organisation=organisation,
        metrics=metrics,
        wake=wake,
        seconds=settings.drain_seconds,
        clock=clock,
    )

    here = people_parts.run(
        service,
        people=people,
        handlers=handlers,
        organisation=organisation,
        wake=wake,
        clock=clock,
        jwt_key=settings.jwt_key,
    )
    replying = Replying(service.mongo)
    pool = pool_parts.run(
        service,
        store=store,
        people=people,
        replying=replying,
        handlers=handlers,
        organisation=organisation,
        wake=wake,
        clock=clock,
        jwt_key=settings.jwt_key,
    )
    service.bus.subscribe(
        "routing.tickets",
        EVENTS_EXCHANGE,
        {
            TicketOpened: handlers.opened,
            TicketMessageAdded: handlers.message_added,
            TicketStatusChanged: handlers.status_changed,
            TicketMerged: learned.merging,
            TicketUnmerged: learned.merging,
            TicketRedacted: handlers.redacted,
            TicketRated: handlers.rated,
            TicketEscalated: handlers.escalated,
            SlaChanged: handlers.sla_changed,
            AgentInstructed: handlers.instructed,
        },
    )
    service.bus.subscribe(
        "routing.commands",
        COMMANDS_EXCHANGE,
        {
            TicketClaim: from_bus(pool.claim),
            TicketRelease: from_bus(pool.release),
            TicketDecline: from_bus(pool.decline),
            TicketTransfer: from_bus(handlers.transfer),
            TicketClassify: from_bus(handlers.classify),
            AgentSetPresence: here.obey,
        },
    )
    service.prepare(store.prepare)
    service.prepare(openings.prepare)
    learned.run()
    service.every(0, "drain", drain.run)
    service.every(5, "queue_gauge", drain.show_queue)
    service.app.include_router(
        api.router(
            handlers=handlers,
            store=store,
            replying=replying,
            floor=floor,
            organisation=organisation,
            jwt_key=settings.jwt_key,
        )
    )
    service.app.include_router(bulk.router(handlers=handlers, pool=pool, jwt_key=settings.jwt_key))
    service.app.include_router(
        rehearsal.router(rehearser=Rehearser(ruleset, organisation), openings=openings, jwt_key=settings.jwt_key)
    )
    return service.app
