"""Reading an input never fails, unless the service is stopping."""

import threading
from datetime import UTC, datetime

import pytest

from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised, cleaned, storable
from services.ingest.reading.readings import Readings, Unreadable
from shared.events import Contact

INPUT = Received(
    "test", "account", "k", b"\x00raw", "application/json; charset=x", datetime.now(UTC), {"mail_from": "a@k.example"}
)


class Reads:
    def read(self, received: Received) -> Normalised:
        return Normalised(sender=Contact(), text=f"{len(received.body)} bytes")


class Refuses:
    def read(self, received: Received) -> Normalised:
        raise Unreadable("the object has no text")


class Breaks:
    def read(self, received: Received) -> Normalised:
        raise KeyError("secret content")


class Hangs:
    def __init__(self) -> None:
        self.released = threading.Event()

    def read(self, received: Received) -> Normalised:
        self.released.wait(10)
        return Normalised(sender=Contact())


async def test_reader_of_the_channel_reads() -> None:
    assert (await Readings({"test": Reads()}).read(INPUT)).text == "4 bytes"


@pytest.mark.parametrize(
    ("readers", "reason"),
    [
        ({}, "there is no reader for the channel 'test'"),
        ({"test": Refuses()}, "the object has no text"),
        ({"test": Breaks()}, "the reader failed with KeyError"),
    ],
)
async def test_what_cannot_be_read_says_why_and_holds_the_raw_input(
    readers: dict[str, Refuses | Breaks], reason: str
) -> None:
    message = await Readings(readers).read(INPUT)
    (raw,) = message.attachments
    assert (raw.name, raw.content, message.unreadable) == ("message.json", b"\x00raw", reason)
    assert reason in message.text
    assert "secret" not in message.text
    assert message.sender.email == "a@k.example"
    assert message.machine is not None


async def test_reader_that_hangs_is_left_behind() -> None:
    reader = Hangs()
    message = await Readings({"test": reader}, seconds=0.01).read(INPUT)
    reader.released.set()
    assert message.unreadable == "reading it took longer than 0.01 seconds"


async def test_input_that_meets_a_stopping_service_is_not_called_unreadable() -> None:
    readings = Readings({"test": Reads()})
    await readings.stop()
    with pytest.raises(RuntimeError):
        await readings.read(INPUT)


def test_everything_that_json_can_say_can_be_stored() -> None:
    wild = {"a\x00": 2**70, "b": float("nan"), "c": ["\ud83d", {"d": None}], "e": True, "f": (1, 2.5)}
    assert storable(wild) == {"a": str(2**70), "b": "nan", "c": ["", {"d": None}], "e": True, "f": [1, 2.5]}
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    assert "[" * 30 not in str(storable(deep))
    assert cleaned("a\x00\ud800b") == "ab"
