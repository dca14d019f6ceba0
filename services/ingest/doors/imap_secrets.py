"""With what a mailbox is opened: a password, or an OAuth2 token that is fetched again when the server refuses it."""

import asyncio
import os
from pathlib import Path

from services.ingest.doors.configuration import Imap, Token
from services.ingest.doors.trouble import Trouble

MAX_TOKEN = 64 * 1024


class Credentials:
    """The secret of one mailbox."""

    def __init__(self, imap: Imap, password: str | None) -> None:
        self._imap = imap
        self._password = password
        self._token: str | None = None

    @property
    def is_token(self) -> bool:
        return self._imap.token is not None

    async def secret(self, *, renewed: bool = False) -> str:
        """The password or token; `renewed` when the server refused the one before. `Trouble` when there is none."""
        if self._imap.token is None:
            return self._password_now()
        if self._token is None or renewed:
            self._token = None
            self._token = await _token(self._imap.token)
        return self._token

    def _password_now(self) -> str:
        if self._imap.password_file is not None:
            return _first_line(self._imap.password_file, what="password_file")
        if self._password is None:
            raise Trouble(
                "There is no password for this mailbox",
                "Add it to KARTICA_IMAP_SECRETS under the mailbox's address, or name a `password_file`.",
                patient=True,
            )
        return self._password


async def _token(token: Token) -> str:
    if token.file is not None:
        return await asyncio.to_thread(_first_line, token.file, what="token.file")
    command = token.command or ()
    # Kartica's own secrets are none of the command's business.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KARTICA_")}
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
    except OSError as error:
        raise _no_token(f"{command[0]} can't be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(token.seconds):
            printed, _ = await process.communicate()
    except TimeoutError as error:
        raise _no_token(f"{command[0]} took longer than {token.seconds:g} seconds") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    line = printed[:MAX_TOKEN].decode("utf-8", "replace").strip().partition("\n")[0].strip()
    if process.returncode or not line:
        raise _no_token(f"{command[0]} ended with {process.returncode} and printed {'a' if line else 'no'} token")
    return line


def _first_line(path: str, *, what: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            line = file.readline(MAX_TOKEN).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{what} {path} can't be read: {error}", f"Check `{what}` and its permissions.") from error
    if not line:
        raise Trouble(f"{what} {path} is empty", f"Put the secret into the first line of `{what}`.")
    return line


def _no_token(reason: str) -> Trouble:
    advice = "Run the token command as the service's user; it has to print the access token and end with 0."
    return Trouble(f"There is no OAuth2 token: {reason}", advice, patient=True)
