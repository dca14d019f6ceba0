"""Inputs of many kinds, each with a mark by which it is found again; some are sent twice, as their senders do."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from random import Random
from typing import Any, Literal

Way = Literal["smtp", "raw_mail", "http", "amqp", "form", "whatsapp", "telegram", "signed"]
Fate = Literal["kept", "suppressed"]
"""`kept`: its text stands in a message of a ticket. `suppressed`: it stands in the ledger only."""

SHARES: tuple[tuple[str, int], ...] = (
    ("mail", 22),
    ("reply", 12),
    ("odd_mail", 6),
    ("bounce", 6),
    ("absence", 4),
    ("raw_mail", 6),
    ("http", 10),
    ("amqp", 10),
    ("form", 6),
    ("whatsapp", 8),
    ("telegram", 6),
    ("signed", 4),
)
REPEATED = 0.1
"""The share that is sent once more, later, exactly as it was."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One input. `mark` is unique and stands in its text; `content` is what its way takes."""

    way: Way
    kind: str
    mark: str
    fate: Fate
    content: Any


def inputs(count: int, chance: Random) -> Iterator[Sent]:
    """`count` different inputs in a random mix, with repeats of earlier ones among them."""
    kinds = [kind for kind, _ in SHARES]
    weights = [share for _, share in SHARES]
    earlier: list[Sent] = []
    for number in range(count):
        made = _made(chance.choices(kinds, weights)[0], number, chance)
        earlier.append(made)
        yield made
        if chance.random() < REPEATED:
            yield chance.choice(earlier)


def _made(kind: str, number: int, chance: Random) -> Sent:
    mark = f"mark{number:06d}x"
    customer = chance.randrange(400)
    match kind:
        case "mail" | "reply" | "raw_mail":
            mail = _mail(mark, number, customer, answers=chance.randrange(number + 1) if kind == "reply" else None)
            return Sent("raw_mail" if kind == "raw_mail" else "smtp", kind, mark, "kept", mail.as_bytes())
        case "odd_mail":
            return Sent("smtp", kind, mark, "kept", _odd(mark, number, chance))
        case "bounce":
            return Sent("smtp", kind, mark, "suppressed", _bounce(mark, number, customer))
        case "absence":
            away = _mail(mark, number, customer, answers=None)
            away["Auto-Submitted"] = "auto-replied"
            return Sent("smtp", kind, mark, "suppressed", away.as_bytes())
        case "form":
            return Sent("form", kind, mark, "kept", {"customer": customer, "text": f"The lamp flickers, {mark}."})
        case "whatsapp" | "telegram":
            return Sent(kind, kind, mark, "kept", {"customer": customer, "number": number, "text": f"Hello, {mark}"})
        case _:
            way: Way = "signed" if kind == "signed" else "amqp" if kind == "amqp" else "http"
            return Sent(way, kind, mark, "kept", {"customer": customer, "text": f"My order is late, {mark}."})


def _mail(mark: str, number: int, customer: int, *, answers: int | None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Customer {customer} <customer{customer}@example{customer % 40}.org>"
    mail["To"] = "support@svetilka.example"
    mail["Subject"] = f"Invoice {number}"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0100"
    mail["Message-ID"] = f"<{number}@example.org>"
    if answers is not None:
        mail["In-Reply-To"] = f"<{answers}@example.org>"
    mail.set_content(f"Please send me the invoice again, {mark}.\n")
    return mail


def _odd(mark: str, number: int, chance: Random) -> bytes:
    """Mails that break rules: wrong charsets, parts that never end, no header, bytes of chance."""
    head = f"From: odd{number}@example.org\r\nMessage-ID: <{number}@example.org>\r\n".encode()
    match chance.randrange(4):
        case 0:
            return head + b"Subject: \xe8\xb9\xbe\r\n\r\n" + f"{mark} \udce8\udcb9".encode("utf-8", "surrogateescape")
        case 1:
            wrong = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
            return head + wrong + mark.encode()
        case 2:
            return head + b'Content-Type: text/plain; charset="no-such-charset"\r\n\r\n' + mark.encode()
        case _:
            return head + b"\r\n" + mark.encode() + b" " + chance.randbytes(300).replace(b"\r", b"").replace(b"\n", b"")


def _bounce(mark: str, number: int, customer: int) -> bytes:
    return (
        "From: MAILER-DAEMON@example.org\r\n"
        "To: support@svetilka.example\r\n"
        f"Subject: Undelivered Mail {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{mark}\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; example.org\r\n\r\n"
        f"Final-Recipient: rfc822; customer{customer}@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
