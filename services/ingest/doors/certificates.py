"""The certificate for STARTTLS, read again when its file was renewed: no restart every sixty days."""

import ssl
from pathlib import Path

import structlog

from shared.errors import InvalidConfiguration

log = structlog.get_logger()


class Certificates:
    """A certificate chain and its key, as PEM files."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        try:
            self._read_at = self._changed_at()
            self._context = self._read()
        except (OSError, ssl.SSLError) as error:
            raise InvalidConfiguration(
                f"KARTICA_SMTP_TLS_CERTIFICATE {certificate}, KARTICA_SMTP_TLS_KEY {key}: can't be used: {error}"
            ) from error

    def context(self) -> ssl.SSLContext:
        """The context for the next connection; with files that can't be read, the last one that could."""
        try:
            changed_at = self._changed_at()
            if changed_at != self._read_at:
                self._read_at, self._context = changed_at, self._read()
                log.info("certificate.renewed")
        except (OSError, ssl.SSLError) as error:
            log.warning("certificate.not_read", error=str(error)[:200])
        return self._context

    def _changed_at(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns for file in self._files)

    def _read(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self._files)
        return context
