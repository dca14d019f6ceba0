"""Why a mailbox can't be fetched, in words for whoever has to do something about it."""

import ssl
from typing import Any


class Trouble(Exception):
    """`words` say what happened, `advice` what to do. `patient` has the next attempt wait longer from the start:
    servers lock accounts whose password is tried too often."""

    def __init__(self, words: str, advice: str, *, patient: bool = False) -> None:
        super().__init__(words)
        self.words = words[:500]
        self.advice = advice
        self.patient = patient


class Odd(Exception):
    """One mail could not be fetched, while the connection still works."""


class Lost(Exception):
    """The connection broke while the mail `uid` was fetched."""

    def __init__(self, uid: int, error: BaseException) -> None:
        super().__init__(said(error))
        self.uid = uid


def unreachable(host: str, port: int, error: BaseException) -> Trouble:
    """The server can't be reached, or not in the way that the configuration says."""
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = "Check `host`, or name the authority that signed the certificate in `ca_file`."
        return Trouble(f"The certificate of {host} is not trusted: {error.verify_message}", advice)
    if isinstance(error, ssl.SSLError):
        advice = "Check `port` and `tls`: implicit (usually 993), starttls (usually 143)."
        return Trouble(f"No TLS with {host}:{port}: {said(error)}", advice)
    return Trouble(f"{host}:{port} can't be reached: {said(error)}", "Check `host`, `port`, `tls` and the network.")


def said(error: Any) -> str:
    """What the server or the system said, in one printable line."""
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line[:300] or type(error).__name__
