"""The models, their figures, and which one decides: `python -m services.routing.learning.models`.

    models                     every model with precision and coverage per category, in training and live
    models rollback            the model before the active one decides again
    models activate VERSION    this model decides from now on
    models shadow VERSION      this model says what it would have decided, beside the active one

It takes the environment of the service. Running replicas follow within seconds.
"""

import argparse
import asyncio
import sys

from services.routing.learning.command_line import opened, who
from services.routing.learning.desk import ModelDesk
from services.routing.learning.figures import table
from services.routing.learning.parts import now, off_because
from shared.errors import Refused


async def run(given: argparse.Namespace) -> int:
    async with opened() as (settings, ruleset, shelves):
        off = off_because(settings, ruleset.learning)
        desk = ModelDesk(shelves.models, shelves.lessons, clock=now, off=off)
        try:
            if given.action == "rollback":
                shown = await desk.roll_back(by=who())
            elif given.action == "activate":
                shown = await desk.activate(given.version, by=who())
            elif given.action == "shadow":
                shown = await desk.shadow(given.version, by=who())
            else:
                shown = await desk.models()
        except Refused as error:
            sys.exit(str(error))
        print(table(shown))  # noqa: T201
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action")
    for name in ("list", "rollback", "activate", "shadow"):
        action = actions.add_parser(name)
        if name in ("activate", "shadow"):
            action.add_argument("version")
    parser.set_defaults(action="list")
    sys.exit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
