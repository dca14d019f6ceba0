"""Customers over HTTP, for agents and systems: who they are, what they wrote, who is the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Header, Query
from pydantic import Field, StringConstraints

from services.ingest.customers.handlers import Customers, told
from services.ingest.customers.identities import normalised
from services.ingest.customers.people import People
from services.ingest.customers.store import CustomerStore
from services.ingest.customers.views import cursor_after, customer_view, message_view, place_of
from shared.auth import Caller, require
from shared.commands import (
    CustomerChange,
    CustomerChangeData,
    CustomerMerge,
    CustomerMergeData,
    CustomerUnmerge,
    CustomerUnmergeData,
    Reason,
)
from shared.envelope import Frozen, Key, Uuid
from shared.errors import Refused
from shared.events import Identity, IdentityKind

TICKETS = 50
IdempotencyKey = Annotated[Key, Header(alias="Idempotency-Key", description="the same key twice has one effect")]


class IdentityRequest(Frozen):
    """An identity as somebody tells it. `verified` when the caller stands in for it."""

    kind: IdentityKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=320)]
    verified: bool = False


class CustomerChangeRequest(Frozen):
    """What the caller knows better. None leaves a value as it is."""

    name: Annotated[str | None, StringConstraints(min_length=1, max_length=200)] = None
    language: Annotated[str | None, StringConstraints(max_length=35)] = None
    tier: Annotated[str | None, StringConstraints(max_length=64)] = None
    add: Annotated[tuple[IdentityRequest, ...], Field(max_length=50)] = ()
    remove: Annotated[tuple[IdentityRequest, ...], Field(max_length=50)] = ()
    reason: Reason

    def data(self, caller: Caller) -> CustomerChangeData:
        def read(given: tuple[IdentityRequest, ...]) -> tuple[Identity, ...]:
            by = caller.subject[:100]
            return tuple(
                Identity(kind=one.kind, value=one.value, verified_by=by if one.verified else None) for one in given
            )

        return CustomerChangeData(
            name=self.name,
            language=self.language,
            tier=self.tier,
            add=read(self.add),
            remove=read(self.remove),
            reason=self.reason,
        )


def router(*, customers: Customers, store: CustomerStore, jwt_key: str) -> APIRouter:
    """The routes. Errors are problem details (RFC 9457)."""
    routes = APIRouter(tags=["customers"])
    anyone = Depends(require(jwt_key, "agent", "supervisor", "admin", "system"))

    async def shown(customer: str) -> dict[str, Any]:
        people = await _people(store, customer)
        tickets = await store.tickets([one.id for one in people.members(customer)], limit=TICKETS)
        return customer_view(people, customer, tickets)

    @routes.get("/customers/{customer}", dependencies=[anyone])
    async def by_id(customer: Uuid) -> dict[str, Any]:
        return await shown(customer)

    @routes.get("/customers", dependencies=[anyone])
    async def by_identity(
        identity: Annotated[str, Query(examples=["email:jo@buyer.example"], max_length=400)],
    ) -> dict[str, Any]:
        kind, _, value = identity.partition(":")
        known = next((one for one in get_args(IdentityKind) if one == kind), None)
        said = normalised(known, value) if known else None
        if known is None or said is None:
            detail = f"Write kind and value, as `email:jo@buyer.example`; kinds: {', '.join(get_args(IdentityKind))}."
            raise Refused(status=422, title="Not an identity", detail=detail)
        found = [await shown(one) for one in await store.with_identity((known, said))]
        return {"customers": list({one["id"]: one for one in found}.values())}

    @routes.get("/customers/{customer}/history", dependencies=[anyone])
    async def history(
        customer: Uuid,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        people = await _people(store, customer)
        members = [one.id for one in people.members(customer)]
        after = place_of(cursor) if cursor else None
        found = await store.history(members, after=after, limit=limit + 1)
        page = found[:limit]
        following = cursor_after(page[-1]) if len(found) > limit else None
        return {"messages": [message_view(one) for one in page], "next": following}

    @routes.post("/customers/{customer}", status_code=200)
    async def change(
        customer: Uuid, wanted: CustomerChangeRequest, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        command = CustomerChange.asked(**_asked(key, caller), subject=customer, data=wanted.data(caller))
        return told(command, await customers.change(command))

    @routes.post("/customers/{customer}/merge", status_code=200)
    async def merge(
        customer: Uuid, wanted: CustomerMergeData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        command = CustomerMerge.asked(**_asked(key, caller), subject=customer, data=wanted)
        return told(command, await customers.merge(command))

    @routes.post("/customers/{customer}/unmerge", status_code=200)
    async def unmerge(
        customer: Uuid, wanted: CustomerUnmergeData, key: IdempotencyKey, caller: Annotated[Caller, anyone]
    ) -> Mapping[str, Any]:
        command = CustomerUnmerge.asked(**_asked(key, caller), subject=customer, data=wanted)
        return told(command, await customers.unmerge(command))

    return routes


def _asked(key: str, caller: Caller) -> dict[str, Any]:
    return {"key": key, "source": f"http/{caller.subject}", "time": datetime.now(UTC), "actor": caller.subject}


async def _people(store: CustomerStore, customer: str) -> People:
    people = await store.people(customer)
    if customer not in people.customers:
        raise Refused(status=404, title="No such customer", detail=f"There is no customer {customer}.")
    return people
