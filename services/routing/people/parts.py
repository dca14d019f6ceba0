"""The parts that have to do with people, put together: what a service gets of them, in the order of its start."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr

from services.routing.handlers import Handlers
from services.routing.people import api
from services.routing.people.handlers import PeopleHandlers
from services.routing.people.handover import HandOver
from services.routing.people.metrics import PeopleMetrics
from services.routing.people.store import People
from shared.organisation import Organisation
from shared.service import Service

SECONDS = 1.0
"""Between two looks: how late it is told that a shift has begun or that programs fell silent."""


def run(
    service: Service,
    *,
    people: People,
    handlers: Handlers,
    organisation: Organisation,
    wake: asyncio.Event,
    clock: Callable[[], datetime],
    jwt_key: SecretStr,
) -> PeopleHandlers:
    """Adds loops and routes to the service; what comes over the bus goes to the handlers returned."""
    here = PeopleHandlers(
        once=service.once,
        people=people,
        organisation=organisation,
        metrics=PeopleMetrics(service.metrics, organisation),
        wake=wake,
        clock=clock,
    )
    hand_over = HandOver(people=people, handlers=handlers, organisation=organisation, clock=clock)
    service.prepare(people.prepare)
    service.every(SECONDS, "presence", here.look)
    service.every(SECONDS, "hand_over", hand_over.run)
    service.app.include_router(api.router(handlers=here, organisation=organisation, jwt_key=jwt_key))
    return here
