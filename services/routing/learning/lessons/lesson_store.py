"""Every query and index on the lessons of tickets: what to train from, and how the models did since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.routing.learning.lessons.lessons import LESSONS
from services.routing.retention import keep_for
from shared.mongo import ASCENDING, DESCENDING, Mongo

LOOKED_AT = 2_000
"""Of how many tickets at most, the newest ones, the live figures of a model are made."""
ENDED = ("resolved", "closed")


@dataclass(frozen=True, slots=True)
class Label:
    """A ticket's category, and who gave it when."""

    ticket: str
    category: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the tickets for which a model said `category` with `decision`, how many ended so."""

    category: str
    decision: str
    judged: str
    """`confirmed` or `corrected` by a person, `kept` or `changed` until the resolution, `open`: nobody knows yet."""
    tickets: int


class LessonStore:
    def __init__(self, mongo: Mongo, *, retention: timedelta) -> None:
        self._mongo = mongo
        self._lessons = mongo.database[LESSONS]
        self._retention = retention

    async def prepare(self) -> None:
        """Makes the collection and its indexes; what is older than the retention goes by itself."""
        await self._mongo.ensure_collections([LESSONS])
        await keep_for(self._lessons, self._retention, by="at")
        await self._lessons.create_index(
            [("label_by", ASCENDING), ("label", ASCENDING), ("labelled_at", DESCENDING)], name="labels"
        )
        await self._lessons.create_index([("verdicts.version", ASCENDING), ("at", DESCENDING)], name="said_by")

    async def labels(self, category: str, by: str, limit: int) -> list[Label]:
        """The newest tickets with this category by `person`, `rules` or `model` that can be learned from."""
        found = self._lessons.find(labelled(by, category)).sort("labelled_at", DESCENDING).limit(limit)
        return [_label(document) for document in await found.to_list(limit)]

    async def tallies(self, version: str, *, since: datetime | None = None) -> list[Tally]:
        """How a model did on the newest tickets for which it was asked."""
        rows = await self._mongo.aggregate(LESSONS, tallies_of(version, since=since))
        return [Tally(**row["_id"], tickets=row["tickets"]) for row in rows]

    async def said(self, ticket: str) -> tuple[str, str] | None:
        """Category and decision of the model that was active when the ticket was opened, if it was asked."""
        found = await self._lessons.find_one({"_id": ticket}, {"verdicts": 1})
        verdicts = found.get("verdicts", ()) if found is not None else ()
        return next(((one["category"], one["decision"]) for one in verdicts if one["role"] == "active"), None)


_NOT_MERGED: Mapping[str, Any] = {"$gte": [{"$ifNull": ["$unmerged", 0]}, {"$ifNull": ["$merged", 0]}]}
"""By the counts of ingest's facts, whose order of arrival does not matter."""


def labelled(by: str, category: str) -> dict[str, Any]:
    """Labels that can be learned from: no machine's mail, no spam, nothing that was merged away."""
    query: dict[str, Any] = {
        "label_by": by,
        "label": category,
        "machine": {"$ne": True},
        "$expr": _NOT_MERGED,
        "status": {"$ne": "spam"},
    }
    if by == "model":
        query["status"] = {"$in": list(ENDED)}
    return query


def tallies_of(version: str, *, since: datetime | None = None) -> Sequence[Mapping[str, Any]]:
    asked: dict[str, Any] = {"verdicts.version": version}
    if since is not None:
        asked["at"] = {"$gte": since}
    return [
        {"$match": asked},
        {"$sort": {"at": -1}},
        {"$limit": LOOKED_AT},
        {"$unwind": "$verdicts"},
        {"$match": {"verdicts.version": version}},
        {
            "$group": {
                "_id": {"category": "$verdicts.category", "decision": "$verdicts.decision", "judged": _JUDGED},
                "tickets": {"$sum": 1},
            }
        },
    ]


_SAME: Mapping[str, Any] = {"$eq": ["$label", "$verdicts.category"]}
_JUDGED: Mapping[str, Any] = {
    "$switch": {
        "branches": [
            {"case": {"$eq": ["$label_by", "person"]}, "then": {"$cond": [_SAME, "confirmed", "corrected"]}},
            {
                "case": {"$and": [{"$eq": ["$label_by", "model"]}, {"$in": ["$status", list(ENDED)]}]},
                "then": {"$cond": [_SAME, "kept", "changed"]},
            },
        ],
        "default": "open",
    }
}


def _label(document: Mapping[str, Any]) -> Label:
    return Label(document["_id"], document["label"], document["label_by"], document["labelled_at"])
