"""The process in which mail is read, one at a time, within a budget: it may be killed, and nothing else suffers.

`python -m services.ingest.reading.process` speaks on standard input and output; `pool.py` is the other side.
"""

import gc
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic_core import from_json, to_json

from services.ingest.inbox.inputs import Reader, Received
from services.ingest.normalised import Normalised
from services.ingest.reading.readings import Unreadable

LENGTH = struct.Struct("!Q")
READ, UNREADABLE, UNREADABLE_AND_LAST = b"r", b"u", b"l"
"""What an answer begins with; after the last one the process ends."""
READY = b"ready"


@dataclass(frozen=True, slots=True)
class Budget:
    """What one input may take: seconds of CPU, seconds by the clock, bytes of memory beside the process's own."""

    cpu_seconds: float = 5
    seconds: float = 20
    memory: int = 512 * 1024 * 1024


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the service ends this process
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # when the service is gone this ends too, without a word
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no answer
    setup = _received(requests)
    if setup is None:
        return
    readers, budget = pickle.loads(setup)  # noqa: S301  # from the service that started this process
    _limit_memory(budget.memory)
    gc.freeze()
    _send(answers, READY)
    while (request := _received(requests)) is not None:
        answer = _answer(readers, pickle.loads(request), budget)  # noqa: S301
        _send(answers, answer)
        if answer[:1] == UNREADABLE_AND_LAST:
            return


def _answer(readers: Mapping[str, Reader], received: Received, budget: Budget) -> bytes:
    signal.setitimer(signal.ITIMER_PROF, budget.cpu_seconds)  # unhandled, its signal ends the process, also in C code
    try:
        return READ + packed(readers[received.channel].read(received))
    except Unreadable as reason:
        return UNREADABLE + str(reason).encode()
    except MemoryError:
        return UNREADABLE_AND_LAST + f"reading it took more than {budget.memory // 2**20} MiB of memory".encode()
    except Exception as error:
        return UNREADABLE + f"the reader failed with {type(error).__name__}".encode()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def packed(message: Normalised) -> bytes:
    """The message as JSON, with the bytes of its files behind it: the service must not unpickle what mail went into."""
    without = [file.model_copy(update={"content": b""}) for file in message.attachments]
    head = message.model_copy(update={"attachments": tuple(without)}).model_dump_json().encode()
    contents = [file.content for file in message.attachments]
    lengths = to_json([len(content) for content in contents])
    return b"".join([LENGTH.pack(len(lengths)), lengths, LENGTH.pack(len(head)), head, *contents])


def unpacked(answer: memoryview) -> Normalised:
    """The message that `packed` made the bytes from."""
    lengths, rest = _block(answer)
    head, rest = _block(rest)
    message = Normalised.model_validate_json(bytes(head))
    contents = _contents(rest, from_json(bytes(lengths)))
    files = [
        file.model_copy(update={"content": content})
        for file, content in zip(message.attachments, contents, strict=True)
    ]
    return message.model_copy(update={"attachments": tuple(files)})


def _contents(rest: memoryview, lengths: Sequence[int]) -> list[bytes]:
    contents, position = [], 0
    for length in lengths:
        contents.append(bytes(rest[position : position + length]))
        position += length
    return contents


def _block(content: memoryview) -> tuple[memoryview, memoryview]:
    (length,) = LENGTH.unpack_from(content)
    return content[LENGTH.size : LENGTH.size + length], content[LENGTH.size + length :]


def _received(stream: BinaryIO) -> bytes | None:
    """The next frame, or None when the service has gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


def _send(stream: BinaryIO, content: bytes) -> None:
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _limit_memory(budget: int) -> None:
    """Address space beside what the process has by now; systems without /proc have no such limit."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return
    most = pages * resource.getpagesize() + budget
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
    sys.stderr.flush()
