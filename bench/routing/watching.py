"""Notes when a replica began to read for each decision, and when it was told that the decision is committed."""

import time
from typing import Any

from services.routing.outcome import TICKETS
from shared.change import Change, Update
from shared.once import Decide, Once, Outcome

Noted = tuple[str, int, int, float, float]
"""Ticket, the version that the commit made, the replica, begun, known."""


class Watch(Once):
    """A decision may be taken several times: the last one before the commit is what counts."""

    def __init__(self, *args: Any, replica: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._replica = replica
        self._noted: list[Noted] = []

    async def handle(self, key: str, subject: str, decide: Decide, **options: Any) -> Outcome:
        begun = known = 0.0
        change = Change()
        committed = options.pop("committed", None)

        async def watched() -> Change:
            nonlocal begun, change
            begun = time.time()
            change = await decide()
            return change

        def confirmed() -> None:
            nonlocal known
            known = time.time()
            if committed is not None:
                committed()

        outcome = await super().handle(key, subject, watched, committed=confirmed, **options)
        if not outcome.repeated:
            for write in change.writes:
                if isinstance(write, Update) and write.collection == TICKETS:
                    self._noted.append((write.id, write.version + 1, self._replica, begun, known))
        return outcome

    def taken(self) -> list[Noted]:
        """What was noted since the last call."""
        noted, self._noted = self._noted, []
        return noted
