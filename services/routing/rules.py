"""What each event makes of a ticket: pure steps whose result does not depend on the order of arrival."""

from services.routing.assignment import leases
from services.routing.classification.facts import Facts
from services.routing.classification.ruleset import Classification
from services.routing.handing import into_team, or_left_in_queue, remembered
from services.routing.opening import Opening
from services.routing.step import Step
from services.routing.ticket import DONE, Handed, Ticket, highest
from shared.errors import Permanent
from shared.events import (
    Contact,
    Reason,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
    TicketRedacted,
    TicketStatusChanged,
)
from shared.organisation import Organisation


def opened(ticket: Ticket, event: TicketOpened, found: Classification, organisation: Organisation) -> Step:
    """The rules' decision, with the escalations that came before it."""
    if ticket.opened:
        return Step(ticket, ticket)
    told = event.data
    opening = Opening(ticket=ticket.id, number=told.number, at=told.message.received_at, facts=Facts.of(event))
    newest = event.ticketversion > ticket.status_version
    handed = ticket.handed
    after = ticket.model_copy(
        update={
            "opened": True,
            "number": told.number,
            "channel": told.channel,
            "mailbox": told.mailbox,
            "language": told.language,
            "customer": told.customer,
            "keys": () if ticket.redacted else keys_of(told.requester),
            "tier": told.requester.tier,
            "status": told.status if newest else ticket.status,
            "status_version": max(event.ticketversion, ticket.status_version),
            "active_since": told.message.received_at if ticket.active_since is None else ticket.active_since,
            "awaits_agent": told.message.author == "customer" if ticket.spoken < 0 else ticket.awaits_agent,
            "reply_until": told.message.reply_until if ticket.spoken < 0 else ticket.reply_until,
            "category": found.category,
            "category_by": found.by,
            "decided": found.priority,
            "team": found.team if handed is None else handed.team,
            "tags": found.tags,
            "skills": found.skills,
            "levels": dict(found.levels),
            "prefers": dict(found.prefers),
            "impact": found.impact,
            "urgency": found.urgency,
            "weight": organisation.weight(told.channel),
        }
    )
    after = or_left_in_queue(after, organisation)
    earlier = () if handed is None else (handed.reason,)
    return Step(
        ticket,
        after,
        by=found.by,
        reasons=(*found.reasons, *earlier),
        placing="choose",
        placed_by="least_loaded" if handed is None else "escalation",
        placing_reasons=earlier,
        since=told.message.received_at,
        tried=found.tried,
        model=found.model,
        opening=None if ticket.redacted else opening,
    )


def status_changed(ticket: Ticket, event: TicketStatusChanged) -> Step:
    """The latest status by ingest's count. Work that comes back goes to its owner, if they can take it."""
    acted = leases.acted(ticket, _agent(event.actor))
    if event.ticketversion <= ticket.status_version:
        return Step(ticket, acted)
    status, previous = event.data.status, event.data.previous
    after = acted.model_copy(update={"status": status, "status_version": event.ticketversion})
    if not after.active:
        after = after.model_copy(update={"lease": None})
    if ticket.opened and ticket.offer is not None and not after.active:
        after = after.model_copy(update={"offer": None})
        reason = Reason(rule="status", because=f"the ticket became {status}")
        return Step(ticket, after, placing_reasons=(reason,), ended_offer="withdrawn")
    if not after.active or ticket.active:
        return Step(ticket, after)
    after = after.model_copy(update={"active_since": event.time, "lease": None})
    reopened = previous in DONE
    if after.waiting:
        since = event.time if reopened else ticket.waiting_since or event.time
        return Step(ticket, after.model_copy(update={"waiting_since": since}))
    return Step(
        ticket,
        after,
        placing="keep_if_room" if reopened else "keep_if_theirs",
        placing_reasons=(Reason(rule="reopened", because=f"{previous} became {status}, {_owner_cannot(ticket)}"),),
        since=event.time,
    )


def escalated(ticket: Ticket, event: TicketEscalated, organisation: Organisation) -> Step:
    """Raises the priority, never lowers it, and hands the ticket to the team of the latest escalation."""
    told = event.data
    if told.team is not None and told.team not in organisation.teams:
        there_is = ", ".join(sorted(organisation.teams))
        raise Permanent(f"escalated to team {told.team!r}, which teams.yaml does not have; it has {there_is}")
    reason = Reason(rule=f"escalation level {told.level}", because=told.because)
    raised = highest([ticket.raised, told.priority]) if ticket.raised or told.priority else None
    after = ticket.model_copy(update={"raised": raised})
    if told.team is None or (ticket.handed is not None and event.ticketversion <= ticket.handed.version):
        return Step(ticket, after, by="escalation", reasons=(reason,))
    after = after.model_copy(update={"handed": Handed(team=told.team, version=event.ticketversion, reason=reason)})
    if ticket.opened and told.team == ticket.team and ticket.offer is not None:
        return Step(ticket, after, by="escalation", reasons=(reason,))  # somebody there is being asked already
    if ticket.opened and told.team != ticket.team:
        after = into_team(after, told.team, organisation).model_copy(update={"previous": remembered(ticket)})
    same = told.team == ticket.team and ticket.agent is not None
    return Step(
        ticket,
        after,
        by="escalation",
        reasons=(reason,),
        placing="keep_if_there" if same else "choose",
        placed_by="escalation",
        placing_reasons=(reason,),
        since=after.active_since,
        tell=True,
    )


def message_added(ticket: Ticket, event: TicketMessageAdded) -> Step:
    """Who had the last word, until when the channel takes answers, and that the holder of a lease acted."""
    message = event.data.message
    acted = leases.acted(ticket, message.agent) if message.author == "agent" else ticket
    if event.ticketversion <= ticket.spoken or message.visibility != "public" or message.author == "system":
        return Step(ticket, acted)
    by_customer = message.author == "customer"
    update: dict[str, object] = {"awaits_agent": by_customer, "spoken": event.ticketversion}
    if by_customer:
        update["reply_until"] = message.reply_until
    after = acted.model_copy(update=update)
    same = after.model_copy(update={"spoken": ticket.spoken}) == ticket
    return Step(ticket, ticket if same and ticket.opened else after)


def redacted(ticket: Ticket, event: TicketRedacted) -> Step:
    """Nothing that names the requester is kept; the opening's text goes with it."""
    return Step(ticket, ticket.model_copy(update={"redacted": True, "keys": ()}))


def drained(ticket: Ticket) -> Step:
    """Takes a waiting ticket from its team's queue."""
    return Step(ticket, ticket, placing="choose", since=ticket.waiting_since)


def keys_of(requester: Contact) -> tuple[str, ...]:
    """What `not_for` of an agent can name: the address, its domain with an @, the phone."""
    email = (requester.email or "").lower()
    domain = f"@{email.rpartition('@')[2]}" if "@" in email else ""
    return tuple(key for key in (email, domain, requester.phone or "") if key)


def _owner_cannot(ticket: Ticket) -> str:
    return f"and {ticket.agent} can't take it back" if ticket.agent else "and it had no owner"


def _agent(actor: str) -> str | None:
    return actor.removeprefix("agent:") if actor.startswith("agent:") else None
