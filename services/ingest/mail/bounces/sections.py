"""The parts of a delivery report by their role: what it says to people, what to programs, and the mail it is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.ingest.mail import html as markup
from services.ingest.mail.body import content_of
from services.ingest.mail.charsets import decode
from services.ingest.mail.splitting import Part, parts_of

MAX_PARTS = 200
MAX_DEPTH = 12
MAX_TEXT = 200_000

_STATUS = ("message/delivery-status", "message/global-delivery-status")
_FEEDBACK = ("message/feedback-report", "text/feedback-report")
_ORIGINAL = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "text/rfc822")
_RULE = re.compile(r"^[ \t>|]*(?:[-=_*~#+]{2,}|>>>+)")
_ABOUT_ORIGINAL = re.compile(
    r"""copy\sof|original|unsent|returned|undelivered|(?:your|the|of)\smessage|mail\sheader|message\s(?:header|text|body)
      |headers?\s|follow|nachricht|kopie|message\sd|mensaje|messaggio|oorspronkelijk|сообщени|письм|元の|原|원본""",
    re.VERBOSE | re.IGNORECASE,
)
_ABOUT_REPORT = re.compile(
    r"address|transcript|session|recipient|error|fatal|problem|reason|empfänger|destinat|宛先|エラー", re.IGNORECASE
)
_LINE_BEFORE = re.compile(
    r"""^[ \t]*(?:original\s(?:message|mail)\s?(?:headers?|as\sfollows|follows)?\s?[:.]?
      |below\s(?:this\sline\s)?is\sa\scopy.{0,60}|message\sheaders?\sfollows?:?
      |the\s(?:header|original\smessage)\b.{0,60}(?:follow|below|following)\S*
      |received:\s.*|return-path:\s.*|x-(?:received|originating-ip):\s.*)$""",
    re.VERBOSE | re.IGNORECASE,
)
_HEADER = re.compile(r"^[ \t>]{0,8}[A-Za-z][A-Za-z0-9-]{1,60}:")


@dataclass(slots=True)
class Sections:
    """What the report says in words, its machine readable fields, and the mails that came back with it."""

    said: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)
    embedded: list[Part] = field(default_factory=list)
    enclosed: int = 0
    """How many of the originals are parts of their own."""

    @property
    def report(self) -> str:
        """What it says to people, without the mail that it is about."""
        return "\n\n".join(one for one in self.said if one.strip()) or "\n\n".join(self.pages)


def sections(message: Part, *, languages: Sequence[str] = ()) -> Sections:
    """Sorts the parts. Where the returned mail stands in the text, it is cut off there."""
    found = Sections()
    for part, kind in _leaves(message):
        if kind in _STATUS:
            found.status.append(_text(part, languages))
        elif kind in _FEEDBACK:
            found.feedback.append(_text(part, languages))
        elif kind in _ORIGINAL:
            found.embedded += parts_of(part)[:1]
            found.enclosed += 1
            found.originals.append(_text(part, languages))
        elif part is not message and "message-id" in part and ("from" in part or "received" in part):
            found.originals.append(_head(part, languages))
        elif kind == "text/html":
            _sort_text(found, markup.text_of(_text(part, languages)), found.pages)
        elif kind.startswith("text/") or not kind.startswith(("image/", "audio/", "video/", "application/")):
            _sort_text(found, _text(part, languages), found.said)
    return found


def split_original(text: str) -> tuple[str, str]:
    """The report, and the mail that stands below it in the same text."""
    lines = text[:MAX_TEXT].splitlines()
    said = 0
    for number, line in enumerate(lines):
        if said and _starts_original(lines, number):
            return "\n".join(lines[:number]), "\n".join(lines[number:])
        said += bool(line.strip())
    return "\n".join(lines), ""


def _starts_original(lines: Sequence[str], number: int) -> bool:
    line = lines[number][:300]
    if _RULE.match(line):
        words = line.strip(" \t-=_*~#+>.|:")
        if words:
            return bool(_ABOUT_ORIGINAL.search(words)) and not _ABOUT_REPORT.search(words)
        return _is_head(lines[number + 1 : number + 12])
    return bool(_LINE_BEFORE.match(line)) and _is_head(lines[number : number + 12])


def _is_head(lines: Sequence[str]) -> bool:
    """Whether a mail's header begins here: several fields in a row, of which one is of those that every mail has."""
    fields = [line for line in lines if _HEADER.match(line)]
    names = {line.strip(" \t>").partition(":")[0].lower() for line in fields}
    return len(fields) >= 3 and bool(names & {"received", "from", "return-path", "message-id", "mime-version"})


def _sort_text(found: Sections, text: str, place: list[str]) -> None:
    if found.originals and not found.status and _is_head(text.splitlines()[:6]):
        return
    report, original = split_original(text)
    place.append(report)
    if original:
        found.originals.append(original)


def _leaves(message: Part) -> Iterator[tuple[Part, str]]:
    stack: list[tuple[Part, int]] = [(message, 0)]
    seen = 0
    while stack and seen < MAX_PARTS:
        part, depth = stack.pop()
        seen += 1
        kind, children = part.get_content_type(), parts_of(part)
        if kind.startswith("multipart/") and children and depth < MAX_DEPTH:
            stack += [(child, depth + 1) for child in reversed(children)]
        else:
            yield part, kind


def _text(part: Part, languages: Sequence[str]) -> str:
    content = content_of(part)
    try:
        charset = part.get_param("charset")
    except (ValueError, LookupError, TypeError, AssertionError):
        charset = None
    declared = str(charset[2] if isinstance(charset, tuple) else charset) if charset else None
    return decode(content[: 2 * MAX_TEXT], declared, languages=languages)[:MAX_TEXT]


def _head(part: Part, languages: Sequence[str]) -> str:
    text = "\n".join(f"{name}: {value}" for name, value in part.raw_items())[:MAX_TEXT]
    return text if text.isascii() else decode(text.encode("utf-8", "surrogateescape"), languages=languages)
