"""The reader of the channel `email`: raw RFC 5322 bytes in, a normalised message out, whatever they hold."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Literal

from services.ingest.inputs import Received
from services.ingest.mail import html as markup
from services.ingest.mail.body import Body, read_body
from services.ingest.mail.headers import Headers
from services.ingest.mail.machine import Evidence, judge
from services.ingest.mail.quotes import Reply, new_part
from services.ingest.normalised import File, Machine, Normalised, ThreadHints, TokenHit, cleaned
from services.ingest.reading import Unreadable
from services.ingest.ticket_number import numbers_in
from shared.events import Contact
from shared.reply_token import ReplyTokens

_FORWARDED = re.compile(r"^\s*(?:fwd?|wg|fs|vs|posredovano|proslijeđeno|prosl|i|tr|הועבר)\s*:", re.IGNORECASE)
_DELIVERED_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
_LANGUAGE = re.compile(r"^\s*([a-zA-Z]{2,3})(?:-[A-Za-z0-9-]+)?\s*$")
MAX_COPIED = 20


@dataclass(frozen=True, slots=True)
class MailReader:
    """Reads mails for the desk at `own_addresses`. `languages` steer the guess of undeclared charsets."""

    tokens: ReplyTokens
    own_addresses: frozenset[str]
    languages: Sequence[str] = ()

    def read(self, received: Received) -> Normalised:
        """The mail. Where it names no sender, the envelope's counts."""
        message = BytesParser(policy=compat32).parsebytes(received.body)
        headers = Headers(message, languages=self.languages)
        if not message.keys():
            raise Unreadable("it has no header fields, so it is no mail as RFC 5322 has it")
        body = read_body(message, languages=self.languages)
        sender = self._sender(headers, str(received.envelope.get("mail_from") or ""))
        title, text = headers.text("subject"), body.text
        machine = self._machine(message, headers, received, sender=sender, title=title, text=text)
        reply = self._reply(text, title)
        html, files = _shown(body)
        read = Normalised(
            sender=sender,
            title=title,
            text=reply.new,
            prior_text=reply.prior,
            html=html,
            attachments=tuple(files),
            language=_declared_language(headers),
            sent_at=headers.date(),
            machine=machine,
            thread=self._hints(headers, received, sender=sender.email or "", title=title),
        )
        return read if "from" in headers or "subject" in headers else _doubtful(read, received.body)

    def _sender(self, headers: Headers, mail_from: str) -> Contact:
        for field in ("from", "sender", "reply-to"):
            for name, address in headers.addresses(field):
                if "@" in address:
                    return Contact(name=cleaned(name)[:200] or None, email=cleaned(address)[:320])
        written = headers.text("from")[:200]
        return Contact(name=written or None, email=cleaned(mail_from)[:320] or None)

    def _machine(
        self,
        message: "Message[str, str]",
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

    def _reply(self, text: str, title: str) -> Reply:
        return Reply(text) if _FORWARDED.match(title) else new_part(text)

    def _hints(self, headers: Headers, received: Received, *, sender: str, title: str) -> ThreadHints:
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
            ),
            numbers=numbers_in(title),
            copied=self._others(recipients, sender),
        )

    def _hits(
        self,
        texts: Iterable[str],
        place: Literal["address", "in_reply_to", "references"],
        *,
        sender: str,
    ) -> list[TokenHit]:
        found = [self.tokens.find(text, sender=sender) for text in texts]
        return [
            TokenHit(ticket=hit.ticket, by_recipient=hit.by_recipient, place=place) for hit in found if hit is not None
        ]

    def _others(self, recipients: Sequence[str], sender: str) -> tuple[str, ...]:
        own = {*self.own_addresses, sender.lower()}
        others = [cleaned(address).lower() for address in recipients if "@" in address and len(address) <= 320]
        return tuple(dict.fromkeys(one for one in others if _without_extension(one) not in own))[:MAX_COPIED]


def _shown(body: Body) -> tuple[str | None, list[File]]:
    """The page to show, and the files; a page that is too much to sanitise is a file."""
    if not body.pages:
        return None, body.files
    if markup.is_reasonable(body.html):
        return cleaned(markup.sanitised(body.html)), body.files
    return None, [*body.files, File(name="message.html", content_type="text/html", content=body.html.encode())]


def _doubtful(read: Normalised, raw: bytes) -> Normalised:
    """What was read of something that hardly is a mail, with the whole of it attached."""
    reason = "it has neither From nor Subject"
    notice = f"This mail may be damaged: {reason}. It is attached as it was received."
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
