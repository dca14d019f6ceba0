"""The settings of reporting, beside those that all services have."""

from pydantic import Field

from shared.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_reporting"
    http_port: int = Field(default=8105, ge=0, le=65535)
