"""The number of a ticket that people read out and type in: `K-1000017`, the last digit a check digit."""

import re

PREFIX = "K-"
FIRST = 100_001
"""The first number of the sequence, so that numbers have seven digits for the first nine hundred thousand."""

_NUMBER = re.compile(r"(?<![\w-])K-(\d{7,12})(?!\d)", re.IGNORECASE)


def ticket_number(sequence: int) -> str:
    """The number with its check digit (Luhn, ISO/IEC 7812-1), which catches every single mistyped digit."""
    return f"{PREFIX}{sequence}{_check_digit(str(sequence))}"


def numbers_in(text: str) -> tuple[str, ...]:
    """The ticket numbers in a text whose check digit is right, in their order."""
    found = [digits for digits in _NUMBER.findall(text) if _check_digit(digits[:-1]) == int(digits[-1])]
    return tuple(dict.fromkeys(f"{PREFIX}{digits}" for digits in found))


def _check_digit(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
