"""Customers over HTTP and through messages: recognised, merged and taken apart, with one history."""

import asyncio
from typing import Any

from shared.events import CustomerChanged, CustomerMergeSuggested, TicketOpened
from tests.site import Running, Site, command_key

FAST = {"smtp_port": 0}
JO = {"name": "Jo", "email": "Jo@Buyer.example", "verified": True}


async def write(ingest: Running, site: Site, sender: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
    headers = {**site.bearer("system", subject="system:shop"), "Idempotency-Key": command_key()}
    answer = await ingest.client.post("/messages", json={"sender": sender, "text": text, **more}, headers=headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def post(ingest: Running, site: Site, path: str, body: dict[str, Any]) -> Any:
    headers = {**site.bearer("agent"), "Idempotency-Key": command_key()}
    return await ingest.client.post(path, json=body, headers=headers)


async def get(ingest: Running, site: Site, path: str, **query: Any) -> Any:
    answer = await ingest.client.get(path, params=query, headers=site.bearer("agent"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def customer_of(site: Site, ticket: str) -> str:
    (opened,) = await site.events(TicketOpened, subject=ticket)
    assert opened.data.customer is not None
    return opened.data.customer


async def test_messages_of_one_proved_address_are_one_customer_and_nothing_is_written_twice(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    first = await write(ingest, site, JO, "It is broken.")
    second = await write(ingest, site, {"email": "jo@buyer.example", "verified": True}, "And the other one too.")

    customer = await customer_of(site, first["ticket"])
    assert await customer_of(site, second["ticket"]) == customer
    (changed,) = await site.events(CustomerChanged)
    assert [(one.kind, one.value) for one in changed.data.identities] == [("email", "jo@buyer.example")]
    shown = await get(ingest, site, f"/customers/{customer}")
    assert {one["id"] for one in shown["tickets"]} == {first["ticket"], second["ticket"]}
    found = await get(ingest, site, "/customers", identity="email:JO@buyer.example")
    assert [one["id"] for one in found["customers"]] == [customer]


async def test_first_messages_at_the_same_time_make_one_customer(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    told = await asyncio.gather(*(write(ingest, site, JO, f"Message {number}") for number in range(8)))
    assert len({one["ticket"] for one in told}) == 8
    assert len({await customer_of(site, one["ticket"]) for one in told}) == 1
    assert len(await site.events(CustomerChanged)) == 1


async def test_claimed_address_gets_a_customer_of_its_own_and_a_suggestion(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    proved = await write(ingest, site, JO, "It is broken.")
    claimed = await write(ingest, site, {"email": "jo@buyer.example"}, "Please send the invoice to me.")

    owner, other = await customer_of(site, proved["ticket"]), await customer_of(site, claimed["ticket"])
    assert owner != other
    (suggested,) = await site.events(CustomerMergeSuggested)
    assert (suggested.subject, suggested.data.other) == (other, owner)
    history = await get(ingest, site, f"/customers/{owner}/history")
    assert [one["text"] for one in history["messages"]] == ["It is broken."]


async def test_merge_joins_two_histories_and_taking_it_back_parts_them(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    mail = await write(ingest, site, JO, "By mail.", sent_at="2026-11-20T10:00:00Z")
    phone = {"phone": "+38640123456", "verified": True}
    text = await write(ingest, site, phone, "By phone.", channel="sms", sent_at="2026-11-20T09:00:00Z")
    reply = await post(ingest, site, f"/tickets/{mail['ticket']}/replies", {"text": "We look at it."})
    assert reply.status_code == 201
    one, other = await customer_of(site, mail["ticket"]), await customer_of(site, text["ticket"])
    before = await get(ingest, site, f"/customers/{other}")

    merged = await post(ingest, site, f"/customers/{other}/merge", {"into": one, "reason": "the same person"})
    assert (merged.status_code, merged.json()["goes_on"], merged.json()["merged"]) == (200, one, other)
    whole = await get(ingest, site, f"/customers/{other}/history")
    assert [said["text"] for said in whole["messages"]] == ["By phone.", "By mail.", "We look at it."]
    shown = await get(ingest, site, f"/customers/{other}")
    assert shown["id"] == one
    assert {identity["value"] for identity in shown["identities"]} == {"jo@buyer.example", "+38640123456"}

    again = await post(ingest, site, f"/customers/{one}/merge", {"into": other, "reason": "the other way round"})
    assert again.json()["changed"] is False

    parted = await post(ingest, site, f"/customers/{other}/unmerge", {"reason": "two people after all"})
    assert parted.status_code == 200
    assert await get(ingest, site, f"/customers/{other}") == before
    told = await site.events(CustomerChanged, subject=other, count=3)
    assert [event.data.merged_into for event in told] == [None, one, None]


async def test_history_comes_in_pages_that_miss_and_repeat_nothing(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    same = "2026-11-20T10:00:00Z"
    for number in range(7):
        await write(ingest, site, JO, str(number), thread="t1", sent_at=same)
    customer = await customer_of(site, (await site.events(TicketOpened))[0].subject)
    texts: list[str] = []
    page = await get(ingest, site, f"/customers/{customer}/history", limit=3)
    while True:
        texts += [one["text"] for one in page["messages"]]
        if page["next"] is None:
            break
        page = await get(ingest, site, f"/customers/{customer}/history", limit=3, cursor=page["next"])
    assert texts == [str(number) for number in range(7)]
    wrong = await ingest.client.get(
        f"/customers/{customer}/history", params={"cursor": "nonsense!"}, headers=site.bearer("agent")
    )
    assert wrong.status_code == 422


async def test_agent_adds_an_identity_that_is_a_proof_from_then_on(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    told = await write(ingest, site, JO, "It is broken.")
    customer = await customer_of(site, told["ticket"])
    add = [{"kind": "phone", "value": "+386 40 123 456", "verified": True}]
    changed = await post(ingest, site, f"/customers/{customer}", {"tier": "gold", "add": add, "reason": "on the phone"})
    assert changed.status_code == 200

    by_phone = await write(ingest, site, {"phone": "+38640123456", "verified": True}, "It is me.", channel="sms")

    assert await customer_of(site, by_phone["ticket"]) == customer
    shown = await get(ingest, site, f"/customers/{customer}")
    assert shown["tier"] == "gold"
    assert {one["verified_by"] for one in shown["identities"]} == {"provider", "agent:ana"}


async def test_customers_are_not_for_everybody_and_unknown_ones_are_404(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    nobody = "00000000-0000-4000-8000-000000000000"
    assert (await ingest.client.get(f"/customers/{nobody}")).status_code == 401
    assert (await ingest.client.get(f"/customers/{nobody}", headers=site.bearer("agent"))).status_code == 404
    merged = await post(ingest, site, f"/customers/{nobody}/merge", {"into": nobody, "reason": "why not"})
    assert merged.status_code == 404


async def test_agent_who_writes_first_writes_to_the_owner_of_the_address(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    told = await write(ingest, site, JO, "It is broken.")
    customer = await customer_of(site, told["ticket"])
    wanted = {"requester": {"email": "jo@buyer.example"}, "title": "Your lamp", "text": "It is on its way."}
    opened = await post(ingest, site, "/tickets", {**wanted, "agent": "ana"})
    assert opened.status_code == 201, opened.text
    assert await customer_of(site, opened.json()["ticket"]) == customer

    stranger = {**wanted, "agent": "ana", "requester": {"email": "mia@buyer.example"}}
    other = await post(ingest, site, "/tickets", stranger)
    claimed = await get(ingest, site, f"/customers/{await customer_of(site, other.json()['ticket'])}")
    assert [one["verified_by"] for one in claimed["identities"]] == [None]
