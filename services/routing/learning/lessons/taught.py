"""What handlers tell learned classification: it adds to the lesson of a ticket within the same commit."""

from collections.abc import Iterable
from dataclasses import replace

from services.routing.learning.answering.heard import Heard
from services.routing.learning.lessons import lessons
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.change import Apply, Change, Write
from shared.envelope import Envelope


def with_lesson(change: Change, step: Step, after: Ticket, *, cause: Envelope, heard: Heard | None = None) -> Change:
    """The change with what it teaches."""
    writes = lessons.writes(step.before, after, cause=cause, by=step.by, heard=heard)
    return replace(change, writes=(*change.writes, *writes)) if writes else change


def corrections(writes: Iterable[Write]) -> dict[str, str]:
    """The categories that people gave within these writes, by ticket."""
    given: dict[str, str] = {}
    for write in writes:
        if isinstance(write, Apply) and write.collection == lessons.LESSONS:
            told = write.update.get("$set", {})
            if told.get("label_by") == "person":
                given[write.id] = told["label"]
    return given
