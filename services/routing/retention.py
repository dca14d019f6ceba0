"""Lets MongoDB remove what is older than the operator wants to keep, also when the operator changes their mind."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from shared.mongo import ASCENDING, OperationFailure

NAME = "retention"
ANOTHER_INTERVAL = 85
"""IndexOptionsConflict: there is the same index with another interval."""


async def keep_for(collection: Any, retention: timedelta, *, by: str) -> None:
    """Documents go when the time in their field `by` is longer ago than `retention`."""
    wanted = {"name": NAME, "expireAfterSeconds": int(retention.total_seconds())}
    try:
        await collection.create_index([(by, ASCENDING)], **wanted)
    except OperationFailure as error:
        if error.code != ANOTHER_INTERVAL:
            raise
        with suppress(OperationFailure):  # another replica has dropped it
            await collection.drop_index(NAME)
        await collection.create_index([(by, ASCENDING)], **wanted)
