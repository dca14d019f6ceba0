"""Makes definitions.json: every exchange, queue, binding, policy, user and right of Kartica.

`python -m deploy.rabbitmq.topology` prints it, `make definitions` writes it, `--check` compares. The users in it have
no password and can't log in until deploy/rabbitmq/render.py has filled the hashes in.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deploy.rabbitmq.render import DEFINITIONS
from shared.commands import (
    COMMANDS,
    AgentSetPresence,
    CustomerChange,
    CustomerMerge,
    CustomerRedact,
    CustomerUnmerge,
    MessageSubmit,
    NotificationSend,
    TicketChange,
    TicketClaim,
    TicketClassify,
    TicketDecline,
    TicketLogTime,
    TicketMerge,
    TicketOpen,
    TicketRate,
    TicketRedact,
    TicketRelease,
    TicketReply,
    TicketSetStatus,
    TicketSnooze,
    TicketSplitOff,
    TicketTransfer,
    TicketUnmerge,
)
from shared.envelope import Envelope
from shared.events import (
    EVENTS,
    AgentInstructed,
    NotificationFailed,
    NotificationSent,
    SlaBreached,
    SlaChanged,
    SlaWarned,
    TicketAssigned,
    TicketClassified,
    TicketEscalated,
    TicketMerged,
    TicketMessageAdded,
    TicketOpened,
    TicketRated,
    TicketRedacted,
    TicketStatusChanged,
    TicketUnmerged,
)
from shared.history import HISTORY_QUEUE
from shared.messaging import COMMANDS_EXCHANGE, EVENTS_EXCHANGE, RETRY_SECONDS

VHOST = "kartica"
SERVICES = ("ingest", "routing", "sla", "notify", "reporting")
UNROUTED = "kartica.unrouted"
DELIVERY_LIMIT = 20
"""A guard against crash loops (RabbitMQ 4's default), not the counter of retries."""
HISTORY_DAYS = 90
HISTORY_BYTES = 20 * 1024**3
HISTORY_SEGMENT_BYTES = 50 * 1024**2

QUEUES: Mapping[str, tuple[str, tuple[type[Envelope], ...]]] = {
    "ingest.commands": (
        COMMANDS_EXCHANGE,
        (
            MessageSubmit,
            TicketReply,
            TicketSetStatus,
            TicketOpen,
            TicketMerge,
            TicketUnmerge,
            TicketSplitOff,
            TicketSnooze,
            TicketLogTime,
            TicketRate,
            TicketChange,
            CustomerMerge,
            CustomerUnmerge,
            CustomerChange,
            CustomerRedact,
            TicketRedact,
        ),
    ),
    "ingest.facts": (
        EVENTS_EXCHANGE,
        (
            TicketClassified,
            TicketAssigned,
            SlaChanged,
            SlaWarned,
            SlaBreached,
            TicketEscalated,
            NotificationSent,
            NotificationFailed,
        ),
    ),
    "routing.tickets": (
        EVENTS_EXCHANGE,
        (
            TicketOpened,
            TicketMessageAdded,
            TicketStatusChanged,
            TicketMerged,
            TicketUnmerged,
            TicketRated,
            TicketRedacted,
            TicketEscalated,
            SlaChanged,
            AgentInstructed,
        ),
    ),
    "routing.commands": (
        COMMANDS_EXCHANGE,
        (TicketClaim, TicketTransfer, TicketClassify, TicketRelease, TicketDecline, AgentSetPresence),
    ),
    "sla.tickets": (EVENTS_EXCHANGE, (TicketOpened, TicketMessageAdded, TicketStatusChanged, TicketClassified)),
    "notify.events": (
        EVENTS_EXCHANGE,
        (
            TicketOpened,
            TicketMessageAdded,
            TicketAssigned,
            SlaChanged,
            TicketEscalated,
            AgentInstructed,
            TicketRedacted,
        ),
    ),
    "notify.commands": (COMMANDS_EXCHANGE, (NotificationSend,)),
}
"""Each work queue, the exchange that it hangs on and what comes into it; tests compare it with the code."""

IRREVERSIBLE = frozenset({TicketRedact.type_name(), CustomerRedact.type_name()})
"""Commands that only `operator` may publish, as over HTTP only an administrator may."""


def definitions() -> dict[str, Any]:
    """The document that RabbitMQ imports (management API `/api/definitions`, or at boot)."""
    return {
        "vhosts": [{"name": VHOST}],
        "users": [_user(name) for name in (*SERVICES, "integrator", "operator")],
        "permissions": [*(_service_rights(name) for name in SERVICES), _integrator_rights(), _operator_rights()],
        "topic_permissions": [*(_service_topics(name) for name in SERVICES), *_integrator_topics(), _operator_topics()],
        "policies": _policies(),
        "exchanges": _exchanges(),
        "queues": _queues(),
        "bindings": _bindings(),
    }


def _service(queue: str) -> str:
    return queue.partition(".")[0]


def _user(name: str) -> dict[str, Any]:
    tags = ["monitoring"] if name == "operator" else []
    return {"name": name, "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": tags}


def _rights(user: str, *, configure: str = "^$", write: str, read: str) -> dict[str, Any]:
    return {"user": user, "vhost": VHOST, "configure": configure, "write": write, "read": read}


def _service_rights(name: str) -> dict[str, Any]:
    read = rf"^{name}\..*$" if name != "reporting" else rf"^({name}\..*|{re.escape(HISTORY_QUEUE)})$"
    return _rights(name, write=rf"^({re.escape(EVENTS_EXCHANGE)}|{name}\.local)$", read=read)


def _integrator_rights() -> dict[str, Any]:
    """Another company system: queues of its own (`integrator....`), commands in, events and history out."""
    own = r"integrator\..*"
    return _rights(
        "integrator",
        configure=rf"^{own}$",
        write=rf"^({own}|{re.escape(COMMANDS_EXCHANGE)})$",
        read=rf"^({own}|{re.escape(EVENTS_EXCHANGE)}|{re.escape(HISTORY_QUEUE)})$",
    )


def _operator_rights() -> dict[str, Any]:
    """Looks at and empties dead queues, puts messages back through `<service>.local`, and redacts."""
    return _rights(
        "operator", write=rf"^(.*\.local|{re.escape(COMMANDS_EXCHANGE)})$", read=rf"^(.*\.dead|{re.escape(UNROUTED)})$"
    )


def _service_topics(name: str) -> dict[str, Any]:
    owned = _alternatives(kind for kind, model in EVENTS.items() if model.owner == name)
    return {"user": name, "vhost": VHOST, "exchange": EVENTS_EXCHANGE, "write": owned, "read": "^$"}


def _integrator_topics() -> list[dict[str, Any]]:
    about: dict[str, Any] = {"user": "integrator", "vhost": VHOST}
    return [
        {**about, "exchange": EVENTS_EXCHANGE, "write": "^$", "read": ".*"},
        {**about, "exchange": COMMANDS_EXCHANGE, "write": _alternatives(set(COMMANDS) - IRREVERSIBLE), "read": "^$"},
    ]


def _operator_topics() -> dict[str, Any]:
    about = {"user": "operator", "vhost": VHOST, "exchange": COMMANDS_EXCHANGE}
    return {**about, "write": _alternatives(IRREVERSIBLE), "read": "^$"}


def _alternatives(kinds: Iterable[str]) -> str:
    """A pattern for these types in any version; one that matches nothing when there are none."""
    names = sorted({re.escape(kind.rpartition(".")[0]) for kind in kinds})
    return rf"^({'|'.join(names)})\.v\d+$" if names else "^$"


def _exchanges() -> list[dict[str, Any]]:
    def exchange(name: str, kind: str, **arguments: str) -> dict[str, Any]:
        common = {"vhost": VHOST, "durable": True, "auto_delete": False, "internal": False}
        return {"name": name, "type": kind, **common, "arguments": arguments}

    return [
        exchange(EVENTS_EXCHANGE, "topic", **{"alternate-exchange": UNROUTED}),
        exchange(COMMANDS_EXCHANGE, "topic", **{"alternate-exchange": UNROUTED}),
        exchange(UNROUTED, "fanout"),
        *(exchange(f"{name}.local", "direct") for name in dict.fromkeys(map(_service, QUEUES))),
    ]


def _parked(queue: str) -> list[str]:
    return [f"{queue}.retry.{attempt}" for attempt in range(1, len(RETRY_SECONDS) + 1)] + [f"{queue}.dead"]


def _queues() -> list[dict[str, Any]]:
    def queue(name: str, kind: str, **arguments: Any) -> dict[str, Any]:
        common = {"vhost": VHOST, "durable": True, "auto_delete": False}
        return {"name": name, **common, "arguments": {"x-queue-type": kind, **arguments}}

    made = [
        queue(
            HISTORY_QUEUE,
            "stream",
            **{
                "x-max-age": f"{HISTORY_DAYS}D",
                "x-max-length-bytes": HISTORY_BYTES,
                "x-stream-max-segment-size-bytes": HISTORY_SEGMENT_BYTES,
            },
        ),
        queue(UNROUTED, "quorum"),
    ]
    for name in QUEUES:
        made.append(queue(name, "quorum"))
        for attempt, seconds in enumerate(RETRY_SECONDS, start=1):
            made.append(queue(f"{name}.retry.{attempt}", "quorum", **{"x-message-ttl": seconds * 1000}))
        made.append(queue(f"{name}.dead", "quorum"))
    return made


def _bindings() -> list[dict[str, Any]]:
    def bind(source: str, queue: str, key: str) -> dict[str, Any]:
        to = {"vhost": VHOST, "destination": queue, "destination_type": "queue"}
        return {"source": source, **to, "routing_key": key, "arguments": {}}

    made = [bind(EVENTS_EXCHANGE, HISTORY_QUEUE, "#"), bind(UNROUTED, UNROUTED, "")]
    for name, (exchange, models) in QUEUES.items():
        made += [bind(exchange, name, model.type_name()) for model in models]
        made += [bind(f"{_service(name)}.local", target, target) for target in (name, *_parked(name))]
    return made


def _policies() -> list[dict[str, Any]]:
    def policy(name: str, queues: Sequence[str], **definition: Any) -> dict[str, Any]:
        pattern = f"^({'|'.join(re.escape(queue) for queue in queues)})$"
        return {
            "vhost": VHOST,
            "name": name,
            "pattern": pattern,
            "apply-to": "queues",
            "priority": 10,
            "definition": definition,
        }

    # At-least-once dead lettering exists only together with overflow=reject-publish.
    safe = {"dead-letter-strategy": "at-least-once", "overflow": "reject-publish"}
    made = []
    for name in QUEUES:
        *retries, dead = _parked(name)
        local = {"dead-letter-exchange": f"{_service(name)}.local", **safe}
        made.append(
            policy(name, [name], **{"delivery-limit": DELIVERY_LIMIT, **local, "dead-letter-routing-key": dead})
        )
        made.append(policy(f"{name}.retry", retries, **local, **{"dead-letter-routing-key": name}))
    # Looking at a dead letter counts as a delivery: it must never be what removes it.
    everything_dead = [*(_parked(name)[-1] for name in QUEUES), UNROUTED]
    made.append(policy("dead", everything_dead, **{"delivery-limit": 1_000_000}))
    return made


def text() -> str:
    """The file as it is committed."""
    return json.dumps(definitions(), indent=2, sort_keys=False) + "\n"


def main() -> None:
    if sys.argv[1:] != ["--check"]:
        print(text(), end="")
    elif DEFINITIONS.read_text(encoding="utf-8") != text():
        sys.exit(
            f"{DEFINITIONS.name} is not what topology.py makes: run `make definitions` and look at the difference."
        )


if __name__ == "__main__":
    main()
