"""What routing keeps in MongoDB, and every query and index on it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.routing.capacity import NEVER, Load
from services.routing.outcome import DECISIONS, TICKETS
from services.routing.ticket import Ticket
from shared.mongo import ASCENDING, DESCENDING, Mongo

Place = tuple[int, datetime, str]
"""Where a ticket stands in the queue: rank of its priority, waiting since, id."""
IN_ORDER = [("rank", DESCENDING), ("waiting_since", ASCENDING), ("_id", ASCENDING)]

ANY_WAITING: Mapping[str, Any] = {"waiting": True, "team": {"$gt": ""}}


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
        # `active` stands in the key too, so that loads are counted without reading a ticket.
        await self._tickets.create_index(
            [("active", ASCENDING), ("agent", ASCENDING), ("_id", ASCENDING)],
            name="load",
            partialFilterExpression={"active": True},
        )
        await self._tickets.create_index([("agent", ASCENDING), ("assigned_at", DESCENDING)], name="last_assigned")
        await self._tickets.create_index(
            [("team", ASCENDING), *IN_ORDER], name="queue", partialFilterExpression={"waiting": True}
        )
        await self._decisions.create_index([("ticket", ASCENDING), ("seq", ASCENDING)], name="of_ticket")

    async def ticket(self, ticket: str) -> Ticket:
        """The ticket, or a blank one of version 0."""
        found = await self._tickets.find_one({"_id": ticket})
        return Ticket(id=ticket) if found is None else Ticket.model_validate({**found, "id": ticket})

    async def loads(self, agents: Sequence[str], *, without: Collection[str] = ()) -> dict[str, Load]:
        """The load of each of the agents; the tickets `without` are not counted."""
        counted, latest = await asyncio.gather(
            self._mongo.aggregate(TICKETS, count_of(agents, without=without)),
            self._mongo.aggregate(TICKETS, latest_of(agents)),
        )
        tickets = {row["_id"]: row["tickets"] for row in counted}
        last = {row["_id"]: row["last"] or NEVER for row in latest}
        return {agent: Load(tickets.get(agent, 0), last.get(agent, NEVER)) for agent in agents}

    async def ahead(self, team: str, place: Place, *, skills: Collection[str]) -> bool:
        """Whether a ticket waits in the team before this place that somebody with these skills could take."""
        found = await self._tickets.find_one(ahead_of(team, place, skills=skills), {"_id": 1})
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
        """The tickets that wait in these teams, in the order in which they are to be taken."""
        async for found in self._tickets.find(waiting_in(teams)).sort(IN_ORDER):
            yield Ticket.model_validate({**found, "id": found["_id"]})

    async def queue(self, teams: Sequence[str], *, after: Place | None, limit: int) -> list[Ticket]:
        """A page of the queue, in order."""
        cursor = self._tickets.find(waiting_in(teams, after=after)).sort(IN_ORDER).limit(limit)
        return [Ticket.model_validate({**found, "id": found["_id"]}) for found in await cursor.to_list(limit)]

    async def decisions(self, ticket: str) -> list[dict[str, Any]]:
        """What was decided about the ticket, from the first decision to the latest."""
        found: list[dict[str, Any]] = (
            await self._decisions.find({"ticket": ticket}, {"ticket": 0}).sort("seq", ASCENDING).to_list(None)
        )
        return found


def count_of(agents: Sequence[str], *, without: Collection[str]) -> list[Mapping[str, Any]]:
    open_tickets = {"agent": {"$in": list(agents)}, "active": True, "_id": {"$nin": sorted(without)}}
    return [{"$match": open_tickets}, {"$group": {"_id": "$agent", "tickets": {"$sum": 1}}}]


def latest_of(agents: Sequence[str]) -> list[Mapping[str, Any]]:
    return [
        {"$match": {"agent": {"$in": list(agents)}}},
        {"$sort": {"agent": 1, "assigned_at": -1}},
        {"$group": {"_id": "$agent", "last": {"$first": "$assigned_at"}}},
    ]


def ahead_of(team: str, place: Place, *, skills: Collection[str]) -> Mapping[str, Any]:
    rank, since, ticket = place
    return {
        "waiting": True,
        "team": team,
        "_id": {"$ne": ticket},
        "$or": [{"rank": {"$gt": rank}}, {"rank": rank, "waiting_since": {"$lt": since}}],
        "skills": {"$not": {"$elemMatch": {"$nin": sorted(skills)}}},
    }


def waiting_in(teams: Sequence[str], *, after: Place | None = None) -> Mapping[str, Any]:
    query: dict[str, Any] = {"waiting": True, "team": {"$in": list(teams)}}
    if after is not None:
        rank, since, ticket = after
        query["$or"] = [
            {"rank": {"$lt": rank}},
            {"rank": rank, "waiting_since": {"$gt": since}},
            {"rank": rank, "waiting_since": since, "_id": {"$gt": ticket}},
        ]
    return query
