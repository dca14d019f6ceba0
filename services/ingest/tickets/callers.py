"""Who asks over HTTP, and in whose name: the key that makes a repeat, the agent who is meant."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Header

from shared.auth import Caller
from shared.envelope import Command, Key
from shared.errors import Refused

IdempotencyKey = Annotated[Key, Header(alias="Idempotency-Key", description="the same key twice has one effect")]
C = TypeVar("C", bound=Command)


def agent_of(caller: Caller, named: str | None) -> str:
    """In whose name a reply is: the agent's own, or anybody's for systems and supervisors."""
    own = caller.subject.rpartition(":")[2]
    if named is None and "system" in caller.roles and not caller.roles & {"agent", "supervisor", "admin"}:
        raise Refused(status=422, title="Who answers?", detail="A system names the `agent` in whose name it replies.")
    if named is not None and named != own and not caller.roles & {"supervisor", "admin", "system"}:
        raise Refused(status=403, title="Not allowed", detail="An agent answers in the own name; leave `agent` out.")
    return named or own


def asked(kind: type[C], key: str, caller: Caller, data: Any, *, subject: str | None = None) -> C:
    """The command that a request is."""
    return kind.asked(
        key=key,
        source=f"http/{caller.subject}",
        time=datetime.now(UTC),
        subject=subject,
        actor=caller.subject,
        data=data,
    )
