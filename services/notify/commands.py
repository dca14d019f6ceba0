"""A text that somebody asks notify to send: the command `notification.send`."""

import re
from datetime import datetime

import phonenumbers

from services.notify.audience import Policy
from services.notify.configuration import Channel
from services.notify.notification import Notification
from services.notify.occasion import Occasion, without_body
from services.notify.rules import NOTIFICATIONS
from shared.change import Change, Insert
from shared.commands import NotificationSend
from shared.errors import Refused
from shared.ids import derived_id

KIND = "command"
MAIL_ADDRESS = re.compile(r"^[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,255}$")


def send(command: NotificationSend, *, policy: Policy, now: datetime) -> Change:
    """The notification that a command asks for; `Refused` says what to correct."""
    asked = command.data
    if asked.channel not in policy.available:
        raise _refused(f"There is no provider for {asked.channel} here; the operator sets one up.")
    notification = Notification(
        id=derived_id("notification", KIND, command.id),
        ticket=command.subject,
        kind=KIND,
        template=KIND,
        audience="recipient",
        occasion=Occasion(moment="command", cause=without_body(command), text=asked.text, title=asked.title),
        channels=(asked.channel,),
        state="queued",
        at=now,
        due=now,
        channel=asked.channel,
        to=_address(asked.channel, asked.to, policy=policy),
        language=policy.configuration.language(asked.language),
    )
    answer = {"notification": notification.id, "state": notification.state, "to": notification.to}
    return Change((Insert(NOTIFICATIONS, notification.document()),), answer=answer)


def _address(channel: Channel, to: str, *, policy: Policy) -> str:
    if channel == "email":
        if not MAIL_ADDRESS.match(to.strip()):
            raise _refused("`to` is not a mail address such as ana@example.com.")
        return to.strip()
    try:
        number = phonenumbers.parse(to, policy.configuration.sms.default_region)
    except phonenumbers.NumberParseException as error:
        raise _refused("`to` is not a telephone number such as +38640123456.") from error
    if not phonenumbers.is_possible_number(number):
        raise _refused("`to` has too few or too many digits for a telephone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refused(detail: str) -> Refused:
    return Refused(status=422, title="The notification can't be sent", detail=detail)
