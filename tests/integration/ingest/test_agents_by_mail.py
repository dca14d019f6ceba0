"""An answer from an agent's mailbox reaches the customer as the agent's, and nothing else of the mail does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.answer_line import answer_line
from shared.commands import TicketReply, TicketReplyData
from shared.events import (
    AgentInstructed,
    DeliveryBounced,
    MessageSuppressed,
    TicketMessageAdded,
    TicketOpened,
    TicketSnoozed,
    TicketStatusChanged,
    TicketTimeLogged,
)
from shared.reply_token import Purpose
from tests.integration.ingest.doors.test_doors import configure
from tests.integration.ingest.test_mail import CUSTOMER, FAST, letter, outcome, send
from tests.site import Running, Site, command_key

ANA = "ana@svetilka.example"
LINE = answer_line("Odgovor napišite nad to vrstico")


async def opened(site: Site, ingest: Running) -> TicketOpened:
    await send(ingest, letter())
    (event,) = await site.events(TicketOpened)
    return event


async def agent_writes(
    site: Site,
    ingest: Running,
    ticket: str,
    text: str,
    *,
    sender: str = ANA,
    holder: str = ANA,
    purpose: Purpose = "agent",
    **headers: str,
) -> dict[str, Any]:
    """What the ledger says of a mail that answers the one that `holder` got from notify."""
    token = site.reply_tokens.sign(ticket, holder, purpose=purpose)
    mail = letter(
        text=text,
        sender=f"Ana Novak <{sender}>",
        to=f"support+{token}@svetilka.example",
        subject="Re: [K-1000017] Dodeljeno vam: Svetilka utripa",
        message_id=f"<{abs(hash((text, sender, purpose)))}@svetilka.example>",
        In_Reply_To=f"<kartica.1.{token}@svetilka.example>",
        **headers,
    )
    _, answer = await send(ingest, mail, to=[f"support+{token}@svetilka.example"], sender=sender)
    return await outcome(ingest, site, answer)


async def test_an_agents_answer_goes_to_the_customer_as_the_agents_reply(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    quote = f"\n\nDne 20. 11. 2026 ob 10:00 je Svetilka napisal(a):\n> {LINE}\n>\n> zadeva K-1000017 je zdaj vaša\n"
    entry = await agent_writes(site, ingest, ticket, f"Pritisnite stikalo dvakrat.{quote}")
    assert (entry["state"], entry["ticket"]) == ("joined", ticket)
    (added,) = await site.events(TicketMessageAdded, subject=ticket)
    message = added.data.message
    assert (message.author, message.agent, message.visibility) == ("agent", "ana", "public")
    assert message.text == "Pritisnite stikalo dvakrat."
    assert added.actor == "agent:ana"
    (changed,) = await site.events(TicketStatusChanged, subject=ticket)
    assert changed.data.status == "open"


async def test_first_lines_act(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    await agent_writes(site, ingest, ticket, "#resolve\n#time 15m\n\nZamenjajte žarnico.")
    (added,) = await site.events(TicketMessageAdded, subject=ticket)
    assert added.data.message.text == "Zamenjajte žarnico."
    (changed,) = await site.events(TicketStatusChanged, subject=ticket)
    assert changed.data.status == "resolved"
    (logged,) = await site.events(TicketTimeLogged, subject=ticket)
    assert (logged.data.agent, logged.data.seconds) == ("ana", 900)


async def test_a_transfer_is_told_to_routing_and_a_note_stays_in_the_house(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    await agent_writes(site, ingest, ticket, "#note\n#transfer billing wrong invoice\nHe has two contracts.")
    (added,) = await site.events(TicketMessageAdded, subject=ticket)
    assert (added.data.message.visibility, added.data.message.text) == ("internal", "He has two contracts.")
    (told,) = await site.events(AgentInstructed, subject=ticket)
    assert told.data.transfer is not None
    assert (told.data.transfer.team, told.data.transfer.reason) == ("billing", "wrong invoice")
    assert told.data.mistakes == ()


async def test_a_snooze_by_mail(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    await agent_writes(site, ingest, ticket, "#snooze 2d")
    (snoozed,) = await site.events(TicketSnoozed, subject=ticket)
    assert snoozed.data.until is not None


async def test_an_answer_to_a_mention_becomes_an_internal_note(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    await agent_writes(site, ingest, ticket, "It is the dimmer.", purpose="note")
    (added,) = await site.events(TicketMessageAdded, subject=ticket)
    assert (added.data.message.visibility, added.data.message.agent) == ("internal", "ana")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#trasnfer billing\n\nThank you for waiting.", "did you mean #transfer?"),
        ("Thank you.\n#resolve", "first lines"),
        (f"> {LINE}\n> Does it flicker?\nYes.\n> Since when?\nMay.", "between the quotes"),
        (f"\n> {LINE}\n> Does it flicker?", "nothing is written"),
    ],
)
async def test_a_mistake_comes_back_and_nothing_is_carried_out(site: Site, text: str, said: str) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    entry = await agent_writes(site, ingest, ticket, text)
    assert entry["state"] == "suppressed"
    (told,) = await site.events(AgentInstructed, subject=ticket)
    assert told.data.agent == "ana"
    assert any(said in mistake for mistake in told.data.mistakes)
    answer = await ingest.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))
    assert len(answer.json()["messages"]) == 1


async def test_a_line_of_a_note_never_reaches_the_customer(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    note = TicketReplyData(agent="bojan", text="Careful, he never pays his invoices.", visibility="internal")
    command = TicketReply.asked(key=command_key(), source="test", time=datetime.now(UTC), subject=ticket, data=note)
    await site.command(command)
    await site.events(TicketMessageAdded, subject=ticket)
    await agent_writes(site, ingest, ticket, "Hello,\n\n> Careful, he never pays his invoices.\n\nplease wait.")
    (told,) = await site.events(AgentInstructed, subject=ticket)
    assert "internal note" in told.data.mistakes[0]
    answer = await ingest.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))
    assert [one["visibility"] for one in answer.json()["messages"]] == ["public", "internal"]


async def test_somebody_else_with_the_agents_token_does_nothing_and_the_agent_hears_of_it(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    entry = await agent_writes(site, ingest, ticket, "Please refund it all.", sender="iva@stranger.example")
    assert entry["state"] == "suppressed"
    (told,) = await site.events(AgentInstructed, subject=ticket)
    assert told.data.agent == "ana"
    assert "another address" in told.data.mistakes[0]
    answer = await ingest.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))
    assert len(answer.json()["messages"]) == 1


async def test_a_customer_who_was_copied_in_by_the_agent_stays_a_customer(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    entry = await agent_writes(site, ingest, ticket, "#resolve\nPlease refund it all.", sender=CUSTOMER)
    assert (entry["state"], entry["ticket"]) == ("joined", ticket)
    (added,) = await site.events(TicketMessageAdded, subject=ticket)
    message = added.data.message
    assert (message.author, message.agent, message.unverified_sender) == ("customer", None, False)
    answer = await ingest.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))
    assert answer.json()["status"] == "new"


async def test_an_agents_mail_that_could_not_be_delivered_is_told_as_a_bounce(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    token = site.reply_tokens.sign(ticket, ANA, purpose="agent")
    ours = f"<kartica.1.{token}@svetilka.example>"
    report = (
        "From: Mail Delivery System <MAILER-DAEMON@mx.svetilka.example>\r\nTo: support@svetilka.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <dsn@mx.svetilka.example>\r\nReferences: {ours}\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.svetilka.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ANA}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {ours}\r\nSubject: Assigned\r\n\r\n--b--\r\n"
    )
    _, answer = await send(ingest, report.encode(), sender="")
    entry = await outcome(ingest, site, answer)
    assert (entry["state"], "1 recipient" in entry["reason"]) == ("suppressed", True)
    (told,) = await site.events(DeliveryBounced)
    assert (told.data.recipient, told.data.status, told.data.ticket) == (ANA, "5.1.1", ticket)


async def test_a_mail_of_ours_that_the_agents_program_attached_stays_here(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    token = site.reply_tokens.sign(ticket, ANA, purpose="agent")
    original = letter(text="bojan (internal): he never pays", subject="Assigned to you", message_id=f"<x.{token}@y>")
    mail = letter(text="It is fixed.", sender=ANA, to=f"support+{token}@svetilka.example", message_id="<a@svetilka>")
    mail.add_attachment(original)
    _, answer = await send(ingest, mail, to=[f"support+{token}@svetilka.example"], sender=ANA)
    assert (await outcome(ingest, site, answer))["state"] == "suppressed"
    (told,) = await site.events(AgentInstructed, subject=ticket)
    assert "attached" in told.data.mistakes[0]
    shown = await ingest.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))
    assert len(shown.json()["messages"]) == 1


async def test_where_a_mail_server_vouches_nobody_is_an_agent_without_its_word(site: Site) -> None:
    configure(site, trust={"authserv_ids": ["mx.svetilka.example"]})
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    assert (await agent_writes(site, ingest, ticket, "Please refund it all."))["state"] == "suppressed"
    (told,) = await site.events(AgentInstructed, subject=ticket)
    assert "did not say" in told.data.mistakes[0]
    word = {"Authentication_Results": "mx.svetilka.example; dmarc=pass header.from=svetilka.example"}
    assert (await agent_writes(site, ingest, ticket, "It is fixed.", **word))["state"] == "joined"


async def test_an_agents_absence_note_answers_nobody(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    headers = {"Auto_Submitted": "auto-replied"}
    entry = await agent_writes(site, ingest, ticket, "I am away until Monday.", **headers)
    assert entry["state"] == "suppressed"
    (told,) = await site.events(MessageSuppressed)
    assert "machine" in told.data.reason


async def test_an_answer_to_a_closed_ticket_comes_back(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    ticket = (await opened(site, ingest)).subject
    key = {**site.bearer("agent"), "Idempotency-Key": command_key()}
    body = {"status": "closed", "reason": "done"}
    assert (await ingest.client.post(f"/tickets/{ticket}/status", json=body, headers=key)).is_success
    await agent_writes(site, ingest, ticket, "One more thing.")
    (told,) = await site.events(AgentInstructed, subject=ticket)
    assert "closed" in told.data.mistakes[0]
    assert told.data.text == "One more thing."


async def test_an_answer_to_a_merged_ticket_lands_where_the_conversation_goes_on(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    source = (await opened(site, ingest)).subject
    await send(ingest, letter(subject="Druga", text="Druga luč tudi.", message_id="<second@kupec.example>"))
    _, second = await site.events(TicketOpened, count=2)
    key = {**site.bearer("agent"), "Idempotency-Key": command_key()}
    body = {"into": second.subject, "reason": "the same lamp"}
    assert (await ingest.client.post(f"/tickets/{source}/merge", json=body, headers=key)).is_success
    entry = await agent_writes(site, ingest, source, "Obe zamenjamo.")
    assert (entry["state"], entry["ticket"]) == ("joined", second.subject)
    (added,) = await site.events(TicketMessageAdded, subject=second.subject)
    assert added.data.message.text == "Obe zamenjamo."
