"""The settings of sla, beside those that all services have."""

from pydantic import Field

from shared.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_sla"
    http_port: int = Field(default=8103, ge=0, le=65535)
