"""Reporting, put together: it projects the history stream and answers questions about it."""

import secrets
from datetime import UTC, datetime

from fastapi import FastAPI

from services.reporting import api
from services.reporting.gauges import Gauges
from services.reporting.lookup import Lookup
from services.reporting.projector import Projector
from services.reporting.settings import Settings
from services.reporting.store import Store
from shared.history import History
from shared.service import Service


def create_app(settings: Settings) -> FastAPI:
    service = Service("reporting", settings, publishes=[])
    store, lookup = Store(service.mongo), Lookup(service.mongo)
    projector = Projector(
        store,
        History(settings.amqp_url.get_secret_value(), name="reporting.history"),
        zone=settings.zone,
        holder=secrets.token_hex(8),
        registry=service.metrics,
    )
    gauges = Gauges(lookup, registry=service.metrics, now=lambda: datetime.now(UTC))

    service.prepare(store.prepare)
    service.on_start(projector.start)
    service.on_stop(projector.stop)
    service.every(1.0, "projector", projector.tend)
    service.every(settings.gauges_seconds, "gauges", gauges.compute)
    service.check(projector.trouble)
    service.app.include_router(
        api.router(lookup, jwt_key=settings.jwt_key.get_secret_value(), timezone=settings.timezone)
    )
    return service.app
