"""The settings of reporting, beside those that all services have."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from shared.settings import Settings as SharedSettings


def _known(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"there is no time zone {name!r}; an IANA name is expected, such as Europe/Ljubljana"
        ) from error
    return name


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_reporting"
    http_port: int = Field(default=8105, ge=0, le=65535)
    timezone: Annotated[str, AfterValidator(_known)] = Field(
        default="Europe/Ljubljana", description="IANA name; the days of all reports. A change rebuilds the projections"
    )
    gauges_seconds: float = Field(default=2.0, gt=0, description="how often the gauges of /metrics are computed")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
