"""What a condition comes to: whether it holds, and why or why not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reason quotes the rule, not the customer."""

    holds: bool
    because: str
