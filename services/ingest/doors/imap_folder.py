"""One look into a folder: every mail that is new in it is stored, then marked, then behind the cursor."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from services.ingest.doors import notices
from services.ingest.doors.configuration import Imap
from services.ingest.doors.imap_connection import ImapConnection, Selected
from services.ingest.doors.mailbox_store import Cursor, MailboxStore
from services.ingest.doors.raw import mail_input
from services.ingest.doors.trouble import Lost, Odd, Trouble
from services.ingest.inbox.inbox import Inbox

BATCH = 20
"""Mails after which they are marked and the cursor moves: so many are met again after a crash, and recognised."""
TRIES = 3
"""How often a mail is fetched before a notice takes its place."""

log = structlog.get_logger()
CLOCKS_APART = timedelta(hours=1)
"""By how much the mail server's clock may be behind."""
Step = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the folders of one mailbox have in common. `room` limits how many whole mails are in memory."""

    address: str
    imap: Imap
    inbox: Inbox
    store: MailboxStore
    max_bytes: int
    room: asyncio.Semaphore
    took: Callable[[str], None]


class Folder:
    """A folder of an open connection."""

    def __init__(self, around: Surroundings, connection: ImapConnection, step: Step, name: str) -> None:
        self._around = around
        self._connection = connection
        self._step = step
        self._name = name

    async def look(self) -> int:
        """Stores what is new; how many mails that were. What was stored stays so, whatever is raised then."""
        selected: Selected = await self._step(self._connection.select, self._name)
        cursor = await self._cursor(selected)
        uids = await self._new(selected, cursor)
        wanted = sorted({*cursor.odd, *uids})
        for start in range(0, len(wanted), BATCH):
            await self._around.store.noted(self._around.address, backlog=len(wanted) - start)
            cursor = await self._take(wanted[start : start + BATCH], cursor)
        if cursor.uid < cursor.old:  # among the old ones there is nothing more that counts
            cursor = replace(cursor, uid=cursor.old)
        await self._around.store.keep(self._around.address, self._name, cursor)
        return len(uids)

    async def _cursor(self, selected: Selected) -> Cursor:
        """The cursor; a new one on the first look, and when the server has given all mails new UIDs."""
        known = await self._around.store.cursor(self._around.address, self._name)
        if known is not None and known.uidvalidity == selected.uidvalidity:
            return known
        last, first, now = selected.uidnext - 1, self._around.imap.first, datetime.now(UTC)
        if known is None:
            cursor = Cursor(
                selected.uidvalidity,
                last if first == "new" else 0,
                last,
                now,
                counts="all" if first == "all" else "unseen",
            )
        else:
            log.warning("mailbox.renumbered", mailbox=self._around.address, uidvalidity=selected.uidvalidity)
            cursor = Cursor(selected.uidvalidity, 0, last, known.began_at, counts="all" if first == "all" else "since")
        await self._around.store.keep(self._around.address, self._name, cursor)
        return cursor

    async def _new(self, selected: Selected, cursor: Cursor) -> list[int]:
        old: list[int] = []
        if cursor.uid < cursor.old:  # a first look, or one after all mails got new UIDs
            since = cursor.began_at - CLOCKS_APART if cursor.counts == "since" else None
            listed: list[int] = await self._step(
                self._connection.all, selected, unseen=cursor.counts == "unseen", since=since
            )
            old = [uid for uid in listed if cursor.uid < uid <= cursor.old]
        # What came in while we looked counts whether somebody has seen it or not.
        later: list[int] = await self._step(self._connection.above, max(cursor.old, cursor.uid))
        return [*old, *later]

    async def _take(self, uids: Sequence[int], cursor: Cursor) -> Cursor:
        """Stores these mails, marks them, and moves the cursor behind them."""
        sizes: dict[int, int] = await self._step(self._connection.sizes, uids)
        odd, stored = dict(cursor.odd), []
        for uid in uids:
            tries = odd.pop(uid, 0)
            try:
                if await self._mail(uid, sizes.get(uid), tries=tries, uidvalidity=cursor.uidvalidity):
                    stored.append(uid)
            except Odd as reason:
                odd[uid] = tries + 1
                log.warning("mail.odd", mailbox=self._around.address, uid=uid, tries=tries + 1, reason=str(reason))
            except Lost as error:
                await self._note_lost(uid, tries, stored, cursor, odd)
                raise Trouble(
                    f"The connection broke while mail {uid} was fetched: {error}",
                    f"Nothing: it is tried again, {TRIES} times; then a notice takes its place.",
                ) from error
        if stored:
            await self._settle(stored)
        moved = replace(cursor, uid=max(cursor.uid, uids[-1]), odd=odd)
        await self._around.store.keep(self._around.address, self._name, moved)
        return moved

    async def _note_lost(self, uid: int, tries: int, stored: list[int], cursor: Cursor, odd: dict[int, int]) -> None:
        """The cursor stays where it was, for nothing here can be marked now; the mail that broke it is counted."""
        kept = {one: count for one, count in cursor.odd.items() if one not in stored}
        counted = replace(cursor, odd={**kept, **odd, uid: tries + 1})
        await self._around.store.keep(self._around.address, self._name, counted)

    async def _mail(self, uid: int, size: int | None, *, tries: int, uidvalidity: int) -> bool:
        """Stores one mail, or a notice in its place; False when it is gone."""
        where, limit = f"folder {self._name}, UID {uid}", self._around.max_bytes
        async with self._around.room:
            if tries >= TRIES:
                head = await self._head_at_last(uid)
                if head is None:
                    return False
                reason = f"it was tried {tries} times"
                place = f"{self._name} {uidvalidity} {uid}"
                notice, key = notices.not_fetched(head, reason=reason, where=where, place=place)
                await self._store(notice, uid=uid, notice="odd", key=key)
                return True
            raw: bytes | None = None
            if size is None or size <= limit:
                raw = await self._step(self._connection.whole, uid)
                if raw is None:
                    return False
                size = len(raw)
            if raw is None or size > limit:
                head = await self._step(self._connection.head, uid)
                if head is None:
                    return False
                notice, key = notices.too_large(head, size=size, limit=limit, where=where)
                await self._store(notice, uid=uid, notice="oversize", key=key)
                return True
            await self._store(raw, uid=uid)
        return True

    async def _head_at_last(self, uid: int) -> bytes | None:
        """The head of a mail that can't be had whole; empty when not even that can be had."""
        try:
            head: bytes | None = await self._step(self._connection.head, uid)
        except Odd:
            return b""
        return head

    async def _store(self, raw: bytes, *, uid: int, notice: str | None = None, key: str | None = None) -> None:
        facts: dict[str, Any] = {"door": "imap", "folder": self._name, "uid": uid}
        if notice is not None:
            facts["notice"] = notice
        received = mail_input(raw, mailbox=self._around.address, at=datetime.now(UTC), facts=facts, key=key)
        await self._around.inbox.receive(received)
        self._around.took(self._around.address)

    async def _settle(self, uids: Sequence[int]) -> None:
        warning: str | None = await self._step(self._connection.settle, uids)
        await self._around.store.noted(self._around.address, warning=warning or "")
        if warning:
            log.warning("mailbox.not_settled", mailbox=self._around.address, reason=warning)
