"""The process in which a model is trained: with low priority, and gone when it is done or the service has gone.

`python -m services.routing.learning.trainings.training_process` takes frames on standard input: any number with
examples, then one that says what to train for, with the active model behind it. It answers with one frame.
"""

import os
import threading
import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from services.routing.learning.model.examples import Example
from services.routing.learning.model.verdicts import BrokenModel, TooLittle
from services.routing.learning.trainings.comparison import Comparison, Side
from services.routing.processes import confined, frames

MEMORY = 3 * 1024 * 1024 * 1024
SHARE = 0.6
"""Of a container's memory; the rest is the service's and the worker's."""


def memory() -> int:
    return confined.affordable(MEMORY, share=SHARE)


def main() -> None:
    requests, answers = confined.streams()
    confined.limit(memory=memory())
    examples: dict[str, list[Example]] = {"examples": [], "held_out": []}
    while (received := frames.read(requests)) is not None:
        head, body = received
        if head["do"] != "train":
            examples[head["do"]] += [Example(*one) for one in head["rows"]]
            continue
        os.nice(head["nice"])
        threading.Thread(target=_end_with, args=(requests,), daemon=True).start()
        answers.write(frames.frame(*_answer(head, examples["examples"], examples["held_out"], body)))
        answers.flush()
        return


def _answer(
    head: Mapping[str, Any], examples: list[Example], held_out: list[Example], active: bytes
) -> tuple[dict[str, Any], bytes]:
    try:
        return _trained(head, examples, held_out, active)
    except TooLittle as error:
        return {"refused": error.reason}, b""
    except MemoryError:
        return {"failed": f"it took more than {memory() // 2**20} MiB of memory"}, b""
    except ImportError as error:
        return {"failed": f"a library is missing: {error}"}, b""
    except Exception as error:  # whose text may quote a customer
        place = traceback.extract_tb(error.__traceback__)[-1]
        return {"failed": f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"}, b""


def _trained(
    head: Mapping[str, Any], examples: list[Example], held_out: list[Example], active: bytes
) -> tuple[dict[str, Any], bytes]:
    from services.routing.learning.model.training import train  # heavy, and may not be installed

    wanted = {
        "out_of_scope": head["out_of_scope"],
        "now": datetime.fromisoformat(head["now"]),
        "precision": head["precision"],
    }
    answer: dict[str, Any] = {}
    if active and held_out:
        try:
            candidate = train(examples, **wanted)
            answer["comparison"] = _compared(candidate, active, held_out, head["precision"]).document()
        except BrokenModel as error:
            answer["missing"] = f"the active model can't be read: {error.reason}"
        except TooLittle as error:
            answer["missing"] = f"without the tickets to compare on, {error.reason}"
    model = train([*examples, *held_out], **wanted)
    return {**answer, "card": model.card.document()}, model.encoded()


def _compared(candidate: Any, active: bytes, held_out: list[Example], precision: float) -> Comparison:
    from services.routing.learning.model.model import Model

    texts, truth = [example.text for example in held_out], [example.category for example in held_out]
    sides = {
        name: Side.of(model.predict(texts), truth, apply=model.card.apply)
        for name, model in (("new", candidate), ("active", Model.decoded(active)))
    }
    return Comparison(tickets=len(truth), precision=precision, **sides)


def _end_with(requests: BinaryIO) -> None:
    """Nobody waits for the model any more when the service has gone."""
    requests.read()
    os._exit(1)


if __name__ == "__main__":
    main()
