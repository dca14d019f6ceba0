"""How long the service's event loop is held up while messages are classified: `python -m bench.classify.loop`.

Trains the starter model in its process of low priority, then asks the worker about many long messages at a time,
has it load the model again under the same load, and measures each time the longest that the loop was kept, beside
one that does nothing. `stall` is by the clock and includes what other programs took of the cores; `busy` is the
CPU time of the loop's own thread between two of its rounds. The last line is one JSON object.
"""

import asyncio
import contextlib
import itertools
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from services.routing.learning.answering.worker import Worker
from services.routing.learning.configuration import Learning
from services.routing.learning.model.examples import joined
from services.routing.learning.parts import starter_material
from services.routing.learning.trainings.material import Material
from services.routing.learning.trainings.trainer import Trained, Trainer

SECONDS = 10.0
AT_ONCE = 32
TICK = 0.001


@dataclass(slots=True)
class Stalls:
    """How much later than asked for the loop came back, and how long it had been at work, in milliseconds."""

    late: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)

    @property
    def busy(self) -> float:
        return round(max(self.work), 1)

    @property
    def longest(self) -> float:
        return round(max(self.late), 1)

    @property
    def usual(self) -> float:
        return round(statistics.quantiles(self.late, n=100)[98], 1)


@contextlib.asynccontextmanager
async def stalls() -> AsyncIterator[Stalls]:
    """Ticks while the block runs."""
    measured = Stalls()

    async def tick() -> None:
        while True:
            begun, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            measured.late.append((time.perf_counter() - begun - TICK) * 1000)
            measured.work.append((time.thread_time() - worked) * 1000)

    ticking = asyncio.create_task(tick())
    try:
        yield measured
    finally:
        ticking.cancel()


async def classify_for(worker: Worker, texts: list[str], *, seconds: float) -> list[float]:
    """Asks about the texts in turn, `AT_ONCE` at a time; how many milliseconds each answer took."""
    took: list[float] = []
    until = time.perf_counter() + seconds
    supply = itertools.cycle(texts)

    async def customer() -> None:
        while time.perf_counter() < until:
            begun = time.perf_counter()
            await worker.ask(next(supply))
            took.append((time.perf_counter() - begun) * 1000)

    await asyncio.gather(*(customer() for _ in range(AT_ONCE)))
    return took


async def starter(material: Material) -> Trained:
    trainer = Trainer(cast(Any, None), own=_none, starter=_none, learning=Learning(), clock=lambda: datetime.now(UTC))
    return await trainer.trained_from(material, b"")


async def measure() -> dict[str, Any]:
    material = await starter_material()
    examples = [example.text for example in material.examples]
    long = [joined("", " ".join(itertools.islice(itertools.cycle(examples[i:]), 400))) for i in range(0, 200, 5)]
    async with stalls() as nothing:
        await asyncio.sleep(SECONDS)
    async with stalls() as training:
        begun = time.perf_counter()
        model = await starter(material)
        train_s = time.perf_counter() - begun
    trainer_mb = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    if model.card is None:
        sys.exit(f"could not train the starter model: {model.refused or model.failed}")
    worker = Worker()
    await worker.load("v1", model.content)
    one = await classify_for_one(worker, examples)
    async with stalls() as classifying:
        took = await classify_for(worker, long, seconds=SECONDS)
    async with stalls() as loading:
        during, _ = await asyncio.gather(
            classify_for(worker, long, seconds=SECONDS), _load_often(worker, model.content)
        )
    told = {
        "stall_ms_nothing": nothing.longest,
        "stall_ms_training": training.longest,
        "stall_ms_classifying": classifying.longest,
        "stall_ms_loading": loading.longest,
        "stall_ms_p99_nothing": nothing.usual,
        "stall_ms_p99_classifying": classifying.usual,
        "busy_ms_nothing": nothing.busy,
        "busy_ms_training": training.busy,
        "busy_ms_classifying": classifying.busy,
        "busy_ms_loading": loading.busy,
        "messages_per_s": round(len(took) / SECONDS),
        "ms_alone": round(statistics.median(one), 2),
        "ms_p99_while_loading": round(statistics.quantiles(during, n=100)[98], 1),
        "train_s": round(train_s, 1),
        "trainer_rss_mb": trainer_mb,
        "model_mb": round(len(model.content) / 1e6, 2),
        "worker_rss_mb": _peak_mb(worker.pid),
        "service_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "cores": os.cpu_count(),
    }
    await worker.stop()
    return told


async def classify_for_one(worker: Worker, texts: list[str]) -> list[float]:
    """Usual messages, one after the other."""
    took = []
    for text in texts[:300]:
        begun = time.perf_counter()
        await worker.ask(text)
        took.append((time.perf_counter() - begun) * 1000)
    return took


async def _load_often(worker: Worker, content: bytes) -> None:
    for number in range(3):
        await worker.load(f"again-{number}", content)
        await worker.drop(f"again-{number}")


async def _none() -> Material:
    return Material(())


def _peak_mb(pid: int | None) -> int:
    """The most memory that the worker ever had."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main() -> None:
    told = asyncio.run(measure())
    for name, value in told.items():
        print(f"  {name:26} {value}")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
