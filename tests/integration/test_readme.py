"""The first ticket of README.md becomes what the README says."""

import asyncio
import re
import smtplib
from pathlib import Path

from shared.events import SlaChanged, TicketAssigned, TicketClassified, TicketOpened
from tests.site import Site

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
HOUR = 3600


def first_mail() -> bytes:
    """What `printf` gives to curl."""
    written = re.search(r"printf '(.*)' \|", README)
    assert written is not None
    return written.group(1).replace("\\n", "\r\n").encode()


def send(mail: bytes, *, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.sendmail("iva@example.org", "support@svetilka.example", mail)


async def test_the_first_ticket_becomes_what_the_readme_says(site: Site) -> None:
    ingest = await site.start("ingest", smtp_port=0)
    await site.start("routing")
    await site.start("sla")
    await asyncio.to_thread(send, first_mail(), port=ingest.app.state.smtp.port)

    (opened,) = await site.events(TicketOpened)
    assert f"opens ticket `{opened.data.number}`" in README
    assert opened.data.language == "en"

    (classified,) = await site.events(TicketClassified, subject=opened.subject)
    assert (classified.data.category, classified.data.priority) == ("technical", "high")
    quoted = next(reason.because for reason in classified.data.reasons if reason.rule == "technical_words")
    said = re.search(r'because the text has "(.*?)"', README)
    assert said is not None
    assert said.group(1) in quoted

    (assigned,) = await site.events(TicketAssigned, subject=opened.subject)
    assert (assigned.data.team, assigned.data.agent) == ("technical", "cvetka")

    clocks = {event.data.clock: event.data for event in await site.events(SlaChanged, subject=opened.subject, count=2)}
    assert {clock.policy for clock in clocks.values()} == {"important"}
    assert clocks["first_response"].target_seconds == 2 * HOUR
    assert clocks["resolution"].target_seconds == 16 * HOUR
