"""Mailboxes fetched over IMAP, from a real server and from one that misbehaves, with cursors in a real database."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from deploy.local.addresses import Nodes
from services.ingest.doors.configuration import Imap, Mailbox
from services.ingest.doors.imap_fetching import Fetching
from services.ingest.doors.mailbox_store import MailboxStore
from services.ingest.doors.mailboxes import Mailboxes
from shared.mongo import Mongo
from tests.integration.ingest.doors.imap_server import (
    PASSWORD,
    Hangup,
    RealServer,
    real_server,
    scripted_server,
)
from tests.unit.ingest.doors.mail_fakes import SUPPORT, MemoryInbox, as_inbox


def mail(number: int = 1, *, text: str = "Ne sveti.", message_id: bool = True) -> bytes:
    ids = f"Message-ID: <{number}@kupec.example>\r\n" if message_id else ""
    return (
        f"From: Janez <janez@kupec.example>\r\nTo: {SUPPORT}\r\nSubject: Svetilka {number}\r\n{ids}\r\n{text}\r\n"
    ).encode()


@pytest.fixture
async def mongo(nodes: Nodes) -> AsyncIterator[Mongo]:
    made = Mongo(nodes.mongodb_url, database=f"imap-{secrets.token_hex(4)}")
    yield made
    await made.database.client.drop_database(made.database.name)
    await made.close()


@pytest.fixture
async def store(mongo: Mongo) -> MailboxStore:
    made = MailboxStore(mongo)
    await made.prepare([SUPPORT])
    return made


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


async def until(condition: Callable[[], Any], *, seconds: float = 6.0) -> Any:
    """Waits until the condition holds, and gives what it gave."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)


