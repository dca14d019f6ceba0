"""What ingest asks its database about rates, with the indexes that answer it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.ingest.breakers.rules import Breaker, Limit, Seen, Track
from shared.mongo import ASCENDING, DESCENDING, Mongo

SWEPT_AT_A_TIME = 200
_KEPT = timedelta(days=30)
"""How long the state of a breaker is kept after it changed last: longer than its closing is known as handled."""


class BreakerStore:
    """The collections `breaker_hits`, a document per answered message, and `breakers`, one per open breaker."""

    def __init__(self, mongo: Mongo, *, kept: timedelta) -> None:
        self._mongo = mongo
        self._db = mongo.database
        self._kept = kept

    async def prepare(self) -> None:
        """Makes the collections and indexes; hits are gone when the longest window has passed."""
        await self._mongo.ensure_collections(["breaker_hits", "breakers", "messages"])
        seconds = int((self._kept + timedelta(hours=1)).total_seconds())
        await self._db.breaker_hits.create_index("at", expireAfterSeconds=seconds)
        for scope in ("thread", "sender", "domain"):
            await self._db.breaker_hits.create_index([(scope, ASCENDING), ("at", DESCENDING)], sparse=True)
        await self._db.breakers.create_index("changed_at", expireAfterSeconds=int(_KEPT.total_seconds()))
        await self._db.breakers.create_index([("open", ASCENDING), ("scope", ASCENDING)])

    async def seen(self, tracks: Sequence[Track], *, input_id: str, at: datetime) -> list[Seen]:
        """How many other messages there are in the windows that end with this one, and each track's breaker."""
        breakers = await self._breakers(tracks)
        return [
            Seen(track, await self._count(track, input_id=input_id, at=at), breakers.get(track.id, Breaker()))
            for track in tracks
        ]

    async def in_ticket(self, track: Track, *, sender: str, at: datetime) -> Seen:
        """How many messages this sender wrote to the ticket in the window, since an agent answered last."""
        about = {"ticket": track.key, "received_at": {"$gt": at - track.limit.window}}
        answered = await self._db.messages.find_one(
            {**about, "author": "agent", "visibility": "public"}, {"received_at": 1}, sort=[("received_at", DESCENDING)]
        )
        since = answered["received_at"] if answered else at - track.limit.window
        count = await self._db.messages.count_documents(
            {"ticket": track.key, "received_at": {"$gt": since}, "author": "customer", "sender.email": sender},
            limit=track.limit.count,
        )
        breakers = await self._breakers([track])
        return Seen(track, count, breakers.get(track.id, Breaker()))

    async def quiet(self, *, now: datetime) -> list[tuple[Track, Breaker]]:
        """Open breakers in whose window nothing that counts is left."""
        found = []
        cursor = self._db.breakers.find({"open": True}).sort("changed_at", ASCENDING).limit(SWEPT_AT_A_TIME)
        for document in await cursor.to_list(None):
            window = timedelta(seconds=document["window_seconds"])
            track = Track(document["scope"], document["key"], Limit(document["limit"], window))
            if document["changed_at"] <= now - window and not await self._count(track, input_id="", at=now):
                found.append((track, Breaker(document["version"], open=True)))
        return found

    async def open_by_scope(self) -> Mapping[str, int]:
        found = await self._db.breakers.aggregate(
            [{"$match": {"open": True}}, {"$group": {"_id": "$scope", "count": {"$sum": 1}}}]
        ).to_list(None)
        return {one["_id"]: int(one["count"]) for one in found}

    async def breaker(self, track: Track) -> Breaker:
        return (await self._breakers([track])).get(track.id, Breaker())

    async def _count(self, track: Track, *, input_id: str, at: datetime) -> int:
        if track.scope == "ticket":
            return 0
        query: dict[str, Any] = {
            track.scope: track.key,
            "at": {"$gt": at - track.limit.window, "$lt": at + track.limit.window},
            "_id": {"$ne": input_id},
        }
        return int(await self._db.breaker_hits.count_documents(query, limit=track.limit.count))

    async def _breakers(self, tracks: Sequence[Track]) -> dict[str, Breaker]:
        wanted = [track.id for track in tracks]
        found = await self._db.breakers.find({"_id": {"$in": wanted}}, {"version": 1, "open": 1}).to_list(None)
        return {one["_id"]: Breaker(one["version"], one["open"]) for one in found}
