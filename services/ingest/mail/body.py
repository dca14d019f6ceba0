"""The parts of a mail (RFC 2045 to 2049): its text, its HTML and its files, as far as they can be read.

Which part is text and which a file is decided as in RFC 8621, 4.1.4, the one written rule for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from html import escape
from typing import Literal

from services.ingest.mail import html as markup
from services.ingest.mail import tnef
from services.ingest.mail.charsets import decode
from services.ingest.mail.flowed import unflowed, without_files
from services.ingest.mail.headers import Headers
from services.ingest.mail.names import made_name, named_apart, readable, written_name
from services.ingest.mail.parameters import parameter
from services.ingest.mail.pictures import pictures_taken_out
from services.ingest.mail.splitting import Part, parts_of, split, walk
from services.ingest.mail.transfer import decoded
from services.ingest.normalised import File, cleaned

MAX_FILES = 100
MAX_TEXT = 4_000_000
"""Bytes of all parts together that are text; what is longer is a file as well. Nobody reads it, but it takes time."""
_EXTENSIONS = (".txt", ".html")

_TEXTS = ("text/plain", "text/html", "application/xhtml+xml", "text/enriched", "text/richtext", "text/markdown")
_PAGES = ("text/html", "application/xhtml+xml")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text, or a page."""

    kind: Literal["plain", "page"]
    content: str


@dataclass(slots=True)
class Body:
    """What the parts come to. `left` says why the mail holds more than what is here.

    `is_cut`: there was more text than is worked on, so the parts are among the files as well.
    """

    plain: list[Block] = field(default_factory=list)
    rich: list[Block] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    left: str = ""
    is_cut: bool = False
    _text: str | None = None

    @property
    def pages(self) -> list[str]:
        return [block.content for block in self.rich if block.kind == "page"]

    @property
    def html(self) -> str:
        """The pages, with the plain text that stands between them; empty when there is no page."""
        if not self.pages:
            return ""
        return "\n".join(block.content if block.kind == "page" else _as_page(block.content) for block in self.rich)

    @property
    def text(self) -> str:
        """The plain text; where there is none, the text of the HTML."""
        if self._text is None:
            plainly = not markup.is_reasonable(self.html)
            texts = [_text_of(block, plainly=plainly) for block in self.plain]
            found = "\n\n".join(text for text in texts if text)
            self._text = found or (markup.text_of(self.html) if self.pages else "")
        return self._text


def read_body(message: "Message[str, str]", *, languages: Sequence[str] = ()) -> Body:
    """Reads every part; one that can't be decoded is kept as a file with the bytes that it has."""
    top = message if isinstance(message, Part) else split(message.as_bytes())
    body = Body(left=top.left)
    _Reading(body, languages).read(top)
    body.rich = [_with_pictures_apart(block, body.files) for block in body.rich]
    if len(body.files) > MAX_FILES:
        body.left = body.left or f"it has more than {MAX_FILES} files"
        del body.files[MAX_FILES:]
    shown = markup.shows(body.html, [file.content_id or "" for file in body.files])
    placed = [
        file.model_copy(update={"inline": True}) if file.content_id in shown and not file.inline else file
        for file in body.files
    ]
    body.files = named_apart(placed)
    return body


@dataclass(slots=True)
class _Reading:
    body: Body
    languages: Sequence[str]
    room: int = MAX_TEXT

    def read(self, top: Part) -> None:
        if _is_divided(top):
            self._parts(top, self.body.plain, self.body.rich)
        elif not _is_attached(top) and _may_be_text(top):
            self._text(top, self.body.plain, self.body.rich)
        else:
            self._file(top)

    def _parts(
        self, parent: Part, plain: list[Block] | None, rich: list[Block] | None, *, alternative: bool = False
    ) -> None:
        """`plain` and `rich` take the text; one of them is None where the text has no place in it."""
        kind = parent.get_content_type()
        children = parts_of(parent)
        root = _root(parent, children) if kind == "multipart/related" else 0
        choice = kind == "multipart/alternative"
        inside = _Inside(plain, rich, choice=choice, alternative=alternative)
        for place, part in enumerate(children):
            if _is_divided(part):
                self._parts(part, inside.plain, inside.rich, alternative=alternative or choice)
            elif _is_text(part, is_root=place == root, related=kind == "multipart/related"):
                self._text(part, *inside.places_for(part))
            else:
                self._file(part)
        if choice:
            inside.complete()

    def _text(self, part: Part, plain: list[Block] | None, rich: list[Block] | None) -> None:
        kind = part.get_content_type()
        content = content_of(part)
        if len(content) > self.room:
            self.body.files.append(
                File(name=f"message{_EXTENSIONS[kind in _PAGES]}", content_type=kind, content=content)
            )
            content, self.body.is_cut = content[: _end_of_text(content, self.room)], True
        self.room -= len(content)
        if not content and self.room <= 0:
            return
        if kind in _PAGES:
            charset = parameter(part, "charset") or markup.declared_charset(content)
            block = Block("page", cleaned(decode(content, charset, languages=self.languages)))
        else:
            content, files = without_files(content)
            for name, inner in files:
                said = readable(decode(name, languages=self.languages)) or made_name("", inner)
                self.body.files.append(File(name=said, content=inner))
            block = Block("plain", self._plain(part, kind, content))
        for place in (plain, rich):
            if place is not None:
                place.append(block)

    def _plain(self, part: Part, kind: str, content: bytes) -> str:
        text = cleaned(decode(content, parameter(part, "charset"), languages=self.languages))
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
        if kind in ("text/enriched", "text/richtext"):
            return markup.without_enrichment(text)
        if (parameter(part, "format") or "").lower() == "flowed":
            return unflowed(text, delsp=(parameter(part, "delsp") or "").lower() == "yes")
        return text

    def _file(self, part: Part) -> None:
        kind = part.get_content_type()
        content = content_of(part)
        name = written_name(part, languages=self.languages)
        if (kind in _TNEF or name.lower() == "winmail.dat") and self._packed(content):
            return
        content_id = str(part.get("content-id", "")).strip().strip("<>")
        enclosed = parts_of(part) if kind.startswith("message/") else []
        title = Headers(enclosed[0], languages=self.languages).text("subject") if enclosed else ""
        file = File(
            name=name or made_name(kind, content, title=title),
            content_type=kind,
            content=content,
            content_id=cleaned(content_id) or None,
        )
        self.body.files.append(file)

    def _packed(self, content: bytes) -> bool:
        """What Outlook packed into winmail.dat, in place of that."""
        packed = tnef.unpacked(content, languages=self.languages)
        if packed is None:
            return False
        self.body.files += packed.files
        if packed.html and not self.body.pages:
            self.body.rich.append(Block("page", cleaned(packed.html)))
        if packed.text and not self.body.text:
            self.body.plain.append(Block("plain", cleaned(packed.text)))
        self.body._text = None
        return True


