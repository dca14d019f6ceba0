"""The settings of routing, beside those that all services have."""

from pydantic import Field

from shared.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_routing"
    http_port: int = Field(default=8102, ge=0, le=65535)
    drain_seconds: float = Field(
        default=2.0, gt=0, le=60, description="how long a ticket waits at most after another replica freed an agent"
    )
