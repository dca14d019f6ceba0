"""The finished text of a notification with everything that its envelope needs, whatever the channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from services.notify.audience import Policy
from services.notify.configuration import Channel
from services.notify.conversation import told
from services.notify.notification import Notification
from services.notify.templates import EMPTY, Rendered, Templates
from services.notify.ticket import Opened, Ticket
from services.notify.wording import Language
from shared.answer_line import answer_line
from shared.events import Attachment
from shared.organisation import Agent
from shared.reply_token import Purpose, ReplyTokens
from shared.status_link import StatusLinks

TITLE_LETTERS = 150
QUOTED_LETTERS = 2000
LINK_LIFETIME = timedelta(days=180)
"""How long a customer can follow a request by the link in a letter; every letter brings a new one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """`automatic` is the keyword of RFC 3834 for mail that no person wrote; None for a person's."""

    notification: str
    channel: Channel
    to: str
    name: str
    language: str
    rendered: Rendered
    sender: str
    mailbox: str
    message_id: str
    reply_to: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    automatic: Literal["auto-replied", "auto-generated"] | None
    date: datetime
    mark: str | None = None
    """The customer's token, hidden in the HTML: some desks and mail programs drop every header."""


class Writer:
    """Writes letters in the organisation's words."""

    def __init__(
        self,
        policy: Policy,
        *,
        languages: Mapping[str, Language],
        templates: Templates,
        tokens: ReplyTokens,
        links: StatusLinks,
        public_url: str,
    ) -> None:
        self._policy = policy
        self._configuration = policy.configuration
        self._languages = languages
        self._templates = templates
        self._tokens = tokens
        self._links = links
        self._public_url = public_url.rstrip("/")

    def write(self, notification: Notification, ticket: Ticket | None, *, now: datetime) -> Letter:
        """The letter of an addressed notification; `ticket` is what is known of it by now."""
        if notification.channel is None or notification.to is None or notification.language is None:
            raise ValueError(f"notification {notification.id} has no address yet")
        automatic = notification.occasion.automatic
        opened = ticket.opened if ticket else None
        language = self._languages[notification.language]
        values = self._values(notification, ticket, language, now=now)
        agent = self._agent(notification.occasion.agent)
        to_requester = notification.audience == "requester"
        mailbox = self._configuration.mailbox(opened.mailbox if opened else "")
        purpose = _purpose(notification)
        in_reply_to, references = self._thread(notification, ticket) if to_requester else self._desk(notification)
        return Letter(
            notification=notification.id,
            channel=notification.channel,
            to=notification.to,
            name=notification.name,
            language=notification.language,
            rendered=self._templates.render(notification.template, language, values, automatic=automatic),
            sender=agent.name if agent and not automatic else self._configuration.organisation,
            mailbox=mailbox,
            message_id=self.message_id(notification.id, notification.ticket, notification.to, purpose=purpose),
            reply_to=self._reply_to(mailbox, notification.ticket, notification.to, purpose=purpose),
            in_reply_to=in_reply_to,
            references=references,
            automatic=_keyword(notification),
            date=now,
            mark=self._mark(notification) if to_requester else None,
        )

    def _mark(self, notification: Notification) -> str | None:
        if notification.ticket is None or notification.channel != "email" or notification.to is None:
            return None
        return self._tokens.sign(notification.ticket, notification.to)

    def message_id(self, notification: str, ticket: str | None, to: str, *, purpose: Purpose = "customer") -> str:
        """The same for every attempt, so that mail systems can drop a repeat."""
        token = f".{self._tokens.sign(ticket, to, purpose=purpose)}" if ticket else ""
        return f"<kartica.{notification}{token}@{self._configuration.mail.domain}>"

    def _reply_to(self, mailbox: str, ticket: str | None, to: str, *, purpose: Purpose) -> str | None:
        if ticket is None:
            return None
        local, _, domain = mailbox.partition("@")
        return f"{local}+{self._tokens.sign(ticket, to, purpose=purpose)}@{domain}"

    def _desk(self, notification: Notification) -> tuple[str | None, tuple[str, ...]]:
        """All mails about one ticket to one agent refer to one id, so that a mail program shows them together."""
        if notification.ticket is None:
            return None, ()
        return None, (self.message_id("desk", notification.ticket, notification.to or "", purpose="agent"),)

    def _thread(self, notification: Notification, ticket: Ticket | None) -> tuple[str | None, tuple[str, ...]]:
        """What the customer wrote last, or our own acknowledgement when that came by another channel."""
        if ticket is None:
            return None, ()
        mail = ticket.mail_before(notification.occasion.cause.ticketversion)
        if mail is not None:
            return mail.message_id, (*mail.references, mail.message_id)
        if ticket.acknowledgement in (None, notification.id):
            return None, ()
        ours = self.message_id(ticket.acknowledgement, ticket.id, notification.to or "")
        return ours, (ours,)

    def _values(
        self, notification: Notification, ticket: Ticket | None, language: Language, *, now: datetime
    ) -> dict[str, Any]:
        occasion = notification.occasion
        opened = ticket.opened if ticket else None
        agent = self._agent(occasion.agent)
        zone = self._configuration.zone
        texts: dict[str, str] = {
            "organisation": self._configuration.organisation,
            "name": notification.name,
            "agent": agent.name if agent else "",
            "title": occasion.title or (_title(opened) if opened else ""),
            "number": opened.number if opened else "",
            "tag": f"[{opened.number}]" if opened else "",
        }
        had = ticket.assigned_at(occasion.cause.time) if ticket else None
        team = self._policy.organisation.teams.get(occasion.team or (had.team if had else ""))
        due = occasion.due_at or (ticket.next_due if ticket else None)
        promise = ticket.promise if ticket and occasion.moment == "ticket.opened" else None
        if occasion.moment == "ticket.escalated":
            holder = self._agent(had.agent if had else None)
            texts["agent"] = holder.name if holder else ""
        shown = told(ticket.said, language, zone=zone) if ticket and notification.audience != "requester" else ""
        status_url = self._status_url(notification, now=now)
        return {
            **EMPTY,
            **{name: language.isolate(_one_line(text)) for name, text in texts.items()},
            "customer": _customer(opened, language) if opened else "",
            "team": language.isolate(team.title) if team else "",
            "text": occasion.text or (_shortened(opened.text) if opened and occasion.moment != "command" else ""),
            "promise": language.by(promise, now=now, zone=zone) if promise and promise > now else "",
            "due": language.isolate(language.moment(due, zone=zone)) if due else "",
            "late": bool(occasion.due_at and occasion.due_at <= now),
            "clock": language.words.clocks.get(occasion.clock, "") if occasion.clock else "",
            "level": occasion.level,
            "conversation": shown,
            "answer_line": answer_line(language.words.answer_above),
            "understood": _listed(occasion.understood),
            "mistakes": _listed(occasion.mistakes),
            "status_url": status_url,
            "files": _linked(occasion.files, status_url, language),
        }

    def _status_url(self, notification: Notification, *, now: datetime) -> str:
        """Where the customer follows the request; nobody else gets the link, and it goes to no other address."""
        if notification.audience != "requester" or not notification.ticket or not notification.to:
            return ""
        token = self._links.sign(notification.ticket, notification.to, until=now + LINK_LIFETIME)
        return f"{self._public_url}/status/{token}"

    def _agent(self, name: str | None) -> Agent | None:
        return self._policy.organisation.agents.get(name) if name else None


