"""`make classify-bench`: trains on train.csv, judges on test.csv, and ends with one line of JSON."""

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from bench.classify.alone import ONE_THREAD, Run, run
from bench.classify.figures import accuracy, answered, auroc, coverage_at, precision_of, table
from bench.classify.files import Sets, Unreadable, sets
from services.routing.learning.model.card import Card
from services.routing.learning.model.examples import Example
from services.routing.learning.model.verdicts import TooLittle

DIGITS = 4


def main() -> int:
    wanted = argparse.ArgumentParser(prog="make classify-bench")
    wanted.add_argument("folder", type=Path)
    wanted.add_argument("--oos", default=None, help="the category of messages that fit none")
    arguments = wanted.parse_args()
    try:
        found = sets(arguments.folder, out_of_scope=arguments.oos)
        print(json.dumps(_measured(found)))
    except (Unreadable, TooLittle) as error:
        print(f"classify-bench: {error}", file=sys.stderr)
        return 1
    return 0


def _measured(found: Sets) -> dict[str, Any]:
    # Before numpy is first imported: one core, as the service trains.
    os.environ.update(ONE_THREAD)
    from services.routing.learning.model.training import train

    examples = [Example(one.text, one.category) for one in found.train]
    begun = time.perf_counter()
    model = train(examples, out_of_scope=found.strange_train, now=datetime.now(UTC))
    train_s = time.perf_counter() - begun
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model"
        file.write_bytes(model.encoded())
        done = run(file, [one.text for one in found.test] + found.strange_test)
    return _figures(found, model.card, done) | {
        "train_s": round(train_s, 1),
        "ms_per_message": round(mean(done.milliseconds), 2),
        "cpu_ms_per_message": round(done.cpu_milliseconds, 2),
        "model_mb": round(model.card.size / 1e6, 2),
        "rss_mb": round(done.rss_mb, 1),
    }


def _figures(found: Sets, card: Card, done: Run) -> dict[str, Any]:
    inside, strange = done.predictions[: len(found.test)], done.predictions[len(found.test) :]
    for line in table(found.test, inside, card.apply):
        print(line)
    print(
        f"{len(card.categories)} categories from {card.examples} examples, {card.features}; "
        f"applied from {card.apply:.3f}, suggested from {card.suggest:.3f}; "
        f"unseen training examples: {card.accuracy:.3f} right, {card.coverage:.3f} answered; "
        f"slowest 5 % of messages: {quantiles(done.milliseconds, n=20)[-1]:.1f} ms or more"
    )
    precise, kept = precision_of(found.test, inside, card.apply), answered(inside, card.apply)
    print(f"at the shipped threshold {kept:.3f} of the messages are answered, {precise or 0:.3f} of them rightly")
    refused = answered(strange, card.apply)
    figures = {
        "accuracy": accuracy(found.test, inside),
        "coverage_at_95": coverage_at(0.95, found.test, inside),
        "oos_auroc": auroc(inside, strange),
        "in_scope_kept": kept if strange else None,
        "oos_refused": None if refused is None else 1 - refused,
    }
    return {name: None if figure is None else round(figure, DIGITS) for name, figure in figures.items()}


if __name__ == "__main__":
    sys.exit(main())
