"""One labelled message as training reads it, and how a title and a text become the one text that is read."""

from dataclasses import dataclass

READ_CHARACTERS = 2_000
"""How much of a message is read: what it is about stands early, and the work per message stays bounded."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message and the category that a person gave it; a weight above 1 makes it count more (a correction)."""

    text: str
    category: str
    language: str | None = None
    weight: float = 1.0


def joined(title: str | None, text: str | None, *, characters: int = READ_CHARACTERS) -> str:
    """Title, newline, text; the title once only where it is just how the text begins (chat, SMS, social)."""
    heading, body = (title or "").strip(), (text or "").strip()
    beginning = heading.rstrip("…. ")
    if not body or not beginning or body.casefold().startswith(beginning.casefold()):
        return (body or heading)[:characters]
    return f"{heading}\n{body}"[:characters]
