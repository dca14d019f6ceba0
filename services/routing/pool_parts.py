"""The parts that have to do with the pool, put together: what a service gets of them, in the order of its start."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr

from services.routing import pool_api, queue_api
from services.routing.assignment.pool_store import PoolStore
from services.routing.assignment.replying import Replying
from services.routing.assignment.timeouts import Timeouts
from services.routing.handlers import Handlers
from services.routing.people.store import People
from services.routing.pool import Pool
from services.routing.store import Store
from shared.organisation import Organisation
from shared.service import Service

SECONDS = 1.0
"""Between two looks: how late an offer or a lease ends at most."""


def run(
    service: Service,
    *,
    store: Store,
    people: People,
    replying: Replying,
    handlers: Handlers,
    organisation: Organisation,
    wake: asyncio.Event,
    clock: Callable[[], datetime],
    jwt_key: SecretStr,
) -> Pool:
    """Adds the loop and the routes to the service; what comes over the bus goes to the pool returned."""
    pool_store = PoolStore(service.mongo)
    pool = Pool(store=store, pool_store=pool_store, handlers=handlers, organisation=organisation, clock=clock)
    timeouts = Timeouts(
        pool_store=pool_store, people=people, handlers=handlers, organisation=organisation, wake=wake, clock=clock
    )
    service.prepare(pool_store.prepare)
    service.prepare(replying.prepare)
    service.every(SECONDS, "timeouts", timeouts.run)
    service.app.include_router(
        pool_api.router(pool=pool, replying=replying, store=store, organisation=organisation, jwt_key=jwt_key)
    )
    service.app.include_router(queue_api.router(pool=pool, store=store, organisation=organisation, jwt_key=jwt_key))
    return pool
