"""Redaction: what was personal is nowhere any more, the proof is, and the same input does not bring it back."""

import base64
import hashlib
from typing import Any

from shared.events import CustomerChanged, TicketOpened, TicketRedacted
from tests.site import Running, Site, command_key

FAST = {"smtp_port": 0, "inbox_lease_seconds": 0.05}
SECRET = "card 4111-1111-1111-1111"
FILE = b"a picture of the passport"
SHA256 = hashlib.sha256(FILE).hexdigest()
ALL = ["text", "attachments", "contact", "raw"]


def message(text: str = SECRET, **more: Any) -> dict[str, Any]:
    sender = {"name": "Jo Buyer", "email": "jo@buyer.example", "verified": True}
    return {"sender": sender, "title": f"About {text}", "text": text, "fields": {"card": text}, **more}


def file() -> list[dict[str, str]]:
    return [{"name": "passport.jpg", "content_type": "image/jpeg", "content": base64.b64encode(FILE).decode()}]


async def write(ingest: Running, site: Site, body: dict[str, Any], *, key: str | None = None) -> dict[str, Any]:
    headers = {**site.bearer("system", subject="system:shop"), "Idempotency-Key": key or command_key()}
    answer = await ingest.client.post("/messages", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def redact(ingest: Running, site: Site, path: str, body: dict[str, Any], *, role: Any = "admin") -> Any:
    headers = {**site.bearer(role, subject="admin:eva"), "Idempotency-Key": command_key()}
    return await ingest.client.post(path, json=body, headers=headers)


async def everything(site: Site, service: str = "ingest") -> str:
    """All documents of a service's database, files included."""
    database = site.database(service)
    found = []
    for name in await database.list_collection_names():
        for document in await database[name].find().to_list(None):
            found.append(repr(document))
    return "\n".join(found)


async def test_nothing_personal_is_left_of_a_redacted_ticket(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    key = command_key()
    told = await write(ingest, site, message(files=file()), key=key)
    ticket = told["ticket"]
    await ingest.service.once.finish()

    answer = await redact(ingest, site, f"/tickets/{ticket}/redact", {"what": ALL, "reason": "asked on paper"})
    assert (answer.status_code, answer.json()["changed"]) == (200, True)

    (event,) = await site.events(TicketRedacted)
    assert (event.actor, event.data.reason, event.data.attachments) == ("admin:eva", "asked on paper", (SHA256,))
    assert len(event.data.proof) == 64

    async def gone() -> bool:
        kept = await everything(site)
        customer = await site.database("ingest").customers.find_one()
        return SECRET not in kept and "passport" not in kept and kept.count("jo@buyer") == repr(customer).count("jo@")

    await site.eventually(gone, what="everything gone but the customer")
    files = site.database("ingest")["fs.files"]
    assert await files.count_documents({"filename": SHA256}) == 0
    shown = (await ingest.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))).json()
    assert (shown["title"], shown["fields"], shown["messages"][0]["text"]) == ("[redacted]", {}, "")
    assert (await ingest.client.get(f"/attachments/{SHA256}", headers=site.bearer("agent"))).status_code == 404

    # The same input again is still the same input; the same request again removes nothing.
    again = await write(ingest, site, message(files=file()), key=key)
    assert (again["repeated"], again["ticket"]) == (True, ticket)
    assert SECRET not in await everything(site)
    twice = await redact(ingest, site, f"/tickets/{ticket}/redact", {"what": ALL, "reason": "asked again"})
    assert twice.json()["changed"] is False
    assert len(await site.events(TicketRedacted)) == 1
    line = (await ingest.client.get("/ledger", params={"input": told["input"]}, headers=site.bearer("agent"))).json()
    assert line["inputs"][0]["state"] == "opened"


