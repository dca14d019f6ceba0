"""Runs the service: `python -m services.notify`."""

from services.notify.app import create_app
from services.notify.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(Settings, create_app)
