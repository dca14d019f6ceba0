"""The services' only importer of a MongoDB driver: Motor today, PyMongo's own asynchronous API tomorrow.

Motor gets critical fixes until 2027-05-14. The services use only calls that both drivers have, and
what differs between them stands in this file; `tests/integration/shared/test_once.py` runs on both.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from gridfs.asynchronous import AsyncGridFSBucket
from gridfs.errors import NoFile
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket
from pymongo import (
    ASCENDING,
    DESCENDING,
    AsyncMongoClient,
    DeleteOne,
    InsertOne,
    ReplaceOne,
    ReturnDocument,
    UpdateMany,
    UpdateOne,
)
from pymongo.errors import (
    BulkWriteError,
    CollectionInvalid,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

__all__ = [
    "ASCENDING",
    "DESCENDING",
    "BulkWriteError",
    "ConnectionFailure",
    "Database",
    "DeleteOne",
    "DuplicateKeyError",
    "InsertOne",
    "Mongo",
    "OperationFailure",
    "PyMongoError",
    "ReplaceOne",
    "ReturnDocument",
    "Session",
    "UpdateMany",
    "UpdateOne",
    "is_duplicate_key",
    "is_transient",
]

Driver = Literal["motor", "pymongo"]
Database = Any
"""A database of either driver; their types have nothing in common but their methods."""
Session = Any

DUPLICATE_KEY = 11000
DURABLE = WriteConcern(w="majority", j=True)


class Mongo:
    """One service's database: connection, transactions and files."""

    def __init__(self, url: str, *, database: str, driver: Driver = "motor") -> None:
        options: dict[str, Any] = {
            "tz_aware": True,
            "uuidRepresentation": "standard",
            "serverSelectionTimeoutMS": 5000,
            "maxPoolSize": 50,
            "appname": database,
        }
        self.driver = driver
        self._client: Any = (
            AsyncIOMotorClient(url, **options) if driver == "motor" else AsyncMongoClient(url, **options)
        )
        self.database: Database = self._client.get_database(database, write_concern=DURABLE)

    async def ping(self) -> None:
        """Raises `PyMongoError` when the database does not answer."""
        await self._client.admin.command("ping")

    async def ensure_collections(self, names: Sequence[str]) -> None:
        """Makes the collections: inside a transaction would be slower, and fails on older servers."""
        present = set(await self.database.list_collection_names())
        for name in names:
            if name not in present:
                try:
                    await self.database.create_collection(name)
                except CollectionInvalid:  # another replica was faster
                    pass

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """All writes made with the session, or none. Raises what `is_transient` recognises on conflicts."""
        session: Any = self._client.start_session()
        if self.driver == "motor":
            session = await session
        async with session:
            begun = session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=DURABLE)
            if self.driver == "pymongo":
                begun = await begun
            async with begun:
                yield session

    async def aggregate(self, collection: str, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The documents that an aggregation pipeline gives."""
        cursor = self.database[collection].aggregate(list(pipeline))
        if self.driver == "pymongo":
            cursor = await cursor
        found: list[dict[str, Any]] = await cursor.to_list(None)
        return found

    async def put_file(self, file_id: str, content: bytes, *, name: str, metadata: Mapping[str, Any]) -> None:
        """Stores a file under its id; a file that is already there stays as it is.

        The id is its name in GridFS, not the key of its chunks: those of an upload that a crash cut
        short would stand in the way of the next one for ever.
        """
        used = {"metadata.used_at": datetime.now(UTC)}
        known = await self.database["fs.files"].update_one({"filename": file_id}, {"$set": used})
        if known.matched_count == 0:
            described = {**metadata, "name": name, "used_at": datetime.now(UTC)}
            await self._bucket().upload_from_stream(file_id, content, metadata=described)

    async def get_file(self, file_id: str) -> bytes | None:
        """The content of a file, or None."""
        try:
            stream = await self._bucket().open_download_stream_by_name(file_id)
        except NoFile:
            return None
        content: bytes = await stream.read()
        return content

    async def erase_file(self, file_id: str, *, unused_since: datetime) -> bool:
        """Removes a file with all its bytes; False when it was put there (again) after `unused_since`."""
        gone = True
        for document in await self.database["fs.files"].find({"filename": file_id}, {"_id": 1}).to_list(None):
            recent = {"metadata.used_at": {"$gte": unused_since}}
            async with self.transaction() as session:
                unused = {"_id": document["_id"], "$nor": [recent]}
                removed = await self.database["fs.files"].delete_one(unused, session=session)
                if removed.deleted_count:
                    await self.database["fs.chunks"].delete_many({"files_id": document["_id"]}, session=session)
            gone = gone and bool(removed.deleted_count)
        return gone

    def _bucket(self) -> Any:
        if self.driver == "motor":
            return AsyncIOMotorGridFSBucket(self.database)
        return AsyncGridFSBucket(self.database)

    async def close(self) -> None:
        closed = self._client.close()
        if closed is not None:
            await closed


def is_transient(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is run again: a conflict, an election, a lost link."""
    if isinstance(error, ConnectionFailure):
        return True
    return isinstance(error, PyMongoError) and (
        error.has_error_label("TransientTransactionError") or error.has_error_label("UnknownTransactionCommitResult")
    )


def is_duplicate_key(error: BaseException) -> bool:
    """Whether a unique index refused a write."""
    if isinstance(error, DuplicateKeyError):
        return True
    if not isinstance(error, BulkWriteError):
        return False
    failures = (error.details or {}).get("writeErrors", [])
    return bool(failures) and all(failure["code"] == DUPLICATE_KEY for failure in failures)
