"""How the service and its processes talk: frames of a head in JSON and bytes behind it, each with its length."""

import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from typing import Any, BinaryIO

from pydantic_core import from_json, to_json

LENGTHS = struct.Struct("!II")
PORTION = 128 * 1024
Head = dict[str, Any]


def frame(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """The bytes of one frame."""
    written = to_json(head)
    return b"".join((LENGTHS.pack(len(written), len(body)), written, body))


def read(stream: BinaryIO) -> tuple[Head, bytes] | None:
    """The next frame; None when the other side has gone."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head_length, body_length = LENGTHS.unpack(lengths)
    head, body = stream.read(head_length), stream.read(body_length)
    return (from_json(head), body) if len(body) == body_length and len(head) == head_length else None


async def send(stream: StreamWriter, head: Mapping[str, Any], body: bytes = b"") -> None:
    """Writes a frame in portions, so that a large one does not keep the event loop."""
    written = to_json(head)
    stream.write(LENGTHS.pack(len(written), len(body)) + written)
    view = memoryview(body)
    for first in range(0, len(body), PORTION):
        stream.write(view[first : first + PORTION])
        await stream.drain()
    await stream.drain()


async def receive(stream: StreamReader) -> tuple[Head, bytes]:
    """The next frame; `IncompleteReadError` when the other side has gone."""
    head_length, body_length = LENGTHS.unpack(await stream.readexactly(LENGTHS.size))
    head = await stream.readexactly(head_length)
    return from_json(head), await stream.readexactly(body_length) if body_length else b""
