"""What config/channels.yaml says of forms, WhatsApp accounts and chats, and the secrets of these accounts."""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator
from pydantic_core import from_json

from shared.config import Strict

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
QuestionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
PageLanguage = Literal["en", "sl", "hr", "he"]
"""The languages whose texts stand in pages/texts/; another one is another file there."""
Translated = dict[PageLanguage, Annotated[str, StringConstraints(min_length=1)]]
Presence = Literal["required", "optional", "absent"]

BUILT_IN = ("name", "email", "phone", "subject", "message")
RESERVED = frozenset({*BUILT_IN, "files", "lang", "page", "website"})
"""Names that a question can't have: the form's own fields, its token and its trap."""
MULTIPART_OVERHEAD = 256 * 1024


class Rate(Strict):
    """A token bucket: `burst` at once, then `per_minute`."""

    burst: Annotated[int, Field(ge=1, le=10_000)]
    per_minute: Annotated[float, Field(gt=0, le=60_000)]


class Files(Strict):
    """How many files may come with a form, and how large each may be."""

    count: Annotated[int, Field(ge=0, le=10)] = 3
    bytes: Annotated[int, Field(ge=1, le=25_000_000)] = 5_000_000


class Question(Strict):
    """A field of the organisation's own: a choice among `options`, or without them a line of text."""

    label: Translated
    required: bool = False
    options: Annotated[dict[Name, Translated], Field(default_factory=dict)]


class Form(Strict):
    """A web form at /forms/<name>. The first language is the one for visitors who speak none of them."""

    title: Translated
    introduction: Annotated[Translated, Field(default_factory=dict)]
    languages: Annotated[tuple[PageLanguage, ...], Field(min_length=1)]
    name: Presence = "optional"
    email: Presence = "required"
    phone: Presence = "absent"
    region: Annotated[str | None, StringConstraints(pattern=r"^[A-Z]{2}$")] = None
    subject: Presence = "optional"
    message_length: Annotated[int, Field(ge=100, le=100_000)] = 10_000
    questions: Annotated[dict[QuestionName, Question], Field(default_factory=dict)]
    files: Files = Files()
    minimum_seconds: Annotated[float, Field(ge=0, le=60)] = 2
    per_address: Rate = Rate(burst=10, per_minute=5)
    per_email: Rate = Rate(burst=5, per_minute=1)
    origins: tuple[Origin, ...] = ()

    @property
    def max_body(self) -> int:
        """Bytes that a request may have: all files as base64 in JSON, and the rest."""
        return self.files.count * self.files.bytes * 4 // 3 + MULTIPART_OVERHEAD + self.message_length * 12

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.email == "absent" and self.phone == "absent":
            raise ValueError("email and phone are both absent: nobody could answer")
        for question in self.questions:
            if question in RESERVED:
                raise ValueError(f"questions.{question}: the form has a field of this name")
        for place, texts in self._translations().items():
            missing = [language for language in self.languages if language not in texts]
            if missing:
                raise ValueError(f"{place}: no text in {', '.join(missing)}")
        return self

    def _translations(self) -> dict[str, Translated]:
        texts = {"title": self.title}
        if self.introduction:
            texts["introduction"] = self.introduction
        for name, question in self.questions.items():
            texts[f"questions.{name}.label"] = question.label
            texts |= {f"questions.{name}.options.{key}": option for key, option in question.options.items()}
        return texts


class WhatsAppAccount(Strict):
    """A WhatsApp Business app whose webhook is /webhooks/whatsapp/<name>.

    With `phone_number_ids`, messages to other numbers of the same app are not taken; without, all are.
    """

    phone_number_ids: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]{5,20}$")], ...] = ()


class WhatsAppSecrets(Strict):
    """What an account proves itself with, from KARTICA_WHATSAPP_SECRETS: the app's secret, the handshake's word."""

    app_secret: Annotated[SecretStr, Field(min_length=8)]
    verify_token: Annotated[SecretStr, Field(min_length=8)]


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
    message_length: Annotated[int, Field(ge=1, le=100_000)] = 4_000
    frame_bytes: Annotated[int, Field(ge=1_000, le=1_000_000)] = 64_000
    per_session: Rate = Rate(burst=10, per_minute=30)
    per_address: Rate = Rate(burst=60, per_minute=120)
    sessions_per_address: Rate = Rate(burst=20, per_minute=6)
    connections_per_address: Annotated[int, Field(ge=1, le=10_000)] = 20
    idle_seconds: Annotated[float, Field(gt=0, le=86_400)] = 900
