"""From a step to a change: a step says what becomes of a ticket, `conclude` adds the agent and the events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.routing.capacity import Choice
from services.routing.ruleset import Trial
from services.routing.ticket import Ticket, kept
from shared.change import NOTHING, Change, Insert, Update
from shared.envelope import Envelope, Event
from shared.events import Reason, TicketAssigned, TicketAssignedData, TicketClassified, TicketClassifiedData
from shared.ids import derived_id

TICKETS = "tickets"
DECISIONS = "decisions"

Placing = Literal["none", "choose", "keep_if_room", "keep_if_there", "given"]
"""Who gets the ticket: nothing changes; the least loaded; the owner if they have room, or are there at all,
else the least loaded; the agent that `after` names."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a cause makes of a ticket, before an agent is chosen."""

    before: Ticket
    after: Ticket
    by: str = ""
    reasons: tuple[Reason, ...] = ()
    placing: Placing = "none"
    placed_by: str = "least_loaded"
    placing_reasons: tuple[Reason, ...] = ()
    since: datetime | None = None
    tried: tuple[Trial, ...] = ()
    tell: bool = False
    """Whether an owner who stays is worth an event."""


def conclude(step: Step, *, cause: Envelope, choice: Choice | None, time: datetime) -> tuple[Change, Ticket]:
    """The writes and events of a step, and the ticket as it is then.

    `choice` is the agent for a step whose `placing` asks for one.
    """
    before, after = step.before, step.after
    if step.placing in ("none", "given") or not after.opened:
        choice = None
    stays = choice is not None and choice.agent == before.agent is not None and after.team == before.team
    places = after.opened and (step.placing == "given" or (choice is not None and (step.tell or not stays)))
    if after == before and not places:
        return NOTHING, before
    events: list[Event] = []
    if after.opened and after.classification() != before.classification():
        after, event = _state_classified(after, step, cause, time)
        events.append(event)
    if places:
        after, assigned = _state_assigned(after, step, cause, choice, time)
        events.append(assigned)
    if events:
        after = after.model_copy(update={"cause": kept(cause)})
    save = Update(TICKETS, after.id, before.version, after.document())
    record = [_record(step, cause, choice, events, time)] if events else []
    return Change(writes=(save, *record), events=tuple(events)), after


def _state_classified(after: Ticket, step: Step, cause: Envelope, time: datetime) -> tuple[Ticket, TicketClassified]:
    after = after.model_copy(update={"stated": after.stated + 1})
    event = TicketClassified.following(
        cause,
        f"classified:{after.stated}",
        time=time,
        subject=after.id,
        ticketversion=after.stated,
        data=TicketClassifiedData(
            category=after.category,
            priority=after.priority,
            team=after.team,
            tags=after.tags,
            skills=after.skills,
            by=step.by,
            reasons=step.reasons,
        ),
    )
    return after, event


def _state_assigned(
    after: Ticket, step: Step, cause: Envelope, choice: Choice | None, time: datetime
) -> tuple[Ticket, TicketAssigned]:
    agent = after.agent if choice is None else choice.agent
    stays = agent is not None and agent == step.before.agent
    stated = after.stated + 1
    if agent is None:
        because = choice.because if choice is not None else ""
        since = step.before.waiting_since if step.before.state == "queued" else step.since
        placed: dict[str, Any] = {"state": "queued", "waiting_since": since, "waiting_because": because}
        placed |= {"entry": stated, "assigned_at": None}
    else:
        placed = {"state": "assigned", "waiting_since": None, "waiting_because": None}
        placed |= {} if stays else {"assigned_at": time}
    after = after.model_copy(update={"stated": stated, "agent": agent, **placed})
    own = () if choice is None else (Reason(rule=choice.rule, because=choice.because),)
    event = TicketAssigned.following(
        cause,
        f"assigned:{stated}",
        time=time,
        subject=after.id,
        ticketversion=stated,
        data=TicketAssignedData(
            state="queued" if agent is None else "assigned",
            team=after.team,
            agent=agent,
            previous_team=step.before.team or None,
            previous_agent=step.before.agent,
            by=step.placed_by,
            reasons=(*step.placing_reasons, *own),
        ),
    )
    return after, event


def _record(step: Step, cause: Envelope, choice: Choice | None, events: Sequence[Event], time: datetime) -> Insert:
    """The whole decision, for GET /tickets/{id}/decision: also the rules that did not apply."""
    return Insert(
        DECISIONS,
        {
            "_id": derived_id("routing.decision", *(event.id for event in events)),
            "ticket": step.after.id,
            "seq": events[-1].ticketversion,
            "time": time,
            "cause": {"type": cause.type, "id": cause.id, "actor": cause.actor},
            "results": [{"type": event.type, **event.model_dump()["data"]} for event in events],
            "rules": [trial.document() for trial in step.tried],
            "candidates": [] if choice is None else [candidate.document() for candidate in choice.candidates],
        },
    )
