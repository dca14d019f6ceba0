"""What the API and the gauges read: every query stands on an index that `store` makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.reporting.facts import event_in
from services.reporting.paging import NEVER, Cursor, Order
from services.reporting.search import wanted
from services.reporting.store import PROJECTION, TIMELINE
from services.reporting.tally import NOW
from services.reporting.ticket import Ticket
from services.reporting.words import Line, line
from shared.mongo import ASCENDING, DESCENDING, Mongo

LAST = "\U0010ffff"
NOT_SHOWN = {"order": 0, "terms": 0}


@dataclass(frozen=True, slots=True)
class Count:
    labels: Mapping[str, str]
    n: int


class Lookup:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._events = mongo.database["events"]
        self._tickets = mongo.database["tickets"]
        self._odd = mongo.database["odd_events"]
        self._projections = mongo.database["projections"]

    async def as_of(self) -> datetime | None:
        """The time of the last projected event: what the answers are true up to."""
        state = await self._projections.find_one({"_id": PROJECTION}, {"last_event_at": 1})
        return state["last_event_at"] if state else None

    async def ticket(self, ticket_id: str) -> Ticket | None:
        document = await self._tickets.find_one({"_id": ticket_id}, NOT_SHOWN)
        return _ticket(document) if document else None

    async def tickets(
        self,
        filters: Mapping[str, Sequence[str]],
        *,
        search: str,
        order: Order,
        after: Cursor | None,
        limit: int,
    ) -> tuple[list[Ticket], Cursor | None]:
        """A page of the tickets that have one of the values of every filter, and the place after it."""
        direction = DESCENDING if order == "newest" else ASCENDING
        key = f"order.{order}"
        where = [
            *({name: {"$in": list(values)}} for name, values in filters.items()),
            *({"terms": {"$elemMatch": {"$gte": word, "$lt": word + LAST}}} for word in wanted(search)),
            *([_behind(key, after, direction)] if after else []),
        ]
        found = self._tickets.find({"$and": where} if where else {}, {"terms": 0})
        rows = await found.sort([(key, direction), ("_id", direction)]).limit(limit + 1).to_list(None)
        page = rows[:limit]
        more = Cursor(order, page[-1]["order"][order], page[-1]["_id"]) if len(rows) > limit else None
        return [_ticket(row) for row in page], more

    async def timeline(self, ticket_id: str, *, after: str | None, limit: int) -> list[Line] | None:
        """Events of a ticket, in the order in which they happened, after the event with the id `after`."""
        where: dict[str, Any] = {"subject": ticket_id}
        if after is not None:
            place = await self._events.find_one({"_id": after, "subject": ticket_id}, dict.fromkeys(TIMELINE, 1))
            if place is None:
                return None
            where["$or"] = [
                {**{name: place[name] for name in TIMELINE[:depth]}, TIMELINE[depth]: {"$gt": place[TIMELINE[depth]]}}
                for depth in range(len(TIMELINE))
            ]
        ordered = self._events.find(where, {"body": 1}).sort([(name, ASCENDING) for name in TIMELINE])
        return [line(event_in(bytes(found["body"]))) for found in await ordered.limit(limit).to_list(None)]

    async def counts(self, figure: str, *, since: str = "", until: str = LAST) -> list[Count]:
        """The sums over the days from `since` to `until` (both included), by label; the largest first."""
        found = await self._mongo.aggregate(
            "counts",
            [
                {"$match": {"figure": figure, "day": {"$gte": since, "$lte": until}}},
                {"$group": {"_id": "$labels", "n": {"$sum": "$n"}}},
            ],
        )
        counts = [Count(document["_id"], document["n"]) for document in found]
        return sorted(counts, key=lambda count: (-count.n, sorted(count.labels.items())))

    async def counts_now(self, figure: str) -> list[Count]:
        """The numbers of a figure about how things are now."""
        return await self.counts(figure, since=NOW, until=NOW)

    async def oldest_waiting(self, team: str | None) -> datetime | None:
        """Since when a customer of the team has waited longest; None when nobody waits."""
        found = self._tickets.find({"team": team}, {"order.waiting": 1})
        rows = await found.sort([("order.waiting", ASCENDING), ("_id", ASCENDING)]).limit(1).to_list(None)
        since: datetime = rows[0]["order"]["waiting"] if rows else NEVER
        return since if since < NEVER else None

    async def odd(self, *, after: int, limit: int) -> list[dict[str, Any]]:
        """Entries of the stream that are no events, by offset."""
        found = self._odd.find({"_id": {"$gt": after}}, {"start": 0}).sort("_id", ASCENDING)
        return [{"offset": document.pop("_id"), **document} for document in await found.limit(limit).to_list(None)]


def _ticket(document: dict[str, Any]) -> Ticket:
    return Ticket.model_validate({**document, "id": document["_id"]})


def _behind(key: str, place: Cursor, direction: int) -> dict[str, Any]:
    beyond, upto = ("$lt", "$lte") if direction == DESCENDING else ("$gt", "$gte")
    at = place.at.astimezone(UTC)
    return {key: {upto: at}, "$or": [{key: {beyond: at}}, {key: at, "_id": {beyond: place.id}}]}
