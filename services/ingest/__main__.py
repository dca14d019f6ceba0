"""Runs the service: `python -m services.ingest`."""

from services.ingest.app import create_app
from services.ingest.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main(Settings, create_app)
