"""Runs the service: `python -m services.routing`."""

from services.routing.app import create_app
from services.routing.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(Settings, create_app)
