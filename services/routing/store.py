"""What routing keeps of tickets and decisions in MongoDB, and the queries and indexes on them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.routing.assignment.queries import ANY_WAITING, IN_ORDER, Reach, ahead_of, waiting_in
from services.routing.outcome import DECISIONS, TICKETS
from services.routing.ticket import NOT_DUE, PRIORITIES, Place, Ticket
from shared.mongo import ASCENDING, DESCENDING, Mongo

HAS_ONE: Mapping[str, Any] = {"$type": "string"}
"""Of a customer; a query must say it too, or MongoDB does not see that the index has all that it asks for."""


class Store:
    """An agent's load is counted when it is asked for: there is no counter that could be wrong, and two
    tickets never write the same document."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._tickets = mongo.database[TICKETS]
        self._decisions = mongo.database[DECISIONS]

    async def prepare(self) -> None:
        """Makes collections and indexes."""
        await self._mongo.ensure_collections([TICKETS, DECISIONS])
        tickets = self._tickets
        # All that is counted or filtered by stands in the key, so that loads are counted without reading a ticket.
        await tickets.create_index(
            [("active", ASCENDING), ("holder", ASCENDING), ("channel", ASCENDING), ("_id", ASCENDING)],
            name="load",
            partialFilterExpression={"active": True},
        )
        await tickets.create_index([("agent", ASCENDING), ("assigned_at", DESCENDING)], name="last_assigned")
        await tickets.create_index(
            [("customer", ASCENDING), ("assigned_at", DESCENDING)],
            name="of_customer",
            partialFilterExpression={"customer": HAS_ONE},
        )
        await tickets.create_index([("number", ASCENDING)], name="number")
        waiting = {"partialFilterExpression": {"waiting": True}}
        await tickets.create_index([("team", ASCENDING), *IN_ORDER], name="queue", **waiting)
        await tickets.create_index([("boost_at", ASCENDING)], name="boost", **waiting)
        await self._decisions.create_index([("ticket", ASCENDING), ("seq", ASCENDING)], name="of_ticket")

    async def ticket(self, ticket: str) -> Ticket:
        """The ticket, or a blank one of version 0."""
        found = await self._tickets.find_one({"_id": ticket})
        return Ticket(id=ticket) if found is None else _read(found)

    async def numbered(self, number: str) -> Ticket | None:
        """The ticket that people call by this number."""
        found = await self._tickets.find_one({"number": number})
        return None if found is None else _read(found)

    async def carried(
        self, agents: Sequence[str], *, without: str, apart: Collection[str] = ()
    ) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
        """The new and open tickets of each agent by channel, not counting `without`; and who holds those `apart`."""
        counted: dict[str, dict[str, int]] = {}
        holders: dict[str, str] = {}
        for row in await self._mongo.aggregate(TICKETS, count_of(agents, without=without, apart=apart)):
            agent, channel, ticket = row["_id"]["agent"], row["_id"]["channel"], row["_id"]["apart"]
            own = counted.setdefault(agent, {})
            own[channel] = own.get(channel, 0) + row["tickets"]
            if ticket is not None:
                holders[ticket] = agent
        return counted, holders

    async def assigned_since(self, since: Mapping[str, datetime]) -> dict[str, int]:
        """How many tickets each agent has that were assigned since their time, or are offered to them."""
        counted: dict[str, int] = {}
        for pipeline in (recent_of(since), asked_of(since)) if since else ():
            for row in await self._mongo.aggregate(TICKETS, pipeline):
                counted[row["_id"]] = counted.get(row["_id"], 0) + row["tickets"]
        return counted

    async def last_of_customer(self, customer: str, *, since: datetime, without: str) -> str | None:
        """Who had this customer's latest ticket since then."""
        query = of_customer(customer, since=since, without=without)
        found = await self._tickets.find_one(query, {"agent": 1}, sort=[("assigned_at", DESCENDING)])
        return None if found is None else str(found["agent"])

    async def ahead(self, place: Place, reach: Reach, *, without: Collection[str] = ()) -> bool:
        """Whether a ticket waits before this place that the agent could take."""
        found = await self._tickets.find_one(ahead_of(place, reach, without=without), {"_id": 1})
        return found is not None

    async def teams_waiting(self) -> list[str]:
        """The teams in which tickets wait."""
        teams: list[str] = await self._tickets.distinct("team", ANY_WAITING)
        return teams

    async def count_waiting(self) -> dict[str, int]:
        """How many tickets wait in each team that has any."""
        rows = await self._mongo.aggregate(
            TICKETS, [{"$match": ANY_WAITING}, {"$group": {"_id": "$team", "count": {"$sum": 1}}}]
        )
        return {row["_id"]: row["count"] for row in rows}

    async def in_order(self, teams: Sequence[str]) -> AsyncIterator[Ticket]:
        """The tickets of these teams that are to be assigned, in the order in which they are to be taken."""
        query = {**waiting_in(teams), "automatic": True, "offer": None}
        async for found in self._tickets.find(query).sort(IN_ORDER):
            yield _read(found)

    async def queue(self, teams: Sequence[str], *, after: Place | None, limit: int) -> list[Ticket]:
        """A page of the queue, in order."""
        cursor = self._tickets.find(waiting_in(teams, after=after)).sort(IN_ORDER).limit(limit)
        return [_read(found) for found in await cursor.to_list(limit)]

    async def note_due(self, ticket: str, clock: str, *, at: datetime | None, version: int) -> None:
        """When a clock of the ticket is due, unless a later fact of sla is known: in any order, any number of times."""
        while not await self._set_due(ticket, clock, at, version):
            blank = {"$setOnInsert": {"version": 1, "dues": {}}}
            known = await self._tickets.update_one({"_id": ticket}, blank, upsert=True)
            if known.upserted_id is None:
                return  # a later fact is known already

    async def _set_due(self, ticket: str, clock: str, at: datetime | None, version: int) -> bool:
        earlier = [{f"dues.{clock}": {"$exists": False}}, {f"dues.{clock}.version": {"$lt": version}}]
        times = {"$map": {"input": {"$objectToArray": "$dues"}, "in": "$$this.v.at"}}
        first = {"$min": {"$concatArrays": [times, [{"$ifNull": ["$reply_until", None]}]]}}
        result = await self._tickets.update_one(
            {"_id": ticket, "$or": earlier},
            [
                {"$set": {f"dues.{clock}": {"at": at, "version": version}, "version": {"$add": ["$version", 1]}}},
                {"$set": {"due_at": {"$ifNull": [first, NOT_DUE]}}},
            ],
        )
        return bool(result.matched_count)

    async def boost(self, *, at: datetime, every: timedelta) -> int:
        """Lets those that have waited for so long count as one priority more urgent; how many did."""
        due = {"waiting": True, "boost_at": {"$lte": at}}
        most = len(PRIORITIES) - 1
        raised = [
            {
                "$set": {
                    "version": {"$add": ["$version", 1]},
                    "boosts": {"$add": ["$boosts", 1]},
                    "rank": {"$min": [most, {"$add": ["$rank", 1]}]},
                    "boost_at": {
                        "$cond": [
                            {"$gte": [{"$add": ["$rank", 1]}, most]},
                            None,
                            {"$add": ["$boost_at", int(every.total_seconds() * 1000)]},
                        ]
                    },
                }
            }
        ]
        result = await self._tickets.update_many(due, raised)
        return int(result.modified_count)

    async def leave(self, team: str, *, since_before: datetime) -> int:
        """Leaves the team's tickets that have waited since before then to whoever claims them; how many they were."""
        old = {"waiting": True, "team": team, "automatic": True, "waiting_since": {"$lt": since_before}}
        result = await self._tickets.update_many(old, {"$set": {"automatic": False}, "$inc": {"version": 1}})
        return int(result.modified_count)

    async def wait_for(
        self, ticket: Ticket, *, needs: Sequence[str], wants: Sequence[str], until: datetime | None, weight: int
    ) -> None:
        """Notes what a ticket waits for, after the people, their skills or the weights have changed."""
        now = {"needs": list(needs), "wants": list(wants), "preferred_until": until, "weight": weight}
        waits = {"$set": now, "$inc": {"version": 1}}
        await self._tickets.update_one({"_id": ticket.id, "version": ticket.version}, waits)

    async def decisions(self, ticket: str) -> list[dict[str, Any]]:
        """What was decided about the ticket, from the first decision to the latest."""
        found: list[dict[str, Any]] = (
            await self._decisions.find({"ticket": ticket}, {"ticket": 0}).sort("seq", ASCENDING).to_list(None)
        )
        return found


