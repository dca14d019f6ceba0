"""Ticket numbers and their check digit."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.tickets.number import numbers_in, ticket_number
from services.ingest.tickets.numbers import Numbers


class Counted:
    """A sequence as the database keeps it."""

    def __init__(self) -> None:
        self.taken = 0

    async def take_numbers(self, count: int, *, first: int) -> int:
        self.taken += count
        return first + self.taken - count


def test_first_number_is_the_documented_one() -> None:
    assert ticket_number(100_001) == "K-1000017"


@given(sequence=st.integers(100_001, 10**9), place=st.integers(0, 20), digit=st.sampled_from("0123456789"))
def test_single_wrong_digit_is_noticed(sequence: int, place: int, digit: str) -> None:
    number = ticket_number(sequence)
    digits = number[2:]
    at = place % len(digits)
    mistyped = f"K-{digits[:at]}{digit}{digits[at + 1 :]}"
    assert numbers_in(f"Re: lamp [{mistyped}]") == ((number,) if mistyped == number else ())


def test_numbers_are_found_in_titles_and_nowhere_else() -> None:
    assert numbers_in("Odg: Svetilka [K-1000017]") == ("K-1000017",)
    assert numbers_in("k-1000017 and K-1000017") == ("K-1000017",)
    assert numbers_in("AK-1000017, K-10000170, K-12") == ()


async def test_numbers_of_two_replicas_are_each_handed_out_once() -> None:
    counter = Counted()
    replicas = [Numbers(counter, block=3), Numbers(counter, block=3)]
    taken = await asyncio.gather(*(replicas[place % 2].take() for place in range(20)))
    assert len(set(taken)) == 20
