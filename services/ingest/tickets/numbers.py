"""Ticket numbers, taken in blocks so that opening two tickets never touches the same document at once."""

import asyncio
from typing import Protocol

from services.ingest.tickets.number import FIRST, ticket_number

BLOCK = 20
"""Numbers that a replica takes at a time; what it has not used when it stops stays unused."""


class Sequence(Protocol):
    async def take_numbers(self, count: int, *, first: int) -> int: ...


class Numbers:
    """Hands out ticket numbers, each once."""

    def __init__(self, sequence: Sequence, *, block: int = BLOCK) -> None:
        self._sequence = sequence
        self._block = block
        self._next = 0
        self._end = 0
        self._taking = asyncio.Lock()

    async def take(self) -> str:
        """The next number, for example `K-1000017`."""
        async with self._taking:
            if self._next >= self._end:
                self._next = await self._sequence.take_numbers(self._block, first=FIRST)
                self._end = self._next + self._block
            taken = self._next
            self._next += 1
        return ticket_number(taken)
