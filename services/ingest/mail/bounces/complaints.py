"""Complaints of recipients and other feedback (RFC 5965), with the reports that providers send in its stead."""

import re

from services.ingest.mail.bounces import fields
from services.ingest.mail.bounces.recipients import MAX_RECIPIENTS, addresses
from services.ingest.mail.bounces.sections import Sections
from services.ingest.normalised import DeliveryReport

_REASONS = {"auth-failure": "authfailure", "not-spam": "notspam"}
_NAMED = ("original-rcpt-to", "redacted-address", "removal-recipient", "x-hmxmroriginalrecipient")
_IN_ORIGINAL = ("x-hmxmroriginalrecipient", "x-original-to", "delivered-to", "x-apparently-to", "to")
_TYPE = re.compile(r"[a-z-]{1,40}")


def complaints(found: Sections) -> list[DeliveryReport]:
    """One report per recipient that the feedback names, or one without a name where it was blacked out."""
    written = "\n".join(found.feedback)
    kind = next((one.strip().lower() for one in fields.every(written, "feedback-type")), "abuse")
    named = [one for name in _NAMED for value in fields.every(written, name) for one in addresses(value) or [value]]
    known = [address for address in dict.fromkeys(named) if "@" in address.rstrip("@")]
    recipients = known or _of_the_original(found)[:1] or [""]
    return [
        DeliveryReport(
            recipient=recipient,
            action="complaint",
            diagnostic=kind if _TYPE.fullmatch(kind) else "other",
            reason=_REASONS.get(kind, "feedback"),
            hard=False,
        )
        for recipient in recipients[:MAX_RECIPIENTS]
    ]


def is_complaint(found: Sections) -> bool:
    """Whether it has the fields of RFC 5965, or returns a mail with a provider's note of who complained."""
    if found.feedback:
        return True
    return any(fields.every(original[:20_000], "x-hmxmroriginalrecipient") for original in found.originals)


def _of_the_original(found: Sections) -> list[str]:
    for name in _IN_ORIGINAL:
        for original in found.originals:
            for value in fields.every(original, name):
                if people := addresses(value):
                    return people
    return []