@asynccontextmanager
async def fetching(
    inbox: MemoryInbox, store: MailboxStore, *imaps: Imap, password: str = PASSWORD, **changes: Any
) -> AsyncIterator[Fetching]:
    addresses = [SUPPORT, *(f"box{number}@svetilka.example" for number in range(1, len(imaps)))]
    boxes = tuple(Mailbox(address=address, imap=imap) for address, imap in zip(addresses, imaps, strict=True))
    await store.prepare(addresses)
    made = Fetching(
        Mailboxes(boxes),
        as_inbox(inbox),
        store,
        passwords=dict.fromkeys(addresses, SecretStr(password)),
        **{"max_bytes": 100_000, "lease_seconds": 5.0, "retry_seconds": 0.01, "took": lambda mailbox: None, **changes},
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def error_of(store: MailboxStore) -> dict[str, Any] | None:
    kept = (await store.all())[SUPPORT]
    return kept if kept.get("last_error") else None


async def test_mail_is_stored_then_marked_as_seen(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        await server.deliver(mail(1), mail(2))
        async with fetching(inbox, store, server.imap()):
            await until(lambda: len(inbox.received) == 2)
            await until(server.seen)
        assert inbox.bodies == [mail(1), mail(2)]
        assert await server.seen() == await server.all()
        assert {one.account for one in inbox.received.values()} == {SUPPORT}
        assert (await store.all())[SUPPORT]["last_success_at"] is not None


@pytest.mark.parametrize("idle", [True, False])
async def test_mail_that_comes_in_later_is_fetched(idle: bool, inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        # With IDLE nobody looks before the server tells: the next look would come after a minute.
        imap = server.imap(idle=idle, poll_seconds=60 if idle else 0.05)
        async with fetching(inbox, store, imap):
            await until(lambda: _succeeded(store))
            await server.deliver(mail(1))
            await until(lambda: inbox.received)
    assert inbox.bodies == [mail(1)]


async def _succeeded(store: MailboxStore) -> bool:
    return (await store.all())[SUPPORT].get("last_success_at") is not None


async def test_mails_that_people_have_read_before_are_left_alone_at_first(
    inbox: MemoryInbox, store: MailboxStore
) -> None:
    async with real_server() as server:
        await server.deliver(mail(1), mail(2), seen=True)
        await server.deliver(mail(3))
        async with fetching(inbox, store, server.imap()):
            await until(lambda: inbox.received)
            await server.deliver(mail(4), seen=True)
            await until(lambda: len(inbox.received) == 2)
    assert inbox.bodies == [mail(3), mail(4)], "later, a mail counts even if somebody has read it already"


@pytest.mark.parametrize(("first", "taken"), [("all", [1, 2, 3]), ("new", [3])])
async def test_what_was_there_before_counts_as_configured(
    first: str, taken: list[int], inbox: MemoryInbox, store: MailboxStore
) -> None:
    async with real_server() as server:
        await server.deliver(mail(1), mail(2), seen=True)
        async with fetching(inbox, store, server.imap(first=first)):
            await until(lambda: _succeeded(store))
            await server.deliver(mail(3))
            await until(lambda: len(inbox.received) == len(taken))
    assert inbox.bodies == [mail(number) for number in taken]


async def test_stored_mails_are_moved_away(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        await server(lambda client: client.create("Done"))
        await server.deliver(mail(1), mail(2))
        async with fetching(inbox, store, server.imap(after="move", move_to="Done")):
            await until(lambda: len(inbox.received) == 2)
            await until(lambda: _is_empty(server))
        assert len(await server.all("Done")) == 2


async def _is_empty(server: RealServer) -> bool:
    return not await server.all()


async def test_stored_mails_are_deleted(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        await server.deliver(mail(1))
        async with fetching(inbox, store, server.imap(after="delete")):
            await until(lambda: _is_empty(server))
    assert inbox.bodies == [mail(1)]


async def test_mailbox_that_is_only_read_keeps_its_marks(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        await server.deliver(mail(1))
        async with fetching(inbox, store, server.imap(after="keep")):
            await until(lambda: _uid(store))
        assert await server.seen() == []
    assert inbox.bodies == [mail(1)]


async def _uid(store: MailboxStore) -> int:
    cursor = await store.cursor(SUPPORT, "INBOX")
    return cursor.uid if cursor else 0


async def test_several_folders_are_looked_into(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        await server(lambda client: client.create("Junk"))
        await server.deliver(mail(1))
        await server.deliver(mail(2), folder="Junk")
        async with fetching(inbox, store, server.imap(folders=("INBOX", "Junk"))):
            await until(lambda: len(inbox.received) == 2)
    assert {one.envelope["folder"] for one in inbox.received.values()} == {"INBOX", "Junk"}


async def test_crash_between_storing_and_marking_repeats_the_mail_which_is_recognised(
    inbox: MemoryInbox, store: MailboxStore
) -> None:
    async with scripted_server({1: mail(1), 2: mail(2)}) as server:
        crashes = iter([True])

        def crash(command: str, arguments: str) -> list[bytes] | None:
            if command == "STORE" and next(crashes, False):
                raise Hangup
            return None

        server.misbehave = crash
        async with fetching(inbox, store, server.imap()):
            await until(lambda: server.seen == {1, 2})
        assert server.fetched == [1, 2, 1, 2]
    assert inbox.bodies == [mail(1), mail(2)]


@pytest.mark.parametrize("place", range(3, 12))
async def test_wherever_the_connection_breaks_every_mail_comes_in_once(
    place: int, inbox: MemoryInbox, store: MailboxStore
) -> None:
    mails = {uid: mail(uid) for uid in range(1, 4)}
    async with scripted_server(mails) as server:

        def break_off(command: str, arguments: str) -> list[bytes] | None:
            if len(server.commands) == place:
                raise Hangup
            return None

        server.misbehave = break_off
        async with fetching(inbox, store, server.imap()):
            await until(lambda: server.seen == set(mails))
            await until(lambda: _is_read_up_to(store, 3))
        assert server.connections == 2
    assert sorted(inbox.bodies) == sorted(mails.values())
    assert all(one.envelope.get("notice") is None for one in inbox.received.values())


async def test_connection_that_breaks_in_the_middle_of_a_mail_is_begun_again(
    inbox: MemoryInbox, store: MailboxStore
) -> None:
    async with scripted_server({1: mail(1), 2: mail(2)}) as server:
        breaks = iter([True, False])

        def break_off(command: str, arguments: str) -> list[bytes] | None:
            if command == "FETCH" and arguments.startswith("2 (BODY") and next(breaks, False):
                return [b"* 2 FETCH (UID 2 BODY[] {5000}\r\nFrom: half a mail"]
            return None

        server.misbehave = break_off
        async with fetching(inbox, store, server.imap(timeout_seconds=0.2)):
            await until(lambda: len(inbox.received) == 2)
            await until(lambda: server.seen == {1, 2})
        assert server.connections == 2
        failed = await error_of(store)
        assert failed is not None
        assert "mail 2" in failed["last_error"]


@pytest.mark.parametrize("way", ["hangs up", "refuses", "babbles"])
async def test_mail_that_can_never_be_fetched_gives_a_notice_and_holds_nothing_up(
    way: str, inbox: MemoryInbox, store: MailboxStore
) -> None:
    async with scripted_server({1: mail(1), 2: mail(2), 3: mail(3)}) as server:

        def odd(command: str, arguments: str) -> list[bytes] | None:
            if command != "FETCH" or not arguments.startswith("2 (BODY.PEEK[]"):
                return None
            if way == "hangs up":
                raise Hangup
            return [b"TAG NO internal error"] if way == "refuses" else [b"* 2 FETCH ((((", b"TAG OK"]

        server.misbehave = odd
        async with fetching(inbox, store, server.imap()):
            await until(lambda: len(inbox.received) == 3)
            await until(lambda: server.seen == {1, 2, 3})
            await until(lambda: _is_read_up_to(store, 3))
        notice = next(one for one in inbox.received.values() if one.envelope.get("notice"))
        assert notice.envelope["notice"] == "odd"
        assert b"Subject: Svetilka 2" in notice.body
        assert b"could not hand this mail over" in notice.body


async def _is_read_up_to(store: MailboxStore, uid: int) -> bool:
    cursor = await store.cursor(SUPPORT, "INBOX")
    return cursor is not None and (cursor.uid, dict(cursor.odd)) == (uid, {})


async def test_mail_over_the_limit_gives_a_notice_with_its_head(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        await server.deliver(mail(1, text="x" * 200_000), mail(2))
        async with fetching(inbox, store, server.imap()):
            await until(lambda: len(inbox.received) == 2)
    notice, other = inbox.received.values()
    assert notice.envelope["notice"] == "oversize"
    assert notice.envelope["message_id"] == "<1@kupec.example>"
    assert b"at most 100000 are taken in" in notice.body
    assert len(notice.body) < 2000
    assert other.body == mail(2)


async def test_new_uidvalidity_repeats_no_mail_and_loses_none(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with scripted_server({1: mail(1), 2: mail(2)}) as server:
        async with fetching(inbox, store, server.imap()):
            await until(lambda: server.seen == {1, 2})
        server.mails = {1: mail(3), 2: mail(1), 3: mail(2)}
        server.uidvalidity, server.seen, server.fetched = 2, {1, 2, 3}, []
        async with fetching(inbox, store, server.imap()):
            await until(lambda: len(inbox.received) == 3)
            await until(lambda: server.fetched == [1, 2, 3])
    assert inbox.bodies == [mail(1), mail(2), mail(3)]


async def test_mails_without_message_id_are_all_taken(inbox: MemoryInbox, store: MailboxStore) -> None:
    mails = [mail(number, message_id=False) for number in (1, 2, 3)]
    async with real_server() as server:
        await server.deliver(*mails, b"\r\nno head at all\r\n")
        async with fetching(inbox, store, server.imap()):
            await until(lambda: len(inbox.received) == 4)


async def test_server_that_announces_idle_and_refuses_it_is_polled(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with scripted_server({}) as server:
        server.capabilities += " IDLE"
        server.misbehave = lambda command, arguments: [b"TAG NO not today"] if command == "IDLE" else None
        async with fetching(inbox, store, server.imap()):
            await until(lambda: "IDLE" in server.commands)
            server.mails[7] = mail(7)
            await until(lambda: inbox.received)
        assert server.connections == 1


async def test_wrong_password_says_what_to_do(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with real_server() as server:
        async with fetching(inbox, store, server.imap(), password="wrong"):
            failed = await until(lambda: error_of(store))
        assert "refused the sign-in of support" in failed["last_error"]
        assert failed["advice"] == "Check the user and the password."


async def test_server_that_is_not_there_says_what_to_do(inbox: MemoryInbox, store: MailboxStore) -> None:
    imap = Imap(host="127.0.0.1", port=1, tls="implicit", user="support")
    async with fetching(inbox, store, imap):
        failed = await until(lambda: error_of(store))
    assert "127.0.0.1:1 can't be reached" in failed["last_error"]


async def test_mailbox_comes_back_by_itself_after_failures(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with scripted_server({1: mail(1)}) as server:
        refusals = iter([True, True, True])
        server.misbehave = lambda command, arguments: (
            [b"* BYE overloaded"] if command == "SELECT" and next(refusals, False) else None
        )
        async with fetching(inbox, store, server.imap(timeout_seconds=0.2)):
            await until(lambda: inbox.received)
            kept = await until(lambda: _recovered(store))
    assert kept["failures"] == 3


async def _recovered(store: MailboxStore) -> dict[str, Any] | None:
    kept = (await store.all())[SUPPORT]
    recovered = kept.get("last_success_at") and kept["last_success_at"] > kept["last_error_at"]
    return kept if recovered else None


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
async def test_expired_token_is_fetched_again(
    mechanism: str, inbox: MemoryInbox, store: MailboxStore, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("expired\nfresh\n")
    program = (
        "import pathlib,sys; f=pathlib.Path(sys.argv[1]); l=f.read_text().split(); print(l[0]); f.write_text(l[-1])"
    )
    async with scripted_server({1: mail(1)}) as server:
        server.capabilities += f" AUTH={mechanism}"
        server.tokens = {"fresh"}
        token = {"command": (sys.executable, "-c", program, str(tokens))}
        async with fetching(inbox, store, server.imap(auth="oauth2", token=token)):
            await until(lambda: inbox.received)
        assert sum(one.startswith("AUTHENTICATE") for one in server.commands) == 2
        assert (await store.all())[SUPPORT].get("last_error") is None


async def test_token_command_that_fails_says_what_to_do(inbox: MemoryInbox, store: MailboxStore) -> None:
    async with scripted_server({}) as server:
        token = {"command": (sys.executable, "-c", "raise SystemExit(3)")}
        async with fetching(inbox, store, server.imap(auth="oauth2", token=token)):
            failed = await until(lambda: error_of(store))
        assert "ended with 3" in failed["last_error"]
        assert "Run the token command" in failed["advice"]
        assert server.connections == 0


async def test_fifty_two_mailboxes_are_fetched_at_once(inbox: MemoryInbox, store: MailboxStore) -> None:
    """Were they fetched one after the other, none behind the first fifty would ever have its turn: those hang."""
    async with scripted_server({1: mail(1)}) as server, scripted_server({}) as hanging:
        stuck = asyncio.Event()

        def hang(command: str, arguments: str) -> list[bytes] | None:
            stuck.set()
            return []  # the answer never comes

        hanging.misbehave = hang
        imaps = [hanging.imap(timeout_seconds=5)] * 50 + [server.imap(first="all")] * 2
        async with fetching(inbox, store, *imaps):
            last = {"box50@svetilka.example", "box51@svetilka.example"}
            await until(lambda: {one.account for one in inbox.received.values()} == last)
            await until(lambda: hanging.connections == 50)


async def test_one_replica_fetches_and_another_takes_over_when_it_stops(
    inbox: MemoryInbox, store: MailboxStore
) -> None:
    async with (
        scripted_server({1: mail(1)}) as server,
        fetching(inbox, store, server.imap(), lease_seconds=0.5) as first,
    ):
        await until(lambda: inbox.received)
        async with fetching(inbox, store, server.imap(), lease_seconds=0.5):
            assert server.connections == 1
            await first.stop()
            server.mails[2] = mail(2)
            await until(lambda: len(inbox.received) == 2)
            assert server.connections == 2


async def test_replica_that_died_is_replaced_when_its_lease_ends(inbox: MemoryInbox, store: MailboxStore) -> None:
    assert await store.lease(SUPPORT, "dead replica", seconds=0.5)
    assert not await store.lease(SUPPORT, "another", seconds=0.5)
    async with scripted_server({1: mail(1)}) as server, fetching(inbox, store, server.imap(), lease_seconds=0.3):
        await until(lambda: inbox.received)
    assert inbox.bodies == [mail(1)]


async def test_nothing_is_marked_or_passed_over_while_nothing_can_be_stored(
    inbox: MemoryInbox, store: MailboxStore
) -> None:
    async with scripted_server({1: mail(1), 2: mail(2)}) as server:
        inbox.fails = 3
        async with fetching(inbox, store, server.imap()):
            failed = await until(lambda: error_of(store))
            assert server.seen == set()
            assert await _uid(store) == 0
            await until(lambda: len(inbox.received) == 2)
            await until(lambda: server.seen == {1, 2})
    assert "Nothing can be stored" in failed["last_error"]
