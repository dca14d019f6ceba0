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
    learning: bool = Field(
        default=True, description="false: no model is asked or trained by this replica, the rules decide alone"
    )
    training_nice: int = Field(
        default=10, ge=0, le=19, description="how much less important than everything else training a model is (nice)"
    )
    openings_kept_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="how long the opening message of a ticket is kept, to try changed rules on and to learn from",
    )
