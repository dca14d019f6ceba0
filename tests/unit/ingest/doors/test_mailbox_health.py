"""How a mailbox is shown, by what is kept about it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.ingest import configuration
from services.ingest.doors.configuration import Imap, Mailbox, MailWebhookSecrets, Token
from services.ingest.doors.health import mailbox_view
from services.ingest.doors.notices import not_fetched, too_large
from shared.errors import InvalidConfiguration
from tests.unit.ingest.doors.mail_fakes import SUPPORT

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
IMAP = Imap(host="imap.example", user="support")


def state(kept: dict[str, Any], imap: Imap | None = IMAP) -> str:
    shown: str = mailbox_view(Mailbox(address=SUPPORT, imap=imap), kept, now=NOW)["state"]
    return shown


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_mailbox_is_what_happened_last() -> None:
    assert state({}) == "never"
    assert state({"last_success_at": ago(minutes=1)}) == "ok"
    assert state({"last_success_at": ago(minutes=2), "last_error_at": ago(minutes=1)}) == "failing"
    assert state({"last_success_at": ago(minutes=1), "last_error_at": ago(minutes=2)}) == "ok"
    assert state({"last_error_at": ago(minutes=2)}) == "failing"
    assert state({}, IMAP.model_copy(update={"enabled": False})) == "disabled"


def test_fetched_mailbox_that_nobody_looks_into_is_failing_and_a_quiet_listener_is_not() -> None:
    kept = {"last_success_at": ago(hours=1)}
    assert state(kept) == "failing"
    assert state(kept, None) == "ok"


def test_failing_mailbox_says_what_to_do() -> None:
    kept = {"last_error_at": ago(minutes=1), "last_error": "The server refused", "advice": "Check the password."}
    shown = mailbox_view(Mailbox(address=SUPPORT, imap=IMAP), kept, now=NOW)
    assert (shown["error"], shown["advice"]) == ("The server refused", "Check the password.")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"auth": "oauth2"}, "go together"),
        ({"token": {"file": "/run/token"}}, "go together"),
        ({"after": "move"}, "go together"),
        ({"after": "move", "move_to": "INBOX"}, "go round"),
        ({"password": "in the open"}, "password"),
    ],
)
def test_mailbox_that_cannot_be_fetched_as_configured_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Imap(host="imap.example", user="support", **wrong)


def test_token_comes_from_one_place() -> None:
    with pytest.raises(ValidationError, match="either"):
        Token()
    with pytest.raises(ValidationError, match="give signing_key"):
        MailWebhookSecrets()


def test_ports_are_the_usual_ones() -> None:
    assert IMAP.at == ("imap.example", 993)
    assert IMAP.model_copy(update={"tls": "starttls"}).at == ("imap.example", 143)


HEAD = (
    b"From: a@b.example\r\nSubject: long\r\n line\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\n"
    b"MIME-Version: 1.0\r\nMessage-ID: <1@b.example>\r\n\r\n"
)


def test_notice_keeps_the_head_and_says_where_the_mail_is() -> None:
    notice, key = too_large(HEAD, size=30_000_000, limit=25_000_000, where="folder INBOX, UID 7")
    head, _, text = notice.partition(b"\r\n\r\n")
    assert head.count(b"Content-Type") == 1
    assert b"Subject: long\r\n line\r\nMessage-ID: <1@b.example>\r\n" in head
    assert b"folder INBOX, UID 7" in text
    assert too_large(HEAD, size=30_000_000, limit=1, where="elsewhere")[1] == key, "the same mail has the same key"


def test_notice_of_a_mail_without_head_is_still_a_mail() -> None:
    notice, _ = not_fetched(b"", reason="it was tried 3 times", where="folder INBOX, UID 7", place="INBOX 1 7")
    assert notice.startswith(b"Subject: A mail that could not be fetched\r\n")


def test_head_of_one_endless_line_costs_no_time() -> None:
    assert too_large(b"x" * 250_000, size=1, limit=0, where="here")[0].startswith(b"MIME-Version")


CHANNELS = """
languages: [en]
mailboxes:
  - address: support@svetilka.example
    imap:
      host: imap.svetilka.example
      user: support
      auth: oauth2
      token: { command: [/usr/local/bin/token, support] }
      folders: [INBOX, Junk]
      after: move
      move_to: Done
    trust: { authserv_ids: [MX.svetilka.example], quarantine_above: 6 }
    same_mail: ticket_each
mail_webhooks:
  mailgun: { provider: mailgun, otherwise: support@svetilka.example }
"""


def test_file_says_all_of_a_mailbox(tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text(CHANNELS)
    (mailbox,) = configuration.read(tmp_path).mailboxes
    assert mailbox.imap is not None
    assert (mailbox.imap.folders, mailbox.imap.move_to) == (("INBOX", "Junk"), "Done")
    assert mailbox.trust is not None
    assert mailbox.trust.authserv_ids == ("mx.svetilka.example",)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("after: move", "after: burn", "channels.yaml:11: "),
        ("host: imap", "hosts: imap", "channels.yaml:6: "),
        ("otherwise: support", "otherwise: nobody", "mail_webhooks.mailgun.otherwise"),
    ],
)
def test_mistake_in_the_file_is_named_with_its_line(right: str, wrong: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text(CHANNELS.replace(right, wrong))
    with pytest.raises(InvalidConfiguration, match=told):
        configuration.read(tmp_path)
