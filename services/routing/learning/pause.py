"""The pause between two rounds of a loop, which ends early when there is something to do."""

import asyncio
from contextlib import suppress


async def paused(wake: asyncio.Event, seconds: float) -> None:
    """Returns when `wake` is set, or after `seconds`; at once in a task that is being ended."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()
