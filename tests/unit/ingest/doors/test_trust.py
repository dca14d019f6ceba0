"""Whose verdicts on a mail are believed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.doors.configuration import Trust
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.doors.trust import judged
from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from shared.reply_token import ReplyTokens
from tests.unit.ingest.doors.mail_fakes import SUPPORT

OURS = Trust(authserv_ids=("mx.svetilka.example",), quarantine_above=5)
PASSED = "Authentication-Results: mx.svetilka.example; dmarc=pass (p=NONE) header.from=kupec.example"


def mail(*fields: str, sender: str = "From: Janez <janez@kupec.example>") -> bytes:
    return "\r\n".join([*fields, sender, "Subject: Svetilka", "", "Ne sveti.", ""]).encode()


@pytest.mark.parametrize(
    ("fields", "authenticated"),
    [
        ([PASSED], True),
        (["Authentication-Results: MX.svetilka.example 1; spf=fail; dkim=pass header.d=kupec.example"], True),
        (["Authentication-Results: mx.svetilka.example; dkim=pass header.i=@kupec.example"], True),
        (["Authentication-Results: mx.svetilka.example;\r\n dkim=fail; dkim=pass\r\n\theader.d=kupec.example"], True),
        (["Authentication-Results: mx.svetilka.example; dkim=pass header.d=mailer.example"], False),
        (["Authentication-Results: mx.svetilka.example; dkim=pass header.d=upec.example"], False),
        (["Authentication-Results: mx.svetilka.example; dkim=pass header.d=example"], False),
        (["Authentication-Results: mx.svetilka.example; spf=pass smtp.mailfrom=kupec.example"], False),
        (["Authentication-Results: mx.svetilka.example; dmarc=pass header.from=bank.example"], False),
        (["Authentication-Results: mx.svetilka.example; dmarc=fail (dmarc=pass) header.from=kupec.example"], False),
        (['Authentication-Results: mx.svetilka.example; dmarc=fail reason="; dmarc=pass"'], False),
        (["Authentication-Results: mx.svetilka.example; none"], False),
        ([PASSED.replace("mx.svetilka.example", "mx.svetilka.example.evil.example")], None),
        (["Authentication-Results: dmarc=pass header.from=kupec.example"], None),
        (["X-Authentication-Results: mx.svetilka.example; dmarc=pass"], None),
        (["Authentication-Results: mx.svetilka.example; dmarc=fail", PASSED], False),
        (["Authentication-Results: other.example; dmarc=fail", PASSED], True),
        ([], None),
    ],
)
def test_only_our_own_server_tells_who_a_sender_is(fields: list[str], authenticated: bool | None) -> None:
    assert judged(mail(*fields), OURS)[0] is authenticated


def test_two_senders_prove_nobody() -> None:
    assert judged(mail(PASSED, sender="From: a@kupec.example, b@bank.example"), OURS)[0] is False
    assert judged(mail(PASSED, "From: b@bank.example"), OURS)[0] is False


def test_server_that_writes_no_id_is_believed_in_the_uppermost_field_only() -> None:
    microsoft = Trust(authserv_ids=("-",))
    field = (
        "Authentication-Results: spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=kupec.example; dmarc=pass action=none"
    )
    assert judged(mail(field), microsoft)[0] is True
    assert judged(mail("Authentication-Results: evil.example; spf=fail", field), microsoft)[0] is None


@pytest.mark.parametrize(
    ("field", "held"),
    [
        ("X-Spam-Flag: YES", True),
        ("X-Spam-Flag: NO", False),
        ("X-Spam-Status: Yes, score=7.1 required=5.0 tests=A,B", True),
        ("X-Spam-Status: No, score=4.9 required=5.0", False),
        ("X-Spam-Status: No, score=5.1 required=9.0", True),
        ("X-Spam-Score: 12.5", True),
        ("X-Spam-Score: -0.8 (/)", False),
        ("X-Spamd-Result: default: False [9.20 / 15.00];\r\n\tBAYES_SPAM(3)", True),
        ("X-MS-Exchange-Organization-SCL: 6", True),
        ("X-MS-Exchange-Organization-SCL: -1", False),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;CTRY:;SCL:9;SRV:;", True),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;CTRY:;SCL:1;SRV:;", False),
        ("X-Other-Filter: YES", False),
    ],
)
def test_spam_is_what_our_own_servers_filter_says(field: str, held: bool) -> None:
    spam = judged(mail(PASSED, field), OURS)[1]
    assert bool(spam and spam.quarantine) is held
    assert judged(mail(field), OURS)[1] is None, "without a trace of our server, anybody may have written it"


def test_failed_dmarc_holds_back_where_it_is_configured() -> None:
    failed = mail("Authentication-Results: mx.svetilka.example; dmarc=fail header.from=kupec.example")
    assert judged(failed, OURS)[1] is None
    spam = judged(failed, OURS.model_copy(update={"quarantine_failed_dmarc": True}))[1]
    assert spam is not None
    assert (spam.quarantine, spam.because) == (True, "DMARC failed")


def test_reader_marks_a_proven_sender_and_nobody_else() -> None:
    reader = Mailboxes((), trust=OURS).trusting(MailReader(ReplyTokens.parse("a:" + "0" * 32), frozenset(), ()))

    def read(raw: bytes) -> tuple[bool, bool | None]:
        received = Received("email", SUPPORT, "k", raw, "message/rfc822", datetime(2026, 11, 22, tzinfo=UTC))
        message = reader.read(received)
        return message.sender.verified, message.authenticated

    assert read(mail(PASSED)) == (True, True)
    assert read(mail()) == (False, None)
    assert read(mail(PASSED.replace("pass", "fail"))) == (False, False)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Authentication-Results", "X-Spam-Status", "X-Spam-Score", "From"]),
            st.text(alphabet=st.sampled_from('mx.svetilka.example;=() "\\0129dkimpassdmarc\r\n\té'), max_size=120),
        ),
        max_size=6,
    )
)
def test_no_field_breaks_the_judgement(fields: list[tuple[str, str]]) -> None:
    raw = "\r\n".join(f"{name}: {value}" for name, value in fields).encode()
    judged(raw, OURS)
    judged(raw, Trust(authserv_ids=("-",)))
