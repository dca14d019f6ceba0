"""The envelope of every event and command: CloudEvents 1.0, structured mode, JSON."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.ids import derived_id

E = TypeVar("E", bound="Envelope")
CONTENT_TYPE = "application/cloudevents+json"
MAX_DEPTH = 8
"""A chain of causes longer than this is a loop: nothing reacts to it any more."""

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
Uuid = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""An id that somebody else chose, for example the idempotency key of a command."""


class Frozen(BaseModel):
    """A value that never changes; unknown fields are ignored, so that additions break no reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Envelope(Frozen):
    """What events and commands have in common (https://cloudevents.io, version 1.0).

    `correlationid` names what started it all, `causationid` the event or command that caused this
    one, `depth` counts that chain. `machine` is true when a machine wrote the message behind it:
    nobody answers it automatically. `ticketversion` counts the facts that `source` has stated about
    `subject`: among facts of one source the higher one is the later one.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Key
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    type: str
    subject: str | None = None
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: Key
    causationid: Key
    depth: Annotated[int, Field(ge=0)] = 0
    actor: str = "system"
    machine: bool = False
    ticketversion: Annotated[int, Field(ge=0)] = 0
    traceparent: str | None = None

    @classmethod
    def type_name(cls) -> str:
        """The `type` of this model, which is also its routing key."""
        name: str = cls.model_fields["type"].default
        return name

    def encoded(self) -> bytes:
        """The JSON that goes over the bus, is stored until it is sent, and is shown in a dead queue."""
        return self.__pydantic_serializer__.to_json(self)


class Event(Envelope):
    """A fact, in the past tense. `owner` is the only service that may state it."""

    owner: ClassVar[str]
    id: Uuid
    subject: Uuid

    @classmethod
    def following(
        cls,
        cause: Envelope,
        place: object,
        *,
        time: datetime,
        subject: str | None = None,
        ticketversion: int,
        data: Any,
        actor: str | None = None,
        machine: bool | None = None,
    ) -> Self:
        """The event that `cause` led to.

        `place` tells it from the other results of the same cause; the id is derived from the two, so
        the same cause gives the same event.
        """
        about = subject or cause.subject
        kind = cls.type_name()
        return cls(
            id=derived_id(cause.id, cls.owner, kind, about, place),
            source=f"kartica/{cls.owner}",
            type=kind,
            subject=about,
            time=time,
            correlationid=cause.correlationid,
            causationid=cause.id,
            depth=cause.depth + 1,
            actor=actor or cause.actor,
            machine=cause.machine if machine is None else machine,
            ticketversion=ticketversion,
            traceparent=cause.traceparent,
            data=data,
        )


class Command(Envelope):
    """A request to the service `owner`. Its `id` is the idempotency key: twice the same has one effect."""

    owner: ClassVar[str]

    @classmethod
    def asked(
        cls,
        *,
        key: str,
        source: str,
        time: datetime,
        data: Any,
        subject: str | None = None,
        actor: str = "system",
    ) -> Self:
        """A command that starts a chain of its own, as HTTP and the tests give them."""
        return cls(
            id=key,
            source=source,
            type=cls.type_name(),
            subject=subject,
            time=time,
            correlationid=key,
            causationid=key,
            actor=actor,
            data=data,
        )


def by_type(models: Iterable[type[E]]) -> dict[str, type[E]]:
    """The models by their `type`, which is also their routing key."""
    return {model.type_name(): model for model in models}
