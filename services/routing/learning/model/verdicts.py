"""What the classifier says of a message, and the two ways in which it says that it can't."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """The likeliest category; `probability` is how likely it is that answering with it would be right.

    It is calibrated and counts messages that fit no category: for those it is low, whatever is likeliest.
    `ranked` holds the three likeliest categories with their shares, as if it fitted one of the categories.
    """

    category: str
    probability: float
    ranked: tuple[tuple[str, float], ...]


class TooLittle(Exception):
    """There is not enough to learn from; says what is missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BrokenModel(Exception):
    """A model file that can't be read here: damaged, of another format, or made with what isn't installed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
