"""What somebody writes on the status page: a message of the ticket whose link they hold."""

from collections.abc import Mapping
from typing import Any

from services.ingest.channels import form_body
from services.ingest.channels.status_links import SENDER
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised, ThreadHints, TokenHit
from shared.events import Contact

CHANNEL = "portal"


def read(received: Received) -> Normalised:
    """The message that was stored. The link, which was checked at the door, leads it to its ticket."""
    sent = form_body.parse(received.body, received.content_type)
    told = received.envelope
    return Normalised(
        sender=Contact.model_validate(told["sender"]),
        text=sent.values.get("message", ""),
        attachments=sent.files,
        sent_at=received.received_at,
        thread=ThreadHints(tokens=(TokenHit(ticket=told["ticket"], by_recipient=True, place="address"),)),
    )


def sender_of(recipient: str, requester: Mapping[str, Any], *, language: str) -> Contact:
    """Who holds the link. A link that came by mail or SMS proves the address that it was sent to."""
    known = Contact.model_validate(requester)
    if recipient.startswith(SENDER):
        return known.model_copy(update={"verified": False})
    if recipient in (known.email and known.email.strip().lower(), known.phone, known.visitor):
        return known.model_copy(update={"verified": True})
    way = "email" if "@" in recipient else "phone" if recipient.startswith("+") else "visitor"
    return Contact.model_validate({way: recipient, "language": language, "verified": True})
