"""What the files of a mail are called: the real name, harmless on every system, each one once."""

import hashlib
import re
from collections.abc import Sequence
from email.message import Message

from services.ingest.mail.parameters import parameter
from services.ingest.mail.words import decode_words
from services.ingest.normalised import File, cleaned

MAX_NAME = 200

_PATH = re.compile(r"^.*[/\\]", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/rtf": ".rtf",
    "text/rfc822-headers": ".txt",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/svg+xml": ".svg",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "video/mp4": ".mp4",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/rtf": ".rtf",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
}


def written_name(part: "Message[str, str]", *, languages: Sequence[str] = ()) -> str:
    """The name that the part itself gives, as it was meant; empty when it gives none."""
    for field, name in (("content-disposition", "filename"), ("content-type", "name"), ("content-disposition", "name")):
        value = parameter(part, name, field=field)
        if value and value.strip():
            return readable(value, languages=languages)
    return ""


def readable(value: str, *, languages: Sequence[str] = ()) -> str:
    """A name without path, control and direction characters, in one line."""
    text = _CONTROL.sub("", _SPACES.sub(" ", cleaned(decode_words(value, languages=languages))))
    return shortened(_PATH.sub("", text).strip().strip(".").strip())


def shortened(name: str) -> str:
    """Not longer than file systems take, with its extension."""
    stem, dot, extension = name.rpartition(".")
    return name if len(name) <= MAX_NAME else f"{stem[: MAX_NAME - 20]}{dot}{extension[:19]}"


def made_name(kind: str, content: bytes, *, title: str = "") -> str:
    """A name for a file without one: the title of the mail that it is, or a part of its digest."""
    extension = _EXTENSIONS.get(kind, "")
    said = _FORBIDDEN.sub(" ", _PATH.sub("", title.replace("/", " ").replace("\\", " "))).strip(" .")[:100]
    if said:
        return f"{' '.join(said.split())}{extension}"
    return f"file-{hashlib.sha256(content).hexdigest()[:8]}{extension}"


def named_apart(files: Sequence[File]) -> list[File]:
    """Files of one name get numbers: `image.png`, `image (2).png`."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    named = []
    for file in files:
        name = file.name
        while name.lower() in taken:
            count = counts[file.name.lower()] = counts.get(file.name.lower(), 1) + 1
            stem, dot, extension = file.name.rpartition(".")
            name = f"{stem} ({count}).{extension}" if dot and stem else f"{file.name} ({count})"
        taken.add(name.lower())
        named.append(file if name == file.name else file.model_copy(update={"name": name}))
    return named