def _purpose(notification: Notification) -> Purpose:
    """What an answer to the letter is: the customer's message, or the colleague's reply or note."""
    if notification.audience in ("requester", "recipient"):
        return "customer"
    return "note" if notification.audience == "mentioned" else "agent"


def _listed(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {_one_line(line)}" for line in lines)


def _linked(files: Sequence[Attachment], status_url: str, language: Language) -> str:
    """An agent's files, each with the customer's own link to it: their bytes stay with ingest."""
    if not status_url:
        return ""
    return "\n".join(f"{language.isolate(_one_line(file.name))}: {status_url}/files/{file.id}" for file in files)


def _keyword(notification: Notification) -> Literal["auto-replied", "auto-generated"] | None:
    if not notification.occasion.automatic:
        return None
    return "auto-replied" if notification.occasion.moment == "ticket.opened" else "auto-generated"


def _title(opened: Opened) -> str:
    title = _one_line(opened.title).replace(f"[{opened.number}]", "").strip()
    while (prefix := title.partition(":")[0].lower()) in ("re", "aw", "sv", "odg", "השב") and ":" in title:
        title = title[len(prefix) + 1 :].strip()
    return title if len(title) <= TITLE_LETTERS else f"{title[: TITLE_LETTERS - 1].rstrip()}…"


def _customer(opened: Opened, language: Language) -> str:
    person = opened.requester
    name, address = _one_line(person.name or ""), _one_line(person.email or person.phone or "")
    if name and address:
        return f"{language.isolate(name)} {language.isolate(f'<{address}>')}"
    return language.isolate(name or address)


def _shortened(text: str) -> str:
    return text if len(text) <= QUOTED_LETTERS else f"{text[:QUOTED_LETTERS].rstrip()} …"


def _one_line(text: str) -> str:
    return " ".join(text.split())
