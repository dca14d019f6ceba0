"""Durations as people write them in config/sla.yaml: `30m`, `4h`, `1h30m`, `2d`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")


def parse_duration(value: object) -> int:
    """Seconds. `d` is 24 hours of counted time, never a working day: `2d` is the same as `48h`."""
    text = value.replace(" ", "") if isinstance(value, str) else ""
    match = _DURATION.fullmatch(text) if text else None
    if match is None:
        raise ValueError(f"{value!r} is not a duration like 30m, 4h, 1h30m or 2d (which is 48h)")
    return sum(int(number or 0) * seconds for number, seconds in zip(match.groups(), SECONDS.values(), strict=True))


def readable(seconds: int) -> str:
    """`5400` as `1 h 30 min`, for people."""
    hours, rest = divmod(abs(seconds), 3600)
    parts = [(hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


Duration = Annotated[int, BeforeValidator(parse_duration), Field(ge=0, le=366 * 86_400)]
"""From nothing to a year, in seconds."""
