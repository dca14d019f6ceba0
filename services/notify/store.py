"""The only place with notify's query documents and indexes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.notify.notification import Notification
from services.notify.rules import NOTIFICATIONS, TICKETS
from services.notify.ticket import Ticket
from shared.mongo import ASCENDING, DESCENDING, Mongo, ReturnDocument

UNFINISHED: Mapping[str, Any] = {"due": {"$exists": True}}


class Store:
    """Tickets as notify knows them, and notifications."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._tickets = mongo.database[TICKETS]
        self._notifications = mongo.database[NOTIFICATIONS]

    async def prepare(self) -> None:
        """Makes the collections and their indexes."""
        await self._mongo.ensure_collections([TICKETS, NOTIFICATIONS])
        await self._notifications.create_index("due", sparse=True)
        await self._notifications.create_index("at", partialFilterExpression=dict(UNFINISHED))
        await self._notifications.create_index([("ticket", ASCENDING), ("_id", ASCENDING)])
        await self._notifications.create_index(
            [("turn.sender", ASCENDING), ("turn.number", DESCENDING)], unique=True, sparse=True
        )

    async def ticket(self, id: str) -> Ticket:
        """What is known of the ticket; a new one knows nothing."""
        found = await self._tickets.find_one({"_id": id})
        return Ticket.stored(found) if found else Ticket(id=id)

    async def notification(self, id: str) -> Notification | None:
        found = await self._notifications.find_one({"_id": id})
        return Notification.stored(found) if found else None

    async def notifications(self, ids: Sequence[str]) -> list[Notification]:
        if not ids:
            return []
        found = await self._notifications.find({"_id": {"$in": list(ids)}}).to_list(None)
        return [Notification.stored(document) for document in found]

    async def of_ticket(self, ticket: str) -> list[Notification]:
        """All notifications of a ticket."""
        found = await self._notifications.find({"ticket": ticket}).sort("_id", ASCENDING).to_list(None)
        return [Notification.stored(document) for document in found]

    async def page(self, ticket: str, *, after: str | None, limit: int) -> list[Notification]:
        """The notifications of a ticket by id, from the one after `after`."""
        about = {"ticket": ticket, **({"_id": {"$gt": after}} if after else {})}
        found = await self._notifications.find(about).sort("_id", ASCENDING).limit(limit).to_list(None)
        return [Notification.stored(document) for document in found]

    async def acknowledgements(self, sender: str, *, limit: int) -> list[Notification]:
        """The last acknowledgements to an address, the newest first."""
        found = self._notifications.find({"turn.sender": sender}).sort("turn.number", DESCENDING).limit(limit)
        return [Notification.stored(document) for document in await found.to_list(None)]

    async def claim(self, *, now: datetime, until: datetime, lease: str) -> Notification | None:
        """Takes one that is due, or whose sender has fallen silent; it is nobody else's before `until`."""
        found = await self._notifications.find_one_and_update(
            {"due": {"$lte": now}},
            {"$set": {"state": "sending", "due": until, "lease": lease}, "$inc": {"attempts": 1, "version": 1}},
            sort=[("due", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return Notification.stored(found) if found else None

    async def address(self, notification: Notification) -> bool:
        """Keeps the address that was found for a claimed one; False when it is somebody else's by now."""
        fields = notification.model_dump(include={"channel", "to", "name", "language"})
        return await self._change_claimed(notification, fields)

    async def postpone(self, notification: Notification, *, due: datetime, error: str) -> bool:
        """Gives a claimed one back until `due`."""
        return await self._change_claimed(notification, {"state": "queued", "due": due, "error": error})

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many are unfinished, and since when the oldest of them is."""
        count = await self._notifications.count_documents(dict(UNFINISHED))
        oldest = await self._notifications.find_one(dict(UNFINISHED), sort=[("at", ASCENDING)])
        return count, oldest["at"] if oldest else None

    async def _change_claimed(self, notification: Notification, fields: Mapping[str, Any]) -> bool:
        result = await self._notifications.update_one(
            {"_id": notification.id, "lease": notification.lease}, {"$set": dict(fields), "$inc": {"version": 1}}
        )
        return bool(result.matched_count)
