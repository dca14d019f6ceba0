"""What the database is asked about the pool: what an agent may claim, and what runs out when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.routing.assignment.eligibility import satisfied
from services.routing.assignment.queries import IN_ORDER, after_place, before_place
from services.routing.outcome import TICKETS
from services.routing.ticket import Place, Ticket
from shared.mongo import ASCENDING, Mongo
from shared.organisation import Agent

ON_OFFER: Mapping[str, Any] = {"offer.until": {"$type": "date"}}
AT_A_TIME = 200


class PoolStore:
    def __init__(self, mongo: Mongo) -> None:
        self._tickets = mongo.database[TICKETS]

    async def prepare(self) -> None:
        """Makes the indexes: each holds only the tickets that have such an end."""
        offers = [("offer.until", ASCENDING), ("offer.agent", ASCENDING)]
        await self._tickets.create_index(offers, name="offers", partialFilterExpression=ON_OFFER)
        for name, field in (("leases", "lease.until"), ("ask_again", "ask_again_at")):
            held = {field: {"$type": "date"}}
            await self._tickets.create_index([(field, ASCENDING)], name=name, partialFilterExpression=held)

    async def offers_over(self, at: datetime) -> list[Ticket]:
        """Those whose time to answer has passed, the oldest first."""
        return await self._first("offer.until", over("offer.until", at))

    async def leases_over(self, at: datetime) -> list[Ticket]:
        """Those whose agent has not acted in time, the oldest first."""
        return await self._first("lease.until", over("lease.until", at))

    async def asked(self) -> list[str]:
        """The agents to whom something is offered."""
        agents: list[str] = await self._tickets.distinct("offer.agent", ON_OFFER)
        return agents

    async def offered_to(self, agent: str) -> list[Ticket]:
        return await self._first("offer.until", {**ON_OFFER, "offer.agent": agent})

    async def ask_again(self, *, at: datetime) -> int:
        """From now on those who let offers of these tickets pass are not excluded any more; how many tickets."""
        asked = [
            {
                "$set": {
                    "version": {"$add": ["$version", 1]},
                    "excluded": {
                        "$filter": {"input": "$excluded", "cond": {"$not": [{"$in": ["$$this", "$unanswered"]}]}}
                    },
                    "unanswered": [],
                    "ask_again_at": None,
                }
            }
        ]
        result = await self._tickets.update_many({**over("ask_again_at", at), "waiting": True}, asked)
        return int(result.modified_count)

    async def claimable(
        self, agent: str, person: Agent, teams: Sequence[str], *, after: Place | None, limit: int
    ) -> list[Ticket]:
        """A page of what the agent may claim, in the order of the queue."""
        cursor = self._tickets.find(claimable_by(agent, person, teams, after=after)).sort(IN_ORDER).limit(limit)
        return [_read(found) for found in await cursor.to_list(limit)]

    async def passed_over(self, place: Place, agent: str, person: Agent, teams: Sequence[str], *, most: int) -> int:
        """How many tickets rank before the place that the agent could have taken instead; at most so many."""
        count: int = await self._tickets.count_documents(passed_over(place, agent, person, teams), limit=most)
        return count

    async def _first(self, order: str, query: Mapping[str, Any]) -> list[Ticket]:
        cursor = self._tickets.find(query).sort(order, ASCENDING).limit(AT_A_TIME)
        return [_read(found) for found in await cursor.to_list(AT_A_TIME)]


def over(field: str, at: datetime) -> Mapping[str, Any]:
    """Whose end has come. The type is named because the index is partial by it."""
    return {field: {"$lte": at, "$type": "date"}}


def claimable_by(agent: str, person: Agent, teams: Sequence[str], *, after: Place | None = None) -> Mapping[str, Any]:
    """Tickets that wait in these teams and need no skill that the agent lacks, whatever they carry already."""
    query: dict[str, Any] = {
        "waiting": True,
        "team": {"$in": list(teams)},
        "needs": {"$not": {"$elemMatch": {"$nin": satisfied(person)}}},
        "keys": {"$nin": list(person.not_for)},
        "offer.agent": {"$in": [None, agent]},
    }
    if after is not None:
        query["$or"] = after_place(after)
    return query


def passed_over(place: Place, agent: str, person: Agent, teams: Sequence[str]) -> Mapping[str, Any]:
    """What they could have claimed before it; what they gave back or declined does not count."""
    waiting = {**claimable_by(agent, person, teams), "offer": None, "excluded": {"$ne": agent}}
    return {**waiting, "_id": {"$ne": place.ticket}, "$or": before_place(place)}


def _read(found: Mapping[str, Any]) -> Ticket:
    return Ticket.model_validate({**found, "id": found["_id"]})
