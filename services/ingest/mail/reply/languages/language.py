"""What mail programs write into a reply by themselves, in one language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language. `wrote` and `mobile` are patterns, everything else is literal.

    `openings` begin the line that says who wrote the quote (`On`, `Am`), `wrote` is its verb; a verb in
    `wrote_whom` may stand before the name (`schrieb Ana:`). The names of the fields are those of the
    block that Outlook and others write instead; `sent` says more clearly than `date` that it is a mail.
    `original` and `forwarded` stand between dashes, `above` asks to write above a line.
    """

    code: str
    openings: tuple[str, ...] = ()
    wrote: tuple[str, ...] = ()
    wrote_whom: tuple[str, ...] = ()
    first_person: tuple[str, ...] = ()
    sender: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    original: tuple[str, ...] = ()
    forwarded: tuple[str, ...] = ()
    mobile: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
