"""What people and other systems ask about customers: merge, take back a merge, correct what is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.ingest.customers import facts, merging
from services.ingest.customers.identities import Name, name_of, normalised, proved_key
from services.ingest.customers.people import UNKNOWN, Customer, People
from services.ingest.customers.recognition import MAX_IDENTITIES
from shared.change import Change, Update, Write
from shared.commands import CustomerChange, CustomerMerge, CustomerUnmerge
from shared.errors import Refused
from shared.events import Identity
from shared.ids import derived_id

Asked = CustomerMerge | CustomerUnmerge | CustomerChange


def merge(people: People, command: CustomerMerge, *, at: datetime) -> Change:
    """The one who goes on for the subject is merged into the one who goes on for the other."""
    for customer in (command.subject, command.data.into):
        _known(people, customer)
    gone, survivor = people.root(command.subject), people.root(command.data.into)
    changed = merging.joined(people, command.subject, into=command.data.into)
    answer = _answer(command, changed=bool(changed), goes_on=survivor, merged=gone if changed else None)
    return _change(changed, people, command, answer, at=at)


def unmerge(people: People, command: CustomerUnmerge, *, at: datetime) -> Change:
    """The subject is a customer of its own again, with those who had been merged into it before."""
    _known(people, command.subject)
    changed = merging.parted(people, command.subject)
    if not changed:
        detail = f"Customer {command.subject} is not merged into another one; see `merged` for whom it goes on."
        raise Refused(status=409, title="Not merged", detail=detail)
    answer = _answer(command, changed=True, out_of=changed[1].id)
    return _change(changed, people, command, answer, at=at)


def change(people: People, command: CustomerChange, *, at: datetime) -> Change:
    """What somebody knows better, about the customer who goes on for the subject."""
    _known(people, command.subject)
    before = people.customers[people.root(command.subject)]
    wanted = command.data
    known = replace(
        before,
        name=wanted.name if wanted.name is not None else before.name,
        language=wanted.language if wanted.language is not None else before.language,
        tier=wanted.tier if wanted.tier is not None else before.tier,
    )
    draft = _Draft(people.replacing([known]), known.id, {}, at)
    for identity in wanted.remove:
        draft = draft.without(_read(identity))
    for identity in wanted.add:
        draft = draft.having(_read(identity))
    changed = [one for one in draft.people.customers.values() if one != people.customers.get(one.id)]
    answer = _answer(command, changed=bool(changed), goes_on=before.id)
    return _change(changed, people, command, answer, at=at, owners=draft.owners)


def readable(identities: Iterable[Identity]) -> tuple[Identity, ...]:
    """The identities with their values normalised; one that can't be read is refused."""
    return tuple(_read(one) for one in identities)


def fingerprint(command: Asked) -> str:
    """What was asked, whoever asked: two requests with one key can be told apart by it."""
    return derived_id("request", command.type, command.subject, command.data.model_dump_json())


@dataclass(frozen=True, slots=True)
class _Draft:
    """The customers and owners of identities, as the steps of one command leave them."""

    people: People
    root: str
    owners: Mapping[Name, str | None]
    at: datetime

    def without(self, identity: Identity) -> "_Draft":
        name = name_of(identity)
        holders = [one for one in self.people.members(self.root) if one.has(name)]
        left = [replace(one, identities=tuple(i for i in one.identities if name_of(i) != name)) for one in holders]
        owners = dict(self.owners)
        if any(one.has(name).verified_by for one in holders):  # type: ignore[union-attr]  # holders have it
            owners[name] = None
        return replace(self, people=self.people.replacing(left), owners=owners)

    def having(self, identity: Identity) -> "_Draft":
        name, root = name_of(identity), self.people.customers[self.root]
        owner = self.owners[name] if name in self.owners else getattr(self.people.owner(name), "id", None)
        if identity.verified_by and owner is not None and self.people.root(owner) != self.root:
            detail = f"The {identity.kind} belongs to customer {owner}; merge the two if they are one."
            raise Refused(status=409, title="Somebody else's identity", detail=detail)
        if len(root.identities) >= MAX_IDENTITIES:
            detail = f"A customer has at most {MAX_IDENTITIES} identities; remove some first."
            raise Refused(status=409, title="Too many identities", detail=detail)
        if owner is not None or (not identity.verified_by and root.has(name)):
            return self
        gained = root.with_identity(identity.model_copy(update={"first_seen": identity.first_seen or self.at}))
        owners = {**self.owners, name: root.id} if identity.verified_by else self.owners
        return replace(self, people=self.people.replacing([gained]), owners=owners)


def _read(identity: Identity) -> Identity:
    value = normalised(identity.kind, identity.value)
    if value is None:
        forms = {"email": "name@host", "phone": "E.164, for example +38640123456"}
        detail = f"Write it as {forms.get(identity.kind, 'one to 320 characters')}."
        raise Refused(status=422, title=f"Not a value of kind {identity.kind}", detail=detail)
    return identity.model_copy(update={"value": value})


def _change(
    changed: Iterable[Customer],
    people: People,
    command: Asked,
    answer: Mapping[str, Any],
    *,
    at: datetime,
    owners: Mapping[Name, str | None] | None = None,
) -> Change:
    writes, events = facts.stated(changed, people, reason=command.data.reason, cause=command, at=at)
    registered: list[Write] = []
    for name, customer in (owners or {}).items():
        known = people.proved.get(name, UNKNOWN)
        if known.customer != customer:
            set = {"customer": customer, "kind": name[0], "at": at}
            registered.append(Update("identities", proved_key(name), known.version, set))
    return Change(writes=(*writes, *registered), events=events, answer=answer)


def _answer(command: Asked, *, changed: bool, **more: str | None) -> Mapping[str, Any]:
    told = {name: value for name, value in more.items() if value is not None}
    return {"request": fingerprint(command), "customer": command.subject, "changed": changed, **told}


def _known(people: People, customer: str) -> None:
    if customer not in people.customers:
        raise Refused(status=404, title="No such customer", detail=f"There is no customer {customer}.")
