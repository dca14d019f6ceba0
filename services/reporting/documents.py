"""How facts, rows and counts stand in the database."""

from collections.abc import Mapping
from typing import Any

from services.reporting.arrivals import Oddity
from services.reporting.facts import Arrival, Fact
from services.reporting.paging import NEVER
from services.reporting.search import terms
from services.reporting.tally import Cell
from services.reporting.ticket import Ticket
from shared.ids import derived_id
from shared.mongo import UpdateOne


def fact(document: Mapping[str, Any]) -> Fact:
    return Fact(
        id=document["_id"],
        type=document["type"],
        source=document["source"],
        subject=document["subject"],
        time=document["time"],
        ticketversion=document["ticketversion"],
        machine=document["machine"],
        content=document["content"],
    )


def fact_document(fact: Fact) -> dict[str, Any]:
    return {
        "type": fact.type,
        "source": fact.source,
        "subject": fact.subject,
        "time": fact.time,
        "ticketversion": fact.ticketversion,
        "machine": fact.machine,
        "content": dict(fact.content),
    }


def odd_document(odd: Oddity) -> dict[str, Any]:
    return {"reason": odd.reason, "size": odd.size, "start": odd.start}


def event_document(arrival: Arrival) -> dict[str, Any]:
    return {"_id": arrival.fact.id, **fact_document(arrival.fact), "body": arrival.body}


def row(ticket: Ticket) -> dict[str, Any]:
    requester = ticket.requester
    order = {
        "newest": ticket.opened_at,
        "due": ticket.next_due_at or NEVER,
        "waiting": ticket.waiting_since or NEVER,
    }
    words = terms(ticket.number, requester.name, requester.email, requester.phone, ticket.title)
    return {**ticket.model_dump(exclude={"id"}), "order": order, "terms": words}


def cell_id(cell: Cell) -> str:
    return derived_id(cell.figure, cell.day, *(part for label in cell.labels for part in label))


def growth(cell: Cell, n: int) -> UpdateOne:
    what = {"figure": cell.figure, "day": cell.day, "labels": dict(cell.labels)}
    return UpdateOne({"_id": cell_id(cell)}, {"$inc": {"n": n}, "$setOnInsert": what}, upsert=True)
