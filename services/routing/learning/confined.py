"""What a process beside the service is given and may take: no secrets, one thread for arithmetic, bounded memory."""

import os
import resource
import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_ROOT = Path(__file__).resolve().parents[3]
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
BUFFER = 1024 * 1024


async def spawn(command: Sequence[str]) -> Process:
    """Starts a program that talks in frames on standard input and output. Kartica's settings stay outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KARTICA_")}
    return await create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, limit=BUFFER, cwd=_ROOT, env=kept | dict.fromkeys(_THREADS, "1")
    )


def module(name: str) -> tuple[str, ...]:
    """The command that runs a module of this project with this Python."""
    return (sys.executable, "-m", name)


def streams() -> tuple[BinaryIO, BinaryIO]:
    """Inside such a process: where requests come from and answers go. What anything prints is no answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the service ends this process
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # when the service is gone this ends too, without a word
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return requests, answers


def limit(*, memory: int, nice: int = 0) -> None:
    """At most `memory` bytes of data, and the first to go when the machine has none left, before the service."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
    if nice:
        os.nice(nice)
