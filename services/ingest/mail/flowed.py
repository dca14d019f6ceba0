"""Plain text as it was sent for reading: paragraphs of format=flowed joined (RFC 3676), files in the text taken out."""

import re

from services.ingest.mail.transfer import uuencoded, yencoded

MAX_EMBEDDED = 50
MAX_LINES = 200_000

_UU = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n((?:[!-`][ -`]{1,84}\r?\n)+)"
    rb"(?:[`\s]{0,4}\r?\n)?[ \t]*end[ \t]*\r?(?:\n|\Z)",
    re.MULTILINE,
)
_YENC = re.compile(rb"^=ybegin [^\r\n]{0,200}name=([^\r\n]{1,200})\r?\n", re.MULTILINE)
_QUOTES = re.compile(r"^>*")


def unflowed(text: str, *, delsp: bool) -> str:
    """Lines that end in a blank go on in the next one, where that is quoted as deeply."""
    if text.count("\n") > MAX_LINES:
        return text
    paragraphs: list[str] = []
    open_depth = -1
    parts: list[str] = []
    for line in text.split("\n"):
        depth = len(_QUOTES.match(line)[0])  # type: ignore[index]  # it matches everything
        content = line[depth:].removeprefix(" ")
        is_signature = content == "-- "
        if parts and (depth != open_depth or is_signature):
            paragraphs.append("".join(parts))
            parts = []
        if not parts:
            parts, open_depth = ([">" * depth + " "] if depth else []), depth
        flows = content.endswith(" ") and not is_signature
        parts.append(content[:-1] if flows and delsp else content)
        if not flows:
            paragraphs.append("".join(parts))
            parts = []
    return "\n".join([*paragraphs, *(["".join(parts)] if parts else [])])


def without_files(content: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The text without the uuencoded and yEnc files in it, and `(name, content)` of those."""
    files: list[tuple[bytes, bytes]] = []
    if b"begin " in content:
        content = _without_uuencoded(content, files)
    match = _YENC.search(content) if b"=ybegin " in content else None
    while match is not None and len(files) < MAX_EMBEDDED:
        end = content.find(b"\n=yend", match.end())
        if end < 0:
            break
        after = content.find(b"\n", end + 1)
        files.append((match[1].strip(), yencoded(content[match.start() : end + 6])))
        content = content[: match.start()] + (content[after + 1 :] if after >= 0 else b"")
        match = _YENC.search(content, match.start())
    return content, files


def _without_uuencoded(content: bytes, files: list[tuple[bytes, bytes]]) -> bytes:
    kept: list[bytes] = []
    position = 0
    for match in _UU.finditer(content):
        if len(files) >= MAX_EMBEDDED:
            break
        files.append((match[1].strip(), uuencoded(match.group())))
        kept.append(content[position : match.start()])
        position = match.end()
    return b"".join([*kept, content[position:]])
