"""Commands about customers: who is the same person, and what is known of them."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.commands.tickets import Reason
from shared.envelope import Command, Frozen, Uuid
from shared.events import Identity


class CustomerMergeData(Frozen):
    into: Annotated[Uuid, Field(description="the customer who goes on")]
    reason: Reason


class CustomerMerge(Command):
    """Two customers are one; `customer.unmerge` takes it back. `subject` is the one who is merged."""

    owner: ClassVar[str] = "ingest"
    type: Literal["customer.merge.v1"] = "customer.merge.v1"
    subject: Uuid
    data: CustomerMergeData


class CustomerUnmergeData(Frozen):
    reason: Reason


class CustomerUnmerge(Command):
    owner: ClassVar[str] = "ingest"
    type: Literal["customer.unmerge.v1"] = "customer.unmerge.v1"
    subject: Uuid
    data: CustomerUnmergeData


class CustomerRedactData(Frozen):
    reason: Reason


class CustomerRedact(Command):
    """Removes everything personal of a customer and of whoever was merged with it, for good."""

    owner: ClassVar[str] = "ingest"
    type: Literal["customer.redact.v1"] = "customer.redact.v1"
    subject: Uuid
    data: CustomerRedactData


class CustomerChangeData(Frozen):
    """What a person or another system knows better. None leaves a value as it is."""

    name: Annotated[str | None, StringConstraints(min_length=1, max_length=200)] = None
    language: Annotated[str | None, StringConstraints(max_length=35)] = None
    tier: Annotated[str | None, StringConstraints(max_length=64)] = None
    add: Annotated[tuple[Identity, ...], Field(max_length=50)] = ()
    remove: Annotated[tuple[Identity, ...], Field(max_length=50)] = ()
    reason: Reason


class CustomerChange(Command):
    owner: ClassVar[str] = "ingest"
    type: Literal["customer.change.v1"] = "customer.change.v1"
    subject: Uuid
    data: CustomerChangeData
