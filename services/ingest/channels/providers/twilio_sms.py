"""Twilio's SMS and MMS; STOP, START and HELP are the carrier's business and open no ticket."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from services.ingest.channels.json_shapes import fields
from services.ingest.channels.plain_text import one_line, readable
from services.ingest.channels.provider import Account, Call, Update, key_of
from services.ingest.channels.providers.twilio import FORM, TwilioProvider, number, parameters
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Machine, Media, Normalised, ThreadHints
from shared.events import Contact

MAX_FILES = 10
KEYWORDS = {
    "STOP": ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    "START": ("START", "UNSTOP"),
    "HELP": ("HELP", "INFO"),
}
"""What Twilio itself answers when it is the whole message; YES is left out, for people mean yes by it."""


class TwilioSms(TwilioProvider):
    """All messages of one number are a conversation; reports on messages of ours are only counted."""

    name: ClassVar[str] = "twilio_sms"

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        form = parameters(call.body)
        if not form.get("From"):
            return [Update("status" if "MessageStatus" in form else "unknown")]
        if form.get("MessageStatus", "received") != "received" or form.get("SmsStatus", "received") != "received":
            return [Update("status")]
        kind = "keyword" if keyword(form) else "message"
        token = call.headers.get("i-twilio-idempotency-token", "")
        key = form.get("MessageSid") or form.get("SmsMessageSid") or token or key_of(sorted(form.items()))
        return [Update(kind, key[:200], call.body, FORM)]

    def read(self, received: Received) -> Normalised:
        form = parameters(received.body)
        sender = number(form.get("From", ""))
        word, media = keyword(form), _media(form)
        shown = "\n".join(f"[{one.kind.capitalize()}]" for one in media)
        written = one_line(form.get("From", ""), limit=50) or None
        # The number is what the network shows, and no proof: senders of SMS can have another one shown.
        contact = Contact(phone=sender) if sender else Contact(name=written)
        return Normalised(
            channel="sms",
            sender=contact,
            text=readable(form.get("Body", "")) or shown or "[An empty message]",
            fields=fields(sms_to=form.get("To"), from_city=form.get("FromCity"), from_country=form.get("FromCountry")),
            sent_at=received.received_at,
            machine=Machine(kind="keyword", because=f"{word}, which the carrier answers") if word else None,
            thread=ThreadHints(conversation=sender or written),
            media=media,
            channel_id=form.get("MessageSid", "")[:200] or None,
        )


def keyword(form: Mapping[str, str]) -> str | None:
    """STOP, START or HELP when the message is nothing else, in Twilio's own judgement where it tells it."""
    told = form.get("OptOutType", "").upper()
    if told in KEYWORDS:
        return told
    word = form.get("Body", "")[:50].strip().upper().rstrip(".!")
    return next((name for name, words in KEYWORDS.items() if word in words), None)


def _media(form: Mapping[str, str]) -> tuple[Media, ...]:
    count = form.get("NumMedia", "0")
    found = []
    for place in range(min(int(count), MAX_FILES) if count.isascii() and count.isdigit() and len(count) < 4 else 0):
        declared = form.get(f"MediaContentType{place}", "")[:100]
        kind = declared.partition("/")[0] if declared.startswith(("image/", "video/", "audio/")) else "file"
        found.append(Media(url=form.get(f"MediaUrl{place}", "")[:2000], kind=kind, content_type=declared))
    return tuple(found)
