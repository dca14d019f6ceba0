"""A process that classifies as the real one does, with a model that can be told to misbehave."""

import os
import time
from collections.abc import Sequence

from services.routing.learning.answering.process import Decode, serve
from services.routing.learning.model.verdicts import BrokenModel, Prediction


class Odd:
    """Says the name that its file has; a few words make it crash, hang or fail."""

    def __init__(self, name: str) -> None:
        self._name = name

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        if "crash" in texts:
            os._exit(3)
        if "hang" in texts:
            time.sleep(60)
        if "fail" in texts and self._name == "weak":
            raise ValueError("it contains what a customer wrote")
        return [Prediction(self._name, len(texts) / 100, ((self._name, 0.9), ("other", 0.1))) for _ in texts]


def decode(content: bytes) -> Odd:
    if content == b"broken":
        raise BrokenModel("the file is damaged")
    if content == b"missing":
        raise ModuleNotFoundError("No module named 'sklearn'")
    return Odd(content.decode())


def decoder() -> Decode:
    return decode


if __name__ == "__main__":
    serve(decoder)
