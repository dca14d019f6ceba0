"""What a cause makes of a ticket before an agent is chosen, and on what terms its team gives it out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.routing.classification.ruleset import Trial
from services.routing.opening import Opening
from services.routing.ticket import Ticket
from shared.events import ModelVerdict, Reason

Placing = Literal["none", "choose", "keep_if_room", "keep_if_there", "keep_if_theirs", "given"]
"""Who gets the ticket: nothing changes; the best by the team's strategy; the owner if they have room, or are
there at all, or are away from a ticket that the team leaves with them (`absent_owner: keep`), else the best;
the agent that `after` names."""
OfferEnd = Literal["accepted", "declined", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Step:
    """`after` is the ticket with everything but its agent, who is chosen as `placing` says.

    `since` is its place in the queue, if it comes there. `tell` is whether an owner who stays, or a
    queue that it stays in, is worth an event. `returns_to` is who gets it before all others if they
    are there. `ended_offer` is what became of the offer of `before`; without a word it is withdrawn
    as soon as the ticket is placed.
    """

    before: Ticket
    after: Ticket
    by: str = ""
    reasons: tuple[Reason, ...] = ()
    placing: Placing = "none"
    placed_by: str = ""
    placing_reasons: tuple[Reason, ...] = ()
    since: datetime | None = None
    tried: tuple[Trial, ...] = ()
    model: ModelVerdict | None = None
    opening: Opening | None = None
    tell: bool = False
    returns_to: str | None = None
    ended_offer: OfferEnd | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How the ticket's team gives it out: `offer_within` when it is offered instead of assigned.

    `needs` and `wants` are what a ticket waits for that comes into the queue without anybody having been looked for.
    """

    offer_within: timedelta | None = None
    age_boost: timedelta | None = None
    weight: int = 1
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()


USUAL = Terms()
"""Assigned at once, and never more urgent by age."""
