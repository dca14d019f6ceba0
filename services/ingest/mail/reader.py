"""The reader of the channel `email`: raw RFC 5322 bytes in, a normalised message out, whatever they hold."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from services.ingest.conversation.marks import marks_in
from services.ingest.inbox.inputs import Received
from services.ingest.mail import html as markup
from services.ingest.mail.body import Body
from services.ingest.mail.bounces.reading import read_report
from services.ingest.mail.headers import Headers
from services.ingest.mail.machine import Evidence, judge
from services.ingest.mail.opening import Mail, opened
from services.ingest.mail.reply.cutting import Reply
from services.ingest.mail.reply.mail import new_part_of_mail
from services.ingest.mail.reply.titles import is_answer, is_forward
from services.ingest.mail.splitting import Part
from services.ingest.normalised import File, Machine, Normalised, ThreadHints, TokenHit, cleaned
from services.ingest.reading.readings import Unreadable
from services.ingest.tickets.number import numbers_in
from shared.events import Contact
from shared.reply_token import ReplyTokens

_DELIVERED_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
_LANGUAGE = re.compile(r"^\s*([a-zA-Z]{2,3})(?:-[A-Za-z0-9-]+)?\s*$")
MAX_COPIED = 20
MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class MailReader:
    """Reads mails for the desk at `own_addresses`. `languages` steer the guess of undeclared charsets."""

    tokens: ReplyTokens
    own_addresses: frozenset[str]
    languages: Sequence[str] = ()

    def read(self, received: Received) -> Normalised:
        """The mail. Where it names no sender, the envelope's counts."""
        mail = opened(received.body, languages=self.languages)
        message, headers, body = mail.part, mail.headers, mail.body
        if not message.keys():
            raise Unreadable("it has no header fields, so it is no mail as RFC 5322 has it")
        sender = self._sender(headers, str(received.envelope.get("mail_from") or ""))
        title, text = headers.text("subject"), body.text
        machine = self._machine(message, headers, received, sender=sender, title=title, text=text)
        marks = marks_in(f"{text}\n{body.html}")
        thread = self._hints(headers, received, sender=sender.email or "", title=title, marks=marks)
        reply = _new_part(body, thread, title)
        html, files = _shown(body)
        read = Normalised(
            sender=sender,
            title=title,
            text=reply.new,
            prior_text=reply.prior,
            whole_text=reply.whole,
            html=html,
            attachments=tuple(files),
            language=_declared_language(headers),
            sent_at=_in_utc(headers.date()),
            machine=machine,
            thread=thread,
            to=mail.people("to")[:MAX_SHOWN],
            cc=mail.people("cc")[:MAX_SHOWN],
            reply_to=mail.people("reply-to")[:MAX_SHOWN],
        )
        if machine is not None and machine.kind == "bounce":
            read = self._with_reports(read, mail)
        if "from" not in headers and "subject" not in headers:
            return _doubtful(read, received.body, "it has neither From nor Subject")
        return _doubtful(read, received.body, body.left) if body.left else read

    def _sender(self, headers: Headers, mail_from: str) -> Contact:
        for field in ("from", "sender"):  # Reply-To could make a stranger the requester
            for name, address in headers.addresses(field):
                if "@" in address:
                    return Contact(name=cleaned(name)[:200] or None, email=cleaned(address)[:320])
        written = headers.text("from")[:200]
        return Contact(name=written or None, email=cleaned(mail_from)[:320] or None)

    def _machine(
        self,
        message: Part,
        headers: Headers,
        received: Received,
        *,
        sender: Contact,
        title: str,
        text: str,
    ) -> Machine | None:
        own_id = self.tokens.find(headers.first("message-id"), sender="") is not None
        return judge(
            Evidence(
                message=message,
                headers=headers,
                envelope=received.envelope,
                sender=sender.email or sender.name or "",
                title=title,
                text=text,
                own_addresses=self.own_addresses,
                is_our_own_id=own_id,
            )
        )

    def _with_reports(self, read: Normalised, mail: Mail) -> Normalised:
        """A delivery report with what it tells, and the ticket whose mail it is about."""
        told = read_report(mail.part, mail.headers, own=self.own_addresses, languages=self.languages)
        found = self.tokens.find(told.message_id or "", sender="")
        ticket = found.ticket if found else next((hit.ticket for hit in read.thread.tokens), None)
        return read.model_copy(
            update={
                "reports": told.reports,
                "reported_message_id": cleaned(told.message_id) if told.message_id else None,
                "reported_ticket": ticket,
            }
        )

    def _hints(
        self, headers: Headers, received: Received, *, sender: str, title: str, marks: Sequence[str]
    ) -> ThreadHints:
        ids = headers.message_ids("message-id")
        in_reply_to = headers.message_ids("in-reply-to")
        references = headers.message_ids("references")
        recipients = [address for _, address in headers.addresses("to", "cc")]
        reached = [value for name in _DELIVERED_FIELDS for value in headers.raw(name)]
        envelope = [str(address) for address in received.envelope.get("rcpt_to", ())]
        return ThreadHints(
            message_id=ids[0] if ids else None,
            in_reply_to=in_reply_to,
            references=references,
            tokens=(
                *self._hits([*envelope, *recipients, *reached], "address", sender=sender),
                *self._hits(in_reply_to, "in_reply_to", sender=sender),
                *self._hits(reversed(references), "references", sender=sender),
                *self._hits(marks, "body", sender=sender),
            ),
            numbers=numbers_in(title),
            copied=self._others(recipients, sender),
        )

    def _hits(
        self,
        texts: Iterable[str],
        place: Literal["address", "in_reply_to", "references", "body"],
        *,
        sender: str,
    ) -> list[TokenHit]:
        found = [self.tokens.find(text, sender=sender) for text in texts]
        return [
            TokenHit(
                ticket=hit.ticket, by_recipient=hit.by_recipient, place=place, purpose=hit.purpose, token=hit.token
            )
            for hit in found
            if hit is not None
        ]

    def _others(self, recipients: Sequence[str], sender: str) -> tuple[str, ...]:
        own = {*self.own_addresses, sender.lower()}
        others = [cleaned(address).lower() for address in recipients if "@" in address and len(address) <= 320]
        return tuple(dict.fromkeys(one for one in others if _without_extension(one) not in own))[:MAX_COPIED]


