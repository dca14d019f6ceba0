"""Hands inputs to the inbox; when the database does not take one, its sender is told to come again."""

from collections.abc import Sequence

import structlog

from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Outcome, Receipt, Received
from shared.errors import Transient
from shared.logs import told
from shared.mongo import PyMongoError

log = structlog.get_logger()


async def store(inbox: Inbox, received: Received) -> Receipt:
    """The receipt of the stored input; `Transient` when nothing is certain, which over HTTP is 503."""
    (receipt,) = await store_all(inbox, [received])
    return receipt


async def store_all(inbox: Inbox, received: Sequence[Received]) -> list[Receipt]:
    """The receipts of all inputs of one call, stored in one step; `Transient` as with `store`."""
    try:
        return await inbox.receive_all(received)
    except (PyMongoError, OSError, TimeoutError) as error:
        first = received[0]
        log.warning("channel.not_stored", channel=first.channel, account=first.account, error=told(error))
        raise Transient(f"{first.channel}: not stored") from error


async def outcome(inbox: Inbox, input: str, *, timeout: float) -> Outcome | None:
    """The outcome, if it can be told by then: that the input is stored stays true without it."""
    try:
        return await inbox.outcome(input, timeout=timeout)
    except (PyMongoError, OSError, TimeoutError):
        return None
