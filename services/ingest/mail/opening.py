"""A mail opened: its parts, its fields and its body, before anything is concluded from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.mail.body import Body, charset_of, read_body
from services.ingest.mail.headers import Headers
from services.ingest.mail.splitting import Part, split
from shared.events import Contact


@dataclass(frozen=True, slots=True)
class Mail:
    """`part` is the whole as the standard library's `Message`."""

    part: Part
    headers: Headers
    body: Body

    def people(self, name: str) -> tuple[Contact, ...]:
        """Everybody in the address field `name`; some have a name only."""
        found = self.headers.people(name)
        return tuple(Contact(name=who[:200] or None, email=address[:320] or None) for who, address in found)


def opened(raw: bytes, *, languages: Sequence[str] = ()) -> Mail:
    """Opens a mail, however it is made. Never raises."""
    part = split(raw)
    headers = Headers(part, languages=languages, charset=charset_of(part))
    return Mail(part, headers, read_body(part, languages=languages))
