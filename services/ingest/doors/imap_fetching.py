"""Fetches all IMAP mailboxes at once, each by one replica at a time."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from pydantic import SecretStr

from services.ingest.doors.imap_fetcher import Fetcher
from services.ingest.doors.imap_folder import Surroundings
from services.ingest.doors.imap_secrets import Credentials
from services.ingest.doors.mailbox_store import MailboxStore
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.inbox.inbox import Inbox
from shared.tasks import end

MAILS_IN_MEMORY = 8


class Fetching:
    """The fetchers of all mailboxes that have `imap` and are enabled."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        inbox: Inbox,
        store: MailboxStore,
        *,
        passwords: Mapping[str, SecretStr],
        max_bytes: int,
        lease_seconds: float,
        retry_seconds: float,
        took: Callable[[str], None],
    ) -> None:
        holder = f"{socket.gethostname()} {secrets.token_hex(6)}"
        room = asyncio.Semaphore(MAILS_IN_MEMORY)
        fetched = [(one, one.imap) for one in mailboxes if one.imap is not None and one.imap.enabled]
        # A step that waits for a slow server holds a thread of its own, never another mailbox's.
        self._threads = ThreadPoolExecutor(max_workers=2 * len(fetched) + 1, thread_name_prefix="imap")
        self._fetchers = [
            Fetcher(
                Surroundings(mailbox.address, imap, inbox, store, max_bytes, room, took),
                Credentials(imap, _password(passwords, mailbox.address)),
                self._threads,
                holder=holder,
                lease_seconds=lease_seconds,
                retry_seconds=retry_seconds,
            )
            for mailbox, imap in fetched
        ]
        self._running: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._running = [asyncio.create_task(fetcher.run()) for fetcher in self._fetchers]

    async def stop(self) -> None:
        """Ends all of them, and lets other replicas take over at once."""
        if self._running:
            await end(*self._running)
            self._running = []
            await asyncio.gather(*(fetcher.release() for fetcher in self._fetchers))
        self._threads.shutdown(wait=False, cancel_futures=True)


def _password(passwords: Mapping[str, SecretStr], address: str) -> str | None:
    found = {name.lower(): secret for name, secret in passwords.items()}.get(address)
    return None if found is None else found.get_secret_value()
