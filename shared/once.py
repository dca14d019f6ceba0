"""Commits what a decision came to exactly once, and has its events sent at least once.

One record per handled cause, in the collection `handled`, is inbox and outbox in one: its unique key
tells a repeat, and it holds the events until they are sent (docs/developer.md tells why).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from shared.change import Apply, Change, Delete, Insert, Update, Write
from shared.envelope import Event
from shared.errors import Stale, Transient
from shared.mongo import DeleteOne, InsertOne, Mongo, UpdateOne, is_duplicate_key, is_transient

KEPT = timedelta(days=14)
"""How long a repeat is recognised after its events were sent."""
UNSENT_AFTER = timedelta(seconds=5)
"""How old an unsent record must be before the sweeper sends it for a process that may be dead."""
ATTEMPTS = 12
SWEPT_AT_A_TIME = 200
SET_ASIDE = timedelta(seconds=30)
"""How long the sweeper leaves a record alone that could not be sent, so that it does not hold up the others."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way: encoded once, stored and published as it is."""

    id: str
    type: str
    correlation_id: str
    time: datetime
    body: bytes

    @classmethod
    def of(cls, event: Event) -> "Outgoing":
        return cls(event.id, event.type, event.correlationid, event.time, event.encoded())

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> "Outgoing":
        return cls(
            document["id"], document["type"], document["correlation_id"], document["time"], bytes(document["body"])
        )

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "correlation_id": self.correlation_id,
            "time": self.time,
            "body": self.body,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cause led to; `repeated` when it had been handled before."""

    answer: Mapping[str, Any]
    repeated: bool


Publish = Callable[[Outgoing], Awaitable[None]]
Decide = Callable[[], Awaitable[Change]]


class Once:
    """`await once.handle(key, subject, decide)` has the effect of `decide` once per key, ever."""

    def __init__(self, mongo: Mongo, publish: Publish, *, registry: CollectorRegistry) -> None:
        self._mongo = mongo
        self._handled = mongo.database["handled"]
        self._publish = publish
        self._locks: dict[str, tuple[asyncio.Lock, list[None]]] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._set_aside: dict[str, datetime] = {}
        self._repeats = Counter("kartica_repeats", "Causes that had been handled before", registry=registry)
        self._stale = Counter("kartica_stale_decisions", "Decisions taken again", registry=registry)
        self._swept = Counter("kartica_outbox_swept", "Records whose events the sweeper sent", registry=registry)
        self._age = Gauge("kartica_outbox_age_seconds", "Age of the oldest unsent event", registry=registry)

    async def prepare(self) -> None:
        """Makes the collection and its indexes."""
        await self._mongo.ensure_collections(["handled"])
        await self._handled.create_index("unsent", sparse=True)
        await self._handled.create_index("sent_at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def handle(
        self,
        key: str,
        subject: str,
        decide: Decide,
        *,
        wait_sent: bool = True,
        committed: Callable[[], None] | None = None,
    ) -> Outcome:
        """Decides and commits, unless `key` was handled before; then has the events sent.

        `decide` loads what it needs and returns a `Change`; it may be called several times, so it does
        nothing else. Calls about the same `subject` wait for each other in this process; between
        processes the version guards do it. Returns after the commit and, with `wait_sent`, after the
        broker has confirmed every event; `committed` is called in between. Whatever `decide` raises is
        raised, and nothing is written.
        """
        async with self._lock(subject):
            record, repeated = await self._commit(key, decide)
        if committed is not None:
            committed()
        if repeated:
            self._repeats.inc()
        if "unsent" in record and (wait_sent or not repeated):  # else whoever committed it sends it, or the sweeper
            sending = self._sending.get(key) or self._in_background(record)
            if wait_sent:
                await asyncio.shield(sending)
        return Outcome(answer=record.get("answer", {}), repeated=repeated)

    async def sweep(self) -> int:
        """Sends what was committed and never marked as sent; the number of records that were."""
        now = datetime.now(UTC)
        self._set_aside = {key: until for key, until in self._set_aside.items() if until > now}
        oldest = await self._unsent(now, limit=1)
        self._age.set((now - oldest[0]["unsent"]).total_seconds() if oldest else 0)
        records = await self._unsent(now, limit=SWEPT_AT_A_TIME, without=self._set_aside) if oldest else []
        results = await asyncio.gather(*(self._send(record) for record in records), return_exceptions=True)
        failed = [
            (record["_id"], result)
            for record, result in zip(records, results, strict=True)
            if isinstance(result, Exception)
        ]
        self._swept.inc(len(records) - len(failed))
        if failed:
            self._set_aside |= dict.fromkeys((key for key, _ in failed), now + SET_ASIDE)
            log.warning("outbox.not_sent", records=len(failed), first=failed[0][0], error=type(failed[0][1]).__name__)
        return len(records) - len(failed)

    async def _unsent(self, now: datetime, *, limit: int, without: Collection[str] = ()) -> list[Mapping[str, Any]]:
        """Records that are unsent for too long, the oldest first."""
        query: dict[str, Any] = {"unsent": {"$lt": now - UNSENT_AFTER}}
        if without:
            query["_id"] = {"$nin": list(without)}
        found: list[Mapping[str, Any]] = await self._handled.find(query).sort("unsent", 1).limit(limit).to_list(None)
        return found

    async def finish(self) -> None:
        """Waits until what was committed here is sent, or could not be."""
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=10)

    async def _commit(self, key: str, decide: Decide) -> tuple[Mapping[str, Any], bool]:
        for attempt in range(ATTEMPTS):
            known = await self._handled.find_one({"_id": key})
            if known is not None:
                return known, True
            change = await decide()
            try:
                return await self._transact(key, change), False
            except Stale:
                self._stale.inc()
            except Exception as error:
                if is_duplicate_key(error):  # handled meanwhile, or a document appeared: look again
                    self._stale.inc()
                elif not is_transient(error):
                    raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 7)))
        raise Transient(f"{key}: no commit in {ATTEMPTS} attempts")

    async def _transact(self, key: str, change: Change) -> Mapping[str, Any]:
        now = datetime.now(UTC)
        record: dict[str, Any] = {"_id": key, "at": now}
        if change.answer:
            record["answer"] = dict(change.answer)
        if change.events:
            record["unsent"] = now
            record["events"] = [Outgoing.of(event).document() for event in change.events]
        else:
            record["sent_at"] = now
        async with self._mongo.transaction() as session:
            await self._handled.insert_one(record, session=session)
            for collection, writes in _by_collection(change.writes).items():
                result = await self._mongo.database[collection].bulk_write(
                    [_operation(write) for write in writes], session=session
                )
                expected = sum(isinstance(write, Update) and write.version > 0 for write in writes)
                applied = sum(isinstance(write, Apply) for write in writes) - result.upserted_count
                if result.matched_count != expected + applied:
                    raise Stale(f"{key}: {collection} has moved on")
        return record

    async def _send(self, record: Mapping[str, Any]) -> None:
        await asyncio.gather(*(self._publish(Outgoing.stored(event)) for event in record["events"]))
        await self._handled.update_one(
            {"_id": record["_id"]},
            {"$set": {"sent_at": datetime.now(UTC)}, "$unset": {"unsent": "", "events": ""}},
        )

    def _in_background(self, record: Mapping[str, Any]) -> "asyncio.Task[None]":
        """Sends a record's events; whoever handles the same cause meanwhile waits for the same sending."""
        key: str = record["_id"]
        task = asyncio.create_task(self._send(record))
        self._sending[key] = task

        def sent(_: "asyncio.Task[None]") -> None:
            self._sending.pop(key, None)
            if not task.cancelled():
                task.exception()  # the record stays unsent, and the sweeper repeats it

        task.add_done_callback(sent)
        return task

    @asynccontextmanager
    async def _lock(self, subject: str) -> AsyncIterator[None]:
        lock, waiting = self._locks.setdefault(subject, (asyncio.Lock(), []))
        waiting.append(None)
        try:
            async with lock:
                yield
        finally:
            waiting.pop()
            if not waiting:
                self._locks.pop(subject, None)


def _by_collection(writes: Sequence[Write]) -> dict[str, list[Write]]:
    grouped: dict[str, list[Write]] = {}
    for write in writes:
        grouped.setdefault(write.collection, []).append(write)
    return grouped


def _operation(write: Write) -> Any:
    match write:
        case Insert(document=document):
            return InsertOne(dict(document))
        case Update(id=id, version=0, set=fields):
            return InsertOne({"_id": id, "version": 1, **fields})
        case Update(id=id, version=version, set=fields, unset=gone):
            guarded: dict[str, Any] = {"$set": {**fields, "version": version + 1}}
            if gone:
                guarded["$unset"] = dict.fromkeys(gone, "")
            return UpdateOne({"_id": id, "version": version}, guarded)
        case Apply(id=id, update=update):
            return UpdateOne({"_id": id}, dict(update), upsert=True)
        case Delete(id=id):
            return DeleteOne({"_id": id})
