"""Pictures that a page carries in its own text (`data:` URIs) become files beside it."""

import binascii
import hashlib
import re
from urllib.parse import unquote_to_bytes

from services.ingest.mail.transfer import base64
from services.ingest.normalised import File

MAX_PICTURES = 50
MAX_PLACES = 500
"""Places in a page where they are replaced; one picture may stand in many."""

_PICTURE = re.compile(
    r"""(["'])\s{0,20}data:(image/[a-z0-9.+-]{1,40})((?:;[a-z0-9=-]{1,40}){0,3}),([^"'<>]*)\1""", re.IGNORECASE
)
_EXTENSIONS = {"jpeg": ".jpg", "svg+xml": ".svg", "x-icon": ".ico"}


def pictures_taken_out(page: str) -> tuple[str, list[File]]:
    """The page with `cid:` in place of its data URIs, and the pictures, each once."""
    found: dict[str, File] = {}

    def replaced(match: "re.Match[str]") -> str:
        if len(found) >= MAX_PICTURES:
            return match.group()
        picture = _picture(match[2].lower(), match[3].lower(), match[4])
        if picture is None or picture.content_id is None:
            return match.group()
        found.setdefault(picture.content_id, picture)
        return f"{match[1]}cid:{picture.content_id}{match[1]}"

    return _PICTURE.sub(replaced, page, count=MAX_PLACES), list(found.values())


def _picture(kind: str, parameters: str, text: str) -> File | None:
    try:
        raw = unquote_to_bytes(text)
        content = base64(raw) if "base64" in parameters else raw
    except (binascii.Error, ValueError):
        return None
    if not content:
        return None
    digest = hashlib.sha256(content).hexdigest()[:16]
    subtype = kind.partition("/")[2]
    return File(
        name=f"picture-{digest[:8]}{_EXTENSIONS.get(subtype, '.' + subtype)}",
        content_type=kind,
        content=content,
        content_id=f"{digest}@data",
        inline=True,
    )
