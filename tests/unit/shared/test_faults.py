"""A mistake is told in words that say what to write instead."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from shared.envelope import Uuid
from shared.faults import causes, in_words


class Claim(BaseModel):
    command: Literal["claim"]


class Release(BaseModel):
    command: Literal["release"]


class Asked(BaseModel):
    ticket: Uuid = "01a2024a-c060-7e24-b090-e26c15e3665c"
    tickets: Annotated[tuple[Uuid, ...], Field(min_length=1)] = ("01a2024a-c060-7e24-b090-e26c15e3665c",)
    count: Annotated[int, Field(ge=1)] = 1
    one_of: Annotated[Claim | Release | None, Field(discriminator="command")] = None


def told(**given: object) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate(given)
    return [in_words(fault) for fault in causes(refused.value.errors())]


def test_each_says_what_to_write() -> None:
    assert "this is no id" in told(ticket="K-1000017")[0]
    assert told(count=0) == ["write 1 or more"]
    assert told(count="many") == ["write a whole number here"]
    assert told(tickets="all") == ["write a list here: [one, another]"]
    assert told(tickets=[]) == ["write at least 1 here; it has 0"]
    assert told(one_of={"command": "close"}) == ["'command': there is no 'close'; use 'claim', 'release'"]
    assert told(one_of={}) == ["'command' is missing, which tells what this is"]


def test_a_list_whose_only_entry_is_wrong_is_not_too_short_as_well() -> None:
    assert len(told(tickets=["K-1000017"])) == 1
