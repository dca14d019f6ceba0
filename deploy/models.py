"""The models of learned classification: `python -m deploy.models`, over HTTP.

    models                     every model with precision and coverage per category, in training and live
    models rollback            the model before the active one decides again
    models activate VERSION    this model decides from now on
    models shadow VERSION      this model says what it would have decided, beside the active one
    models train               trains one from the history, and waits for it

Asks routing: that of `make up`, or --url and --token (KARTICA_ROUTING_URL, KARTICA_TOKEN; role admin). In a
container of routing `python -m services.routing.learning.models` and `...train` do the same without HTTP.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Mapping
from typing import Any

from deploy import reach
from deploy.reach import Reach
from services.routing.learning.desk import ModelsShown, TrainingShown
from services.routing.learning.figures import table

LOOK_SECONDS = 1.0


def shown(kartica: Reach) -> str:
    return table(ModelsShown.model_validate(kartica.ask("GET", "/models")))


def turned(kartica: Reach, what: str) -> str:
    """`what` is `rollback`, or a version and what becomes of it."""
    return table(ModelsShown.model_validate(kartica.ask("POST", f"/models/{what}", headers=_key())))


def trained(kartica: Reach, *, look_seconds: float = LOOK_SECONDS) -> TrainingShown:
    """Asks for a training and waits until it has ended, however long that takes."""
    training = TrainingShown.model_validate(kartica.ask("POST", "/models/train", headers=_key()))
    while training.state == "waiting":
        time.sleep(look_seconds)
        training = TrainingShown.model_validate(kartica.ask("GET", f"/models/trainings/{training.id}"))
    return training


def carry_out(kartica: Reach, given: argparse.Namespace) -> int:
    if given.action == "train":
        training = trained(kartica)
        print(f"{training.state}: {training.model or 'no model'}: {training.result}")
        if training.model is not None and kartica.ask("GET", "/models")["active"] != training.model:
            print(f'It decides nothing yet. To use it: make models ARGS="activate {training.model}"')
        return 0 if training.state == "done" else 1
    if given.action == "list":
        print(shown(kartica))
    else:
        print(turned(kartica, given.action if given.action == "rollback" else f"{given.version}/{given.action}"))
    return 0


def _key() -> Mapping[str, Any]:
    return {"Idempotency-Key": secrets.token_hex(12)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reach.options(parser)
    actions = parser.add_subparsers(dest="action")
    for name in ("list", "rollback", "activate", "shadow", "train"):
        action = actions.add_parser(name)
        if name in ("activate", "shadow"):
            action.add_argument("version")
    parser.set_defaults(action="list")
    given = parser.parse_args()
    sys.exit(carry_out(reach.given(given), given))


if __name__ == "__main__":
    main()
