"""The life of a ticket: which status follows which, and why."""

from dataclasses import dataclass

from services.ingest.normalised import Machine
from shared.errors import Refused
from shared.events import Status

_WAITING: frozenset[Status] = frozenset({"pending_customer", "on_hold", "resolved"})


@dataclass(frozen=True, slots=True)
class Step:
    """The next status of a ticket, and the reason for it. `phase` is the organisation's own name for it."""

    status: Status
    reason: str
    phase: str | None = None


def after_customer(status: Status, machine: Machine | None) -> Step | None:
    """A customer's message wakes a ticket that waits or is resolved; a machine's never does."""
    if machine is not None and machine.kind != "bulk":
        return None
    return Step("open", "the customer wrote") if status in _WAITING else None


def after_reply(status: Status, *, public: bool, wanted: Status | None) -> Step | None:
    """An agent's reply sets the status that goes with it; the first public one opens a new ticket."""
    if wanted is not None:
        return change(status, wanted, "set with the reply")
    return Step("open", "first reply of an agent") if public and status == "new" else None


def change(
    status: Status, wanted: Status, reason: str, *, phase: str | None = None, before: str | None = None
) -> Step | None:
    """An agent's wish; None when it is so already. A closed ticket stays closed, a new one is new only once.

    `phase` is the one that is wanted, `before` the one in which the ticket is.
    """
    if status == wanted and phase == before:
        return None
    if status == "closed":
        raise Refused(
            status=409,
            title="The ticket is closed",
            detail="A closed ticket does not change; the customer's next message opens a linked one.",
        )
    if wanted == "new" and status != "new":
        raise Refused(status=409, title="Not a new ticket", detail="Choose any status but `new`, for example `open`.")
    return Step(wanted, reason, phase)


def accepts_reply(status: Status, text: str) -> None:
    """Raises when nothing can be added to the ticket any more, or nothing was written."""
    if not text.strip():
        raise Refused(status=422, title="The reply is empty", detail="Write something in `text`.")
    if status == "closed":
        raise Refused(
            status=409,
            title="The ticket is closed",
            detail="Nothing can be added to a closed ticket; the customer's next message opens a linked one.",
        )
