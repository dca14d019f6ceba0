"""A call's states in any order, and numbers in one form."""

from itertools import permutations

import pytest

from services.ingest.calls.states import Known, State, e164, furthest, is_missed, normalised
from shared.errors import Refused
from shared.events import CallIdentifiedData, Contact

STATES: tuple[State, ...] = ("ringing", "missed", "answered", "ended", "recorded")


def told(state: State) -> CallIdentifiedData:
    return CallIdentifiedData(call="c1", state=state, caller=Contact(phone="+38640123456"), called="+38615550100")


@pytest.mark.parametrize("states", list(permutations(STATES, 3)))
def test_furthest_state_is_the_same_in_any_order(states: tuple[State, ...]) -> None:
    assert furthest(states) == furthest(tuple(sorted(states)))


def test_earlier_state_that_comes_late_tells_nothing_more() -> None:
    assert not Known("c", states=("answered",)).tells_more(told("ringing"))
    assert Known("c", states=("answered",)).tells_more(told("ended"))


def test_call_is_missed_unless_somebody_answered() -> None:
    assert is_missed(Known("c", states=("ringing",)), told("missed"))
    assert not is_missed(Known("c", states=("answered",)), told("missed"))
    assert not is_missed(Known("c"), told("answered"))


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("040 123 456", "SI", "+38640123456"),
        ("+386 40/123-456", None, "+38640123456"),
        ("040 123 456", None, None),
        ("anonymous", "SI", None),
        ("", "SI", None),
        ("12", "SI", None),
    ],
)
def test_numbers_have_one_form(written: str, region: str | None, number: str | None) -> None:
    assert e164(written, region=region) == number


def test_called_number_has_to_be_one() -> None:
    wrong = told("ringing").model_copy(update={"called": "nobody"})
    with pytest.raises(Refused, match="Not a number"):
        normalised(wrong, region="SI")
