"""Hands mails to the organisation's relay (SMTP, RFC 5321), and tells what its answers mean."""

from typing import Literal

import aiosmtplib
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPReadTimeoutError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from pydantic import SecretStr

from services.notify.letter import Letter
from services.notify.mail import compose
from services.notify.outcome import NeverMind, Receipt, TryLater


class Smtp:
    """One relay. A mail a connection: simple, and enough until mails come by the thousand."""

    name = "smtp"

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: Literal["none", "starttls", "implicit"],
        user: str | None,
        password: SecretStr | None,
        timeout: float,
        bounces: str | None,
    ) -> None:
        self._host, self._port, self._tls, self._timeout = host, port, tls, timeout
        self._user, self._password = user, password
        self._bounces = bounces

    async def send(self, letter: Letter) -> Receipt:
        """Only what the relay says of the receiver or the mail is final: the rest is ours to put right."""
        mail = compose(letter)
        try:
            await aiosmtplib.send(
                mail,
                sender=self._return_path(letter),
                recipients=[letter.to],
                mail_options=[] if letter.to.isascii() else ["SMTPUTF8"],
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password.get_secret_value() if self._password else None,
                use_tls=self._tls == "implicit",
                start_tls=self._tls == "starttls",
                timeout=self._timeout,
            )
        except SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from error
        except SMTPDataError as error:
            raise _refused(error) from error
        except SMTPNotSupported as error:
            raise NeverMind(f"the relay does not take such an address or mail: {error}") from error
        except (SMTPServerDisconnected, SMTPReadTimeoutError) as error:
            raise TryLater(f"the relay fell silent: {error}", ambiguous=True) from error
        except (SMTPException, OSError) as error:
            raise TryLater(f"{type(error).__name__}: {error}") from error
        return Receipt(provider=self.name, provider_id=letter.message_id)

    def _return_path(self, letter: Letter) -> str:
        if self._bounces is None:
            return letter.mailbox
        return f"{self._bounces}+{letter.notification.replace('-', '')}@{letter.mailbox.partition('@')[2]}"


def _refused(error: SMTPResponseException) -> NeverMind | TryLater:
    said = f"{error.code} {error.message}"
    return NeverMind(said) if 500 <= error.code < 600 else TryLater(said)
