"""Rules on a real broker and database: later events, explanations by number, dry runs, and many tickets at once."""

from typing import Any

import yaml

from shared.events import (
    Message,
    TicketAssigned,
    TicketClassified,
    TicketMessageAdded,
    TicketMessageAddedData,
    TicketRated,
    TicketRatedData,
)
from shared.ids import derived_id
from tests.site import Site, command_key
from tests.unit.routing.samples import NOW, opened, ticket_id


def later(model: Any, ticket: str, version: int, data: Any) -> Any:
    return model(
        id=derived_id(model.type_name(), ticket, version),
        source="kartica/ingest",
        subject=ticket,
        time=NOW,
        correlationid=ticket,
        causationid=ticket,
        ticketversion=version,
        data=data,
    )


def message(ticket: str, text: str) -> TicketMessageAdded:
    data = Message(
        id=derived_id("message", ticket, text),
        author="customer",
        channel="email",
        text=text,
        sent_at=NOW,
        received_at=NOW,
    )
    return later(TicketMessageAdded, ticket, 5, TicketMessageAddedData(message=data))  # type: ignore[no-any-return]


async def test_rules_react_to_later_events_once_each_and_the_decision_shows_them(site: Site) -> None:
    routing = await site.start("routing")
    ticket = ticket_id()
    await site.publish(opened(ticket, text="Račun prosim.", language="sl", number="K-1000042"))
    await site.events(TicketAssigned, subject=ticket)
    threat = message(ticket, "Če ne, pišem odvetniku.")
    rating = later(TicketRated, ticket, 6, TicketRatedData(score=1, cycle=1))
    for event in (threat, threat, rating, rating):
        await site.publish(event)
    await site.settled("routing.tickets")
    first, *others = await site.events(TicketClassified, subject=ticket, count=3)
    assert (first.data.category, first.data.priority) == ("billing", "normal")
    assert [(event.data.priority, event.data.tags) for event in others] == [
        ("urgent", ("legal",)),
        ("urgent", ("legal", "unhappy")),
    ]
    answer = await routing.client.get("/tickets/K-1000042/decision", headers=site.bearer("agent"))
    shown = answer.json()
    assert (shown["ticket"]["ticket"], len(shown["decisions"])) == (ticket, 3)
    assert [rule["rule"] for rule in shown["decisions"][1]["rules"]] == ["threat_of_a_lawyer"]
    unknown = await routing.client.get("/tickets/K-1/decision", headers=site.bearer("agent"))
    assert unknown.status_code == 404


async def test_a_dry_run_tells_what_a_changed_file_would_decide(site: Site) -> None:
    routing = await site.start("routing")
    for place, text in enumerate(("Račun prosim.", "Kdaj imate odprto?", "Luč ne sveti.")):
        await site.publish(opened(ticket_id(place), text=text, language="sl", number=f"K-{place}", minute=place))
    await site.events(TicketAssigned, count=3)

    async def dry_run(rules: str, role: Any = "supervisor", query: str = "") -> Any:
        return await routing.client.post(f"/dry-run{query}", content=rules, headers=site.bearer(role))

    current = (site.config_dir / "routing.yaml").read_text(encoding="utf-8")
    same = (await dry_run(current)).json()
    assert (same["openings"], same["changed"]) == (3, 0)
    changed = yaml.safe_load(current)
    opening_hours = {"name": "hours", "when": {"keywords": {"sl": ["odprt"]}}, "then": {"category": "pre_sales"}}
    changed["rules"].insert(0, opening_hours)
    report = (await dry_run(yaml.safe_dump(changed, allow_unicode=True), query="?limit=2")).json()
    assert (report["openings"], report["changed"], report["left_open"]) == (2, 1, [1, 0])
    (told,) = report["tickets"]
    assert told["number"] == "K-1"
    assert [(one["kind"], one["after"], one["by_after"]) for one in told["changes"]] == [
        ("category", "pre_sales", "hours"),
        ("team", "sales", "category pre_sales"),
    ]
    wrong = await dry_run(current.replace("default:", "defualt:", 1))
    assert wrong.status_code == 422
    assert "routing.yaml:" in wrong.json()["detail"]
    assert (await dry_run(current, role="agent")).status_code == 403
    assert (await dry_run("#" * 100_001)).status_code == 413


async def test_many_tickets_at_once_are_each_changed_once_and_refused_alone(site: Site) -> None:
    routing = await site.start("routing")
    tickets = [ticket_id(place) for place in range(3)]
    for place, ticket in enumerate(tickets):
        await site.publish(opened(ticket, minute=place, number=f"K-{place}"))
    await site.events(TicketAssigned, count=3)
    key, unknown = command_key(), ticket_id("unknown")

    async def bulk(command: str, data: dict[str, Any], *, role: Any = "agent", of: list[str] | None = None) -> Any:
        body = {"command": command, "data": {"reason": "test", **data}, "tickets": of or [*tickets, unknown]}
        headers = {**site.bearer(role), "Idempotency-Key": key}
        return await routing.client.post("/tickets/bulk", json=body, headers=headers)

    first = (await bulk("classify", {"tags": ["recall"]})).json()
    again = (await bulk("classify", {"tags": ["recall"]})).json()
    assert first == again
    assert (first["done"], first["refused"]) == (3, 1)
    assert [one["now"]["tags"] for one in first["results"][:3]] == [["recall"]] * 3
    assert first["results"][3]["problem"]["status"] == 404
    await site.settled("routing.tickets")
    corrected = [event for event in site.seen if isinstance(event, TicketClassified) and event.data.tags == ("recall",)]
    assert len(corrected) == 3
    taken = (await bulk("transfer", {"team": "billing"})).json()
    assert {one["problem"]["status"] for one in taken["results"]} == {422, 404}
    assert (await bulk("claim", {"agent": "bojan"})).status_code == 403
    assert (await bulk("classify", {}, of=[unknown] * 501)).status_code == 422
