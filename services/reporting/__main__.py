"""Runs the service: `python -m services.reporting`."""

from services.reporting.app import create_app
from services.reporting.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(Settings, create_app)