def _new_part(body: Body, thread: ThreadHints, title: str) -> Reply:
    """What the mail says itself; one that is forwarded, or answers nothing, keeps what it quotes."""
    is_page = bool(body.plain) and all(block.kind == "page" for block in body.plain)
    named = bool(thread.in_reply_to or thread.references or thread.tokens or thread.numbers)
    answers = (named or is_answer(title)) and not is_forward(title, body.text)
    return new_part_of_mail(body.text, body.html, is_page=is_page, answers=answers)


def _shown(body: Body) -> tuple[str | None, list[File]]:
    """The page to show, and the files; a page that is too much to sanitise is a file."""
    if not body.pages:
        return None, body.files
    if markup.is_reasonable(body.html):
        return cleaned(markup.sanitised(body.html)), body.files
    if body.is_cut:
        return None, body.files
    return None, [*body.files, File(name="message.html", content_type="text/html", content=body.html.encode())]


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _doubtful(read: Normalised, raw: bytes, reason: str) -> Normalised:
    """What was read of something that is odd or too much, with the whole of it attached."""
    notice = f"Not all of this mail could be read: {reason}. It is attached as it was received."
    return read.model_copy(
        update={
            "text": f"{notice}\n\n{read.text}".strip(),
            "attachments": (*read.attachments, File(name="message.eml", content_type="message/rfc822", content=raw)),
            "unreadable": reason,
        }
    )


def _without_extension(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _declared_language(headers: Headers) -> str | None:
    match = _LANGUAGE.match(headers.first("content-language"))
    return match[1].lower() if match else None
