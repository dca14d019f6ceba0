"""Mail over SMTP and LMTP, on the real broker and database: each input gets exactly one outcome."""

import asyncio
import base64
import hashlib
import smtplib
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from shared.commands import TicketReply, TicketReplyData
from shared.events import MessageSuppressed, TicketMessageAdded, TicketOpened, TicketStatusChanged
from tests.site import Running, Site, command_key

SUPPORT = "support@svetilka.example"
CUSTOMER = "janez@kupec.example"
FAST = {"smtp_port": 0, "inbox_lease_seconds": 0.5}


def letter(
    *,
    text: str = "Moja svetilka utripa od včeraj. Kaj naj naredim?",
    sender: str = f"Janez Novak <{CUSTOMER}>",
    to: str = SUPPORT,
    subject: str = "Svetilka utripa",
    message_id: str | None = "<first@kupec.example>",
    **headers: str,
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    if message_id:
        mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


async def send(
    ingest: Running, raw: bytes | EmailMessage, *, to: list[str] | None = None, sender: str = CUSTOMER
) -> tuple[int, bytes]:
    """Sends over SMTP; the answer to the end of the data."""

    def session() -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", ingest.app.state.smtp.port, timeout=10) as client:
            client.ehlo()
            client.mail(sender)
            for address in to or [SUPPORT]:
                code, answer = client.rcpt(address)
                if code != 250:
                    return code, answer
            return client.data(raw if isinstance(raw, bytes) else raw.as_bytes(policy=SMTP))

    return await asyncio.to_thread(session)


async def outcome(ingest: Running, site: Site, answer: bytes) -> dict[str, Any]:
    """The ledger's entry of the input that the answer names, as soon as it has an outcome."""
    input = answer.decode().split()[1]

    async def decided() -> dict[str, Any] | None:
        response = await ingest.client.get("/ledger", params={"input": input}, headers=site.bearer("agent"))
        entry: dict[str, Any] = response.json()["inputs"][0]
        return entry if entry["state"] != "pending" else None

    entry: dict[str, Any] = await site.eventually(decided, what=f"outcome of {input}")
    return entry


async def test_mail_opens_a_ticket_with_number_text_language_and_attachment(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    mail = letter(text="Živjo, žarnica ne sveti več. Prosim, pošljite mi novo.\n")
    pdf = b"%PDF-1.4 a bill"
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="račun št. 1.pdf")

    code, answer = await send(ingest, mail)

    assert code == 250
    (event,) = await site.events(TicketOpened)
    assert event.data.number == "K-1000017"
    assert (event.data.channel, event.data.mailbox, event.data.language) == ("email", SUPPORT, "sl")
    assert event.data.requester.email == CUSTOMER
    assert event.data.requester.name == "Janez Novak"
    assert event.data.message.text.startswith("Živjo, žarnica")
    assert event.data.message.mail is not None
    assert event.data.message.mail.message_id == "<first@kupec.example>"
    (attachment,) = event.data.message.attachments
    assert (attachment.id, attachment.name) == (hashlib.sha256(pdf).hexdigest(), "račun št. 1.pdf")
    download = await ingest.client.get(f"/attachments/{attachment.id}", headers=site.bearer("agent"))
    assert download.content == pdf
    assert download.headers["content-disposition"].startswith("attachment;")
    assert download.headers["x-content-type-options"] == "nosniff"
    assert (await outcome(ingest, site, answer))["state"] == "opened"


async def test_slovene_mail_in_iso_8859_2_is_read_and_its_quote_left_out(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    body = "Račun je napačen, prosim za popravek.\n\nDne 19. 11. 2026 ob 10:00 je Podpora napisal(a):\n> Pozdravljeni\n"
    raw = (
        f"From: =?iso-8859-2?Q?=8Aime?= <{CUSTOMER}>\r\nTo: {SUPPORT}\r\n"
        + "Subject: =?ISO-8859-2?B?{}?=\r\n".format(base64.b64encode("Napačen račun".encode("iso-8859-2")).decode())
        + "Message-ID: <latin2@kupec.example>\r\nIn-Reply-To: <old@elsewhere.example>\r\nMIME-Version: 1.0\r\n"
        + "Content-Type: text/plain; charset=ISO-8859-2\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode() + body.encode("iso-8859-2")

    await send(ingest, raw)

    (event,) = await site.events(TicketOpened)
    assert event.data.title == "Napačen račun"
    assert event.data.message.text == "Račun je napačen, prosim za popravek."
    assert event.data.message.trimmed
    assert event.data.requester.name == "Šime"


async def test_same_mail_twice_is_one_ticket(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    _, first = await send(ingest, letter())
    _, second = await send(ingest, letter(Received="from elsewhere by relay"))

    assert first.split()[1] == second.split()[1]
    assert b"already" in second
    assert (await outcome(ingest, site, second))["number"] == "K-1000017"
    assert await site.database("ingest").tickets.count_documents({}) == 1
    assert await site.database("ingest").inputs.count_documents({}) == 1


async def test_same_message_id_with_other_content_is_another_message(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, letter())
    await send(ingest, letter(text="Povsem druga zadeva: kje je moje naročilo?"))

    events = await site.events(TicketOpened, count=2)
    assert len({event.subject for event in events}) == 2


async def test_answer_with_reply_token_joins_and_wakes_the_ticket(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, letter())
    (opened,) = await site.events(TicketOpened)
    command = TicketReply.asked(
        key=command_key(),
        source="test",
        time=datetime.now(UTC),
        subject=opened.subject,
        data=TicketReplyData(agent="ana", text="Ali je vtič trdno vstavljen?", status="pending_customer"),
    )
    await site.command(command)
    await site.events(TicketStatusChanged, subject=opened.subject)
    token = site.reply_tokens.sign(opened.subject, CUSTOMER)

    to = f"support+{token}@svetilka.example"
    await send(ingest, letter(to=to, text="Ja, je.", message_id="<second@kupec.example>", subject="Re: x"), to=[to])

    added = await site.events(TicketMessageAdded, subject=opened.subject, count=2)
    changed = await site.events(TicketStatusChanged, subject=opened.subject, count=2)
    assert [event.data.message.text for event in added] == ["Ali je vtič trdno vstavljen?", "Ja, je."]
    assert not added[1].data.message.unverified_sender
    assert [event.data.status for event in changed] == ["pending_customer", "open"]
    assert [event.ticketversion for event in (opened, added[0], changed[0], added[1], changed[1])] == [1, 2, 3, 4, 5]


async def test_answers_find_the_ticket_by_message_id_and_a_stranger_is_flagged(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    _, answer = await send(ingest, letter())
    await outcome(ingest, site, answer)
    reply = letter(text="Še nekaj.", message_id="<b@kupec.example>", In_Reply_To="<first@kupec.example>")
    await send(ingest, reply)
    stranger = letter(
        sender="tujec@drugje.example",
        text="Jaz tudi.",
        message_id="<c@drugje.example>",
        References="<first@kupec.example> <b@kupec.example>",
    )
    await send(ingest, stranger)

    added = await site.events(TicketMessageAdded, count=2)
    flagged = {event.data.message.text: event.data.message.unverified_sender for event in added}
    assert flagged == {"Še nekaj.": False, "Jaz tudi.": True}
    (ticket,) = await site.database("ingest").tickets.find({}).to_list(None)
    assert ticket["requester"]["email"] == CUSTOMER
    assert ticket["participants"] == [CUSTOMER]


async def test_answer_that_comes_before_what_it_answers_ends_in_the_same_ticket(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    early = letter(text="In še slika.", message_id="<b@kupec.example>", In_Reply_To="<first@kupec.example>")
    _, answer = await send(ingest, early)
    await outcome(ingest, site, answer)
    _, answer = await send(ingest, letter())

    assert (await outcome(ingest, site, answer))["state"] == "joined"
    assert await site.database("ingest").tickets.count_documents({}) == 1


async def test_mail_to_a_closed_ticket_opens_one_linked_ticket(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, letter())
    (opened,) = await site.events(TicketOpened)
    closed = await ingest.client.post(
        f"/tickets/{opened.subject}/status",
        json={"status": "closed", "reason": "done"},
        headers={**site.bearer("agent"), "Idempotency-Key": command_key()},
    )
    assert closed.json()["status"] == "closed"

    cites = {"In_Reply_To": "<first@kupec.example>"}
    one, two = await asyncio.gather(
        send(ingest, letter(text="Spet utripa.", message_id="<b@kupec.example>", **cites)),
        send(ingest, letter(text="Se slišimo?", message_id="<c@kupec.example>", **cites)),
    )

    states = sorted([(await outcome(ingest, site, answer))["state"] for _, answer in (one, two)])
    assert states == ["joined", "opened"]
    follow_up = (await site.events(TicketOpened, count=2))[1]
    assert follow_up.data.follows == opened.subject


async def test_delivery_report_is_suppressed_and_visible_in_the_ledger(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    raw = (
        b"From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: support@svetilka.example\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <dsn@mx.example>\r\nMIME-Version: 1.0\r\n"
        b"Auto-Submitted: auto-replied\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
    )

    _, answer = await send(ingest, raw, sender="<>")

    (event,) = await site.events(MessageSuppressed)
    assert event.data.reason.startswith("bounce")
    assert event.subject == answer.decode().split()[1]
    ledger = await ingest.client.get("/ledger", params={"message_id": "<dsn@mx.example>"}, headers=site.bearer("admin"))
    assert [entry["state"] for entry in ledger.json()["inputs"]] == ["suppressed"]
    assert await site.database("ingest").tickets.count_documents({}) == 0


async def test_out_of_office_reply_joins_without_waking_the_ticket(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, letter())
    (opened,) = await site.events(TicketOpened)
    headers = {**site.bearer("agent"), "Idempotency-Key": command_key()}
    wanted = {"status": "resolved", "reason": "fixed"}
    await ingest.client.post(f"/tickets/{opened.subject}/status", json=wanted, headers=headers)

    absence = letter(
        subject="Odsoten: Svetilka utripa",
        text="Nisem v pisarni.",
        message_id="<ooo@kupec.example>",
        In_Reply_To="<first@kupec.example>",
        Auto_Submitted="auto-replied",
    )
    await send(ingest, absence)

    (added,) = await site.events(TicketMessageAdded)
    assert added.machine
    shown = await ingest.client.get(f"/tickets/{opened.subject}", headers=site.bearer("agent"))
    assert shown.json()["status"] == "resolved"


async def test_bytes_that_are_no_mail_open_a_ticket_with_the_raw_input_attached(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    raw = b"\xff\xfe\x00garbage without any header\r\n" * 3

    code, _ = await send(ingest, raw)

    assert code == 250
    (event,) = await site.events(TicketOpened)
    assert event.machine
    assert "could not be read" in event.data.message.text
    (attachment,) = event.data.message.attachments
    stored = await ingest.client.get(f"/attachments/{attachment.id}", headers=site.bearer("agent"))
    assert b"garbage without any header" in stored.content


async def test_mail_larger_than_a_document_is_kept_whole(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    mail, picture = letter(), bytes(range(256)) * 70_000
    mail.add_attachment(picture, maintype="image", subtype="png", filename="velika.png")

    code, answer = await send(ingest, mail)

    assert code == 250, answer
    (event,) = await site.events(TicketOpened, timeout=30)
    assert event.data.message.attachments[0].size == len(picture)


async def test_listener_refuses_with_words_that_tell_what_to_do(site: Site) -> None:
    ingest = await site.start("ingest", max_message_bytes=64 * 1024, max_recipients=2, **FAST)

    code, text = await send(ingest, letter(), to=["nobody@svetilka.example"])
    assert (code, text[:5]) == (550, b"5.1.1")
    code, text = await send(ingest, letter(text="x" * 70 + "\n" + ("y" * 70 + "\n") * 1000))
    assert (code, text[:5]) == (552, b"5.3.4")
    many = [SUPPORT, "podpora@svetilka.example", "sales@svetilka.example"]
    code, text = await send(ingest, letter(), to=many)
    assert (code, text[:5]) == (452, b"4.5.3")
    assert await site.database("ingest").inputs.count_documents({}) == 0


async def test_command_that_the_library_breaks_on_is_answered_without_its_inside(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)

    def session() -> list[bytes]:
        with socket.create_connection(("127.0.0.1", ingest.app.state.smtp.port), timeout=10) as client:
            lines = client.makefile("rb")
            lines.readline()
            client.sendall(b"HELO x\r\nMAIL FROM:<a@kupec.example>\r\nRCPT TO:<\r\nQUIT\r\n")
            return lines.readlines()

    answers = await asyncio.to_thread(session)
    assert answers[2].startswith(b"500 5.5.2")
    assert b"Error" not in answers[2]
    assert answers[3].startswith(b"221")


async def test_listener_asks_to_come_again_while_the_database_is_away(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await ingest.service.mongo.close()

    code, _ = await send(ingest, letter())

    assert code == 451


async def test_lmtp_answers_for_each_recipient(site: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ingest = await site.start("ingest", lmtp_port=port, **FAST)

    def session() -> list[tuple[int, bytes]]:
        with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
            client.ehlo_or_helo_if_needed()
            client.mail(CUSTOMER)
            client.rcpt(SUPPORT)
            client.rcpt("sales@svetilka.example")
            return [client.data(letter().as_bytes(policy=SMTP)), client.getreply()]

    answers = await asyncio.to_thread(session)

    assert [code for code, _ in answers] == [250, 250]
    entries = [await outcome(ingest, site, text) for _, text in answers]
    assert [entry["account"] for entry in entries] == [SUPPORT, "sales@svetilka.example"]
    assert {entry["state"] for entry in entries} == {"opened", "joined"}, "one mail is one ticket"


async def test_bytes_beyond_ascii_in_the_envelope_are_no_reason_to_refuse(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    reader, writer = await asyncio.open_connection("127.0.0.1", ingest.app.state.smtp.port)
    answers = [await reader.readline()]
    for line in (b"HELO \xffx", b"MAIL FROM:<\xe8\xb9@x.example>", b"RCPT TO:<support+\xff@svetilka.example>", b"DATA"):
        writer.write(line + b"\r\n")
        answers.append(await reader.readline())
    writer.write(b"From: \xe8\xb9@x.example\r\nSubject: \xb9\r\n\r\nx\r\n.\r\n")
    answers.append(await reader.readline())
    writer.close()

    assert [answer[:3] for answer in answers] == [b"220", b"250", b"250", b"250", b"354", b"250"]
    await site.events(TicketOpened)
