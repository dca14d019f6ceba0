"""The frames of a chat, and the message that a stored one holds. Pure."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json

from services.ingest.channels.addresses import is_email
from services.ingest.channels.plain_text import one_line, readable
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised, ThreadHints
from shared.envelope import Frozen
from shared.events import Contact


class Complaint(Exception):
    """A frame that can't be taken; the visitor is told why, and the connection goes on."""

    def __init__(self, title: str, detail: str, *, id: str | None = None) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.id = id

    def frame(self) -> dict[str, Any]:
        about = {"id": self.id} if self.id is not None else {}
        return {"type": "error", "title": self.title, "detail": self.detail, **about}


def _email(value: str) -> str:
    if not is_email(value):
        raise ValueError("not an e-mail address")
    return value.lower()


class _Frame(Frozen):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hello(_Frame):
    """Begins or resumes a session, or says later who the visitor is."""

    type: Literal["hello"]
    session: Annotated[str | None, StringConstraints(max_length=500)] = None
    after: Annotated[str | None, StringConstraints(max_length=100)] = None
    name: Annotated[str | None, StringConstraints(max_length=200)] = None
    email: Annotated[str | None, StringConstraints(max_length=254), AfterValidator(lambda v: v and _email(v))] = None
    language: Annotated[str | None, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$")] = None
    page_title: Annotated[str | None, StringConstraints(max_length=300)] = None
    page_url: Annotated[str | None, StringConstraints(pattern=r"^https?://[^\s]{1,1000}$")] = None
    wants: Annotated[frozenset[Literal["history", "status"]], Field(description="beside the answers")] = frozenset()


class Say(_Frame):
    """A message of the visitor. `id` is the client's own: the same id and text twice is one message."""

    type: Literal["message"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    text: str


Frame = Hello | Say
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


def parse(raw: bytes, *, message_length: int) -> Frame:
    """The frame; a `Complaint` says what is wrong with it."""
    try:
        content = from_json(raw)
    except ValueError as error:
        raise Complaint("Not JSON", "Send one JSON object a frame.") from error
    id = content.get("id") if isinstance(content, dict) else None
    about = id if isinstance(id, str) else None
    try:
        frame = _FRAMES.validate_python(content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in fault["loc"][1:])
        if not where:
            detail = "Send an object whose type is hello or message."
            raise Complaint("Unknown frame", detail, id=about) from error
        raise Complaint("The frame does not hold", f"{where}: {fault['msg']}", id=about) from error
    if isinstance(frame, Say):
        _check_text(frame, limit=message_length)
    return frame


def _check_text(frame: Say, *, limit: int) -> None:
    if len(frame.text) > limit:
        raise Complaint("The text is too long", f"Send at most {limit} characters.", id=frame.id)
    if not readable(frame.text):
        raise Complaint("The text is empty", "Write something.", id=frame.id)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who chats: a random session, and what the visitor said of themselves, which nobody has proved."""

    session: str
    name: str | None = None
    email: str | None = None
    language: str | None = None
    page_title: str | None = None
    page_url: str | None = None

    def introduced(self, hello: Hello) -> "Visitor":
        """The visitor with what `hello` adds."""
        return Visitor(
            self.session,
            name=one_line(hello.name or "", limit=200) or self.name,
            email=hello.email or self.email,
            language=hello.language or self.language,
            page_title=one_line(hello.page_title or "", limit=300) or self.page_title,
            page_url=hello.page_url or self.page_url,
        )

    def envelope(self) -> dict[str, str | None]:
        """What is stored beside each message."""
        return asdict(self)


def read(received: Received) -> Normalised:
    """The message in a stored frame; the envelope says in whose session it came."""
    who = received.envelope
    return Normalised(
        sender=Contact(
            name=who.get("name"),
            email=who.get("email"),
            visitor=f"visitor:{who['session']}",
            language=who.get("language"),
            verified=False,
        ),
        text=readable(from_json(received.body)["text"]),
        fields={name: who[name] for name in ("page_title", "page_url") if who.get(name)},
        sent_at=received.received_at,
        thread=ThreadHints(conversation=who["session"]),
    )
