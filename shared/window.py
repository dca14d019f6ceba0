"""The deliveries of one consumer that are in work, and how to stop when none is on its way."""

import asyncio


class Window:
    """The deliveries of one consumer that are not settled yet; the broker allows `limit` of them.

    A quorum queue counts a delivery that was on its way when its consumer was cancelled. So, to stop,
    nothing is settled for a moment: when the window is full, or quiet, nothing is on its way any more.
    """

    QUIET = 0.1

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.unsettled = 0
        self.settling = asyncio.Event()
        self.settling.set()

    def __enter__(self) -> None:
        self.unsettled += 1

    def __exit__(self, *_: object) -> None:
        self.unsettled -= 1

    async def still(self) -> None:
        """Stops settling, and returns when no delivery is on its way."""
        self.settling.clear()
        before = -1
        while before != self.unsettled < self._limit:
            before = self.unsettled
            await asyncio.sleep(self.QUIET)
