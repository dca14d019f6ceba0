"""From a step to a change: a step says what becomes of a ticket, `conclude` adds the agent and the events."""

from collections.abc import Sequence
from datetime import datetime

from services.routing import statements
from services.routing.assignment.choice import Choice
from services.routing.opening import kept as kept_opening
from services.routing.statements import Basis
from services.routing.step import USUAL, Step, Terms
from services.routing.ticket import Ticket, kept
from shared.change import NOTHING, Apply, Change, Insert, Update, Write
from shared.envelope import Envelope, Event
from shared.events import Reason
from shared.ids import derived_id

TICKETS = "tickets"
DECISIONS = "decisions"
AGENTS = "agents"


def conclude(
    step: Step, *, cause: Envelope, choice: Choice | None, time: datetime, terms: Terms = USUAL
) -> tuple[Change, Ticket]:
    """The writes and events of a step, and the ticket as it is then.

    `choice` is the agent for a step whose `placing` asks for one. Whenever an agent's load grows, the
    agent's document is written too: guarded by the version that the choice was made of, so that no
    other replica can have given the agent something meanwhile.
    """
    before, after = step.before, step.after
    if step.placing in ("none", "given") or not after.opened:
        choice = None
    stays = choice is not None and choice.agent == before.agent is not None and after.team == before.team
    places = after.opened and (step.placing == "given" or (choice is not None and (step.tell or not stays)))
    if after == before and not places:
        return NOTHING, before
    basis = Basis(step, cause, choice, time, terms)
    events: list[Event] = []
    if after.opened and after.classification() != before.classification():
        after, classified = statements.classified(after, basis)
        events.append(classified)
    ended = step.ended_offer or ("withdrawn" if places else None)
    if before.offer is not None and ended is not None:
        after, over = statements.offer_ended(after, basis, ended)
        events.append(over)
    if places:
        after, placed = _place(after, basis)
        events += placed
    elif after.state == "queued" and (after.wish().skills, after.prefers) != (before.wish().skills, before.prefers):
        after = statements.waits_for_others(after, terms, time=time)
    if not places and after.waiting and before.waiting_since not in (None, after.waiting_since):
        after = statements.waits_anew(after, terms)
    if events:
        after = after.model_copy(update={"cause": kept(cause)})
    writes: list[Write] = [Update(TICKETS, after.id, before.version, after.document())]
    writes += _agent_writes(step, after, choice, time)
    writes += [_record(basis, events)] if events else []
    writes += [kept_opening(step.opening)] if step.opening is not None else []
    return Change(writes=tuple(writes), events=tuple(events)), after


def _agent_writes(step: Step, after: Ticket, choice: Choice | None, time: datetime) -> list[Write]:
    holder = after.holder
    if holder is None or holder == step.before.holder:
        return []
    guard = choice.guard if choice is not None and choice.agent == holder else None
    if guard is not None:
        return [Update(AGENTS, holder, guard, {"last_at": time})]
    return [Apply(AGENTS, holder, {"$inc": {"version": 1}, "$max": {"last_at": time}})]


def _place(after: Ticket, basis: Basis) -> tuple[Ticket, list[Event]]:
    """Assigned, or offered while it waits. That it waits is told once for each queue that it comes into."""
    before, choice, within = basis.step.before, basis.choice, basis.terms.offer_within
    agent = after.agent if choice is None else choice.agent
    # Whoever had it before, or is to have it back, is not asked.
    asked = agent is not None and within is not None and choice is not None and choice.rule not in ("owner", "returned")
    if agent is not None and not asked:
        after, event = statements.assigned(after, basis, agent=agent)
        return after, [event]
    events: list[Event] = []
    fresh = before.state != "queued" or before.team != after.team
    if fresh or (agent is None and basis.step.tell):
        after, queued = statements.assigned(after, basis, agent=None, because=_asked_first(after, agent))
        events.append(queued)
    else:
        after = statements.waits_on(after, choice)
    if agent is not None and after.active:
        after, offer = statements.offered(after, basis, agent=agent)
        events.append(offer)
    return after, events


def _asked_first(after: Ticket, agent: str | None) -> tuple[Reason, ...]:
    if agent is None:
        return ()
    because = f"{agent} is asked first" if after.active else f"it is offered once it is open, as it is {after.status}"
    return (Reason(rule="offer", because=because),)


def _record(basis: Basis, events: Sequence[Event]) -> Insert:
    """The whole decision, for GET /tickets/{id}/decision: also the rules that did not apply."""
    step, cause, choice = basis.step, basis.cause, basis.choice
    return Insert(
        DECISIONS,
        {
            "_id": derived_id("routing.decision", *(event.id for event in events)),
            "ticket": step.after.id,
            "seq": events[-1].ticketversion,
            "time": basis.time,
            "cause": {"type": cause.type, "id": cause.id, "actor": cause.actor},
            "results": [{"type": event.type, **event.model_dump()["data"]} for event in events],
            "rules": [trial.document() for trial in step.tried],
            "model": None if step.model is None else step.model.model_dump(),
            "candidates": [] if choice is None else [candidate.document() for candidate in choice.candidates],
        },
    )
