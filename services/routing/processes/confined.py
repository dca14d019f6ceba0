"""What a process beside the service is given and may take: no secrets, one thread for arithmetic, bounded memory."""

import os
import resource
import signal
import sys
from asyncio import create_subprocess_exec, timeout
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_ROOT = Path(__file__).resolve().parents[3]
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
_CONTAINER = Path("/sys/fs/cgroup/memory.max")
BUFFER = 1024 * 1024
ENDING_SECONDS = 2.0


async def spawn(command: Sequence[str]) -> Process:
    """Starts a program that talks in frames on standard input and output. Kartica's settings stay outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KARTICA_")}
    return await create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, limit=BUFFER, cwd=_ROOT, env=kept | dict.fromkeys(_THREADS, "1")
    )


async def ended(process: Process) -> int:
    """What a process ended with; one that is still there is killed first."""
    if process.stdout is not None and process.stdout.at_eof():  # it is ending by itself, and its own status says why
        with suppress(TimeoutError):
            async with timeout(ENDING_SECONDS):
                await process.wait()
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    return await process.wait()


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


def affordable(most: int, *, share: float, container: Path = _CONTAINER) -> int:
    """At most `share` of the container's memory: a kernel that lacks some ends the whole container."""
    try:
        return min(most, int(int(container.read_text(encoding="ascii")) * share))
    except (OSError, ValueError):  # no container, or one without a limit (`max`)
        return most


def limit(*, memory: int) -> None:
    """At most `memory` bytes of data, and the first to go when the machine has none left, before the service."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
