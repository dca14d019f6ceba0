"""What ingest states about customers: by which names they are known, and who turned out to be the same."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.envelope import Event, Frozen, Uuid

IdentityKind = Literal[
    "email", "phone", "whatsapp", "messenger", "instagram", "telegram", "slack", "x", "visitor", "external"
]


class Identity(Frozen):
    """A name by which a customer is known. `verified_by` says what proved it; None is a claim."""

    kind: IdentityKind
    value: Annotated[
        str, Field(min_length=1, max_length=320, description="Normalised: e-mail in lower case, phone in E.164")
    ]
    verified_by: Annotated[str | None, Field(max_length=100, examples=["dkim", "provider", "agent:ana"])] = None
    first_seen: AwareDatetime | None = None


class CustomerChangedData(Frozen):
    name: str | None = None
    language: str | None = None
    tier: str | None = None
    identities: Annotated[
        tuple[Identity, ...], Field(description="Its own; customers who were merged into it state theirs themselves")
    ]
    merged_into: Annotated[
        Uuid | None, Field(description="The customer who goes on; None is a customer of its own")
    ] = None
    redacted: Annotated[bool, Field(description="What earlier events said of the customer was removed")] = False
    reason: str


class CustomerChanged(Event):
    """Who a customer is, as a whole: the latest one counts. `subject` is the customer."""

    owner: ClassVar[str] = "ingest"
    type: Literal["customer.changed.v1"] = "customer.changed.v1"
    data: CustomerChangedData


class CustomerMergeSuggestedData(Frozen):
    other: Uuid
    because: str


class CustomerMergeSuggested(Event):
    """Two customers may be one, but nothing proves it: a person decides. `subject` is one of them."""

    owner: ClassVar[str] = "ingest"
    type: Literal["customer.merge_suggested.v1"] = "customer.merge_suggested.v1"
    data: CustomerMergeSuggestedData
