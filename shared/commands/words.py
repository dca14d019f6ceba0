"""The words that commands are made of: texts, names, files, and a sender whom somebody can answer."""

import base64
import binascii
import re
from typing import Annotated

from pydantic import Base64Encoder, EncodedBytes, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.envelope import Frozen
from shared.events import Contact

ADDRESS = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,255}")
PHONE = re.compile(r"\+[1-9][0-9]{1,14}")
MAX_TEXT = 100_000
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class StrictBase64(Base64Encoder):
    """Base64 (RFC 4648, section 4); pydantic's own drops what it can't read, and with it the file."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise PydanticCustomError("base64_decode", "not base64: {error}", {"error": str(error)}) from error

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return base64.b64encode(value)


class File(Frozen):
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    content_type: Annotated[str, StringConstraints(max_length=127)] = "application/octet-stream"
    content: Annotated[bytes, EncodedBytes(encoder=StrictBase64), Field(description="base64")]


def reachable(sender: Contact) -> Contact:
    """An address that nobody could answer to is the publisher's mistake, and is told at once."""
    if sender.email is not None and not ADDRESS.fullmatch(sender.email):
        raise PydanticCustomError("address", "email is not an address of the form name@host")
    if sender.phone is not None and not PHONE.fullmatch(sender.phone):
        raise PydanticCustomError("phone", "phone is not in E.164, for example +38640123456")
    return sender
