"""The names by which a contact is known, normalised, each with what proves it."""

from collections.abc import Iterator
from datetime import datetime

from services.ingest.normalised import Normalised, cleaned
from shared.commands import ADDRESS, PHONE
from shared.events import Contact, Identity, IdentityKind
from shared.ids import derived_id

MAX_VALUE = 320
SESSION = "session"
"""A visitor's id is random and signed: whoever has it is the visitor."""

Name = tuple[IdentityKind, str]
"""Kind and normalised value: what makes two identities the same."""

_ORDER: tuple[IdentityKind, ...] = (
    "external",
    "whatsapp",
    "messenger",
    "instagram",
    "telegram",
    "slack",
    "x",
    "email",
    "phone",
    "visitor",
)
"""Which identity says first whose message it is; a visitor's id is the weakest."""


def normalised(kind: IdentityKind, value: str) -> str | None:
    """The value as it is compared, or None when it can't be one of this kind.

    E-mail addresses are folded to lower case and nothing else: dots and plus tags tell people apart.
    """
    value = cleaned(value).strip()
    match kind:
        case "email":
            value = value.lower()
            return value if ADDRESS.fullmatch(value) else None
        case "phone":
            digits = "".join(one for one in value if one not in " -()./\u00a0")
            return digits if PHONE.fullmatch(digits) else None
        case "whatsapp":
            value = value.removeprefix("+")
    return value if 0 < len(value) <= MAX_VALUE else None


def named(contact: Contact, *, proof: str | None, at: datetime) -> tuple[Identity, ...]:
    """Every identity of the contact, the most telling first, each once, a proved one before a claim.

    `proof` is what proves the contact's e-mail address and phone number; None makes them claims.
    """
    best: dict[Name, Identity] = {}
    for kind, value, verified_by in _given(contact, proof):
        said = normalised(kind, value)
        if said is None:
            continue
        known = best.get((kind, said))
        if known is None or (known.verified_by is None and verified_by):
            best[kind, said] = Identity(kind=kind, value=said, verified_by=verified_by, first_seen=at)
    return tuple(sorted(best.values(), key=lambda one: (one.verified_by is None, _ORDER.index(one.kind), one.value)))


def proof_of(message: Normalised, channel: str) -> str | None:
    """What proves the sender's address and number, or None.

    Either who received the message says so (the provider's signature, our mail server's verdict), or
    the sender answers a mail that was sent to this very address, with the token that stood in it.
    """
    if message.sender.verified:
        return "mail authentication" if channel == "email" else "provider"
    tokens = message.thread.tokens
    answers = any(hit.by_recipient and hit.place == "address" and hit.purpose == "customer" for hit in tokens)
    return "reply token" if answers else None


def name_of(identity: Identity) -> Name:
    return identity.kind, identity.value


def proved_key(name: Name) -> str:
    """The document that says whom a proved identity belongs to."""
    return derived_id("identity", "proved", *name)


def claimed_key(name: Name) -> str:
    """The document that says whom an unproved identity leads to; never the one of a proved identity."""
    return derived_id("identity", "claimed", *name)


def _given(contact: Contact, proof: str | None) -> Iterator[tuple[IdentityKind, str, str | None]]:
    for identity in contact.identities:
        yield identity.kind, identity.value, identity.verified_by or None
    if contact.email:
        yield "email", contact.email, proof
    if contact.phone:
        yield "phone", contact.phone, proof
    if contact.visitor:
        yield "visitor", contact.visitor, SESSION
