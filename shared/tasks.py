"""Ends background tasks for certain."""

import asyncio
from typing import Any


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancels tasks and waits until they have ended, whatever they ended with.

    Once is not enough: `wait_for` of Python 3.11 can swallow a cancellation that comes in the moment of
    success (python/cpython#86296).
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1)
