"""The deliveries of mails to mailboxes, as far back as a second delivery is recognised."""

from datetime import timedelta
from typing import Any

from services.ingest.conversation.threading import cited
from services.ingest.doors.deliveries import Delivery, delivery_id, is_mail
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised
from shared.mongo import ASCENDING, Mongo

KEPT = timedelta(days=60)
"""How long a delivery to another mailbox is recognised."""


class DeliveryStore:
    """The collection `deliveries`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._deliveries = mongo.database.deliveries

    async def prepare(self) -> None:
        await self._mongo.ensure_collections(["deliveries"])
        await self._deliveries.create_index([("message_id", ASCENDING)], sparse=True)
        await self._deliveries.create_index("at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def of(self, received: Received) -> Delivery | None:
        """The same mail, if it came in before."""
        return _delivery(await self._deliveries.find_one({"_id": delivery_id(received)})) if is_mail(received) else None

    async def continued(self, message: Normalised, received: Received) -> Delivery | None:
        """The mail that this one answers, if this mailbox got that one too, and another had its ticket."""
        ids = list(cited(message))
        if not ids or not is_mail(received):
            return None
        query: dict[str, Any] = {
            "message_id": {"$in": ids},
            "mailboxes": received.account,
            "mailboxes.1": {"$exists": True},
        }
        return _delivery(await self._deliveries.find_one(query))


def _delivery(document: dict[str, Any] | None) -> Delivery | None:
    if document is None:
        return None
    return Delivery(
        document["_id"],
        document["version"],
        document["ticket"],
        document.get("number"),
        tuple(document["mailboxes"]),
    )
