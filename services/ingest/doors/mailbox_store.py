"""What is kept about mailboxes: who fetches one now, how far every folder is read, and how it went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.ids import derived_id
from shared.mongo import DuplicateKeyError, Mongo

Counts = Literal["all", "unseen", "since"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder is read.

    All mails up to `uid` are stored, but for the `odd` ones, which could not be fetched so many times.
    Mails up to `old` were there before this cursor: of them `counts` all, the unseen ones, or with `since`
    those that are unseen or came in after `began_at`, when the folder was first looked into.
    """

    uidvalidity: int
    uid: int
    old: int
    began_at: datetime
    odd: Mapping[int, int] = field(default_factory=dict)
    counts: Counts = "unseen"


class MailboxStore:
    """The collections `mailboxes` and `mailbox_cursors`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self, addresses: Iterable[str]) -> None:
        """Makes the collections, and a document for every mailbox."""
        await self._mongo.ensure_collections(["mailboxes", "mailbox_cursors"])
        for address in addresses:
            if await self._db.mailboxes.find_one({"_id": address}, {"_id": 1}) is None:
                try:
                    await self._db.mailboxes.insert_one({"_id": address})
                except DuplicateKeyError:  # another replica was faster
                    pass

    # --- who fetches it: by the database's clock, which all replicas share

    async def lease(self, address: str, holder: str, *, seconds: float) -> bool:
        """Takes or keeps the lease on a mailbox; False when somebody else has it."""
        free = {"$or": [{"$eq": ["$holder", holder]}, {"$lt": [{"$ifNull": ["$leased_until", 0]}, "$$NOW"]}]}
        taken = await self._db.mailboxes.update_one(
            {"_id": address, "$expr": free},
            [{"$set": {"holder": holder, "leased_until": {"$add": ["$$NOW", int(seconds * 1000)]}}}],
        )
        return bool(taken.matched_count)

    async def release(self, address: str, holder: str) -> None:
        """Gives the lease back, if it is still there."""
        gone: dict[str, Any] = {"$unset": {"holder": "", "leased_until": ""}}
        await self._db.mailboxes.update_one({"_id": address, "holder": holder}, gone)

    # --- how far it is read

    async def cursor(self, address: str, folder: str) -> Cursor | None:
        found = await self._db.mailbox_cursors.find_one({"_id": _cursor_id(address, folder)})
        if found is None:
            return None
        odd = {int(uid): tries for uid, tries in found["odd"].items()}
        return Cursor(found["uidvalidity"], found["uid"], found["old"], found["began_at"], odd, found["counts"])

    async def keep(self, address: str, folder: str, cursor: Cursor) -> None:
        """The cursor is this from now on."""
        state = {
            "mailbox": address,
            "folder": folder,
            "uidvalidity": cursor.uidvalidity,
            "uid": cursor.uid,
            "old": cursor.old,
            "began_at": cursor.began_at,
            "odd": {str(uid): tries for uid, tries in cursor.odd.items()},
            "counts": cursor.counts,
        }
        await self._db.mailbox_cursors.replace_one({"_id": _cursor_id(address, folder)}, state, upsert=True)

    # --- how it went

    async def succeeded(self, address: str, at: datetime, *, backlog: int | None = None) -> None:
        """Mail came in, or was looked for and there was none."""
        state = {} if backlog is None else {"backlog": backlog}
        await self._db.mailboxes.update_one(
            {"_id": address}, {"$max": {"last_success_at": at}, **({"$set": state} if state else {})}
        )

    async def failed(self, address: str, at: datetime, *, words: str, advice: str) -> None:
        await self._db.mailboxes.update_one(
            {"_id": address},
            {"$set": {"last_error_at": at, "last_error": words, "advice": advice}, "$inc": {"failures": 1}},
        )

    async def noted(self, address: str, *, backlog: int | None = None, warning: str | None = None) -> None:
        """How many mails wait to be fetched, and what did not quite work."""
        state = {name: value for name, value in (("backlog", backlog), ("warning", warning)) if value is not None}
        if state:
            await self._db.mailboxes.update_one({"_id": address}, {"$set": state})

    async def all(self) -> dict[str, dict[str, Any]]:
        """What is kept about every mailbox, its cursors among it."""
        found = {document["_id"]: {**document, "cursors": []} for document in await self._find("mailboxes")}
        for document in await self._find("mailbox_cursors"):
            if document["mailbox"] in found:
                found[document["mailbox"]]["cursors"].append(document)
        return found

    async def _find(self, collection: str) -> list[dict[str, Any]]:
        documents: list[dict[str, Any]] = await self._db[collection].find({}).sort("_id", 1).to_list(None)
        return documents


def _cursor_id(address: str, folder: str) -> str:
    return derived_id("mailbox_cursor", address, folder)
