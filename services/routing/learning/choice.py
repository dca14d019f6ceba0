"""Which model is active and which one runs in its shadow: one document, changed by people and by training."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from shared.errors import Refused

REMEMBERED = 50
"""How many changes are kept, for people to look at and to recognise a repeat by its key."""

What = Literal["activate", "shadow", "rollback"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One change: who made which version what, and when."""

    what: What
    version: str | None
    by: str
    at: datetime
    because: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`activated` are the versions that a rollback goes back through; the last of them is active."""

    activated: tuple[str, ...] = ()
    shadow: str | None = None
    turns: tuple[Turn, ...] = ()
    revision: int = 0

    @property
    def active(self) -> str | None:
        return self.activated[-1] if self.activated else None

    @property
    def previous(self) -> str | None:
        return self.activated[-2] if len(self.activated) > 1 else None

    def knows(self, key: str | None) -> bool:
        """Whether the request with this key was carried out already."""
        return key is not None and any(turn.key == key for turn in self.turns)

    def activated_with(self, version: str, turn: Turn) -> Self:
        """The version decides from now on; the one before is what a rollback goes back to."""
        if version == self.active:
            return self
        before = tuple(one for one in self.activated if one != version)
        shadow = None if self.shadow == version else self.shadow
        return replace(self._noted(turn), activated=(*before, version), shadow=shadow)

    def shadowed_with(self, version: str | None, turn: Turn) -> Self:
        """The version runs beside the active one and decides nothing; None ends that."""
        if version == self.shadow:
            return self
        if version is not None and version == self.active:
            detail = f"{version} is active; activate another one first, or roll back."
            raise Refused(status=409, title="The model is active", detail=detail)
        return replace(self._noted(turn), shadow=version)

    def rolled_back(self, turn: Turn) -> Self:
        """The version before the active one decides again."""
        if self.previous is None:
            detail = "No model was active before; `enabled: false` in routing.yaml lets the rules decide alone."
            raise Refused(status=409, title="Nothing to roll back to", detail=detail)
        back = replace(turn, version=self.previous)
        shadow = None if self.shadow == self.previous else self.shadow
        return replace(self._noted(back), activated=self.activated[:-1], shadow=shadow)

    def state(self, version: str) -> Literal["active", "shadow", "retired"]:
        if version == self.active:
            return "active"
        return "shadow" if version == self.shadow else "retired"

    def document(self) -> dict[str, Any]:
        return {
            "activated": list(self.activated),
            "shadow": self.shadow,
            "turns": [
                {
                    "what": turn.what,
                    "version": turn.version,
                    "by": turn.by,
                    "at": turn.at,
                    "because": turn.because,
                    "key": turn.key,
                }
                for turn in self.turns
            ],
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        return cls(
            activated=tuple(document["activated"]),
            shadow=document["shadow"],
            turns=tuple(Turn(**turn) for turn in document["turns"]),
            revision=document["revision"],
        )

    def _noted(self, turn: Turn) -> Self:
        return replace(self, turns=(*self.turns, turn)[-REMEMBERED:], activated=self.activated[-REMEMBERED:])
