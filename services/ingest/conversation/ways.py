"""By which channel an answer still reaches the customer: some providers take free text for a day only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ingest.tickets.messages import Arrived
from shared.events import Contact

MOST = 10

Way = Mapping[str, Any]
"""A channel by which the customer wrote, and until when it takes an answer (None: for ever)."""


def used(ways: Sequence[Way], arrived: Arrived) -> list[Way]:
    """The ways with the one by which a message came, the latest last. A public comment is no way to the customer."""
    others = [one for one in ways if one["channel"] != arrived.origin.channel]
    if arrived.message.posted != "direct":
        return list(ways)
    return [*others, {"channel": arrived.origin.channel, "until": arrived.message.reply_until}][-MOST:]


def usable_channel(ways: Sequence[Way], last: str, requester: Contact, *, at: datetime) -> str:
    """The channel of the customer's last message, unless its time is over: then the one before that, or mail, or SMS.

    Where nothing is open any more, the last channel: whoever sends there says that it could not.
    """
    known = ways or [{"channel": last, "until": None}]
    is_open = [one["channel"] for one in known if one["until"] is None or one["until"] > at]
    if is_open:
        return str(last if last in is_open else is_open[-1])
    if last not in {one["channel"] for one in known}:
        return last
    return "email" if requester.email else "sms" if requester.phone else last
