"""Raw mail over HTTP, health, quarantine and mails that several mailboxes got, in the running service."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import yaml

from shared.events import MessageQuarantined, MessageSuppressed, TicketMessageAdded, TicketOpened
from tests.integration.ingest.test_mail import CUSTOMER, FAST, SUPPORT, letter, outcome, send
from tests.site import Running, Site

SALES = "sales@svetilka.example"
OURS = {"authserv_ids": ["mx.svetilka.example"], "quarantine_above": 5}
AUTHENTICATED = "mx.svetilka.example; dmarc=pass header.from=kupec.example"


def configure(site: Site, **changes: Any) -> None:
    """Changes config/channels.yaml of this site."""
    path = site.config_dir / "channels.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))


async def hand_over(ingest: Running, site: Site, raw: bytes, *, to: str = SUPPORT, **headers: str) -> Any:
    return await ingest.client.post(
        f"/mail/{to}",
        content=raw,
        headers={"content-type": "message/rfc822", **site.bearer("system", subject="gateway"), **headers},
    )


async def test_raw_mail_over_http_opens_a_ticket_once(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    raw = letter().as_bytes()
    first = await hand_over(ingest, site, raw, **{"x-envelope-from": CUSTOMER})
    assert (first.status_code, first.json()["state"]) == (201, "opened")
    again = await hand_over(ingest, site, raw)
    assert again.json() == {**first.json(), "repeated": True}
    (event,) = await site.events(TicketOpened)
    assert (event.data.channel, event.data.mailbox, event.data.number) == ("email", SUPPORT, first.json()["number"])


async def test_what_is_no_mail_for_us_is_refused_with_words(site: Site) -> None:
    ingest = await site.start("ingest", **FAST, max_message_bytes=100_000)
    assert (await hand_over(ingest, site, b"Subject: x\r\n\r\n", to="nobody@svetilka.example")).status_code == 404
    assert (await hand_over(ingest, site, b"x" * 100_001)).status_code == 413
    assert (await hand_over(ingest, site, b"  \r\n")).status_code == 422
    text = await ingest.client.post(f"/mail/{SUPPORT}", content=b"hello", headers=site.bearer("system"))
    assert text.status_code == 415
    agent = {"content-type": "message/rfc822", **site.bearer("agent")}
    assert (await ingest.client.post(f"/mail/{SUPPORT}", content=b"x", headers=agent)).status_code == 403


async def test_mailboxes_tell_how_they_are_and_a_failing_one_makes_nothing_unready(site: Site) -> None:
    imap = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "sales"}
    configure(site, mailboxes=[{"address": SUPPORT}, {"address": SALES, "imap": imap}])
    ingest = await site.start("ingest", **FAST, imap_secrets={SALES: "secret"})
    await send(ingest, letter())

    async def shown() -> dict[str, Any] | None:
        answer = await ingest.client.get("/mailboxes", headers=site.bearer("agent"))
        boxes = {one["mailbox"]: one for one in answer.json()["mailboxes"]}
        return boxes if (boxes[SUPPORT]["state"], boxes[SALES]["state"]) == ("ok", "failing") else None

    boxes = await site.eventually(shown, what="one mailbox well and one failing")
    assert "127.0.0.1:1 can't be reached" in boxes[SALES]["error"]
    assert boxes[SALES]["advice"] == "Check `host`, `port`, `tls` and the network."
    said = await site.measured(
        ingest,
        f'kartica_mailbox_failing{{mailbox="{SALES}"}} 1.0',
        f'kartica_mailbox_failing{{mailbox="{SUPPORT}"}} 0.0',
    )
    assert f'kartica_mailbox_last_success_timestamp_seconds{{mailbox="{SUPPORT}"}}' in said
    assert (await ingest.client.get("/readyz")).status_code == 200


async def spam(ingest: Running, number: int) -> bytes:
    mail = letter(message_id=f"<spam{number}@kupec.example>", subject=f"Win {number}", X_Spam_Status="Yes, score=9.5")
    mail["Authentication-Results"] = AUTHENTICATED
    code, answer = await send(ingest, mail)
    assert code == 250
    return answer


async def test_spam_waits_and_is_decided_as_any_other_mail_when_it_is_released(site: Site) -> None:
    configure(site, trust=OURS)
    ingest = await site.start("ingest", **FAST)
    entry = await outcome(ingest, site, await spam(ingest, 1))
    assert (entry["state"], entry["reason"]) == ("quarantined", "x-spam-status: yes, score 9.5, above 5")
    (event,) = await site.events(MessageQuarantined)
    assert (event.data.state, event.subject) == ("held", entry["input"])
    listed = (await ingest.client.get("/quarantine", headers=site.bearer("agent"))).json()
    assert [(one["sender"], one["title"], one["score"]) for one in listed["inputs"]] == [(CUSTOMER, "Win 1", 9.5)]

    for _ in range(2):
        released = await ingest.client.post(f"/quarantine/{entry['input']}/release", headers=site.bearer("agent"))
        assert released.json() == {"input": entry["input"], "state": "released"}
    (opened,) = await site.events(TicketOpened)
    assert opened.data.title == "Win 1"
    assert opened.data.requester.verified
    assert [one.data.state for one in await site.events(MessageQuarantined, count=2)] == ["held", "released"]
    deleted = await ingest.client.post(f"/quarantine/{entry['input']}/delete", headers=site.bearer("agent"))
    assert deleted.status_code == 409


async def test_spam_that_is_confirmed_or_that_nobody_looks_at_is_suppressed_visibly(site: Site) -> None:
    configure(site, trust=OURS)
    ingest = await site.start("ingest", **FAST)
    confirmed = await outcome(ingest, site, await spam(ingest, 1))
    forgotten = await outcome(ingest, site, await spam(ingest, 2))
    await ingest.client.post(f"/quarantine/{confirmed['input']}/delete", headers=site.bearer("supervisor"))
    (event,) = await site.events(MessageSuppressed, subject=confirmed["input"])
    assert event.data.reason == "confirmed as spam by agent:ana"
    inputs = site.database("ingest").inputs
    await inputs.update_one({"_id": forgotten["input"]}, [{"$set": {"expires_at": "$received_at"}}])
    (event,) = await site.events(MessageSuppressed, subject=forgotten["input"])
    assert event.data.reason == "expired in quarantine"
    ledger = (await ingest.client.get("/ledger/summary", headers=site.bearer("agent"))).json()
    assert ledger["outcomes"] == {"suppressed": 2}
    await site.measured(ingest, 'kartica_quarantine_ended_total{how="expired"} 1.0', "kartica_quarantine_waiting 0.0")


async def test_pages_of_the_quarantine_follow_each_other(site: Site) -> None:
    configure(site, trust=OURS)
    ingest = await site.start("ingest", **FAST)
    inputs = [(await outcome(ingest, site, await spam(ingest, number)))["input"] for number in range(3)]
    seen, cursor = [], None
    while True:
        asked = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await ingest.client.get("/quarantine", params=asked, headers=site.bearer("agent"))).json()
        seen += [one["input"] for one in page["inputs"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == inputs
    wrong = await ingest.client.get("/quarantine", params={"cursor": "?"}, headers=site.bearer("agent"))
    assert wrong.status_code == 422


async def test_mail_to_two_mailboxes_is_one_message_with_two_deliveries(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    mail = letter(to=f"{SUPPORT}, {SALES}")
    await send(ingest, mail, to=[SUPPORT, SALES])
    summary = await site.eventually(lambda: decided(ingest, site, 2), what="two outcomes")
    assert summary == {"opened": 1, "joined": 1}
    (event,) = await site.events(TicketOpened)

    # Who writes again to both has one more message, not a second ticket, whichever mailbox is first.
    answer = letter(to=f"{SUPPORT}, {SALES}", message_id="<second@kupec.example>", In_Reply_To="<first@kupec.example>")
    await send(ingest, answer, to=[SALES, SUPPORT])
    assert await site.eventually(lambda: decided(ingest, site, 4), what="four outcomes") == {"opened": 1, "joined": 3}
    await site.events(TicketMessageAdded, subject=event.subject)
    ticket = (await ingest.client.get(f"/tickets/{event.subject}", headers=site.bearer("agent"))).json()
    assert len(ticket["messages"]) == 2
    assert sum(line["type"] == "message.delivered_again" for line in ticket["timeline"]) == 2


async def decided(ingest: Running, site: Site, count: int) -> dict[str, int] | None:
    summary = (await ingest.client.get("/ledger/summary", headers=site.bearer("agent"))).json()
    outcomes: dict[str, int] = summary["outcomes"]
    return outcomes if sum(outcomes.values()) == count and "pending" not in outcomes else None


async def test_mailbox_that_wants_its_own_ticket_gets_one(site: Site) -> None:
    configure(site, mailboxes=[{"address": box, "same_mail": "ticket_each"} for box in (SUPPORT, SALES)])
    ingest = await site.start("ingest", **FAST)
    await send(ingest, letter(to=f"{SUPPORT}, {SALES}"), to=[SUPPORT, SALES])
    assert await site.eventually(lambda: decided(ingest, site, 2)) == {"opened": 2}


async def test_mail_of_the_desk_to_itself_opens_nothing(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, letter(sender=SUPPORT, to=f"{SUPPORT}, {SALES}"), to=[SUPPORT, SALES], sender=SUPPORT)
    assert await site.eventually(lambda: decided(ingest, site, 2)) == {"suppressed": 2}


async def test_token_of_a_provider_is_good_for_one_mail(site: Site) -> None:
    configure(site, mail_webhooks={"mailgun": {"provider": "mailgun", "otherwise": SUPPORT}})
    secrets = {"mailgun": {"signing_key": "signing-key-of-mailgun"}}
    ingest = await site.start("ingest", **FAST, mail_webhook_secrets=secrets)
    timestamp, token = str(int(datetime.now(UTC).timestamp())), "t" * 50
    signature = hmac.new(b"signing-key-of-mailgun", f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    form = {"timestamp": timestamp, "token": token, "signature": signature, "recipient": SUPPORT}
    url = "/webhooks/mail/mailgun/mime"
    assert (await ingest.client.post(url, data={**form, "body-mime": letter().as_string()})).status_code == 200
    assert (await ingest.client.post(url, data={**form, "body-mime": "Subject: forged\n\nx"})).status_code == 401
    assert len(await site.events(TicketOpened)) == 1
