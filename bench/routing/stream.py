"""Every commit on tickets, in the order of the database, from a change stream: what the judge is given."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import AsyncMongoClient

from bench.routing.history import Commit, Decision, Seen

MARKS = "simulation_marks"
HEAVY = ("rules", "candidates", "results.candidates", "results.reasons.because", "cause.actor")
PIPELINE: list[Mapping[str, Any]] = [
    {"$match": {"ns.coll": {"$in": ["tickets", "decisions", MARKS]}}},
    {"$project": {f"fullDocument.{name}": 0 for name in HEAVY}},
]
KEPT = (
    "version", "status", "team", "channel", "state", "agent", "rank", "due_at", "waiting_since",
    "preferred_until", "automatic",
)  # fmt: skip


class Stream:
    """`until(mark)` gives what was committed before a mark that the driver wrote when all was quiet."""

    def __init__(self, url: str, database: str) -> None:
        self._client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url, tz_aware=True)
        self._database = self._client[database]
        self._documents: dict[str, dict[str, Any]] = {}
        self._changes: Any = None
        self._marks = 0

    async def open(self) -> None:
        """Before the first write."""
        self._changes = await self._database.watch(PIPELINE, batch_size=2000, max_await_time_ms=1000)
        await self._changes.try_next()

    async def close(self) -> None:
        await self._changes.close()
        await self._client.close()

    async def drop(self) -> None:
        await self._client.drop_database(self._database.name)

    async def so_far(self) -> list[Commit]:
        """The commits since the last call."""
        self._marks += 1
        _, commits = await asyncio.gather(
            self._database[MARKS].insert_one({"_id": self._marks}), self._until(self._marks)
        )
        return commits

    async def _until(self, mark: int) -> list[Commit]:
        commits: list[Commit] = []
        group: list[Any] = []
        transaction: Any = None
        while True:
            change = await self._changes.next()
            name = change["ns"]["coll"]
            own = (change["lsid"], change["txnNumber"]) if "txnNumber" in change else None
            if group and (own is None or own != transaction):
                commits += self._commits(group)
                group = []
            if name == MARKS:
                if change["documentKey"]["_id"] == mark:
                    return commits
                continue
            transaction = own
            group.append(change)

    def _commits(self, group: list[Any]) -> list[Commit]:
        decision = next((_decision(one["fullDocument"]) for one in group if one["ns"]["coll"] == "decisions"), None)
        return [
            Commit(self._seen(one), decision if decision is None or one["ns"]["coll"] == "tickets" else None)
            for one in group
            if one["ns"]["coll"] == "tickets"
        ]

    def _seen(self, change: Mapping[str, Any]) -> Seen:
        ticket: str = change["documentKey"]["_id"]
        if change["operationType"] == "insert":
            document = {name: value for name, value in change["fullDocument"].items() if name in _USED}
        else:
            document = self._documents[ticket]
            told = change["updateDescription"]
            document |= {name: value for name, value in told["updatedFields"].items() if name in _USED}
            for name, value in told["updatedFields"].items():
                if name.startswith("offer."):
                    document["offer"] = {**(document.get("offer") or {}), name.removeprefix("offer."): value}
        self._documents[ticket] = document
        return _read(ticket, document)


_USED = frozenset((*KEPT, "offer", "excluded", "opened"))


def _read(ticket: str, document: Mapping[str, Any]) -> Seen:
    offer = document.get("offer")
    own: dict[str, Any] = {name: document[name] for name in KEPT if name in document}
    due: datetime | None = own.get("due_at")
    return Seen(
        ticket=ticket,
        offered_to=None if offer is None else offer["agent"],
        excluded=tuple(document.get("excluded", ())),
        **{**own, "due_at": None if due is None or due.year == 9999 else due},
    )


def _decision(document: Mapping[str, Any]) -> Decision | None:
    """What the decision says of who has the ticket, if it says anything about that."""
    placed = [result for result in document["results"] if result["type"] in ("ticket.assigned.v1", "ticket.offered.v1")]
    if not placed:
        return None
    stated = next((one for one in placed if one["type"] == "ticket.assigned.v1"), placed[0])
    return Decision(
        cause=document["cause"]["type"],
        by=stated.get("by", ""),
        previous_agent=stated.get("previous_agent"),
        rules=tuple(reason["rule"] for reason in stated.get("reasons", ())),
    )
