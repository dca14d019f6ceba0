"""Whether what a stranger wrote is an e-mail address, a phone number, a web address; and its one spelling."""

import re

import phonenumbers

EMAIL_LENGTH = 254
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_WEB = re.compile(r"https?://[^\s/?#<>\"]{1,255}(?:[/?#][^\s<>\"]{0,2000})?", re.I)


def is_email(text: str) -> bool:
    """Whether the text is one e-mail address, and nothing that a header could be made of."""
    return len(text) <= EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None


def is_web_address(text: str) -> bool:
    """Whether the text is one http(s) address."""
    return _WEB.fullmatch(text) is not None


def e164(number: str, *, region: str | None) -> str | None:
    """The phone number as +38640123456, or None; `region` is for numbers without a country code."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
