"""What the rules look at: the facts of a ticket at its opening, which do not change while they run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.events import TicketOpened

_OLD_CODES = {"iw": "he", "in": "id", "sh": "hr"}


@dataclass(frozen=True, slots=True)
class Facts:
    channel: str
    mailbox: str
    language: str | None
    title: str
    text: str
    fields: Mapping[str, Any]
    tier: str | None

    @classmethod
    def of(cls, event: TicketOpened) -> "Facts":
        opened = event.data
        return cls(
            channel=opened.channel,
            mailbox=opened.mailbox,
            language=primary_language(opened.language or opened.requester.language),
            title=opened.title,
            text=opened.message.text,
            fields=opened.fields,
            tier=opened.requester.tier,
        )


def primary_language(tag: str | None) -> str | None:
    """The language of a BCP 47 tag without region or script: `sl` of `sl-SI`; old codes become new ones."""
    if not tag:
        return None
    code = tag.replace("_", "-").split("-")[0].lower()
    return _OLD_CODES.get(code, code)
