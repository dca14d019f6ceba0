"""What a delivery report comes to: one event per recipient, for whoever keeps a list of dead addresses."""

from datetime import datetime

from services.ingest.mail.bounces.reasons import is_stated
from services.ingest.normalised import DeliveryReport
from services.ingest.tickets.messages import Arrived
from shared.envelope import Envelope
from shared.events import DeliveryBounced, DeliveryBouncedData


def bounced(arrived: Arrived, *, cause: Envelope, at: datetime) -> tuple[DeliveryBounced, ...]:
    """The events, in the order of the report. Recipients that it does not name are not told."""
    return tuple(
        DeliveryBounced.following(
            cause,
            f"bounced:{index}",
            time=at,
            subject=arrived.message.reported_ticket or arrived.input,
            ticketversion=1,
            data=_data(arrived, report),
            machine=True,
        )
        for index, report in enumerate(arrived.message.reports)
        if report.recipient
    )


def counted(reason: str, arrived: Arrived) -> str:
    """The reason of the ledger with how many recipients are told of: the addresses are not for the ledger."""
    told = len(arrived.message.reports)
    if not told:
        return reason
    return f"{reason}; tells of {told} recipient{'' if told == 1 else 's'}"


def _data(arrived: Arrived, report: DeliveryReport) -> DeliveryBouncedData:
    return DeliveryBouncedData(
        recipient=report.recipient,
        action=report.action,
        status=report.status if is_stated(report.status) else "",
        reply_code=report.replycode,
        diagnostic=report.diagnostic,
        reason=report.reason,
        hard=report.hard,
        message_id=arrived.message.reported_message_id,
        ticket=arrived.message.reported_ticket,
    )
