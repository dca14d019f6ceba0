"""What a provider of messages is to the webhook: how it proves itself, what its calls say, how they are read."""

import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import parse_qsl

from pydantic_core import to_json

from services.ingest.channels.json_shapes import parsed
from services.ingest.channels.plain_text import one_line
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media, Normalised, storable
from shared.config import Strict
from shared.errors import Refused
from shared.events import CallIdentifiedData, Contact, Identity, IdentityKind

MAX_FORM_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """A provider's call as it came. `url` is the address that the provider knows; header names are lower case."""

    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Mapping[str, Any]:
        """The body as a JSON object; anything else is `Refused`."""
        try:
            content = parsed(self.body)
        except ValueError as error:
            raise Refused(status=400, title="Not JSON", detail="Send a JSON object in UTF-8.") from error
        if not isinstance(content, dict):
            raise Refused(status=400, title="Not an object", detail="Send a JSON object in UTF-8.")
        return content

    def form(self) -> list[tuple[str, str]]:
        """The body as the pairs of an urlencoded form, decoded, in their order."""
        try:
            written = self.body.decode("utf-8", "surrogateescape")
            return parse_qsl(written, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
        except ValueError as error:
            raise Refused(status=400, title="Not a form", detail="Send application/x-www-form-urlencoded.") from error


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that a call says. `kind` is counted: a word of the provider's file, never of the body.

    With a `key`, the provider's id of it, it is stored as an input: `body` is what `read` is given.
    `telephone` is the state of a telephone call, which other services are told at once.
    """

    kind: str
    key: str | None = None
    body: bytes = b""
    content_type: str = "application/json"
    telephone: CallIdentifiedData | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider wants to hear."""

    body: str
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is fetched. `headers` go to the host of `url` and to nobody else, also after a redirect.

    `hosts` are the only ones that are asked, `.name` with all below it; empty: any public one.
    `then` turns what was fetched into the place where the file itself is, for providers with two steps.
    """

    url: str
    hosts: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    then: "Callable[[bytes], Source | str] | None" = None


class Account(Strict):
    """An account without options, in config/channels.yaml."""


S = TypeVar("S", bound=Strict)


class Provider(ABC, Generic[S]):
    """One file in providers/, and a line in provider_table.py: the frame in webhook.py does the rest.

    `name` is the section of accounts in config/channels.yaml, the one of secrets in
    KARTICA_CHANNEL_SECRETS, and the address: /webhooks/<name>/<account>. All methods are pure.
    """

    name: ClassVar[str]
    secrets: type[S]
    account: ClassVar[type[Account]] = Account
    max_body: ClassVar[int] = 4 * 1024 * 1024

    def challenge(self, call: Call, secrets: S) -> Answer | None:
        """The answer to a handshake: asked on GET, and on POST after `verify`. None: it is not one."""
        return None

    @abstractmethod
    def verify(self, call: Call, secrets: S, *, now: datetime) -> str | None:
        """None when the provider has sent these very bytes, lately; otherwise what it should do."""

    @abstractmethod
    def split(self, call: Call, account: Account) -> Iterable[Update]:
        """Everything that the verified call says, in its order."""

    @abstractmethod
    def read(self, received: Received) -> Normalised:
        """The message of one stored update, whatever it holds."""

    def reply(self, call: Call, account: Account) -> Answer | None:
        """What the provider is answered when all is stored; None is how many updates were taken, as JSON."""
        return None

    def source(self, media: Media, secrets: S) -> Source | str:
        """Where a file is fetched, or why it can't be."""
        return "this channel hands over no files"


def is_same(expected: str, given: str | None) -> bool:
    """Whether a secret or signature is the expected one, in constant time, whatever was given."""
    return hmac.compare_digest(expected.encode(), (given or "").encode("utf-8", "surrogateescape"))


def is_recent(timestamp: str, *, now: datetime, seconds: float) -> bool:
    """Whether a time in seconds since 1970 is near enough: an old call may be one that somebody recorded."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 15:
        return False
    return abs(now.timestamp() - int(timestamp)) <= seconds


def stored(content: object) -> bytes:
    """A part of a call, as JSON that every reader takes."""
    return to_json(storable(content))


def key_of(content: object) -> str:
    """The key of an update that has no id of its own: the same content is the same update."""
    return hashlib.sha256(stored(content)).hexdigest()


def person(kind: IdentityKind, id: str, *, name: str = "", language: str = "", phone: str | None = None) -> Contact:
    """The sender, whom the provider has proved by `id`; without one it is nobody in particular."""
    known = one_line(id, limit=200)
    identities = (Identity(kind=kind, value=known, verified_by="provider"),) if known else ()
    return Contact(
        name=one_line(name, limit=200) or None,
        phone=phone,
        visitor=f"{kind}:{known}" if known and phone is None else None,
        language=one_line(language, limit=35) or None,
        verified=bool(known),
        identities=identities,
    )
