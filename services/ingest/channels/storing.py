"""Hands inputs to the inbox; when the database does not take one, its sender is told to come again."""

import structlog

from services.ingest.inbox import Inbox
from services.ingest.inputs import Outcome, Receipt, Received
from shared.errors import Transient
from shared.logs import told
from shared.mongo import PyMongoError

log = structlog.get_logger()


async def store(inbox: Inbox, received: Received) -> Receipt:
    """The receipt of the stored input; `Transient` when nothing is certain, which over HTTP is 503."""
    try:
        return await inbox.receive(received)
    except (PyMongoError, OSError, TimeoutError) as error:
        log.warning("channel.not_stored", channel=received.channel, account=received.account, error=told(error))
        raise Transient(f"{received.channel}: not stored") from error


async def outcome(inbox: Inbox, input: str, *, timeout: float) -> Outcome | None:
    """The outcome, if it can be told by then: that the input is stored stays true without it."""
    try:
        return await inbox.outcome(input, timeout=timeout)
    except (PyMongoError, OSError, TimeoutError):
        return None
