"""Merging: the source is closed and leads to the target. No message moves, so that a merge can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ingest.conversation.answers import answer
from services.ingest.conversation.lifecycle import Step
from services.ingest.conversation.standing import refuse_merged
from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket
from shared.change import Change, Update, Write
from shared.commands import TicketMerge, TicketUnmerge
from shared.envelope import Event
from shared.errors import Refused
from shared.events import (
    Status,
    TicketMerged,
    TicketMergedData,
    TicketUnmerged,
    TicketUnmergedData,
)
from shared.ids import derived_id

MOST_MERGED = 50
"""Tickets in one, in all: what shows their conversation reads them together."""


def target_of(into: str, known: Mapping[str, Ticket]) -> Ticket:
    """The ticket at the end of the chain of merges that begins at `into`."""
    ticket = known.get(into)
    if ticket is None:
        raise Refused(status=404, title="No such ticket", detail=f"There is no ticket {into} to merge into.")
    passed = {ticket.id}
    while ticket.merged_into is not None and ticket.merged_into in known and ticket.merged_into not in passed:
        ticket = known[ticket.merged_into]
        passed.add(ticket.id)
    return ticket


def merge(source: Ticket, known: Mapping[str, Ticket], command: TicketMerge, *, at: datetime) -> Change:
    """Closes the source; whatever comes for it from now on belongs to the target."""
    refuse_merged(source)
    target = target_of(command.data.into, known)
    _check_target(source, target)
    reason = f"merged into {target.number}: {command.data.reason}"
    data = TicketMergedData(into=target.id, into_number=target.number, number=source.number, reason=command.data.reason)
    merged = facts.fact(TicketMerged, source, 1, data, cause=command, at=at, actor=command.actor)
    step = Step("closed", reason) if source.status != "closed" else None
    stepped = facts.stepped(source, step, 2, cause=command, at=at, actor=command.actor) if step else []
    events: list[Event] = [merged, *stepped]
    state = {
        "updated_at": at,
        "merged_into": target.id,
        "restored": _restored(source),
        "resolutions": source.resolutions,
    }
    people = {source.id: sorted(source.participants), **{name: list(one) for name, one in source.guests.items()}}
    guests = {**{name: list(one) for name, one in target.guests.items()}, **people}
    writes: list[Write] = [
        facts.advanced(source, events, step, state),
        Update("tickets", target.id, target.version, {"guests": guests, "updated_at": at}),
        *(facts.noted(event, {}) for event in events),
        _noted_on(target, merged, data.model_dump()),
    ]
    told = answer(command, source, into=target.id, into_number=target.number, status="closed")
    return Change(writes=tuple(writes), events=tuple(events), answer=told)


def unmerge(source: Ticket, known: Mapping[str, Ticket], command: TicketUnmerge, *, at: datetime) -> Change:
    """Takes a merge back: the source has again what came to it before; what came later stays in the target."""
    if source.merged_into is None:
        detail = f"{source.number} is not merged into another ticket; there is nothing to take back."
        raise Refused(status=409, title="Not merged", detail=detail)
    chain = _chain(source, known)
    first, last = chain[0], chain[-1]
    data = TicketUnmergedData(out_of=first.id, number=source.number, reason=command.data.reason)
    unmerged = facts.fact(TicketUnmerged, source, 1, data, cause=command, at=at, actor=command.actor)
    status: Status = source.restored or source.status
    step = Step(status, f"no longer merged into {first.number}") if status != source.status else None
    stepped = facts.stepped(source, step, 2, cause=command, at=at, actor=command.actor) if step else []
    events: list[Event] = [unmerged, *stepped]
    state = {"updated_at": at, "merged_into": None, "restored": None, "resolutions": source.resolutions}
    gone = {source.id, *source.guests}
    writes: list[Write] = [
        facts.advanced(source, events, step, state),
        *(_without_guests(ticket, gone, at=at) for ticket in chain),
        *(facts.noted(event, {}) for event in events),
        _noted_on(last, unmerged, data.model_dump()),
    ]
    told = answer(command, source, out_of=first.id, status=status)
    return Change(writes=tuple(writes), events=tuple(events), answer=told)


def _check_target(source: Ticket, target: Ticket) -> None:
    if target.id == source.id:
        detail = "A ticket can't be merged into itself, nor into one that was merged into it."
        raise Refused(status=409, title="Merges go in a circle", detail=detail)
    if target.status in ("closed", "spam"):
        detail = f"{target.number} is {target.status}, so the conversation could not go on there; take an open ticket."
        raise Refused(status=409, title=f"The target is {target.status}", detail=detail)
    if target.parent == source.id or source.parent == target.id:
        detail = "One is a part of the other: resolve the part instead."
        raise Refused(status=409, title="A ticket and its part", detail=detail)
    if source.blocking:
        detail = f"{', '.join(source.blocking[:20])} hold it up; resolve them first."
        raise Refused(status=409, title="Parts are open", detail=detail)
    if len(target.guests) + len(source.guests) + 1 > MOST_MERGED:
        detail = f"{target.number} holds {len(target.guests)} tickets already; {MOST_MERGED} is the most."
        raise Refused(status=409, title="Too many merged", detail=detail)


def _restored(source: Ticket) -> Status:
    """The status that a taken back merge gives again. A snooze is over by then."""
    return "open" if source.snoozed_until is not None else source.status


def _chain(source: Ticket, known: Mapping[str, Ticket]) -> Sequence[Ticket]:
    """The tickets that the source leads to, the nearest first."""
    found: list[Ticket] = []
    following = source.merged_into
    while following is not None and following in known and all(following != one.id for one in found):
        found.append(known[following])
        following = known[following].merged_into
    if not found:
        raise Refused(status=409, title="Not merged", detail=f"The target of {source.number} is not there.")
    return found


def _without_guests(ticket: Ticket, gone: set[str], *, at: datetime) -> Update:
    guests = {name: list(people) for name, people in ticket.guests.items() if name not in gone}
    return Update("tickets", ticket.id, ticket.version, {"guests": guests, "updated_at": at})


def _noted_on(ticket: Ticket, event: Event, told: Mapping[str, Any]) -> Write:
    """The same fact in the timeline of the other ticket that it is about."""
    return facts.noted_on(ticket.id, event, told, id=derived_id(event.id, "also", ticket.id))
