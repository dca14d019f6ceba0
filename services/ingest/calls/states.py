"""The states of a call, which may be told in any order and more than once; the furthest one counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import phonenumbers

from shared.errors import Refused
from shared.events import CallIdentifiedData, Contact
from shared.ids import derived_id

State = Literal["ringing", "answered", "ended", "missed", "recorded"]
_ORDER: tuple[State, ...] = ("ringing", "missed", "answered", "ended", "recorded")
"""Who answers after all has not missed the call."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was told of a call before. `facts` counts the events about it."""

    id: str
    version: int = 0
    facts: int = 0
    states: tuple[State, ...] = ()
    seconds: int | None = None
    customer: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Known":
        return cls(
            id=document["_id"],
            version=document["version"],
            facts=document["facts"],
            states=tuple(document["states"]),
            seconds=document["seconds"],
            customer=document["customer"],
        )

    @property
    def state(self) -> State | None:
        return furthest(self.states)

    def tells_more(self, told: CallIdentifiedData) -> bool:
        """Whether the call is further than was known, or its length is."""
        now = furthest((*self.states, told.state))
        return now != self.state or (self.seconds is None and told.seconds is not None)


def call_id(call: str) -> str:
    """The subject of a call's events."""
    return derived_id("call", call)


def furthest(states: tuple[State, ...]) -> State | None:
    return max(states, key=_ORDER.index, default=None)


def is_missed(known: Known, told: CallIdentifiedData) -> bool:
    """Whether nobody has answered, as far as anybody has told."""
    return told.state == "missed" and furthest((*known.states, "missed")) == "missed"


def e164(number: str, *, region: str | None) -> str | None:
    """The number as E.164, or None when it is none or withheld; without a country code it is one of `region`."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def normalised(told: CallIdentifiedData, *, region: str | None) -> CallIdentifiedData:
    """With the numbers in E.164. A caller without a number is anonymous; a called one that is none is refused."""
    caller, called = told.caller, e164(told.called, region=region)
    if called is None:
        detail = "`called` is the number that was called, for example +38615550100."
        raise Refused(status=422, title="Not a number", detail=detail)
    number = e164(caller.phone, region=region) if caller.phone else None
    known = Contact(**{**caller.model_dump(), "phone": number})
    return told.model_copy(update={"caller": known, "called": called})
