"""What routing keeps of agents: their own word, what was told of them, and their programs' reports."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.routing.outcome import TICKETS
from services.routing.people.presence import AGENTS, Presence
from services.routing.ticket import Ticket
from shared.mongo import Mongo, ReturnDocument

HEARTBEATS = "heartbeats"
"""One document an agent, apart from that in AGENTS: a report is no reason to decide an assignment again."""
PROGRAMS_AT_MOST = 16
"""Of one agent at a time; the oldest are forgotten first."""


class People:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._agents = mongo.database[AGENTS]
        self._heartbeats = mongo.database[HEARTBEATS]
        self._tickets = mongo.database[TICKETS]

    async def prepare(self) -> None:
        """Makes the collections; every query on them is by `_id`. Tickets are asked for by the index `load`."""
        await self._mongo.ensure_collections([AGENTS, HEARTBEATS])

    async def presences(self, names: Collection[str]) -> dict[str, Presence]:
        """What is stored of each of these agents; of whom nothing is, a `Presence()` of version 0."""
        listed = {"_id": {"$in": list(names)}}
        found, beats = await asyncio.gather(
            self._agents.find(listed).to_list(None),
            self._heartbeats.find(listed, {"there_until": 1}).to_list(None),
        )
        known = {document["_id"]: document for document in found}
        there = {beat["_id"]: beat["there_until"] for beat in beats}
        return {name: _read(known.get(name, {}), there.get(name)) for name in names}

    async def presence(self, name: str) -> Presence:
        return (await self.presences([name]))[name]

    async def report(self, name: str, program: str, *, at: datetime, until: datetime | None) -> None:
        """Notes that a program of the agent is there until then, or, with None, that it has signed off."""
        others = {
            "$filter": {
                "input": {"$ifNull": ["$programs", []]},
                "cond": {"$and": [{"$ne": ["$$this.program", {"$literal": program}]}, {"$gt": ["$$this.until", at]}]},
            }
        }
        own = [] if until is None else [{"program": {"$literal": program}, "until": until}]
        programs = {"$slice": [{"$concatArrays": [own, others]}, PROGRAMS_AT_MOST]}
        await self._heartbeats.find_one_and_update(
            {"_id": name},
            [{"$set": {"programs": programs}}, {"$set": {"there_until": {"$max": "$programs.until"}}}],
            upsert=True,
            projection={"_id": 1},
            return_document=ReturnDocument.AFTER,
        )

    async def open_tickets(self, agent: str, teams: Collection[str]) -> list[Ticket]:
        """The new and open tickets of these teams that the agent has."""
        return await self._tickets_where(
            {"active": True, "holder": agent, "agent": agent, "team": {"$in": list(teams)}}
        )

    async def tickets_of_others(self, agents: Collection[str], teams: Collection[str]) -> list[Ticket]:
        """The new and open tickets of agents who are none of these, and those in none of these teams."""
        elsewhere = [{"holder": {"$nin": [*agents, None]}}, {"team": {"$nin": list(teams)}}]
        others = {"active": True, "$or": elsewhere}
        return await self._tickets_where(others)

    async def _tickets_where(self, query: Mapping[str, Any]) -> list[Ticket]:
        found = await self._tickets.find(query, hint="load").to_list(None)
        return [Ticket.model_validate({**document, "id": document["_id"]}) for document in found]


def _read(document: Mapping[str, Any], there_until: datetime | None) -> Presence:
    return Presence(
        version=document.get("version", 0),
        said=document.get("said", "available"),
        until=document.get("until"),
        reason=document.get("reason", ""),
        there_until=there_until,
        shown=document.get("shown"),
        shown_at=document.get("shown_at"),
        stated=document.get("stated", 0),
        last_at=document.get("last_at"),
    )
