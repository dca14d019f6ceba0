"""A letter as a mail (RFC 5322, MIME) whose headers nobody can write into."""

import re
from collections.abc import Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from services.notify.letter import Letter
from services.notify.outcome import NeverMind

MESSAGE_ID = re.compile(r"^<[!-;=?-~]{1,400}>$")
REFERENCES_LENGTH = 1500
"""Relays refuse headers that are much longer; the first and the newest ids are what clients thread by."""
UNBROKEN = frozenset({"message-id", "in-reply-to", "references", "reply-to"})


class _Policy(EmailPolicy):
    """SMTP's line ends; ids and our own addresses are folded between them only, never encoded as words.

    The standard library's own folding turns an id longer than a line into an RFC 2047 word, which no
    mail program recognises as an id.
    """

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in UNBROKEN:
            return f"{name}: {f'{self.linesep} '.join(str(value).split())}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in UNBROKEN:
            return self.fold(name, value).encode("ascii")
        return bytes(super().fold_binary(name, value))


POLICY = _Policy(linesep="\r\n", cte_type="7bit", raise_on_defect=policy.SMTP.raise_on_defect)


def compose(letter: Letter) -> bytes:
    """The mail as it goes over the wire; `NeverMind` when the address can't be one."""
    mail = EmailMessage(policy=POLICY)
    try:
        mail["From"] = Address(display_name=_line(letter.sender), addr_spec=letter.mailbox)
        mail["To"] = Address(display_name=_line(letter.name), addr_spec=letter.to)
    except (ValueError, IndexError, UnicodeError) as error:
        raise NeverMind(f"not a mail address: {type(error).__name__}") from error
    if letter.reply_to is not None:
        mail["Reply-To"] = Address(addr_spec=letter.reply_to)
    mail["Subject"] = _line(letter.rendered.subject)
    mail["Date"] = format_datetime(letter.date)
    mail["Message-ID"] = letter.message_id
    _refer(mail, letter)
    if letter.automatic is not None:
        mail["Auto-Submitted"] = letter.automatic
        mail["X-Auto-Response-Suppress"] = "All"
        mail["X-Loop"] = letter.mailbox
    mail.set_content(letter.rendered.text + "\n")
    mail.add_alternative(_marked(letter.rendered.html, letter.mark) + "\n", subtype="html")
    mail["Content-Language"] = letter.language  # last: setting the content removes all Content- fields
    return mail.as_bytes()


def _marked(html: str, mark: str | None) -> str:
    """The page with the mark at its end, which nobody sees and answers quote."""
    if mark is None:
        return html
    hidden = f'<div style="display:none; font-size:0; max-height:0; overflow:hidden" aria-hidden="true">[#{mark}]</div>'
    before, end, after = html.rpartition("</body>")
    return f"{before}{hidden}{end}{after}" if end else html + hidden


def bounded(ids: Sequence[str]) -> tuple[str, ...]:
    """The valid ids, each once: the first and as many of the newest as stay under `REFERENCES_LENGTH`."""
    valid = list(dict.fromkeys(one for one in ids if MESSAGE_ID.match(one)))
    if not valid:
        return ()
    first, kept, length = valid[0], list[str](), len(valid[0])
    for one in reversed(valid[1:]):
        length += len(one) + 3
        if length >= REFERENCES_LENGTH:
            break
        kept.append(one)
    return (first, *reversed(kept))


def _refer(mail: EmailMessage, letter: Letter) -> None:
    if letter.in_reply_to is not None and MESSAGE_ID.match(letter.in_reply_to):
        mail["In-Reply-To"] = letter.in_reply_to
    references = bounded(letter.references)
    if references:
        mail["References"] = " ".join(references)


def _line(text: str) -> str:
    """One line without control characters: a newline would begin a header of somebody else's."""
    return " ".join("".join(letter if letter.isprintable() or letter in KEPT else " " for letter in text).split())


KEPT = frozenset("\u2068\u2069\u200d\u200c\u200e\u200f")
"""Marks of direction and joiners, which are not printable and harmless."""
