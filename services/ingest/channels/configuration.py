"""What config/channels.yaml says of forms, chats and the status page."""

from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, from_json

from services.ingest.channels.form_schema import FormSchema, Name, PageLanguage, Translated
from shared.config import Strict

__all__ = [
    "Captcha",
    "ChatAccount",
    "Files",
    "Form",
    "Name",
    "Origin",
    "PageLanguage",
    "Rate",
    "StatusPage",
    "Translated",
]

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
MULTIPART_OVERHEAD = 256 * 1024


def known_zone(name: str) -> str:
    """The name of an IANA time zone, or a mistake."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {name}") from error


class Rate(Strict):
    """A token bucket: `burst` at once, then `per_minute`."""

    burst: Annotated[int, Field(ge=1, le=10_000)]
    per_minute: Annotated[float, Field(gt=0, le=60_000)]


class Files(Strict):
    """How many files may come with a form, and how large each may be."""

    count: Annotated[int, Field(ge=0, le=10)] = 3
    bytes: Annotated[int, Field(ge=1, le=25_000_000)] = 5_000_000


class Captcha(Strict):
    """A provider's proof that a person sends the form: hCaptcha, Turnstile or another one with the same protocol.

    `script` and what it loads (`sources`) are allowed by the page's policy; `element` is the class of the box,
    `field` the answer's name. The answer is checked with a POST to `verify`.
    """

    script: Url
    sources: Annotated[tuple[Origin, ...], Field(min_length=1)]
    element: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    field: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    site_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
    verify: Url


class Form(Strict):
    """A web form at /forms/<name>. The first language is the one for visitors who speak none of them."""

    title: Translated
    introduction: Annotated[Translated, Field(default_factory=dict)]
    languages: Annotated[tuple[PageLanguage, ...], Field(min_length=1)]
    asks: Annotated[FormSchema, Field(alias="schema")]
    region: Annotated[str | None, StringConstraints(pattern=r"^[A-Z]{2}$")] = None
    files: Files = Files()
    minimum_seconds: Annotated[float, Field(ge=0, le=60)] = 2
    per_address: Rate = Rate(burst=10, per_minute=5)
    per_email: Rate = Rate(burst=5, per_minute=1)
    origins: tuple[Origin, ...] = ()
    captcha: Captcha | None = None

    @property
    def max_body(self) -> int:
        """Bytes that a request may have: all files as base64 in JSON, and the rest."""
        texts = sum(self.asks.length(name) for name, asked in self.asks.properties.items() if asked.type == "string")
        return self.files.count * self.files.bytes * 4 // 3 + MULTIPART_OVERHEAD + texts * 12

    @model_validator(mode="after")
    def _is_translated(self) -> Self:
        for place, texts in (("title", self.title), ("introduction", self.introduction)):
            missing = [language for language in self.languages if texts and language not in texts]
            if missing:
                raise ValueError(f"{place}: no text in {', '.join(missing)}")
        try:
            self.asks.check(self.languages)
        except ValidationError as error:
            faults: list[InitErrorDetails] = [
                {
                    "type": PydanticCustomError("form_schema", "{reason}", {"reason": one["msg"]}),
                    "loc": ("schema", *one["loc"]),
                    "input": None,
                }
                for one in error.errors(include_url=False)
            ]
            raise ValidationError.from_exception_data("Form", faults) from error
        return self


class StatusPage(Strict):
    """The page at /status/<token> where customers follow their requests; links last `lifetime_days`."""

    languages: Annotated[tuple[PageLanguage, ...], Field(min_length=1)] = ("en", "sl", "hr", "he")
    timezone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    lifetime_days: Annotated[int, Field(ge=1, le=3650)] = 180
    message_length: Annotated[int, Field(ge=100, le=100_000)] = 10_000
    files: Files = Files()
    per_address: Rate = Rate(burst=60, per_minute=60)
    per_ticket: Rate = Rate(burst=5, per_minute=2)

    @property
    def max_body(self) -> int:
        """Bytes that a message with its files may have."""
        return self.files.count * self.files.bytes + MULTIPART_OVERHEAD + self.message_length * 4


def from_json_text(given: object) -> object:
    """JSON in an environment variable; anything else stays as it is."""
    if not isinstance(given, str):
        return given
    try:
        return from_json(given or "{}")
    except ValueError as error:
        raise ValueError("not JSON") from error


class ChatAccount(Strict):
    """A chat at /chat/<name>. Browsers are let in from `origins` only; other programs send no Origin.

    `per_session` and `per_address` limit frames, `sessions_per_address` how many new conversations begin.
    """

    origins: tuple[Origin, ...] = ()
    title: Annotated[Translated, Field(default_factory=dict, description="on top of the widget")]
    message_length: Annotated[int, Field(ge=1, le=100_000)] = 4_000
    frame_bytes: Annotated[int, Field(ge=1_000, le=1_000_000)] = 64_000
    per_session: Rate = Rate(burst=10, per_minute=30)
    per_address: Rate = Rate(burst=60, per_minute=120)
    sessions_per_address: Rate = Rate(burst=20, per_minute=6)
    connections_per_address: Annotated[int, Field(ge=1, le=10_000)] = 20
    idle_seconds: Annotated[float, Field(gt=0, le=86_400)] = 900
