"""What the projector writes: events, rows, counts and its place in the stream, together or not at all."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from services.reporting import documents
from services.reporting.arrivals import Oddity
from services.reporting.facts import Arrival, Fact
from services.reporting.tally import Tally
from services.reporting.ticket import Ticket
from shared.errors import Stale
from shared.mongo import (
    ASCENDING,
    DESCENDING,
    DeleteOne,
    InsertOne,
    Mongo,
    ReplaceOne,
    UpdateOne,
    is_duplicate_key,
)

PROJECTION = "tickets"
LEASE = "projector"
CHUNK = 2000
"""How many documents one step of a rebuild looks at."""
FILTERS = ("status", "channel", "category", "team", "agent", "priority", "sla_state")
TIMELINE = ("time", "source", "ticketversion", "_id")


@dataclass(frozen=True, slots=True)
class State:
    """How far the projections are. `step` grows with every transaction, so that two projectors can't both go on.

    A rebuild goes from `clear` (rows and counts are deleted) over `refold` (the kept events are
    folded again, by subject, up to `cursor`) to `follow` (the stream is read from `offset` on).
    `made_by` names the version of the code and the time zone that the counts were made with.
    """

    step: int
    phase: Literal["clear", "refold", "follow"]
    cursor: str
    offset: int
    made_by: str
    last_event_at: datetime | None = None

    def then(self, **changes: Any) -> "State":
        return replace(self, step=self.step + 1, **changes)


@dataclass(frozen=True, slots=True)
class Writes:
    """What one step changes."""

    kept: Sequence[Arrival] = ()
    read_again: Sequence[Fact] = ()
    redacted: Sequence[Arrival] = ()
    odd: Sequence[Oddity] = ()
    tickets: Sequence[Ticket] = ()
    counts: Tally = field(default_factory=Counter)
    gone_tickets: Sequence[str] = ()
    gone_counts: Sequence[str] = ()


class Store:
    """The collections `events`, `tickets`, `counts`, `odd_events`, `projections` and `leases`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        database = mongo.database
        self._events = database["events"]
        self._tickets = database["tickets"]
        self._counts = database["counts"]
        self._odd = database["odd_events"]
        self._projections = database["projections"]
        self._leases = database["leases"]

    async def prepare(self) -> None:
        """Makes collections and indexes."""
        names = ["events", "tickets", "counts", "odd_events", "projections", "leases"]
        await self._mongo.ensure_collections(names)
        await self._events.create_index([("subject", ASCENDING), *((name, ASCENDING) for name in TIMELINE)])
        for name, direction in (("newest", DESCENDING), ("due", ASCENDING), ("waiting", ASCENDING)):
            ordered = [(f"order.{name}", direction), ("_id", direction)]
            facets = FILTERS if name == "newest" else ("team", "agent")
            await self._tickets.create_index(ordered)
            for facet in facets:
                await self._tickets.create_index([(facet, ASCENDING), *ordered])
        await self._tickets.create_index("number")
        await self._tickets.create_index("terms")
        await self._counts.create_index([("figure", ASCENDING), ("day", ASCENDING)])

    # --- one projector at a time

    async def hold_lease(self, holder: str, *, now: datetime, lasts: timedelta) -> bool:
        """Takes or renews the lease; False while another holds it. It only spares work: `State.step` is the guard."""
        try:
            await self._leases.update_one(
                {"_id": LEASE, "$or": [{"holder": holder}, {"until": {"$lt": now}}]},
                {"$set": {"holder": holder, "until": now + lasts}},
                upsert=True,
            )
        except Exception as error:
            if is_duplicate_key(error):
                return False
            raise
        return True

    async def release_lease(self, holder: str) -> None:
        await self._leases.delete_one({"_id": LEASE, "holder": holder})

    # --- the state of the projections

    async def state(self, *, made_by: str) -> State:
        """How far the projections are; `made_by` is written into a new state."""
        new = asdict(State(step=0, phase="follow", cursor="", offset=0, made_by=made_by))
        await self._projections.update_one({"_id": PROJECTION}, {"$setOnInsert": new}, upsert=True)
        found: dict[str, Any] = await self._projections.find_one({"_id": PROJECTION}, {"_id": 0})
        return State(**found)

    async def ask_rebuild(self, *, made_by: str) -> State:
        """Sends the projections back to their beginning; a projector that is in the middle of a step drops it."""
        await self.state(made_by=made_by)
        start = {"phase": "clear", "cursor": "", "offset": 0, "made_by": made_by, "last_event_at": None}
        await self._projections.update_one({"_id": PROJECTION}, {"$set": start, "$inc": {"step": 1}})
        return await self.state(made_by=made_by)

    async def commit(self, before: State, after: State, writes: Writes) -> None:
        """Writes all and moves the state on in one transaction; `Stale` when something else has moved the state.

        What led to `writes` may be read before and outside: only the holder of the present step
        writes, so nothing of it has changed when the step has not.
        """
        async with self._mongo.transaction() as session:
            moved = await self._projections.update_one(
                {"_id": PROJECTION, "step": before.step}, {"$set": asdict(after)}, session=session
            )
            if moved.matched_count == 0:
                raise Stale("another projector, or a rebuild, has moved the projections on")
            for collection, operations in self._operations(writes):
                if operations:
                    await collection.bulk_write(operations, ordered=False, session=session)
            # A count of 0 is no document: a rebuild would not make it either.
            lessened = [documents.cell_id(cell) for cell, n in writes.counts.items() if n < 0]
            if lessened:
                await self._counts.delete_many({"_id": {"$in": lessened}, "n": 0}, session=session)

    def _operations(self, writes: Writes) -> list[tuple[Any, list[Any]]]:
        kept = [InsertOne(documents.event_document(arrival)) for arrival in writes.kept]
        read_again = [
            UpdateOne({"_id": fact.id}, {"$set": documents.fact_document(fact)}) for fact in writes.read_again
        ]
        redacted = [
            UpdateOne(
                {"_id": arrival.fact.id}, {"$set": {**documents.fact_document(arrival.fact), "body": arrival.body}}
            )
            for arrival in writes.redacted
        ]
        odd = [ReplaceOne({"_id": odd.offset}, documents.odd_document(odd), upsert=True) for odd in writes.odd]
        rows = [ReplaceOne({"_id": ticket.id}, documents.row(ticket), upsert=True) for ticket in writes.tickets]
        return [
            (self._events, [*kept, *read_again, *redacted]),
            (self._odd, odd),
            (self._tickets, [*rows, *(DeleteOne({"_id": gone}) for gone in writes.gone_tickets)]),
            (
                self._counts,
                [
                    *(documents.growth(*count) for count in writes.counts.items()),
                    *(DeleteOne({"_id": gone}) for gone in writes.gone_counts),
                ],
            ),
        ]

    # --- what is there

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` whose events are kept already."""
        found = await self._events.find({"_id": {"$in": list(ids)}}, {"_id": 1}).to_list(None)
        return {document["_id"] for document in found}

    async def facts(self, subjects: Iterable[str]) -> dict[str, list[Fact]]:
        """All kept facts about each subject."""
        found: dict[str, list[Fact]] = {}
        for document in await self._events.find({"subject": {"$in": list(subjects)}}, {"body": 0}).to_list(None):
            found.setdefault(document["subject"], []).append(documents.fact(document))
        return found

    async def bodies(self, subjects: Sequence[str]) -> list[tuple[Fact, bytes]]:
        """The kept events about the subjects: the fact as it was read once, and the bytes to read it from again."""
        found = await self._events.find({"subject": {"$in": list(subjects)}}).to_list(None)
        return [(documents.fact(document), bytes(document["body"])) for document in found]

    async def subjects_after(self, cursor: str) -> list[str]:
        """The next subjects of kept events, in their order."""
        after = self._events.find({"subject": {"$gt": cursor}}, {"_id": 0, "subject": 1}).sort("subject", ASCENDING)
        return list(dict.fromkeys(document["subject"] for document in await after.limit(CHUNK).to_list(None)))

    async def some(self, what: Literal["tickets", "counts"]) -> list[str]:
        """The ids of some documents; empty when there are none."""
        found = self._mongo.database[what].find({}, {"_id": 1}).sort("_id", ASCENDING)
        return [document["_id"] for document in await found.limit(CHUNK).to_list(None)]
