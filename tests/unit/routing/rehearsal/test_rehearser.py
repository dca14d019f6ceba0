"""A dry run is made in a process of its own: the event loop goes on, and what goes wrong there stays there."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from services.routing import configuration
from services.routing.opening import Opening
from services.routing.processes import confined
from services.routing.rehearsal import rehearser as made_of
from services.routing.rehearsal.comparison import Report
from services.routing.rehearsal.rehearser import BATCH, Rehearser
from shared.errors import Refused
from shared.organisation import Organisation
from tests.unit.routing.rehearsal.test_comparison import opening

CONFIG = Path(__file__).parents[4] / "config"
CURRENT = (CONFIG / "routing.yaml").read_bytes()
CHANGED = CURRENT.replace(b"en: [invoice, billing, bill,", b"en: [invoice, billing,")


@pytest.fixture
def rehearser() -> Rehearser:
    return Rehearser(configuration.read(CONFIG), Organisation.read(CONFIG))


async def kept(number: int) -> AsyncIterator[Opening]:
    for place in range(number):
        yield opening(place, "my bill")


async def rehearsed(rehearser: Rehearser, text: bytes = CHANGED, *, number: int = 3, limit: int = 1_000) -> Report:
    return await rehearser.rehearse(text, kept(number), limit=limit, listed=2)


async def test_every_opening_is_compared_in_batches_and_no_more_than_the_limit(rehearser: Rehearser) -> None:
    report = await rehearsed(rehearser, number=2 * BATCH + 1)
    assert (report.openings, report.changed, len(report.tickets)) == (2 * BATCH + 1, 2 * BATCH + 1, 2)
    assert (await rehearsed(rehearser, number=BATCH + 1, limit=BATCH)).openings == BATCH


async def test_one_at_a_time_and_the_event_loop_goes_on(rehearser: Rehearser) -> None:
    running = asyncio.create_task(rehearsed(rehearser, number=BATCH))
    await asyncio.sleep(0)
    with pytest.raises(Refused, match="under way"):
        await rehearsed(rehearser)
    assert (await running).openings == BATCH


async def test_a_mistake_in_the_file_is_refused_and_the_next_dry_run_is_made(rehearser: Rehearser) -> None:
    with pytest.raises(Refused, match=r"routing\.yaml:1: "):
        await rehearsed(rehearser, b"rules: []\n")
    assert (await rehearsed(rehearser)).changed == 3


@pytest.mark.parametrize("command", [("false",), ("sh", "-c", "kill -9 $$")])
async def test_a_process_that_dies_is_told_and_the_next_dry_run_is_made(
    rehearser: Rehearser, command: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_of, "COMMAND", command)
    with pytest.raises(Refused, match="The dry run failed"):
        await rehearsed(rehearser)
    monkeypatch.setattr(made_of, "COMMAND", confined.module("services.routing.rehearsal.process"))
    assert (await rehearsed(rehearser)).changed == 3


async def test_a_file_that_takes_too_much_memory_ends_only_its_own_process(
    rehearser: Rehearser, monkeypatch: pytest.MonkeyPatch
) -> None:
    starved = "from services.routing.rehearsal import process; process.MEMORY = 40_000_000; process.main()"
    monkeypatch.setattr(made_of, "COMMAND", (sys.executable, "-c", starved))
    with pytest.raises(Refused, match=r"Too much|The dry run failed"):
        await rehearsed(rehearser, CURRENT.replace(b"en: [invoice,", b"any: [" + b"abcde, " * 8_000 + b"invoice,"))
