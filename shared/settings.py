"""What the operator decides about the machine, from the environment: `KARTICA_...`."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import InvalidConfiguration


class Settings(BaseSettings):
    """The settings that all services have. Secrets have no default and are printed redacted."""

    model_config = SettingsConfigDict(env_prefix="KARTICA_", frozen=True, extra="ignore")

    amqp_url: SecretStr = Field(description="amqp://user:password@host:5672/vhost")
    mongo_url: SecretStr = Field(description="mongodb://..., of a replica set")
    database: str = Field(description="this service's own database")
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65535)
    public_url: str = Field(default="http://localhost:8101", description="what customers' browsers reach")
    config_dir: Path = Path("config")
    jwt_key: SecretStr = Field(min_length=32, description="signs the access tokens (HS256)")
    log_level: str = "INFO"
    prefetch: int = Field(default=32, ge=1, le=1000, description="deliveries handled at a time, per queue")

    @classmethod
    def from_environment(cls) -> Self:
        """Reads the environment; `InvalidConfiguration` names the variables that are wrong or missing."""
        try:
            return cls()
        except ValidationError as error:
            faults = [
                f"KARTICA_{'_'.join(str(step) for step in fault['loc']).upper()}: {fault['msg']}"
                for fault in error.errors(include_input=False)
            ]
            raise InvalidConfiguration("; ".join(faults)) from error

    def redacted(self) -> dict[str, object]:
        """All settings for the log; secrets show as asterisks."""
        return self.model_dump(mode="json")
