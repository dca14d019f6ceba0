"""What the HTTP interface shows of stored documents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

_HIDDEN = ("_id", "version", "input")


def conversation_view(
    ticket: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], timeline: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A ticket with its conversation and its timeline."""
    return {
        "id": ticket["_id"],
        **_shown(ticket, without=_HIDDEN),
        "messages": [
            {"id": message["_id"], **_shown(message, without=("_id", "ticket", "input"))} for message in messages
        ],
        "timeline": [{"id": line["_id"], **_shown(line, without=("_id", "ticket"))} for line in timeline],
    }


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