@dataclass(slots=True)
class _Inside:
    """Where the text inside a multipart goes: to both places, or in an alternative to that of its kind."""

    plain: list[Block] | None
    rich: list[Block] | None
    choice: bool
    alternative: bool
    before: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self.before = (len(self.plain or ()), len(self.rich or ()))

    def places_for(self, part: Part) -> tuple[list[Block] | None, list[Block] | None]:
        is_page = part.get_content_type() in _PAGES
        if self.choice:
            return (None, self.rich) if is_page else (self.plain, None)
        if self.alternative and is_page:
            self.plain = None
        elif self.alternative:
            self.rich = None
        return self.plain, self.rich

    def complete(self) -> None:
        """An alternative with one kind of text only stands for both."""
        if self.plain is None or self.rich is None:
            return
        new_plain, new_rich = self.plain[self.before[0] :], self.rich[self.before[1] :]
        if not any(block.content.strip() for block in new_plain):
            self.plain[self.before[0] :] = new_rich
        if not new_rich:
            self.rich += new_plain


def content_of(part: Part) -> bytes:
    """The bytes of a part, its transfer encoding undone; a mail within the mail exactly as it was."""
    encoding = str(part.get("content-transfer-encoding", "")).partition(";")[0].partition("(")[0].strip(" \t\"'")
    return decoded(part.raw, encoding)


def _end_of_text(content: bytes, room: int) -> int:
    """Where a text that is too long is cut: between lines or words, which are nowhere in the midst of a letter."""
    if b"\0" in content[:200]:  # letters of two or four bytes
        return room & ~3
    return max(content.rfind(b"\n", 0, room), content.rfind(b" ", 0, room)) + 1 or room


def charset_of(top: Part) -> str:
    """The charset that the first text names: its writer's fields may be in it as well."""
    return next((charset for part in walk(top) if (charset := parameter(part, "charset"))), "")


def _is_divided(part: Part) -> bool:
    kind = part.get_content_type()
    return part.is_multipart() and (kind.startswith("multipart/") or kind == "message/partial")


def _is_attached(part: Part) -> bool:
    return str(part.get("content-disposition", "")).strip().strip("\"'").lower().startswith("attachment")


def _may_be_text(part: Part) -> bool:
    """Whether a mail that is one part is text: all that isn't evidently something else."""
    kind = part.get_content_type()
    if kind in _TEXTS or kind.startswith("multipart/") or kind == "message/partial":
        return True
    return kind.startswith("text/") and not written_name(part) and kind != "text/calendar"


def _is_text(part: Part, *, is_root: bool, related: bool) -> bool:
    kind = part.get_content_type()
    if _is_attached(part):
        return False
    if kind.startswith("multipart/"):  # nothing could be found inside
        return not written_name(part)
    return kind in _TEXTS and (is_root or (not related and not written_name(part)))


def _root(parent: Part, children: Sequence[Part]) -> int:
    """Which part of a multipart/related the others belong to."""
    start = (parameter(parent, "start") or "").strip("<> ")
    tests: tuple[Callable[[Part], bool], ...] = (
        lambda part: bool(start) and str(part.get("content-id", "")).strip("<> ") == start,
        lambda part: _is_divided(part) or part.get_content_type() in _TEXTS,
    )
    for test in tests:
        for place, part in enumerate(children):
            if test(part):
                return place
    return 0


def _with_pictures_apart(block: Block, files: list[File]) -> Block:
    if block.kind != "page" or "data:" not in block.content:
        return block
    content, pictures = pictures_taken_out(block.content)
    files += pictures
    return Block("page", content)


def _text_of(block: Block, *, plainly: bool) -> str:
    text = markup.text_of(block.content, plainly=plainly) if block.kind == "page" else block.content
    return text.strip()


def _as_page(text: str) -> str:
    return f"<p>{escape(text.strip()).replace(chr(10), '<br>')}</p>" if text.strip() else ""
