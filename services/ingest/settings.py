"""The settings of ingest, beside those that all services have."""

from pydantic import Field

from shared.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_ingest"
    http_port: int = Field(default=8101, ge=0, le=65535)
