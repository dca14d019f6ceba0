"""Clients that are slow, endless, greedy or sly: what they may not do, and that others are served meanwhile."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.ingest.doors.certificates import Certificates
from services.ingest.doors.smtp import Listener, LmtpSession
from shared.errors import InvalidConfiguration
from tests.unit.ingest.doors.mail_fakes import SALES, SUPPORT, Client, MemoryInbox, listening

MAIL = b"From: janez@kupec.example\r\nSubject: Zarnica\r\n\r\nNe sveti.\r\n"


@asynccontextmanager
async def client(door: Listener) -> AsyncIterator[Client]:
    made = await Client.connect(door)
    try:
        yield await made.greet()
    finally:
        made.close()


async def is_served(door: Listener, *, number: int = 1) -> bool:
    """Whether somebody else can hand a mail over right now."""
    async with client(door) as other:
        await other.begin_mail()
        answer = await other.say(MAIL.replace(b"Zarnica", b"Zarnica %d" % number) + b".")
        return answer.startswith("250 2.0.0")


async def test_client_that_sends_a_byte_now_and_then_is_cut_off_and_others_are_served() -> None:
    inbox = MemoryInbox()
    async with listening(inbox, data_seconds=0.3) as door, client(door) as slow:
        await slow.begin_mail()
        for byte in b"Subject: slowly":
            slow.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert await is_served(door)
        assert (await slow.answer()).startswith("421 4.4.2")
        assert await slow.gone()
    assert len(inbox.received) == 1, "half a mail is no mail"


async def test_silent_client_is_cut_off() -> None:
    async with listening(MemoryInbox(), idle_seconds=0.1) as door, client(door) as silent:
        assert (await silent.answer()).startswith("421")
        assert await silent.gone()


async def test_line_of_two_megabytes_is_taken_as_it_is() -> None:
    inbox = MemoryInbox()
    mail = b"Subject: one line\r\n\r\n" + b"x" * 2_000_000 + b"\r\n"
    async with listening(inbox) as door, client(door) as sender:
        await sender.begin_mail()
        assert (await sender.say(mail + b".")).startswith("250 2.0.0")
    assert inbox.bodies == [mail]


async def test_endless_line_is_refused_as_too_large_and_the_session_goes_on() -> None:
    inbox = MemoryInbox()
    async with listening(inbox, max_bytes=100_000) as door, client(door) as sender:
        await sender.begin_mail()
        for _ in range(40):
            sender.writer.write(b"x" * 10_000)
            await sender.writer.drain()
        assert (await sender.say(b"\r\n.")).startswith("552 5.3.4")
        await sender.begin_mail()
        assert (await sender.say(MAIL + b".")).startswith("250")
    assert inbox.bodies == [MAIL]


async def test_endless_command_is_refused() -> None:
    async with listening(MemoryInbox()) as door, client(door) as sender:
        assert (await sender.say(b"NOOP " + b"x" * 300_000)).startswith("500 5.5.2")
        assert (await sender.say("NOOP")).startswith("250")


async def test_ten_thousand_recipients_are_answered_and_the_first_hundred_get_the_mail() -> None:
    inbox = MemoryInbox()
    async with listening(inbox) as door, client(door) as greedy:
        assert (await greedy.say("MAIL FROM:<janez@kupec.example>")).startswith("250")
        greedy.writer.write(f"RCPT TO:<{SUPPORT}>\r\n".encode() * 10_000)
        answers = [await greedy.answer() for _ in range(10_000)]
        assert sum(one.startswith("250") for one in answers) == 100
        assert sum(one.startswith("452") for one in answers) == 9_900
        assert await is_served(door)
        assert (await greedy.say("DATA")).startswith("354")
        assert (await greedy.say(MAIL + b".")).startswith("250")
    assert len(inbox.received) == 2


async def test_guessing_of_addresses_ends_after_a_hundred() -> None:
    async with listening(MemoryInbox()) as door, client(door) as guesser:
        await guesser.say("MAIL FROM:<a@b.example>")
        for number in range(100):
            assert (await guesser.say(f"RCPT TO:<{number}@svetilka.example>")).startswith("550")
        await guesser.say("RCPT TO:<last@svetilka.example>")
        assert (await guesser.answer()).startswith("421")
        assert await guesser.gone()


async def test_thousands_of_commands_in_one_packet_whose_answers_nobody_reads_hold_nobody_up() -> None:
    async with listening(MemoryInbox(), idle_seconds=0.5) as door:
        abusers = [await Client.connect(door) for _ in range(5)]
        for one in abusers:
            one.writer.write(b"EHLO abuser.example\r\n" + b"RSET\r\n" * 20_000)
        assert await is_served(door)
        assert all([await one.gone() for one in abusers])
        assert await is_served(door)


async def test_bare_line_feeds_smuggle_no_second_mail() -> None:
    inbox = MemoryInbox()
    sly = (
        b"Subject: first\r\n\r\nhello\n.\nMAIL FROM:<boss@svetilka.example>\nRCPT TO:<support@svetilka.example>\n"
        b"DATA\nSubject: smuggled\n\nhello\n.\r\nand\r.\r\nmore\r\n"
    )
    async with listening(inbox) as door, client(door) as sender:
        await sender.begin_mail()
        assert (await sender.say(sly + b".")).startswith("250")
        assert (await sender.say("NOOP")).startswith("250"), "nothing of it was taken for commands"
    assert inbox.bodies == [sly]


@pytest.mark.parametrize("wait", [True, False])
async def test_dots_at_the_start_of_lines_come_out_as_they_were(wait: bool) -> None:
    inbox = MemoryInbox()
    async with listening(inbox) as door, client(door) as sender:
        await sender.begin_mail()
        for part in (b"..one\r\n", b"...two\r", b"\n", b"x" * 65_536, b"\r\n", b"..\r\n"):
            sender.writer.write(part)
            if wait:
                await sender.writer.drain()
                await asyncio.sleep(0)
        assert (await sender.say(b".")).startswith("250")
    assert inbox.bodies == [b".one\r\n..two\r\n" + b"x" * 65_536 + b"\r\n.\r\n"]


async def test_empty_mail_is_a_mail() -> None:
    inbox = MemoryInbox()
    async with listening(inbox) as door, client(door) as sender:
        await sender.begin_mail()
        assert (await sender.say(b".")).startswith("250")
    assert inbox.bodies == [b""]


async def test_nul_bytes_break_nothing() -> None:
    inbox = MemoryInbox()
    async with listening(inbox) as door, client(door) as sender:
        assert (await sender.say(b"NO\0OP")).startswith("5")
        assert (await sender.say(b"MAIL FROM:<a\0b@kupec.example>"))[0] in "25"
        await sender.say("RSET")
        await sender.begin_mail()
        assert (await sender.say(b"Subject: \0\r\n\r\n\0\0\r\n.")).startswith("250")
    assert inbox.bodies == [b"Subject: \0\r\n\r\n\0\0\r\n"]


async def test_client_that_leaves_without_quit_leaves_nothing_behind() -> None:
    inbox = MemoryInbox()
    async with listening(inbox, connections_per_address=2) as door:
        for number in range(6):
            rude = await (await Client.connect(door)).greet()
            await rude.begin_mail()
            rude.writer.write(b"Subject: half")
            rude.writer.transport.abort()
            await asyncio.sleep(0.05)
            assert await is_served(door, number=number)
    assert len(inbox.received) == 6


async def test_flood_of_connections_is_refused_and_who_is_in_is_served() -> None:
    async with listening(MemoryInbox(), connections_per_address=3) as door:
        inside = [await (await Client.connect(door)).greet() for _ in range(3)]
        outside = [await Client.connect(door) for _ in range(20)]
        answers = [await one.answer() for one in outside]
        assert all(answer.startswith("421 4.7.0") for answer in answers)
        await inside[0].begin_mail()
        assert (await inside[0].say(MAIL + b".")).startswith("250")
        for one in inside:
            assert (await one.say("QUIT")).startswith("221")
            assert await one.gone()
        assert await is_served(door), "places are free again"


async def test_mail_that_could_not_be_stored_is_asked_for_again() -> None:
    inbox = MemoryInbox()
    inbox.fails = 1
    async with listening(inbox) as door, client(door) as sender:
        await sender.begin_mail(SUPPORT, SALES)
        assert (await sender.say(MAIL + b".")).startswith("451")
        await sender.begin_mail(SUPPORT, SALES)
        assert (await sender.say(MAIL + b".")).startswith("250")
    assert sorted(one.account for one in inbox.received.values()) == [SALES, SUPPORT]


async def test_lmtp_answers_for_each_recipient() -> None:
    inbox = MemoryInbox()
    async with listening(inbox, kind=LmtpSession) as door:
        local = await Client.connect(door)
        assert (await local.answer()).startswith("220")
        assert (await local.say("LHLO mx")).startswith("250")
        await local.begin_mail(SUPPORT, SALES)
        local.writer.write(MAIL + b".\r\n")
        assert [(await local.answer())[:3] for _ in range(2)] == ["250", "250"]
        local.close()


def certificate(folder: Path, *, name: str = "mx") -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


async def _mail_after_starttls(folder: Path) -> None:
    chain, secret = certificate(folder)
    inbox = MemoryInbox()
    async with listening(inbox, certificates=Certificates(chain, secret)) as door, client(door) as sender:
        assert (await sender.say("MAIL FROM:<a@b.example>")).startswith("530"), "in the clear nothing is taken"
        # What was sent in the clear after STARTTLS must not count inside (CVE-2011-0411).
        assert (await sender.say("STARTTLS\r\nRSET\r\nNOOP")).startswith("220")
        trusting = ssl.create_default_context(cafile=str(chain))
        await sender.writer.start_tls(trusting, server_hostname="localhost")
        assert (await sender.say("EHLO client.example")).startswith("250")
        await sender.begin_mail()
        assert (await sender.say(MAIL + b".")).startswith("250")
    assert [one.envelope["tls"] for one in inbox.received.values()] == [True]


async def test_mail_is_taken_after_starttls(tmp_path: Path) -> None:
    await _mail_after_starttls(tmp_path)


def test_mail_is_taken_after_starttls_on_the_loop_that_services_run_on(tmp_path: Path) -> None:
    uvloop.run(_mail_after_starttls(tmp_path))


def test_renewed_certificate_is_used_without_a_restart(tmp_path: Path) -> None:
    chain, secret = certificate(tmp_path)
    certificates = Certificates(chain, secret)
    first = certificates.context()
    assert certificates.context() is first
    renewed, its_secret = certificate(tmp_path, name="renewed")
    chain.write_bytes(renewed.read_bytes())
    assert certificates.context() is first, "a certificate whose key is still missing is not used"
    secret.write_bytes(its_secret.read_bytes())
    assert certificates.context() is not first


def test_certificate_that_cannot_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="KARTICA_SMTP_TLS_CERTIFICATE"):
        Certificates(tmp_path / "none.pem", tmp_path / "none.key")
