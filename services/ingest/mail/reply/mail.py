"""The new part of a mail, from its plain text, its HTML, or what both of them say together."""

import re
from itertools import islice

from services.ingest.mail.html import text_of
from services.ingest.mail.reply.cutting import Reply, new_part
from services.ingest.mail.reply.lines import BOUNDARY, QUOTE
from services.ingest.mail.reply.page import marked_text

MAX_COMPARED = 400_000
"""Characters of either part that are compared."""

_LETTER = re.compile(r"[^\W_]")
_MAY_QUOTE = re.compile(r"quote|RplyFwd|appendonsend|stopSpelling|replySplit|border-top|__DIVIDER__|zwchr|OLK_SRC")


def new_part_of_mail(text: str, html: str = "", *, is_page: bool, answers: bool = True) -> Reply:
    """What the writer wrote now, without signatures and footers.

    `text` is the mail's text and `html` its page; `is_page` says that the text is that of the page. A
    plain text counts for itself; where it shows no quote but the page does, it is cut where that begins.
    A mail that answers nothing quotes nothing that is known here, so all of it is new.
    """
    if not answers:
        return new_part(text, quotes=False)
    if html and is_page:
        return new_part_of_page(html)
    reply = new_part(text)
    if not html or new_part(text, signatures=False).is_trimmed:
        return reply
    cut = _where_page_says(text, html)
    return reply if cut is None else _cut_there(text, cut)


def new_part_of_page(html: str, *, signatures: bool = True) -> Reply:
    """The new part of a page, as text."""
    marked = marked_text(html)
    return new_part(text_of(html) if marked is None else marked, signatures=signatures)


def _where_page_says(text: str, html: str) -> int | None:
    """Where in the plain text the quote begins according to the page, if the page begins as the text does."""
    if len(text) > MAX_COMPARED or len(html) > MAX_COMPARED:
        return None
    marked = marked_text(html) if _MAY_QUOTE.search(html) else None
    if marked is None or not (QUOTE in marked or BOUNDARY in marked):
        return None
    of_page = new_part(marked, signatures=False)
    if not of_page.is_trimmed or of_page.whole:
        return None
    letters = _LETTER.findall(of_page.new)
    positions = [match.end() for match in islice(_LETTER.finditer(text), len(letters))]
    if not letters or len(positions) < len(letters) or [text[end - 1] for end in positions] != letters:
        return None
    line_end = text.find("\n", positions[-1])
    return None if line_end < 0 else line_end


def _cut_there(text: str, cut: int) -> Reply:
    """The last line of the reply stays whole; a header that follows it goes with the quote."""
    new = new_part(text[:cut], quotes=False)
    prior = "\n".join(part for part in (new.prior, text[cut:].strip()) if part)
    return Reply(new.new, prior, new.whole and text.strip())
