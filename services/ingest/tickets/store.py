"""What is asked of tickets beside their conversations: lists, search, time that was logged, what is due."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.ingest.conversation.splitting import Conversation, threads_of
from services.ingest.conversation.threading import Thread, answer_thread
from services.ingest.tickets.ticket import Ticket
from shared.mongo import ASCENDING, DESCENDING, Mongo

TEXT_LANGUAGE = {"default_language": "none", "language_override": "language_of_the_index"}
"""Words as they are, of any language. The name of the second stands in no document: `language` does,
with values that MongoDB refuses in a text index."""
MOST_FOUND = 50
_LISTED = {"guests": 0, "ratings": 0, "snooze_cause": 0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets a list shows; None and empty ask for nothing."""

    statuses: tuple[str, ...] = ()
    customer: str | None = None
    participant: str | None = None
    channel: str | None = None
    parent: str | None = None
    lookup: str | None = None
    updated_since: datetime | None = None

    def query(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.statuses:
            found["status"] = self.statuses[0] if len(self.statuses) == 1 else {"$in": list(self.statuses)}
        exact = {
            "customer": self.customer,
            "participants": self.participant,
            "channel": self.channel,
            "parent": self.parent,
            "lookups": self.lookup,
        }
        found |= {name: value for name, value in exact.items() if value is not None}
        if self.updated_since is not None:
            found["updated_at"] = {"$gte": self.updated_since}
        return found


class TicketStore:
    """The collections of `Store`, asked otherwise, and the worklog."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the worklog's collection and all indexes for lists, search and timers."""
        await self._mongo.ensure_collections(["tickets", "messages", "worklog"])
        newest = [("updated_at", DESCENDING), ("_id", DESCENDING)]
        await self._db.tickets.create_index(newest)
        for name in ("status", "customer", "participants", "channel", "lookups"):
            await self._db.tickets.create_index([(name, ASCENDING), *newest])
        await self._db.tickets.create_index([("status", ASCENDING), ("snoozed_until", ASCENDING)])
        await self._db.tickets.create_index([("status", ASCENDING), ("resolved_at", ASCENDING)])
        await self._db.worklog.create_index([("ticket", ASCENDING), ("at", ASCENDING)])
        await self._db.worklog.create_index("corrects", partialFilterExpression={"corrects": {"$gt": ""}})
        await self._db.tickets.create_index([("title", "text"), ("number", "text")], name="words", **TEXT_LANGUAGE)
        await self._db.messages.create_index([("text", "text")], name="words", **TEXT_LANGUAGE)

    async def listed(
        self, wanted: Wanted, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[dict[str, Any]]:
        """Tickets without their conversations, what changed last first; `after` is the last of the page before."""
        query = wanted.query()
        if after is not None:
            at, ticket = after
            place = {"$or": [{"updated_at": {"$lt": at}}, {"updated_at": at, "_id": {"$lt": ticket}}]}
            query = {"$and": [query, {"updated_at": {"$lte": at}}, place]}
        order = [("updated_at", DESCENDING), ("_id", DESCENDING)]
        found: list[dict[str, Any]] = await self._db.tickets.find(query, _LISTED).sort(order).limit(limit).to_list(None)
        return found

    async def search(self, words: str) -> list[dict[str, Any]]:
        """Tickets in which these words stand, in the title or in any message; the best match first."""
        asked = {"$text": {"$search": _all_of(words)}}
        score = {"score": {"$meta": "textScore"}}
        by_title = await self._best("tickets", asked, {**score})
        by_text = await self._best("messages", asked, {**score, "ticket": 1})
        scores: dict[str, float] = {}
        for ticket, points in [(one["_id"], one["score"] * 2) for one in by_title] + [
            (one["ticket"], one["score"]) for one in by_text
        ]:
            scores[ticket] = max(points, scores.get(ticket, 0))
        best = sorted(scores, key=lambda ticket: (-scores[ticket], ticket))[:MOST_FOUND]
        found = {one["_id"]: one for one in await self._db.tickets.find({"_id": {"$in": best}}, _LISTED).to_list(None)}
        return [found[ticket] for ticket in best if ticket in found]

    async def _best(
        self, collection: str, asked: Mapping[str, Any], shown: Mapping[str, Any]
    ) -> list[Mapping[str, Any]]:
        cursor = self._db[collection].find(asked, shown).sort([("score", {"$meta": "textScore"})])
        found: list[Mapping[str, Any]] = await cursor.limit(MOST_FOUND * 4).to_list(None)
        return found

    # --- time

    async def worklog(self, *tickets: str) -> list[dict[str, Any]]:
        """The entries of these tickets, the oldest first."""
        found = self._db.worklog.find({"ticket": {"$in": list(tickets)}}).sort("at", ASCENDING)
        entries: list[dict[str, Any]] = await found.to_list(None)
        return entries

    async def entry(self, entry: str) -> tuple[Mapping[str, Any] | None, int]:
        """The entry, and the seconds that it and its corrections come to."""
        found = await self._db.worklog.find_one({"_id": entry})
        corrections = await self._db.worklog.find({"corrects": entry}, {"seconds": 1}).to_list(None)
        return found, (found or {"seconds": 0})["seconds"] + sum(one["seconds"] for one in corrections)

    # --- what a split looks at

    async def divided(self, ticket: Ticket, messages: Sequence[Mapping[str, Any]], wanted: set[str]) -> Conversation:
        """These messages with the threads that lead to the wanted ones, and the mails that told of them."""
        moving = [one for one in messages if one["_id"] in wanted]
        facts = [one["event"] for one in moving if one.get("event")]
        mails: dict[str, list[str]] = {}
        if facts:
            sent = {"ticket": ticket.id, "type": "notification.sent.v1", "cause": {"$in": facts}}
            for line in await self._db.timeline.find(sent, {"cause": 1, "data.notification": 1}).to_list(None):
                mails.setdefault(line["cause"], []).append(line["data"]["notification"])
        names = [*threads_of(ticket, moving), *(answer_thread(one) for found in mails.values() for one in found)]
        threads = {}
        for one in await self._db.threads.find({"_id": {"$in": names}}).to_list(None):
            threads[one["_id"]] = Thread(one["_id"], one["version"], one["ticket"], one["seen"])
        return Conversation(messages=messages, threads=threads, mails=mails)

    # --- timers

    async def to_wake(self, now: datetime, *, limit: int) -> list[dict[str, Any]]:
        """Tickets whose snooze is over, the longest overdue first."""
        query = {"status": "on_hold", "snoozed_until": {"$lte": now}}
        shown = {"snoozed_until": 1, "snooze_cause": 1}
        found = self._db.tickets.find(query, shown).sort("snoozed_until", ASCENDING).limit(limit)
        due: list[dict[str, Any]] = await found.to_list(None)
        return due

    async def to_close(self, resolved_before: datetime, *, limit: int) -> list[dict[str, Any]]:
        """Tickets that were resolved before then and are still, the first first."""
        query = {"status": "resolved", "resolved_at": {"$lte": resolved_before}}
        found = self._db.tickets.find(query, {"resolved_at": 1}).sort("resolved_at", ASCENDING).limit(limit)
        due: list[dict[str, Any]] = await found.to_list(None)
        return due


def _all_of(words: str) -> str:
    """Every word has to stand in what is found; to MongoDB, words without quotes are alternatives."""
    plain = re.findall(r"[\w@.+-]+", words)[:20]
    return " ".join(f'"{word}"' for word in plain)
