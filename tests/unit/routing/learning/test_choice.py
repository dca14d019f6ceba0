"""Which model is active: activation, shadow and rollback, each once per key."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.learning.choice import Choice, Turn
from services.routing.learning.desk import _turned
from shared.errors import Refused

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def turn(what: str, version: str | None = None, *, key: str | None = None) -> Turn:
    return Turn(what=what, version=version, by="admin:mia", at=AT, key=key)  # type: ignore[arg-type]


def after(*turns: Turn) -> Choice:
    choice = Choice()
    for one in turns:
        choice = _turned(choice, one)
    return choice


def test_the_last_one_activated_is_active_and_a_rollback_goes_back_step_by_step() -> None:
    choice = after(*(turn("activate", version) for version in ("a", "b", "c")))
    assert (choice.active, choice.previous) == ("c", "b")
    choice = _turned(choice, turn("rollback"))
    assert (choice.active, choice.previous, choice.turns[-1].version) == ("b", "a", "b")
    assert [choice.state(version) for version in "abc"] == ["retired", "active", "retired"]
    with pytest.raises(Refused, match="Nothing to roll back to"):
        after(turn("activate", "a"), turn("rollback"))


def test_the_same_request_twice_is_one() -> None:
    choice = after(turn("activate", "a"), turn("activate", "b"), turn("activate", "c"))
    once = _turned(choice, turn("rollback", key="k"))
    assert _turned(once, turn("rollback", key="k")) == once
    assert _turned(once, turn("activate", "b")) == once


def test_a_model_in_the_shadow_leaves_it_when_it_is_activated_and_the_active_one_can_not_enter_it() -> None:
    choice = after(turn("activate", "a"), turn("shadow", "b"))
    assert (choice.active, choice.shadow) == ("a", "b")
    assert _turned(choice, turn("activate", "b")).shadow is None
    with pytest.raises(Refused, match="The model is active"):
        _turned(choice, turn("shadow", "a"))


@given(st.lists(st.tuples(st.sampled_from(["activate", "shadow", "rollback"]), st.sampled_from("abcd")), max_size=30))
def test_whatever_is_done_the_active_one_is_never_its_own_shadow_and_all_is_read_back(
    steps: list[tuple[str, str]],
) -> None:
    choice = Choice()
    for what, version in steps:
        try:
            choice = _turned(choice, turn(what, None if what == "rollback" else version))
        except Refused:
            continue
        assert choice.shadow is None or choice.shadow != choice.active
        assert len(set(choice.activated)) == len(choice.activated)
    assert Choice.of({**choice.document(), "revision": 0}) == choice
