"""What a file is by its bytes, whatever its sender calls it: nobody has to believe a content type."""

import re

import filetype

SAMPLE = 8192

_MARKUP = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,300}>\s*)?(?:<!--(?>.{0,500}?-->)\s*+)*+<(?:!doctype\s+)?(svg|html|head|body|script|iframe)\b",
    re.IGNORECASE | re.DOTALL,
)


def sniffed(content: bytes) -> str | None:
    """The media type that the first bytes tell, or None where they tell none (plain text, for example)."""
    sample = content[:SAMPLE]
    markup = _MARKUP.match(sample)
    if markup:
        return "image/svg+xml" if markup[1].lower() == b"svg" else "text/html"
    found = filetype.guess_mime(sample)
    return str(found) if found else None