async def test_file_that_another_ticket_has_too_stays(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    first = await write(ingest, site, message(files=file()))
    await write(ingest, site, message("The same picture.", files=file()))

    await redact(ingest, site, f"/tickets/{first['ticket']}/redact", {"what": ["attachments"], "reason": "asked"})

    async def settled() -> bool:
        left: int = await site.database("ingest").erasures.count_documents({})
        return left == 0

    await site.eventually(settled, what="no erasure left")
    assert (await ingest.client.get(f"/attachments/{SHA256}", headers=site.bearer("agent"))).content == FILE


async def test_one_message_can_be_redacted_alone(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    told = await write(ingest, site, message("It is broken.", thread="t1"))
    await write(ingest, site, message(thread="t1"))
    shown = (await ingest.client.get(f"/tickets/{told['ticket']}", headers=site.bearer("agent"))).json()
    second = shown["messages"][1]["id"]

    path = f"/tickets/{told['ticket']}/redact"
    answer = await redact(
        ingest, site, path, {"what": ["text", "raw"], "messages": [second], "reason": "a card number"}
    )
    assert answer.status_code == 200
    after = (await ingest.client.get(f"/tickets/{told['ticket']}", headers=site.bearer("agent"))).json()
    assert [one["text"] for one in after["messages"]] == ["It is broken.", ""]
    assert after["title"] == "About It is broken."
    missing = await redact(ingest, site, path, {"what": ["text"], "messages": [told["input"]], "reason": "wrong id"})
    assert missing.status_code == 422


async def test_only_administrators_redact(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    told = await write(ingest, site, message())
    for role in ("agent", "supervisor", "system"):
        body = {"what": ALL, "reason": "because"}
        answer = await redact(ingest, site, f"/tickets/{told['ticket']}/redact", body, role=role)
        assert answer.status_code == 403


async def test_customer_wide_redaction_covers_all_tickets_calls_and_names(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    first = await write(ingest, site, message())
    await write(ingest, site, message("Another " + SECRET))
    (opened,) = await site.events(TicketOpened, subject=first["ticket"])
    customer = opened.data.customer
    call = {"call": "c1", "state": "ringing", "called": "+38615550100", "caller": {"email": "jo@buyer.example"}}
    await ingest.client.post("/calls", json=call, headers=site.bearer("system"))
    await ingest.service.once.finish()

    answer = await redact(ingest, site, f"/customers/{customer}/redact", {"reason": "asked on paper"})
    assert answer.status_code == 200

    async def gone() -> bool:
        kept = await everything(site)
        return SECRET not in kept and "jo@buyer" not in kept.lower() and "Jo Buyer" not in kept

    await site.eventually(gone, what="nothing of the customer left")
    assert len(await site.events(TicketRedacted, count=2)) == 2
    told = await site.events(CustomerChanged, subject=customer, count=2)
    assert (told[-1].data.identities, told[-1].data.redacted) == ((), True)

    # Whoever writes next from the address is somebody new.
    later = await write(ingest, site, message("Hello again."))
    (event,) = await site.events(TicketOpened, subject=later["ticket"])
    assert event.data.customer not in (None, customer)


async def test_reporting_forgets_what_was_redacted(site: Site) -> None:
    ingest, reporting = await site.start("ingest", **FAST), await site.start("reporting")
    ticket = (await write(ingest, site, message()))["ticket"]
    database = site.database("reporting")

    async def row() -> Any:
        return await database.tickets.find_one({"_id": ticket})

    async def kept() -> str:
        events = await database.events.find({"subject": ticket}).to_list(None)
        return repr([*events, await row()])

    await site.eventually(row, what="the row")
    assert SECRET in await kept()
    await redact(ingest, site, f"/tickets/{ticket}/redact", {"what": ALL, "reason": "asked on paper"})

    async def gone() -> bool:
        left = await kept()
        return SECRET not in left and "jo@buyer" not in left and "Jo Buyer" not in left

    await site.eventually(gone, what="nothing of it in reporting")
    assert (await row())["title"] == "[redacted]"
    shown = await reporting.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))
    assert shown.status_code == 200


async def test_nothing_of_a_customer_stays_with_the_ticket_that_their_message_was_split_off(site: Site) -> None:
    ingest, _ = await site.start("ingest", **FAST), await site.start("reporting")
    told = await write(ingest, site, message())
    ticket = told["ticket"]
    (opened,) = await site.events(TicketOpened, subject=ticket)
    agent = {**site.bearer("agent", subject="agent:ana"), "Idempotency-Key": command_key()}
    reply = {"agent": "ana", "text": "We look at it."}
    assert (await ingest.client.post(f"/tickets/{ticket}/replies", json=reply, headers=agent)).status_code == 201
    part = {"messages": [opened.data.message.id], "title": "The other thing", "reason": "two things"}
    agent = {**agent, "Idempotency-Key": command_key()}
    assert (await ingest.client.post(f"/tickets/{ticket}/split", json=part, headers=agent)).status_code == 201
    asked = await redact(ingest, site, f"/customers/{opened.data.customer}/redact", {"reason": "asked on paper"})
    assert asked.status_code == 200

    database = site.database("reporting")

    async def gone() -> bool:
        events = await database.events.find({"subject": ticket}).to_list(None)
        kept = repr([*events, await database.tickets.find_one({"_id": ticket})])
        return len(events) > 1 and SECRET not in kept and "jo@buyer" not in kept

    await site.eventually(gone, what="nothing of it in reporting")


async def test_what_a_redacted_ticket_was_split_off_from_forgets_it_too(site: Site) -> None:
    ingest, _ = await site.start("ingest", **FAST), await site.start("reporting")
    ticket = (await write(ingest, site, message()))["ticket"]
    (opened,) = await site.events(TicketOpened, subject=ticket)
    agent = {**site.bearer("agent", subject="agent:ana"), "Idempotency-Key": command_key()}
    reply = {"agent": "ana", "text": "We look at it."}
    assert (await ingest.client.post(f"/tickets/{ticket}/replies", json=reply, headers=agent)).status_code == 201
    part = {"messages": [opened.data.message.id], "title": "The other thing", "reason": "two things"}
    agent = {**agent, "Idempotency-Key": command_key()}
    split = await ingest.client.post(f"/tickets/{ticket}/split", json=part, headers=agent)
    asked = {"what": ["text", "attachments", "contact", "raw"], "reason": "asked on paper"}
    redacted = await redact(ingest, site, f"/tickets/{split.json()['into']}/redact", asked)
    assert (split.status_code, redacted.status_code) == (201, 200)

    database = site.database("reporting")

    async def told() -> str:
        return repr(await database.events.find({"subject": ticket}).to_list(None))

    async def gone() -> bool:
        events = await told()
        return "ticket.redacted" in events and SECRET not in events

    await site.eventually(gone, what="nothing of it in reporting")
    assert "We look at it." in await told(), "what was not asked for stays"
    again = await redact(ingest, site, f"/tickets/{ticket}/redact", asked)
    assert again.status_code == 200, "the origin's version goes on"
