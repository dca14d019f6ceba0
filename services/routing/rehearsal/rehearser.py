"""Has a dry run made in a process beside the service."""

import asyncio
import pickle
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog

from services.routing.classification.schema import Ruleset
from services.routing.opening import Opening
from services.routing.processes import confined, frames
from services.routing.rehearsal.comparison import Report
from shared.errors import Refused
from shared.organisation import Organisation

COMMAND = confined.module("services.routing.rehearsal.process")
BATCH = 200
LONGEST = 900.0
"""Seconds after which a dry run is given up."""

log = structlog.get_logger()


class Rehearser:
    """`current` are the rules in use. One dry run at a time: each takes a core for a while."""

    def __init__(self, current: Ruleset, organisation: Organisation) -> None:
        self._current = current
        self._organisation = organisation
        self._one_at_a_time = asyncio.Lock()

    async def rehearse(self, proposed: bytes, openings: AsyncIterator[Opening], *, limit: int, listed: int) -> Report:
        """What the proposed file would decide differently; `Refused` when it does not hold, or when it is too much."""
        if self._one_at_a_time.locked():
            raise Refused(status=409, title="A dry run is under way", detail="Try again when it has ended.")
        async with self._one_at_a_time:
            process = await confined.spawn(COMMAND)
            try:
                async with asyncio.timeout(LONGEST):
                    return await self._rehearsed(process, proposed, openings, limit=limit, listed=listed)
            except TimeoutError as error:
                detail = f"It took more than {LONGEST / 60:g} minutes; give a shorter period or a lower limit."
                raise Refused(status=422, title="Too much", detail=detail) from error
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                status = await confined.ended(process)
                log.warning("dry_run.ended", status=status)
                detail = f"Its process ended with {status}; the log of routing says more. Nothing was changed."
                raise Refused(status=503, title="The dry run failed", detail=detail) from error
            finally:
                await asyncio.shield(confined.ended(process))

    async def _rehearsed(
        self, process: Process, proposed: bytes, openings: AsyncIterator[Opening], *, limit: int, listed: int
    ) -> Report:
        rules = pickle.dumps((self._current, self._organisation))
        await _send(process, {"do": "begin", "listed": listed}, rules)
        await _send(process, {"do": "propose"}, proposed)
        await _answer(process)
        batch: list[Opening] = []
        async for opening in openings:
            batch.append(opening)
            limit -= 1
            if len(batch) == BATCH:
                await _send(process, {"do": "compare"}, pickle.dumps(batch))
                batch = []
            if not limit:
                break
        await _send(process, {"do": "compare"}, pickle.dumps(batch))
        await _send(process, {"do": "report"})
        return Report.model_validate(await _answer(process))


async def _send(process: Process, head: Mapping[str, Any], body: bytes = b"") -> None:
    assert process.stdin is not None
    process.stdin.write(frames.frame(head, body))
    await process.stdin.drain()


async def _answer(process: Process) -> Mapping[str, Any]:
    assert process.stdout is not None
    answer = (await frames.receive(process.stdout))[0]
    if "title" in answer:
        raise Refused(status=answer["status"], title=answer["title"], detail=answer["detail"])
    return answer
