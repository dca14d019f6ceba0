"""Pushes agents' public answers to the visitors who are connected here, whichever replica took them in."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from services.ingest.channels.chat_store import Conversed, Reply, Spoken
from services.ingest.channels.status_view import STATES

EVERY = 1.0
"""Seconds between two looks at the database; an answer that was given in this process comes at once."""
AT_A_TIME = 200
LONGEST_VERSION = 18
"""Digits: the database holds whole numbers of 64 bits."""


class Answers(Protocol):
    """Where the answers are found."""

    async def tickets(self, threads: Sequence[str]) -> dict[str, Conversed]: ...

    async def replies(self, after: Mapping[str, int]) -> list[Reply]: ...

    async def history(self, ticket: str) -> list[Spoken]: ...


class Listener:
    """A connected visitor: which answers were pushed already. `push` never waits.

    `wants` is what the visitor asked for beside the answers: the history, changes of status.
    """

    def __init__(
        self,
        thread: str,
        *,
        after: str | None,
        push: Callable[[dict[str, Any]], None],
        wants: frozenset[str] = frozenset(),
    ) -> None:
        self.thread = thread
        self.push = push
        self.wants = wants
        self._status: tuple[str, str] | None = None
        self.ticket: str | None = None
        self.number: str | None = None
        self._after_ticket, version = _parsed(after)
        self._after_version = version
        self.version = 0

    def turn_to(self, conversed: Conversed) -> None:
        """The session is about this ticket now, and this is how far it is."""
        status = (conversed.number, STATES.get(conversed.status, "in_progress"))
        if "status" in self.wants and status != self._status:
            self._status = status
            self.push({"type": "status", "number": status[0], "status": status[1]})
        if conversed.ticket == self.ticket:
            return
        self.ticket, self.number = conversed.ticket, conversed.number
        self.version = self._after_version if conversed.ticket == self._after_ticket else 0

    def take(self, reply: Reply) -> None:
        """Pushes an answer that was not pushed yet."""
        if reply.ticket != self.ticket or reply.version <= self.version:
            return
        self.version = reply.version
        self.push({"type": "message", **self._shown(reply, author="agent")})

    def recall(self, history: Sequence[Spoken]) -> None:
        """Pushes the whole conversation at once; what is in it will not be pushed again."""
        said = [self._shown(one.reply, author="visitor" if one.by_visitor else "agent") for one in history]
        self.version = max([self.version, *(one.reply.version for one in history)])
        self.push({"type": "history", "messages": said})

    def _shown(self, reply: Reply, *, author: str) -> dict[str, Any]:
        return {
            "id": reply.id,
            "author": author,
            "agent": reply.agent,
            "text": reply.text,
            "sent_at": reply.sent_at.isoformat(),
            "number": self.number,
            "cursor": f"{reply.ticket}:{reply.version}",
        }


class Hub:
    """The visitors who are connected to this replica."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._listeners: set[Listener] = set()
        self._woken = asyncio.Event()

    def __len__(self) -> int:
        return len(self._listeners)

    async def join(self, listener: Listener) -> None:
        """Pushes what the visitor missed, and from now on whatever comes."""
        try:
            if "history" in listener.wants:
                await self._recall(listener)
        finally:
            self._listeners.add(listener)
        await self._deliver([listener])

    async def _recall(self, listener: Listener) -> None:
        conversed = (await self._answers.tickets([listener.thread])).get(listener.thread)
        if conversed is None:
            return listener.recall(())
        listener.turn_to(conversed)
        return listener.recall(await self._answers.history(conversed.ticket))

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def wake(self) -> None:
        """An agent has answered in this process: look now."""
        self._woken.set()

    async def round(self) -> None:
        """Waits for the next look, and pushes what it finds."""
        try:
            await asyncio.wait_for(self._woken.wait(), timeout=EVERY)
        except TimeoutError:
            pass
        self._woken.clear()
        for some in _batches(self._listeners, AT_A_TIME):
            await self._deliver(some)

    async def _deliver(self, listeners: Sequence[Listener]) -> None:
        tickets = await self._answers.tickets(sorted({listener.thread for listener in listeners}))
        after: dict[str, int] = {}
        by_ticket: dict[str, list[Listener]] = {}
        for listener in listeners:
            if listener.thread in tickets:
                listener.turn_to(tickets[listener.thread])
            if listener.ticket is not None:
                after[listener.ticket] = min(listener.version, after.get(listener.ticket, listener.version))
                by_ticket.setdefault(listener.ticket, []).append(listener)
        for reply in await self._answers.replies(after):
            for listener in by_ticket[reply.ticket]:
                listener.take(reply)


def _batches(listeners: Iterable[Listener], count: int) -> list[list[Listener]]:
    rest = iter(list(listeners))
    return list(iter(lambda: list(islice(rest, count)), []))


def _parsed(cursor: str | None) -> tuple[str, int]:
    ticket, _, version = (cursor or "").rpartition(":")
    is_version = version.isascii() and version.isdigit() and len(version) <= LONGEST_VERSION
    return ticket, int(version) if is_version else 0
