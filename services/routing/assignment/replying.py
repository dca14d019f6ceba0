"""Who is writing an answer right now: kept for seconds, so that two agents don't answer the same customer."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from shared.envelope import Frozen
from shared.mongo import ASCENDING, Mongo

REPLYING = "replying"
HOLDS = timedelta(seconds=45)
"""How long a report of it counts; a program repeats it meanwhile."""


class Replier(Frozen):
    """An agent who is writing an answer, and until when that is taken to be so."""

    agent: str
    since: AwareDatetime
    until: AwareDatetime


class Replying:
    """One document for each ticket and agent; the database removes it when it is long over."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._replying = mongo.database[REPLYING]

    async def prepare(self) -> None:
        """Makes the collection and its indexes."""
        await self._mongo.ensure_collections([REPLYING])
        await self._replying.create_index([("ticket", ASCENDING)], name="of_ticket")
        await self._replying.create_index([("until", ASCENDING)], name="over", expireAfterSeconds=0)

    async def started(self, ticket: str, agent: str, *, at: datetime) -> list[Replier]:
        """The agent is writing, at least until HOLDS has passed; who else is."""
        since = {"$cond": [{"$gt": ["$until", at]}, "$since", at]}
        await self._replying.update_one(
            {"_id": f"{ticket} {agent}"},
            [{"$set": {"ticket": ticket, "agent": agent, "since": since, "until": at + HOLDS}}],
            upsert=True,
        )
        return [one for one in await self.on(ticket, at=at) if one.agent != agent]

    async def stopped(self, ticket: str, agent: str) -> None:
        """They sent it, or gave it up."""
        await self._replying.delete_one({"_id": f"{ticket} {agent}"})

    async def on(self, ticket: str, *, at: datetime) -> list[Replier]:
        """Who is writing an answer on the ticket, whoever began first before the others."""
        found = await self._replying.find({"ticket": ticket, "until": {"$gt": at}}).sort("since", ASCENDING).to_list(50)
        return [Replier.model_validate(one) for one in found]
