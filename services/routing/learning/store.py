"""What learned classification keeps in MongoDB: models with their files, which one is active, trainings, leases."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from services.routing.learning.catalogue import Entry, digest
from services.routing.learning.choice import Choice
from services.routing.learning.model.verdicts import BrokenModel
from services.routing.learning.trainings.training_record import Training
from shared.errors import Refused, Transient
from shared.mongo import ASCENDING, DESCENDING, DuplicateKeyError, Mongo, ReturnDocument

MODELS = "models"
CHOICES = "model_choice"
TRAININGS = "trainings"
LEASES = "leases"
THE_ONE = "models"
ATTEMPTS = 8


class ModelStore:
    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self._models = mongo.database[MODELS]
        self._choices = mongo.database[CHOICES]
        self._trainings = mongo.database[TRAININGS]
        self._leases = mongo.database[LEASES]

    async def prepare(self) -> None:
        """Makes collections and indexes."""
        await self.mongo.ensure_collections([MODELS, CHOICES, TRAININGS, LEASES])
        await self._models.create_index([("trained_at", DESCENDING)], name="latest")
        await self._trainings.create_index([("state", ASCENDING), ("asked_at", ASCENDING)], name="waiting")
        await self._trainings.create_index([("asked_at", DESCENDING)], name="latest")
        await self._trainings.create_index([("origin", ASCENDING), ("asked_at", DESCENDING)], name="latest_of_origin")

    async def add(self, entry: Entry, content: bytes) -> None:
        """Stores a model and its file; one that is there already stays as it is."""
        await self.mongo.put_file(entry.file, content, name=f"{entry.version}.model", metadata={"kind": "model"})
        try:
            await self._models.insert_one(entry.document())
        except DuplicateKeyError:
            pass

    async def entry(self, version: str) -> Entry:
        found = await self._models.find_one({"_id": version})
        if found is None:
            raise Refused(
                status=404, title="No such model", detail=f"`make models` lists what there is, not {version}."
            )
        return Entry.of(found)

    async def entries(self, *, limit: int = 100) -> list[Entry]:
        """The models, the latest first."""
        found = await self._models.find().sort("trained_at", DESCENDING).limit(limit).to_list(limit)
        return [Entry.of(document) for document in found]

    async def any_model(self) -> bool:
        return await self._models.find_one({}, {"_id": 1}) is not None

    async def content(self, entry: Entry) -> bytes:
        """The file of a model; `BrokenModel` when it is gone or is not the one that was stored."""
        content = await self.mongo.get_file(entry.file)
        if content is None:
            raise BrokenModel("its file is not in the database any more")
        if await asyncio.to_thread(digest, content) != entry.sha256:
            raise BrokenModel("its file is damaged: SHA-256 differs from the one that was stored")
        return content

    async def remove(self, entry: Entry, *, now: datetime) -> None:
        """Removes a model and its file."""
        await self._models.delete_one({"_id": entry.version})
        await self.mongo.erase_file(entry.file, unused_since=now)

    async def choice(self) -> Choice:
        found = await self._choices.find_one({"_id": THE_ONE})
        return Choice() if found is None else Choice.of(found)

    async def choose(self, decide: Callable[[Choice], Choice]) -> Choice:
        """Replaces the choice by what `decide` makes of it, unless somebody else did meanwhile: then again."""
        for _ in range(ATTEMPTS):
            before = await self.choice()
            after = decide(before)
            if after == before:
                return before
            changed = {**after.document(), "revision": before.revision + 1}
            guard = {"_id": THE_ONE, "revision": before.revision}
            try:
                await self._choices.update_one(guard, {"$set": changed}, upsert=True)
            except DuplicateKeyError:  # it has another revision by now
                continue
            return replace(after, revision=before.revision + 1)
        raise Transient("the choice of models changed all the time")

    async def ask(self, training: Training) -> Training:
        """Writes down that a training is wanted; one with this id that is there already is the answer."""
        try:
            await self._trainings.insert_one(training.document())
        except DuplicateKeyError:
            pass
        return await self.training(training.id)

    async def training(self, training: str) -> Training:
        found = await self._trainings.find_one({"_id": training})
        if found is None:
            raise Refused(status=404, title="No such training", detail=f"There is no training {training}.")
        return Training.of(found)

    async def waiting(self) -> Training | None:
        """The training that was asked for first and has not ended; also one that a dead process had begun."""
        found = await self._trainings.find_one({"state": "waiting"}, sort=[("asked_at", ASCENDING)])
        return None if found is None else Training.of(found)

    async def latest(self, *, limit: int = 5) -> list[Training]:
        found = await self._trainings.find().sort("asked_at", DESCENDING).limit(limit).to_list(limit)
        return [Training.of(document) for document in found]

    async def begin(self, training: str) -> int:
        """Counts that it is begun; how many times it was by now."""
        begun = {"$inc": {"begun": 1}}
        found = await self._trainings.find_one_and_update(
            {"_id": training}, begun, return_document=ReturnDocument.AFTER
        )
        return 0 if found is None else int(found["begun"])

    async def last_history(self) -> datetime | None:
        """When a training from history was asked for last; else when the first training of all was."""
        found = await self._trainings.find_one({"origin": "history"}, sort=[("asked_at", DESCENDING)])
        found = found or await self._trainings.find_one({}, sort=[("asked_at", ASCENDING)])
        asked_at: datetime | None = None if found is None else found["asked_at"]
        return asked_at

    async def end(self, training: str, *, state: str, at: datetime, result: str, model: str | None) -> None:
        ended = {"state": state, "ended_at": at, "result": result, "model": model}
        await self._trainings.update_one({"_id": training}, {"$set": ended})

    async def hold(self, lease: str, holder: str, *, now: datetime, lasts: timedelta) -> bool:
        """Takes or renews a lease; False while somebody else holds it."""
        free = {"_id": lease, "$or": [{"holder": holder}, {"until": {"$lt": now}}]}
        held = {"$set": {"holder": holder, "until": now + lasts}}
        try:
            await self._leases.update_one(free, held, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    async def let_go(self, lease: str, holder: str) -> None:
        await self._leases.delete_one({"_id": lease, "holder": holder})
