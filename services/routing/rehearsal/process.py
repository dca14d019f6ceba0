"""The process in which a dry run is made: the service goes on meanwhile, and a file that takes all memory ends only it.

`python -m services.routing.rehearsal.process` takes frames on standard input: the rules in use with the
organisation, the proposed file, any number of openings, and the wish for the report. It answers the
second and the last.
"""

import os
import pickle
from typing import Any, BinaryIO

from services.routing.processes import confined, frames
from services.routing.rehearsal import proposal
from services.routing.rehearsal.comparison import Comparison
from shared.errors import Refused

MEMORY = 512 * 1024 * 1024
SHARE = 0.5
"""Of a container's memory."""
NICE = 5


def main() -> None:
    requests, answers = confined.streams()
    os.nice(NICE)
    confined.limit(memory=confined.affordable(MEMORY, share=SHARE))
    try:
        _rehearse(requests, answers)
    except MemoryError:
        detail = f"It took more than {confined.affordable(MEMORY, share=SHARE) // 2**20} MiB; give fewer keywords."
        _answer(answers, {"status": 422, "title": "Too much", "detail": detail})


def _rehearse(requests: BinaryIO, answers: BinaryIO) -> None:
    begun = frames.read(requests)
    wish = frames.read(requests)
    if begun is None or wish is None:
        return
    current, organisation = pickle.loads(begun[1])  # noqa: S301  # the service itself wrote it
    try:
        changed = proposal.read(wish[1], organisation)
    except Refused as error:
        _answer(answers, {"status": error.status, "title": error.title, "detail": error.detail})
        return
    _answer(answers, {})
    comparison = Comparison(
        current=current, changed=changed, default_team=organisation.default_team, listed=begun[0]["listed"]
    )
    while (received := frames.read(requests)) is not None:
        if received[0]["do"] == "report":
            _answer(answers, comparison.report().model_dump(mode="json"))
            return
        comparison.add(pickle.loads(received[1]))  # noqa: S301  # likewise


def _answer(answers: BinaryIO, head: dict[str, Any]) -> None:
    answers.write(frames.frame(head))
    answers.flush()


if __name__ == "__main__":
    main()
