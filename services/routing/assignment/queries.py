"""What the database is asked about the queues: their order, and who waits before whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.routing.assignment.eligibility import satisfied
from services.routing.assignment.standing import Standing, full_channels
from services.routing.ticket import Place
from shared.mongo import ASCENDING, DESCENDING
from shared.organisation import Organisation

IN_ORDER = [("rank", DESCENDING), ("due_at", ASCENDING), ("waiting_since", ASCENDING), ("_id", ASCENDING)]
ANY_WAITING: Mapping[str, Any] = {"waiting": True, "team": {"$gt": ""}}


@dataclass(frozen=True, slots=True)
class Reach:
    """What an agent could take from the queue at a moment, as far as the database can tell."""

    agent: str
    teams: Sequence[str]
    satisfied: Sequence[str]
    spare: int
    full_channels: Sequence[str]
    not_for: Sequence[str]
    at: datetime


def reach_of(
    agent: str, standing: Standing, organisation: Organisation, *, teams: Sequence[str], at: datetime
) -> Reach:
    """What somebody who is there could take, as the database is asked; `eligibility.candidate` says the same of one."""
    person = organisation.agents[agent]
    return Reach(
        agent=agent,
        teams=teams,
        satisfied=satisfied(person),
        spare=person.capacity.total - standing.units(organisation),
        full_channels=full_channels(person, standing),
        not_for=person.not_for,
        at=at,
    )


def ahead_of(place: Place, reach: Reach, *, without: Collection[str] = ()) -> Mapping[str, Any]:
    """Tickets that wait before the place and that the agent could take."""
    beyond = {"$not": {"$elemMatch": {"$nin": list(reach.satisfied)}}}
    return {
        "waiting": True,
        "team": {"$in": list(reach.teams)},
        "_id": {"$nin": [place.ticket, *sorted(without)]},
        "automatic": True,
        "offer": None,
        "needs": beyond,
        "excluded": {"$ne": reach.agent},
        "keys": {"$nin": list(reach.not_for)},
        "channel": {"$nin": list(reach.full_channels)},
        "weight": {"$lte": reach.spare},
        "$and": [
            {"$or": [{"wants": beyond}, {"preferred_until": {"$lte": reach.at}}]},
            {"$or": before_place(place)},
        ],
    }


def waiting_in(teams: Sequence[str], *, after: Place | None = None) -> Mapping[str, Any]:
    """The tickets that wait in the teams, those after a place alone."""
    query: dict[str, Any] = {"waiting": True, "team": {"$in": list(teams)}}
    if after is not None:
        query["$or"] = after_place(after)
    return query


def before_place(place: Place) -> list[Mapping[str, Any]]:
    """Whatever ranks before the place."""
    same: dict[str, Any] = {"rank": place.rank}
    due = {**same, "due_at": place.due_at}
    since = {**due, "waiting_since": place.since}
    return [
        {"rank": {"$gt": place.rank}},
        {**same, "due_at": {"$lt": place.due_at}},
        {**due, "waiting_since": {"$lt": place.since}},
        {**since, "_id": {"$lt": place.ticket}},
    ]


def after_place(place: Place) -> list[Mapping[str, Any]]:
    """Whatever ranks behind the place."""
    same: dict[str, Any] = {"rank": place.rank}
    due = {**same, "due_at": place.due_at}
    since = {**due, "waiting_since": place.since}
    return [
        {"rank": {"$lt": place.rank}},
        {**same, "due_at": {"$gt": place.due_at}},
        {**due, "waiting_since": {"$gt": place.since}},
        {**since, "_id": {"$gt": place.ticket}},
    ]
