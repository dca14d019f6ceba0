"""Makes the projections anew: `python -m services.reporting.rebuild`. Nothing that happened is lost by it.

Rows and counts are deleted and made again from the events that reporting keeps; then the whole
stream is read again, which brings in what was not understood before. The running projector does it,
or the next one to start.
"""

import asyncio
import sys

from services.reporting.projector import made_by
from services.reporting.settings import Settings
from services.reporting.store import Store
from shared.errors import InvalidConfiguration
from shared.mongo import Mongo


async def ask(settings: Settings) -> None:
    """Asks for a rebuild; returns as soon as that is written down."""
    mongo = Mongo(settings.mongo_url.get_secret_value(), database=settings.database)
    try:
        await Store(mongo).ask_rebuild(made_by=made_by(settings.zone))
    finally:
        await mongo.close()


def main() -> None:
    try:
        asyncio.run(ask(Settings.from_environment()))
    except InvalidConfiguration as error:
        sys.exit(f"Refused to start:\n{error}")
    print("Asked for: the running projector rebuilds, and kartica_read_model_lag_seconds tells when it is done.")  # noqa: T201


if __name__ == "__main__":
    main()
