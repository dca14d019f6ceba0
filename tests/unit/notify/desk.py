"""Notify's rules over a store in memory, and the shipped configuration with its templates."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.notify import configuration, rules, wording
from services.notify.audience import Policy, colleague
from services.notify.commands import KIND
from services.notify.letter import Letter, Writer
from services.notify.notification import Notification
from services.notify.rules import NOTIFICATIONS, TICKETS, addressed
from services.notify.templates import Templates
from services.notify.ticket import Ticket
from shared.change import Change, Insert, Update
from shared.envelope import Event
from shared.organisation import Organisation
from shared.reply_token import ReplyTokens
from shared.status_link import StatusLinks

CONFIG = Path(__file__).parents[3] / "config"
TOKENS = ReplyTokens.parse("a:0123456789abcdef0123")
LINKS = StatusLinks.parse("a:0123456789abcdef0123")


def policy(*, channels: Iterable[Any] = ("email", "sms"), **changes: Any) -> Policy:
    """The example company; `changes` replace parts of config/notify.yaml."""
    read = configuration.read(CONFIG)
    changed = configuration.Configuration.model_validate({**read.model_dump(), **changes})
    return Policy(changed, Organisation.read(CONFIG), frozenset(channels))


def writer(decided: Policy) -> Writer:
    languages = wording.read(CONFIG, decided.configuration)
    names = [KIND, *decided.configuration.notices]
    templates = Templates(CONFIG / "templates", languages, names)
    return Writer(
        decided,
        languages=languages,
        templates=templates,
        tokens=TOKENS,
        links=LINKS,
        public_url="https://help.example/",
    )


class Desk:
    """Applies what the rules decide, as the database would."""

    def __init__(self, decided: Policy, *, now: datetime) -> None:
        self.policy, self.now = decided, now
        self.tickets: dict[str, Ticket] = {}
        self.notifications: dict[str, Notification] = {}
        self.events: list[Event] = []
        self._handled: set[str] = set()

    def hear(self, *events: Event) -> "Desk":
        for event in events:
            if event.id not in self._handled:  # what Once does
                self._handled.add(event.id)
                self._apply(self._decide(event))
        return self

    def kinds(self) -> list[tuple[str, str, str]]:
        """Kind, audience and state of all notifications."""
        return sorted((one.kind, one.audience, one.state) for one in self.notifications.values())

    def only(self, kind: str, audience: str | None = None) -> Notification:
        """The one notification of this kind, with its address."""
        found = [one for one in self.notifications.values() if one.kind == kind and audience in (None, one.audience)]
        assert len(found) == 1, self.kinds()
        return self.reached(found[0])

    def reached(self, notification: Notification) -> Notification:
        """With the address that a colleague's gets when it is sent."""
        if notification.to is not None or notification.finished or notification.ticket is None:
            return notification
        role: Any = notification.audience
        found = colleague(
            role,
            notification.occasion,
            self.tickets[notification.ticket],
            channels=notification.channels,
            policy=self.policy,
        )
        return addressed(notification, found)

    def letter(self, kind: str, audience: str | None = None, *, now: datetime | None = None) -> Letter:
        notification = self.only(kind, audience)
        ticket = self.tickets[notification.ticket] if notification.ticket else None
        return writer(self.policy).write(notification, ticket, now=now or self.now)

    def _decide(self, event: Event) -> Change:
        ticket = self.tickets.get(event.subject, Ticket(id=event.subject))
        address = rules.acknowledged_address(event, ticket, policy=self.policy)
        earlier = [one for one in self.notifications.values() if one.turn and one.turn.sender == address]
        return rules.hear(
            event,
            ticket,
            held=[self.notifications[id] for id in ticket.held],
            earlier=sorted(earlier, key=lambda one: -one.turn.number if one.turn else 0),
            policy=self.policy,
            now=self.now,
        )

    def _apply(self, change: Change) -> None:
        self.events += change.events
        for write in change.writes:
            if isinstance(write, Insert):
                made = Notification.stored(write.document)
                assert made.id not in self.notifications
                self.notifications[made.id] = made
            elif isinstance(write, Update) and write.collection == TICKETS:
                self.tickets[write.id] = Ticket.stored(self._updated(self.tickets.get(write.id), write))
            elif isinstance(write, Update) and write.collection == NOTIFICATIONS:
                self.notifications[write.id] = Notification.stored(self._updated(self.notifications[write.id], write))

    @staticmethod
    def _updated(before: Ticket | Notification | None, write: Update) -> Mapping[str, Any]:
        assert write.version == (before.version if before else 0)
        known = before.model_dump() if before else {}
        return {**known, **write.set, "_id": write.id, "version": write.version + 1}


HOUR = timedelta(hours=1)
