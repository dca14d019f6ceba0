"""Takes out of kept events what ingest says was removed; what is left is still the same event."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.reporting.facts import Arrival, Fact, fact_in

REDACTED = "ticket.redacted.v1"
CUSTOMER = "customer.changed.v1"
CALL = "call.identified.v1"
TITLE = "[redacted]"
_NOBODY: Mapping[str, Any] = {"name": None, "email": None, "phone": None, "visitor": None, "identities": []}


def kinds_by_message(facts: Iterable[Fact]) -> Mapping[str, frozenset[str]]:
    """What was removed of each message of a ticket, by the facts about the ticket."""
    found: dict[str, frozenset[str]] = {}
    for fact in facts:
        if fact.type == REDACTED:
            for message in fact.content["messages"]:
                found[message] = found.get(message, frozenset()) | frozenset(fact.content["what"])
    return found


def removes(fact: Fact) -> bool:
    """Whether earlier events about its subject have something that is to go."""
    return fact.type == REDACTED or (fact.type in (CUSTOMER, CALL) and bool(fact.content.get("redacted")))


def scrubbed(arrival: Arrival, facts: Sequence[Fact]) -> Arrival:
    """The event without what redactions among `facts`, which are about its subject, have removed."""
    gone = kinds_by_message(facts)
    nameless = [fact.ticketversion for fact in facts if fact.type in (CUSTOMER, CALL) and removes(fact)]
    if not gone and not nameless:
        return arrival
    whole = frozenset(
        kind for fact in facts if fact.type == REDACTED and fact.content.get("whole") for kind in fact.content["what"]
    )
    content = json.loads(arrival.body)
    before = json.dumps(content)
    if content["ticketversion"] < max(nameless, default=0):
        if content["type"] == CUSTOMER:
            content["data"] |= {"name": None, "identities": []}
        if content["type"] == CALL:
            content["data"]["caller"] |= _NOBODY
    _scrub(content["type"], content["data"], gone, whole)
    if json.dumps(content) == before:
        return arrival
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Arrival(fact_in(body), body)


def without_people(content: Mapping[str, Any], gone: Mapping[str, frozenset[str]]) -> Mapping[str, Any]:
    """The content of an opening for the ticket's row."""
    kinds = gone.get(content["message"]["id"], frozenset())
    changes: dict[str, Any] = {}
    if "text" in kinds:
        changes["title"] = TITLE
    if "contact" in kinds:
        changes["requester"] = {**content["requester"], **_NOBODY}
    return {**content, **changes} if changes else content


def _scrub(kind: str, data: dict[str, Any], gone: Mapping[str, frozenset[str]], whole: frozenset[str]) -> None:
    message = data.get("message")
    if isinstance(message, dict):
        kinds = gone.get(message["id"], frozenset())
        _scrub_message(message, kinds)
        if kind == "ticket.opened.v1":
            if "text" in kinds:
                data |= {"title": TITLE, "fields": {}}
            if "contact" in kinds:
                data["requester"] = {**data["requester"], **_NOBODY}
    elif isinstance(message, str) and "text" in data and "text" in gone.get(message, frozenset()):
        data["text"] = ""
    if "text" in whole:
        _scrub_words(kind, data)
    if "contact" in whole and kind.startswith("notification."):
        data |= {name: "" for name in ("to", "error") if name in data}
    if "contact" in whole and kind == "delivery.bounced.v1":
        data |= {"recipient": "", "diagnostic": ""}


def _scrub_message(message: dict[str, Any], kinds: frozenset[str]) -> None:
    if "text" in kinds:
        message["text"] = ""
    if "attachments" in kinds:
        message["attachments"] = []
    if "contact" in kinds:
        sender = message.get("sender")
        message |= {"sender": {**sender, **_NOBODY} if sender else None, "mail": None, "channel_id": None}


def _scrub_words(kind: str, data: dict[str, Any]) -> None:
    match kind:
        case "ticket.changed.v1":
            data |= {"title": None, "fields": {}}
        case "ticket.rated.v1":
            data |= {"comment": "", "answers": {}}
        case "agent.instructed.v1":
            data |= {"text": "", "understood": [], "mistakes": []}
        case "ticket.time_logged.v1":
            data["note"] = ""
