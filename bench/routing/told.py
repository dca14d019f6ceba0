"""Events and commands as they go over the bus, for the simulated company's tickets."""

from datetime import datetime, timedelta
from typing import Any

from bench.routing.company import WEEK
from bench.routing.demand import Ask
from bench.routing.replicas import Input
from shared.ids import derived_id, time_ordered_id


def moment(minute: float) -> datetime:
    return WEEK + timedelta(minutes=minute)


def ticket_of(ask: Ask) -> str:
    return time_ordered_id(moment(ask.at), "simulation", ask.number)


def opened(ask: Ask) -> Input:
    fields = {"how_urgent": ask.priority, "needs": ask.topic or "", "prefers": ask.prefers or ""}
    ticket, at = ticket_of(ask), moment(ask.at).isoformat()
    message = {
        "id": derived_id(ticket, "message"),
        "author": "customer",
        "channel": ask.channel,
        "text": "Please help.",
        "sent_at": at,
        "received_at": at,
    }
    return Input(
        "opened",
        _envelope("ticket.opened.v1", "ingest", ticket, 1, ask.at)
        | {
            "data": {
                "number": f"S-{ask.number:07d}",
                "channel": ask.channel,
                "mailbox": f"{ask.team}@svetilka.example",
                "requester": {"email": ask.address},
                "customer": derived_id("customer", ask.customer),
                "title": "Help",
                "language": ask.language,
                "fields": fields,
                "message": message,
            }
        },
    )


def status(ticket: str, version: int, new: str, previous: str, minute: float) -> Input:
    told = {"status": new, "previous": previous, "reason": "simulated"}
    return Input("status", _envelope("ticket.status_changed.v1", "ingest", ticket, version, minute) | {"data": told})


def due(ticket: str, at: float, minute: float) -> Input:
    told = {
        "clock": "first_response",
        "change": "started",
        "due_at": moment(at).isoformat(),
        "policy": "standard",
        "calendar": "always",
        "target_seconds": int((at - minute) * 60),
        "elapsed_seconds": 0,
        "because": "simulated",
    }
    return Input("due", _envelope("sla.changed.v1", "sla", ticket, 1, minute) | {"data": told})


def escalated(ticket: str, level: int, priority: str, team: str | None, minute: float) -> Input:
    told = {
        "clock": "first_response",
        "level": level,
        "team": team,
        "priority": priority,
        "due_at": moment(minute).isoformat(),
        "policy": "standard",
        "because": "simulated",
    }
    return Input("escalated", _envelope("ticket.escalated.v1", "sla", ticket, 1 + level, minute) | {"data": told})


def claim(ticket: str, agent: str, minute: float) -> Input:
    return Input("claim", _command("ticket.claim.v1", ticket, agent, minute) | {"data": {"agent": agent}})


def transfer(ticket: str, by: str, minute: float, *, team: str | None = None, agent: str | None = None) -> Input:
    told = {"team": team, "agent": agent, "reason": "simulated"}
    return Input("transfer", _command("ticket.transfer.v1", ticket, by, minute) | {"data": told})


def presence(agent: str, state: str, minute: float) -> Input:
    told = {"agent": agent, "state": state}
    return Input("presence", _command("agent.set_presence.v1", None, agent, minute) | {"data": told})


def report(agent: str, *, gone: bool) -> Input:
    """What a program of the agent tells over HTTP."""
    return Input("report", {"agent": agent, "gone": gone})


def _envelope(kind: str, owner: str, subject: str, version: int, minute: float) -> dict[str, Any]:
    own = derived_id("simulation", kind, subject, version)
    return {
        "id": own,
        "source": f"kartica/{owner}",
        "type": kind,
        "subject": subject,
        "time": moment(minute).isoformat(),
        "correlationid": own,
        "causationid": own,
        "ticketversion": version,
    }


def _command(kind: str, subject: str | None, agent: str, minute: float) -> dict[str, Any]:
    own = derived_id("simulation", kind, subject, agent, minute)
    return {
        "id": own,
        "source": "simulation",
        "type": kind,
        "subject": subject,
        "time": moment(minute).isoformat(),
        "correlationid": own,
        "causationid": own,
        "actor": f"agent:{agent}",
    }
