"""A reader that does what its input asks for, run in a process of its own: it imports no more than it needs."""

import ctypes
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from services.ingest.inbox.inputs import Received
from services.ingest.normalised import File, Normalised
from services.ingest.reading.readings import Unreadable
from shared.events import Contact


@dataclass(frozen=True)
class Obeys:
    """Loops, eats, crashes or waits; `folder` remembers what was done once."""

    folder: Path

    def read(self, received: Received) -> Normalised:
        match received.body.decode():
            case "loop":
                while True:
                    pass
            case "loop in C":
                b"a" * 10_000_000 in [b"b" * 10_000_000] * 1000 or sum(range(10**10))
            case "sleep":
                signal.pause()
            case "eat":
                [bytearray(10**6) for _ in range(10**6)]
            case "crash":
                ctypes.string_at(0)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die once":
                mark = self.folder / "died"
                if not mark.exists():
                    mark.touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            case "print":
                print("no answer", flush=True)
            case "refuse":
                raise Unreadable("it is no mail")
            case "fail":
                raise KeyError("secret content")
        return Normalised(sender=Contact(), text=str(os.getpid()), attachments=(File(name="a", content=b"\x00\xff"),))
