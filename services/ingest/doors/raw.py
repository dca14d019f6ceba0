"""A raw mail as an input of the channel `email`, whichever door it came through: the same mail has the same key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.ingest.inbox.inputs import Received
from services.ingest.mail.identity import mail_identity

CHANNEL = "email"
CONTENT_TYPE = "message/rfc822"


def mail_input(raw: bytes, *, mailbox: str, at: datetime, facts: Mapping[str, Any], key: str | None = None) -> Received:
    """The input. `facts` is what the door knows beside the mail: peer, envelope addresses, which door."""
    message_id, identity = mail_identity(raw)
    return Received(
        channel=CHANNEL,
        account=mailbox,
        key=key or identity,
        body=raw,
        content_type=CONTENT_TYPE,
        received_at=at,
        envelope={**facts, "message_id": message_id},
    )
