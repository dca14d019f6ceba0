"""Runs the service: `python -m services.sla`."""

from services.sla.app import create_app
from services.sla.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(Settings, create_app)
