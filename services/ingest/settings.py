"""The settings of ingest, beside those that all services have."""

from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from services.ingest.channels.configuration import WhatsAppSecrets, from_json_text
from shared.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_ingest"
    http_port: int = Field(default=8101, ge=0, le=65535)
    reply_keys: SecretStr = Field(
        description="a:SECRET,b:OLDER_SECRET: sign and check reply tokens; notify has the same"
    )
    whatsapp_secrets: Annotated[dict[str, WhatsAppSecrets], NoDecode, BeforeValidator(from_json_text)] = Field(
        default={}, description='by account, as JSON: {"support": {"app_secret": "...", "verify_token": "..."}}'
    )
    mail_domain: str = Field(default="svetilka.example", description="the name under which the listener greets")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=8125, ge=0, le=65535, description="0: any free port, which the log names")
    lmtp_port: int = Field(default=0, ge=0, le=65535, description="0: no LMTP")
    smtp_idle_seconds: float = Field(default=300, gt=0, description="RFC 5321 asks for at least 300")
    max_message_bytes: int = Field(default=25 * 1024 * 1024, ge=64 * 1024, description="of a mail or a request")
    max_recipients: int = Field(default=100, ge=1, description="of one mail (RFC 5321 asks for at least 100)")
    inbox_concurrency: int = Field(default=16, ge=1, le=200, description="inputs decided at a time")
    inbox_lease_seconds: float = Field(default=15, gt=0, description="after this a pending input is taken up again")
    inbox_attempts: int = Field(default=8, ge=1, description="failures after which an input is dead")
