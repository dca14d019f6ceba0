"""The settings of sla, beside those that all services have."""

from datetime import timedelta

from pydantic import Field

from shared.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_sla"
    http_port: int = Field(default=8103, ge=0, le=65535)
    classification_wait_seconds: float = Field(
        default=30, gt=0, le=3600, description="after which clocks start without a classification"
    )

    @property
    def classification_wait(self) -> timedelta:
        return timedelta(seconds=self.classification_wait_seconds)
