"""The settings of notify, beside those that all services have."""

from typing import Literal, Self

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator

from shared.reply_token import ReplyTokens
from shared.settings import Settings as SharedSettings

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_notify"
    http_port: int = Field(default=8104, ge=0, le=65535)
    reply_keys: SecretStr = Field(description="a:SECRET,b:OLDER; signs reply tokens, the same as ingest's")

    relay_host: str = "localhost"
    relay_port: int = Field(default=25, ge=1, le=65535)
    relay_tls: Literal["none", "starttls", "implicit"] = "none"
    relay_user: str | None = None
    relay_password: SecretStr | None = None
    relay_timeout: float = Field(default=30.0, gt=0, le=50, description="seconds for each answer of the relay")
    mail_bounces: str | None = Field(
        default=None, description="local part for return paths of the form <it>+<notification>@domain"
    )

    twilio_url: HttpUrl = HttpUrl("https://api.twilio.com")
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from: str | None = Field(default=None, pattern=r"^(\+[1-9]\d{1,14}|[A-Za-z0-9 ]{1,11})$")
    twilio_messaging_service_sid: str | None = None
    twilio_timeout: float = Field(default=15.0, gt=0, le=50, description="seconds")

    send_concurrency: int = Field(default=16, ge=1, le=500, description="notifications sent at a time")
    send_poll_seconds: float = Field(default=1.0, gt=0, description="looks this often for what has become due")
    lease_seconds: float = Field(default=120.0, gt=0, description="after this a sender that fell silent is replaced")
    retry_first_seconds: float = Field(default=30.0, gt=0)
    retry_longest_seconds: float = Field(default=3600.0, gt=0)
    give_up_hours: float = Field(default=24.0, gt=0)

    @property
    def sends_sms(self) -> bool:
        """Whether the account of an SMS provider is given."""
        return self.twilio_account_sid is not None

    @field_validator("reply_keys")
    @classmethod
    def _keys_hold(cls, keys: SecretStr) -> SecretStr:
        ReplyTokens.parse(keys.get_secret_value())
        return keys

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.relay_user is None) != (self.relay_password is None):
            raise ValueError("relay_user and relay_password belong together")
        if self.relay_user and self.relay_tls == "none" and self.relay_host not in LOCAL_HOSTS:
            raise ValueError("relay_tls: a password never goes over the network in the clear; use starttls or implicit")
        if self.sends_sms and self.twilio_auth_token is None:
            raise ValueError("twilio_auth_token is missing")
        if self.sends_sms and not (self.twilio_from or self.twilio_messaging_service_sid):
            raise ValueError("twilio_from or twilio_messaging_service_sid is missing")
        return self
