"""What the HTTP interface shows of stored documents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

_HIDDEN = ("_id", "version", "input", "lookups", "restored", "split_path", "snooze_cause", "children")
"""What only decisions need."""
_MESSAGE_HIDDEN = ("_id", "input", "moved", "event")


def conversation_view(
    ticket: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], timeline: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A ticket with its conversation and its timeline."""
    return {
        **ticket_view(ticket),
        "messages": [_message(message, ticket["_id"]) for message in messages],
        "timeline": [{"id": line["_id"], **_shown(line, without=("_id", "ticket"))} for line in timeline],
    }


def ticket_view(ticket: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket without its conversation. `merged` are the tickets whose conversations go on in it."""
    shown = _shown(ticket, without=(*_HIDDEN, "guests"))
    return {"id": ticket["_id"], **shown, "merged": sorted(ticket.get("guests") or ())}


def _message(message: Mapping[str, Any], ticket: str) -> dict[str, Any]:
    """A message; with its own ticket when that is another one, which was merged into the one that is shown."""
    own = () if message["ticket"] != ticket and "moved_to" not in message else ("ticket",)
    return {"id": message["_id"], **_shown(message, without=(*_MESSAGE_HIDDEN, *own))}


def worklog_view(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entries with their sums: in all, and by agent. Corrections are counted in."""
    by_agent: dict[str, int] = {}
    for one in entries:
        by_agent[one["agent"]] = by_agent.get(one["agent"], 0) + one["seconds"]
    shown = [{"id": one["_id"], **_shown(one, without=("_id",))} for one in entries]
    return {"seconds": sum(by_agent.values()), "by_agent": by_agent, "entries": shown}


def input_view(document: Mapping[str, Any]) -> dict[str, Any]:
    """An input in the ledger."""
    names = (
        "channel",
        "account",
        "key",
        "message_id",
        "content_type",
        "size",
        "received_at",
        "state",
        "reason",
        "ticket",
        "number",
        "attempts",
        "error",
        "decided_at",
        "redriven_at",
    )
    return {"input": document["_id"], **{name: document[name] for name in names if document.get(name) is not None}}


def summary_view(counts: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
    """Every input by channel and outcome: `received` is the sum of the outcomes and of what is pending."""
    channels: dict[str, dict[str, int]] = {}
    for channel, state, count in counts:
        channels.setdefault(channel, {})[state] = count
    total: dict[str, int] = {}
    for states in channels.values():
        for state, count in states.items():
            total[state] = total.get(state, 0) + count
    return {
        "received": sum(total.values()),
        "outcomes": total,
        "channels": {
            channel: {"received": sum(states.values()), "outcomes": states} for channel, states in channels.items()
        },
    }


def _shown(document: Mapping[str, Any], *, without: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in document.items() if name not in without}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