def _read(found: Mapping[str, Any]) -> Ticket:
    return Ticket.model_validate({**found, "id": found["_id"]})


def of_customer(customer: str, *, since: datetime, without: str) -> Mapping[str, Any]:
    """The customer's other tickets that went to somebody since then."""
    known = {"$eq": customer, **HAS_ONE}
    return {"customer": known, "assigned_at": {"$gte": since}, "agent": {"$ne": None}, "_id": {"$ne": without}}


def recent_of(since: Mapping[str, datetime]) -> list[Mapping[str, Any]]:
    own = [{"agent": agent, "assigned_at": {"$gte": at}} for agent, at in sorted(since.items())]
    return [{"$match": {"$or": own}}, {"$group": {"_id": "$agent", "tickets": {"$sum": 1}}}]


def asked_of(agents: Collection[str]) -> list[Mapping[str, Any]]:
    offered = {"active": True, "holder": {"$in": sorted(agents)}, "offer.agent": {"$in": sorted(agents)}}
    return [{"$match": offered}, {"$group": {"_id": "$holder", "tickets": {"$sum": 1}}}]


def count_of(agents: Sequence[str], *, without: str, apart: Collection[str] = ()) -> list[Mapping[str, Any]]:
    open_tickets = {"active": True, "holder": {"$in": list(agents)}, "_id": {"$ne": without}}
    own = {"$cond": [{"$in": ["$_id", sorted(apart)]}, "$_id", None]}
    by = {"agent": "$holder", "channel": "$channel", "apart": own}
    return [{"$match": open_tickets}, {"$group": {"_id": by, "tickets": {"$sum": 1}}}]
