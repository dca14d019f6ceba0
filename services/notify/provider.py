"""What the sender asks of a provider, whichever channel it serves."""

from typing import Protocol

from services.notify.letter import Letter
from services.notify.outcome import Receipt


class Provider(Protocol):
    """`send` returns when the other side has accepted; it raises `TryLater` or `NeverMind` otherwise."""

    @property
    def name(self) -> str: ...

    async def send(self, letter: Letter) -> Receipt: ...
