"""Trains a model from the history, now, in a process of low priority: `python -m services.routing.learning.train`.

It takes the environment of the service (KARTICA_MONGO_URL and so on), and needs neither the service nor the broker.
Exit status 0: trained; 1: not, and why.
"""

import asyncio
import sys

from services.routing.learning.command_line import opened, who
from services.routing.learning.parts import now, off_because, trainer_of
from services.routing.learning.trainings.schedule import Schedule
from services.routing.learning.trainings.training_record import Training
from shared.ids import time_ordered_id


async def run() -> int:
    async with opened() as (settings, ruleset, shelves):
        off = off_because(settings, ruleset.learning)
        if off is not None:
            sys.exit(f"learning is off: {off}")
        by, asked_at = who(), now()
        asked = Training(id=time_ordered_id(asked_at, by), origin="history", asked_by=by, asked_at=asked_at)
        await shelves.models.ask(asked)
        trainer = trainer_of(shelves, ruleset, nice=settings.training_nice)
        schedule = Schedule(shelves.models, trainer, learning=ruleset.learning, trained=lambda: None, clock=now)
        while (training := await shelves.models.training(asked.id)).state == "waiting":
            # Another replica may be at it, or be faster than this one.
            if await schedule.carry_out_one() is None:
                await asyncio.sleep(1)
        print(f"{training.state}: {training.model or 'no model'}: {training.result}")  # noqa: T201
        return 0 if training.state == "done" else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
