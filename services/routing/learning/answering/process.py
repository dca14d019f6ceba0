"""The process in which messages are classified: it may crash or be killed, and the service goes on by its rules.

`python -m services.routing.learning.answering.process` speaks in frames on standard input and output; `worker.py` is
the other side. Models are read in a thread, so that the ones that are there go on answering.
"""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, BinaryIO, Protocol

from services.routing.learning.model.verdicts import BrokenModel, Prediction
from services.routing.processes import confined, frames

MEMORY = 1024 * 1024 * 1024
"""Bytes that the models and their libraries may take; more is a broken model, not a lack on the machine."""


class Predicts(Protocol):
    def predict(self, texts: Sequence[str]) -> Sequence[Prediction]: ...


Decode = Callable[[bytes], Predicts]


class Desk:
    """Answers requests, one frame for each."""

    def __init__(self, answers: BinaryIO, decode: Decode) -> None:
        self._answers = answers
        self._decode = decode
        self._models: dict[str, Predicts] = {}
        self._one_at_a_time = threading.Lock()

    def take(self, head: Mapping[str, Any], body: bytes) -> None:
        number = head["id"]
        if head["do"] == "load":
            threading.Thread(target=self._load, args=(number, head["version"], body), daemon=True).start()
        elif head["do"] == "drop":
            self._models.pop(head["version"], None)
            self._answer({"id": number})
        else:
            answers = {version: self._predict(model, head["texts"]) for version, model in list(self._models.items())}
            self._answer({"id": number, "answers": answers})

    def _load(self, number: int, version: str, content: bytes) -> None:
        try:
            model = self._decode(content)
            model.predict([""])  # what is built when it is first used is built here
        except BrokenModel as error:
            return self._answer({"id": number, "broken": error.reason})
        except MemoryError:
            return self._answer({"id": number, "broken": f"it takes more than {MEMORY // 2**20} MiB of memory"})
        except ImportError as error:
            return self._answer({"id": number, "broken": f"a library is missing: {error}"})
        except Exception as error:
            return self._answer({"id": number, "broken": f"{type(error).__name__} while it was read"})
        self._models[version] = model
        return self._answer({"id": number})

    def _predict(self, model: Predicts, texts: Sequence[str]) -> Any:
        try:
            return [[one.category, one.probability, one.ranked] for one in model.predict(texts)]
        except Exception as error:
            return f"{type(error).__name__} while it classified"

    def _answer(self, head: Mapping[str, Any]) -> None:
        with self._one_at_a_time:
            self._answers.write(frames.frame(head))
            self._answers.flush()


def serve(decode: Callable[[], Decode]) -> None:
    """Takes requests until the service has gone. `decode` is asked for when the first model comes."""
    requests, answers = confined.streams()
    confined.limit(memory=MEMORY)

    decoder = cache(decode)
    desk = Desk(answers, lambda content: decoder()(content))
    while (received := frames.read(requests)) is not None:
        desk.take(*received)


def _model() -> Decode:
    # Here, so that what is missing makes a model broken and not the process.
    from services.routing.learning.model.minilm import Sentences
    from services.routing.learning.model.model import Model

    # The active model and its shadow share the one of sentences, which is most of what they weigh.
    return partial(Model.decoded, sentences=cache(Sentences))


if __name__ == "__main__":
    serve(_model)
    sys.stderr.flush()
