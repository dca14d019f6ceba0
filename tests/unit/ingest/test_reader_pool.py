"""Mail is read in processes that may be killed: the input says why it could not be read, and others go on."""

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Normalised
from services.ingest.reading.pool import ReaderPool
from services.ingest.reading.process import LENGTH, Budget
from services.ingest.reading.readings import Readings
from shared.reply_token import ReplyTokens
from tests.unit.ingest.obedient_reader import Obeys

MEMORY = 128 * 1024 * 1024
BUDGET = Budget(cpu_seconds=0.2, seconds=20, memory=MEMORY)
INPUT = Received(
    "email", "s@k.example", "k", b"", "message/rfc822", datetime(2026, 1, 1, tzinfo=UTC), {"mail_from": "a@k"}
)


@asynccontextmanager
async def running(folder: Path, budget: Budget = BUDGET, processes: int = 1) -> AsyncIterator[Readings]:
    readings = Readings({}, pool=ReaderPool({"email": Obeys(folder)}, budget=budget, processes=processes))
    try:
        yield readings
    finally:
        await readings.stop()


async def asked(readings: Readings, what: str) -> Normalised:
    return await readings.read(replace(INPUT, body=what.encode()))


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_one_process_reads_one_mail_after_the_other(tmp_path: Path) -> None:
    async with running(tmp_path) as readings:
        first, second = await asked(readings, "go"), await asked(readings, "print")
        assert (await asked(readings, "refuse")).unreadable == "it is no mail"
        assert (await asked(readings, "fail")).unreadable == "the reader failed with KeyError"
        assert (await asked(readings, "go")) == first == second
        assert is_there(int(first.text))
    assert not is_there(int(first.text)), "it ended with the pool"
    assert int(first.text) != os.getpid()
    assert first.attachments[0].content == b"\x00\xff"


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("loop", "reading it took more than 0.2 seconds of CPU"),
        ("loop in C", "reading it took more than 0.2 seconds of CPU"),
        ("eat", "reading it took more than 128 MiB of memory"),
        ("crash", "the process that read it ended twice, at last with SIGSEGV"),
        ("die", "the process that read it ended twice, at last with SIGKILL"),
    ],
)
async def test_what_breaks_its_reader_says_why_and_others_go_on(tmp_path: Path, what: str, reason: str) -> None:
    async with running(tmp_path, replace(BUDGET, cpu_seconds=2) if what == "eat" else BUDGET) as readings:
        message = await asked(readings, what)
        assert message.unreadable == reason
        assert message.attachments[0].content == what.encode()
        assert message.sender.email == "a@k"
        assert (await asked(readings, "go")).unreadable is None


async def test_reader_that_waits_for_ever_is_ended(tmp_path: Path) -> None:
    async with running(tmp_path, replace(BUDGET, seconds=0.2)) as readings:
        assert (await asked(readings, "sleep")).unreadable == "reading it took longer than 0.2 seconds"


async def test_mail_whose_process_was_killed_by_others_is_read_by_the_next(tmp_path: Path) -> None:
    async with running(tmp_path) as readings:
        assert (await asked(readings, "die once")).unreadable is None


async def test_idle_process_that_was_killed_is_replaced(tmp_path: Path) -> None:
    async with running(tmp_path) as readings:
        first = int((await asked(readings, "go")).text)
        os.kill(first, signal.SIGKILL)
        second = await asked(readings, "go")
    assert second.unreadable is None
    assert int(second.text) != first


async def test_bad_mail_does_not_hold_up_another(tmp_path: Path) -> None:
    async with running(tmp_path, replace(BUDGET, seconds=20), processes=2) as readings:
        waiting = asyncio.create_task(asked(readings, "sleep"))
        await asyncio.sleep(0)
        assert (await asked(readings, "go")).unreadable is None
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_nothing_is_read_and_nothing_called_unreadable_once_the_service_stops(tmp_path: Path) -> None:
    async with running(tmp_path) as readings:
        pass
    with pytest.raises(RuntimeError):
        await asked(readings, "go")


async def test_secrets_of_the_service_are_not_handed_to_the_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARTICA_SECRET", "x")
    async with running(tmp_path) as readings:
        pid = (await asked(readings, "go")).text
        environment = await asyncio.to_thread(Path(f"/proc/{pid}/environ").read_bytes)
    assert b"KARTICA_SECRET" not in environment


async def test_real_reader_reads_as_it_does_here() -> None:
    reader = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset({"s@k.example"}), ("sl",))
    raw = b"From: =?utf-8?Q?=C5=BDiva?= <z@k.example>\nDate: Fri, 19 May 2000 00:50:08 -0400\nSubject: s\n\nhi"
    received = replace(INPUT, body=raw)
    readings = Readings({}, pool=ReaderPool({"email": reader}, budget=Budget()))
    try:
        assert await readings.read(received) == reader.read(received)
    finally:
        await readings.stop()


async def test_reader_whose_service_was_killed_ends_without_a_word() -> None:
    answers, closed = os.pipe()
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.ingest.reading.process",
        stdin=asyncio.subprocess.PIPE,
        stdout=closed,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(closed)
    os.close(answers)  # nobody is there any more to read them
    setup = pickle.dumps(({}, BUDGET))
    _, said = await reader.communicate(LENGTH.pack(len(setup)) + setup)
    assert said == b""
