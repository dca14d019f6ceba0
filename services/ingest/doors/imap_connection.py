"""One IMAP connection (RFC 3501, with IDLE of RFC 2177): blocking, so that a thread runs each of its steps."""

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from services.ingest.doors.configuration import Imap
from services.ingest.doors.trouble import Lost, Odd, Trouble, said, unreachable

CONNECT_SECONDS = 15.0
WINDOW = 500
"""Mails that are listed at a time; commands must stay below 8000 bytes (RFC 7162, section 4)."""
MAX_HEAD = 256 * 1024
GONE = (IMAPClientAbortError, OSError, EOFError)


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as the server showed it when it was opened."""

    uidvalidity: int
    uidnext: int
    count: int


class ImapConnection:
    """Every method raises `Trouble` when the connection is of no more use; only `whole` and `head` say more."""

    def __init__(self, imap: Imap) -> None:
        self._imap = imap
        self._client: Any = None

    def open(self, secret: str) -> None:
        """Connects and signs in."""
        host, port = self._imap.at
        try:
            context = ssl.create_default_context(cafile=self._imap.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise Trouble(f"ca_file {self._imap.ca_file} can't be used: {said(error)}", "Check `ca_file`.") from error
        try:
            timeout = SocketTimeout(connect=CONNECT_SECONDS, read=self._imap.timeout_seconds)
            implicit = self._imap.tls == "implicit"
            self._client = IMAPClient(
                host, port, ssl=implicit, ssl_context=context if implicit else None, timeout=timeout
            )
            self._client.normalise_times = False  # times keep their zones
            if self._imap.tls == "starttls":
                self._client.starttls(context)
        except (*GONE, IMAPClientError) as error:
            raise unreachable(host, port, error) from error
        self._sign_in(secret)

    def _sign_in(self, secret: str) -> None:
        user = self._imap.user
        try:
            if self._imap.auth == "password":
                self._client.login(user, secret)
            elif self._client.has_capability("AUTH=OAUTHBEARER") and not self._client.has_capability("AUTH=XOAUTH2"):
                host, port = self._imap.at
                said_by_us = f"n,a={user},\1host={host}\1port={port}\1auth=Bearer {secret}\1\1"
                self._client.sasl_login("OAUTHBEARER", _once(said_by_us, then="\1"))
            else:
                self._client.sasl_login("XOAUTH2", _once(f"user={user}\1auth=Bearer {secret}\1\1", then=""))
        except GONE as error:
            raise unreachable(*self._imap.at, error) from error
        except (LoginError, IMAPClientError) as error:
            raise LoginRefused(user, error, is_token=self._imap.auth == "oauth2") from error

    def select(self, folder: str) -> Selected:
        try:
            shown: Mapping[bytes, Any] = self._client.select_folder(folder, readonly=self._imap.after == "keep")
            uidnext = shown.get(b"UIDNEXT")
            if uidnext is None:
                uidnext = self._client.folder_status(folder, ["UIDNEXT"]).get(b"UIDNEXT", 1)
            return Selected(int(shown.get(b"UIDVALIDITY", 0)), int(uidnext), int(shown.get(b"EXISTS", 0)))
        except GONE as error:
            raise self._broken(error) from error
        except (IMAPClientError, ValueError, TypeError) as error:
            raise Trouble(
                f"The folder {folder} can't be opened: {said(error)}",
                "Check `folders` (names as the server shows them) and the user's rights.",
            ) from error

    def above(self, uid: int) -> list[int]:
        """The UIDs above `uid` of mails that are not deleted, the lowest first."""
        return self._found(["UNDELETED", "UID", f"{uid + 1}:*"], above=uid)

    def all(self, selected: Selected, *, unseen: bool, since: datetime | None) -> list[int]:
        """The UIDs of the folder's mails that are not deleted; of the `unseen` ones, or those that came in since.

        Read mail by mail: a search would tell them all in one line, and lines have their limits.
        """
        found: list[int] = []
        self._client.use_uid = False
        try:
            for first in range(1, selected.count + 1, WINDOW):
                places = range(first, min(first + WINDOW, selected.count + 1))
                shown = self._client.fetch(list(places), ["UID", "FLAGS", "INTERNALDATE"])
                found += [int(mail[b"UID"]) for mail in shown.values() if _counts(mail, unseen=unseen, since=since)]
        except GONE as error:
            raise self._broken(error) from error
        except Exception as error:
            raise self._strange(error) from error
        finally:
            self._client.use_uid = True
        return sorted(found)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The sizes in bytes, as the server counts them; mails that are gone are missing."""
        try:
            shown = self._client.fetch(list(uids), ["RFC822.SIZE"])
            return {uid: int(shown[uid][b"RFC822.SIZE"]) for uid in uids if b"RFC822.SIZE" in shown.get(uid, {})}
        except GONE as error:
            raise self._broken(error) from error
        except Exception as error:
            raise self._strange(error) from error

    def whole(self, uid: int) -> bytes | None:
        """The raw mail; None when it is gone. `Odd` when only this one can't be had, `Lost` when all is lost."""
        return self._body(uid, "BODY.PEEK[]", b"BODY[]")

    def head(self, uid: int) -> bytes | None:
        """The head of the mail alone; None when it is gone."""
        content = self._body(uid, "BODY.PEEK[HEADER]", b"BODY[HEADER]")
        return None if content is None else content[:MAX_HEAD]

    def settle(self, uids: Sequence[int]) -> str | None:
        """What is to happen to mails that are stored; None, or why it could not be done."""
        try:
            match self._imap.after:
                case "seen":
                    self._client.add_flags(list(uids), [b"\\Seen"], silent=True)
                case "delete":
                    self._delete(uids)
                case "move":
                    self._move(uids, str(self._imap.move_to))
                case "keep":
                    pass
        except GONE as error:
            raise self._broken(error) from error
        except IMAPClientError as error:
            return f"stored, but the server refused `after: {self._imap.after}`: {said(error)}"
        return None

    @property
    def can_idle(self) -> bool:
        return bool(self._imap.idle and self._client.has_capability("IDLE"))

    def begin_idle(self) -> bool:
        """Whether the server took IDLE, and something may come on `fileno`; with news at once, it is left again."""
        try:
            self._client.idle()
        except GONE as error:
            raise self._broken(error) from error
        except IMAPClientError:
            return False  # announced, and refused: then we look from time to time
        try:
            if self._client.idle_check(timeout=0):
                self.end_idle()
                return False
        except (*GONE, IMAPClientError) as error:
            raise self._broken(error) from error
        return True

    def end_idle(self) -> None:
        try:
            self._client.idle_done()
        except (*GONE, IMAPClientError, ValueError) as error:
            raise self._broken(error) from error

    def fileno(self) -> int:
        return int(self._client.socket().fileno())

    def close(self) -> None:
        """Gives the socket back."""
        if self._client is not None:
            with suppress(Exception):
                self._client.shutdown()

    def abort(self) -> None:
        """Cuts the connection, from another thread too: whoever waits for the server wakes up with an error."""
        client = self._client
        if client is not None:
            with suppress(Exception):
                client.socket().shutdown(socket.SHUT_RDWR)

    def _found(self, criteria: list[Any], *, above: int) -> list[int]:
        try:
            # "n:*" names the last mail even where its UID is lower than n.
            return sorted(uid for uid in self._client.search(criteria) if uid > above)
        except GONE as error:
            raise self._broken(error) from error
        except (IMAPClientError, ValueError) as error:
            raise self._strange(error) from error

    def _body(self, uid: int, wanted: str, named: bytes) -> bytes | None:
        try:
            shown = self._client.fetch([uid], [wanted])
        except GONE as error:
            raise Lost(uid, error) from error
        except Exception as error:  # NO, BAD, or an answer that nobody can parse: another mail may be well
            raise Odd(said(error)) from error
        if uid not in shown:
            return None
        content = shown[uid].get(named)
        if not isinstance(content, bytes):
            raise Odd("the server gave no content")
        return content

    def _delete(self, uids: Sequence[int]) -> None:
        self._client.add_flags(list(uids), [b"\\Deleted"], silent=True)
        if self._client.has_capability("UIDPLUS"):  # without it, others' deleted mails would go as well
            self._client.uid_expunge(list(uids))

    def _move(self, uids: Sequence[int], folder: str) -> None:
        if self._client.has_capability("MOVE"):
            self._client.move(list(uids), folder)
            return
        self._client.copy(list(uids), folder)
        self._delete(uids)

    def _broken(self, error: BaseException) -> Trouble:
        return Trouble(f"The connection broke: {said(error)}", "Nothing, if it passes; else ask the mail server's log.")

    def _strange(self, error: BaseException) -> Trouble:
        return Trouble(f"The server answered strangely: {said(error)}", "Look at the mail server's log.")


class LoginRefused(Trouble):
    """The server does not let the user in with this secret."""

    def __init__(self, user: str, error: BaseException, *, is_token: bool) -> None:
        what = "the OAuth2 token and the consent that it rests on" if is_token else "the user and the password"
        super().__init__(f"The server refused the sign-in of {user}: {said(error)}", f"Check {what}.", patient=True)


def _counts(mail: Mapping[bytes, Any], *, unseen: bool, since: datetime | None) -> bool:
    flags = mail.get(b"FLAGS", ())
    if b"UID" not in mail or b"\\Deleted" in flags:
        return False
    came = mail.get(b"INTERNALDATE")
    if since is not None and isinstance(came, datetime):
        aware = came if came.tzinfo else came.replace(tzinfo=UTC)
        return b"\\Seen" not in flags or aware >= since
    return not unseen or b"\\Seen" not in flags


def _once(answer: str, *, then: str) -> Any:
    """A SASL mechanism with one message; what the server asks after it is an error, which `then` acknowledges."""
    answers = [answer]
    return lambda challenge: answers.pop() if answers else then
