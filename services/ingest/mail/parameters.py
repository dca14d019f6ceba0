"""Parameters of Content-Type and Content-Disposition, in RFC 2045's, RFC 2231's and everybody else's way."""

import re
from email.message import Message
from urllib.parse import unquote_to_bytes

from services.ingest.mail.charsets import decode

MAX_FIELD = 20_000
MAX_PARAMETERS = 200

_BARE_VALUE = r"(?:[^;\n]|\n(?![ \t]*[\w-]{1,40}(?:\*[0-9]{1,3})?\*?=[^?]))*"
"""Up to a semicolon, or to a line that begins with the next parameter because somebody forgot that."""
_PARAMETER = re.compile(
    r"""[;\s]*([^\s;=*"]{1,60})(?:\*([0-9]{1,4}))?(\*)?\s*=\s*"""
    rf"""(?:"((?:[^"\\]|\\.)*)(?:"|\Z)|({_BARE_VALUE}))""",
    re.DOTALL,
)
_COMMENT_END = re.compile(r"\s+\([^()]*\)\s*$")
_ESCAPED = re.compile(r'\\(["\\])')
_FOLD = re.compile(r"\n[ \t]?")


def parameter(part: "Message[str, str]", name: str, *, field: str = "content-type") -> str | None:
    """The parameter `name` of the first such field, its RFC 2231 form decoded; encoded words stay."""
    value = next((str(value) for found, value in part.raw_items() if found.lower() == field), None)
    return None if value is None else parameters(raw_text(value)).get(name)


def raw_text(value: str) -> str:
    """A field as the parser kept it: bytes beyond ASCII are read as text."""
    try:
        raw = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value
    return value if raw.isascii() else decode(raw)


def parameters(value: str) -> dict[str, str]:
    """All of them, by lower-case name; the first of a name counts."""
    text = value[:MAX_FIELD].replace("\r", "")
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    start = _after_type(text)
    for _ in range(MAX_PARAMETERS):
        match = _PARAMETER.match(text, start)
        if match is None:
            semicolon = text.find(";", start)
            if semicolon < 0:
                break
            start = semicolon + 1
            continue
        name, number, encoded, quoted, bare = match.groups()
        content = _FOLD.sub(" ", _ESCAPED.sub(r"\1", quoted) if quoted is not None else _bare(bare))
        if number is None and not encoded:
            found.setdefault(name.lower(), content)
        else:
            pieces.setdefault(name.lower(), {}).setdefault(int(number or 0), (bool(encoded), content))
        start = match.end()
    return found | {name: _joined(numbered) for name, numbered in pieces.items()}


def _after_type(text: str) -> int:
    """Behind `type/subtype` or `attachment`; fields that hold parameters only begin at once."""
    semicolon, equals = text.find(";"), text.find("=")
    if semicolon < 0:
        blank = re.match(r"\s*[\w/.+-]+\s+(?=[\w*]+=)", text[:200])
        return blank.end() if blank else (len(text) if equals < 0 else 0)
    return 0 if 0 <= equals < semicolon else semicolon + 1


def _bare(text: str) -> str:
    return _COMMENT_END.sub("", text).strip().strip("\"'")


def _joined(numbered: dict[int, tuple[bool, str]]) -> str:
    """The pieces in order. The first one names the charset, where any is percent-encoded."""
    charset, content, is_encoded = "", b"", False
    for place, number in enumerate(sorted(numbered)):
        encoded, text = numbered[number]
        if encoded and place == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        is_encoded = is_encoded or encoded
        raw = text.encode("utf-8", "surrogateescape")
        content += unquote_to_bytes(raw) if encoded else raw
    return decode(content, charset or None) if is_encoded else content.decode("utf-8", "replace")
