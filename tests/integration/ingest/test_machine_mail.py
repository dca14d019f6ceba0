"""Delivery reports and loops on the real broker and database: told once, counted for good, nothing lost."""

from email.message import EmailMessage

from shared.events import BreakerChanged, DeliveryBounced, MessageSuppressed, TicketMessageAdded, TicketOpened
from shared.reply_token import ReplyTokens
from tests.integration.ingest.test_mail import FAST, letter, send
from tests.site import Site

ROBOT = "robot@loop.example"
REPORT = """From: MAILER-DAEMON@mx.kupec.example
To: support@svetilka.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <report@mx.kupec.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.kupec.example

Final-Recipient: rfc822; janez@kupec.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

Final-Recipient: rfc822; ana@kupec.example
Action: delayed
Status: 4.4.1

--b
Content-Type: message/rfc822

From: support@svetilka.example
To: janez@kupec.example
Message-ID: <{message_id}>

Lamp
--b--
"""


def robots(number: int, *, subject: str = "Lamp", **headers: str) -> EmailMessage:
    return letter(
        sender=ROBOT,
        subject=subject,
        message_id=f"<{number}@loop.example>",
        text=f"Thank you, we got your mail number {number} about the lamp.",
        **headers,
    )


async def test_report_is_told_once_per_recipient_with_the_ticket_of_the_mail(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, letter())
    (opened,) = await site.events(TicketOpened)
    tokens = ReplyTokens.parse(site.reply_keys)
    report = REPORT.format(message_id=f"{tokens.sign(opened.subject, 'janez@kupec.example')}@svetilka.example")
    for _ in range(2):
        assert (await send(ingest, report.encode(), sender=""))[0] == 250

    told = await site.events(DeliveryBounced, count=2)
    assert {(event.data.recipient, event.data.action, event.data.status) for event in told} == {
        ("janez@kupec.example", "failed", "5.1.1"),
        ("ana@kupec.example", "delayed", "4.4.1"),
    }
    assert {event.subject for event in told} == {opened.subject}
    (suppressed,) = await site.events(MessageSuppressed)
    assert suppressed.data.reason.endswith("tells of 2 recipients")
    assert await site.database("ingest").tickets.count_documents({}) == 1


async def test_loop_without_headers_opens_tickets_that_nobody_answers_and_survives_a_restart(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, robots(1), sender=ROBOT)
    await site.events(TicketOpened, count=1)
    await send(ingest, robots(2, subject="Re: Lamp"), sender=ROBOT)
    opened = await site.events(TicketOpened, count=2)
    assert sorted(event.machine for event in opened) == [False, True]
    await ingest.stop()

    again = await site.start("ingest", **FAST)
    await send(again, robots(3), sender=ROBOT)
    opened = await site.events(TicketOpened, count=3)
    assert sorted(event.machine for event in opened) == [False, True, True]
    (changed,) = await site.events(BreakerChanged)
    assert (changed.data.scope, changed.data.state) == ("thread", "open")
    assert ROBOT not in changed.model_dump_json()
    assert await site.database("ingest").breaker_hits.count_documents({}) == 1
    await site.measured(again, 'kartica_loops_suppressed_total{scope="thread"} 1.0')


async def test_robot_that_answers_in_a_ticket_is_kept_but_stops_waking_it(site: Site) -> None:
    ingest = await site.start("ingest", **FAST, wakes_per_ticket=3)
    for number in range(1, 6):
        follows = {} if number == 1 else {"In_Reply_To": "<1@loop.example>"}
        await send(ingest, robots(number, **follows), sender=ROBOT)
        await site.events(TicketOpened, count=1)
        if number > 1:
            await site.events(TicketMessageAdded, count=number - 1)
    added = await site.events(TicketMessageAdded, count=4)
    assert sorted(event.machine for event in added) == [False, False, True, True]
    (changed,) = await site.events(BreakerChanged)
    assert (changed.data.scope, changed.data.key) == ("ticket", added[0].subject)
