"""What the commands `train` and `models` share: settings, database and rules of the service whose environment it is."""

import getpass
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from services.routing import configuration
from services.routing.classification.ruleset import Ruleset
from services.routing.learning.parts import Shelves
from services.routing.openings import Openings
from services.routing.settings import Settings
from shared.errors import InvalidConfiguration
from shared.mongo import Mongo


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Settings, Ruleset, Shelves]]:
    """Ends with a word on what is wrong when the settings or files do not hold."""
    try:
        settings = Settings.from_environment()
        ruleset = configuration.read(settings.config_dir)
    except InvalidConfiguration as error:
        sys.exit(str(error))
    mongo = Mongo(settings.mongo_url.get_secret_value(), database=settings.database)
    try:
        retention = timedelta(days=settings.openings_kept_days)
        shelves = Shelves.of(mongo, openings=Openings(mongo, retention=retention), retention=retention)
        await shelves.prepare()
        yield settings, ruleset, shelves
    finally:
        await mongo.close()


def who() -> str:
    """Who is written down as having done it."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return "operator"
