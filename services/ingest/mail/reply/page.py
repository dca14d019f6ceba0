"""A page of HTML as marked lines: which of them stand in a quote, and where the HTML says that one begins."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.html import document_fromstring, fragment_fromstring

from services.ingest.mail.html import is_reasonable
from services.ingest.mail.reply.lines import BOUNDARY, QUOTE, readable
from services.ingest.mail.reply.wrote import wrote_header

MAX_LOOKED_AT = 16
"""Lines of a blockquote among which its first written one is."""
MAX_FIELD_TEXTS = 40
"""Pieces of text in which a block of fields is looked for."""

_BEGIN, _END = "\ue002", "\ue003"
_MAYBE_BEGIN, _MAYBE_END = "\ue004", "\ue005"
_OWN_BEGIN = "\ue006"
"""Begins what the writer may have quoted or indented with a button of the mail program."""
_PRIVATE = re.compile("[\ue000-\ue006]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_MARK = re.compile(f"([{_BEGIN}{_END}{_MAYBE_BEGIN}{_MAYBE_END}{_OWN_BEGIN}{BOUNDARY}])")

_QUOTE_CLASS = re.compile(
    r"""(?:^|[\s\w-])(?:gmail_quote|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|skiff_quote|iosymail
      |freshdesk_quote|front-blockquote|missive_quote|zoho_quote|clean_bq|hmail_quote|mailru-blockquote|quoted-mail
      |fm_quote|mailspring_quote|superhuman-quote|shortwave-quote|spark_quote|moz-forward-container|ntes-quote|ntes-mailmaster-quote)(?:$|[\s_\d])""",
    re.VERBOSE,
)
_QUOTE_ID = re.compile(
    r"""(?:x_)*(?:OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|isReplyContent|isForwardContent
      |oriMsgHtmlSeperator|origbody|reply139content|(?:ydp\w+)?yahoo_quoted_\d+|LPlnkQuote|ntes-pcmail-quote)""",
    re.VERBOSE,
)
_QUOTE_NAME = frozenset(("quote", "messageReplySection"))
_BOUNDARY_ID = re.compile(r"(?:x_|ecx)*(?:divRplyFwdMsg|appendonsend|stopSpelling|replySplit|zwchr|ms-outlook-reply)")
_BORDER_TOP = re.compile(r"border-top(?:-style)?\s*:[^;]*\bsolid\b", re.IGNORECASE)
_LABEL = re.compile(r"[^\W\d_][^:\n]{0,30}[:：]")
_CITED = re.compile(r"^(?:mid|cid):", re.IGNORECASE)


def marked_text(html: str) -> str | None:
    """The page's text with the marks of its quotes; None when the page can't be laid out."""
    if not is_reasonable(html):
        return None
    try:
        tree = document_fromstring(_XML_DECLARATION.sub("", _PRIVATE.sub("", html)))
        _mark(tree)
        laid_out = Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"])).get_text()
    except Exception:  # lxml and inscriptis give up in many ways
        return None
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub("", "\n".join(_lines(laid_out)))).strip("\n")


def _mark(tree: Any) -> None:
    """Puts marks into the tree, around every outermost quote and before every boundary."""
    stack = [tree]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str):
            continue
        if _is_quote(element):
            _enclose(element, _BEGIN, _END)
            continue
        if element.tag == "blockquote":
            _enclose(element, _OWN_BEGIN if _is_of_writer(element) else _MAYBE_BEGIN, _MAYBE_END)
        if element.tag == "hr":
            element.tag = "div"  # a line is drawn between lines of text, even where the layout knows of none
        if _is_boundary(element) and element.getparent() is not None:
            element.addprevious(_line(BOUNDARY))
        stack += list(element)


def _enclose(element: Any, first: str, last: str) -> None:
    begin = _line(first)
    begin.tail, element.text = element.text, None
    element.insert(0, begin)
    element.append(_line(last))


def _line(mark: str) -> Any:
    return fragment_fromstring(f"<div>{mark}</div>")


def _is_quote(element: Any) -> bool:
    get = element.get
    if element.tag in ("html", "body"):
        return False
    if element.tag == "blockquote":
        if (get("type") or "").lower() == "cite" or _CITED.match(get("cite") or ""):
            return True
        if (get("class") or "").strip() == "gmail_quote":
            return False  # Gmail's button for a quotation of one's own makes it, too
    return (
        bool(_QUOTE_CLASS.search(get("class") or ""))
        or bool(_QUOTE_ID.fullmatch(get("id") or ""))
        or (get("name") or "") in _QUOTE_NAME
    )


def _is_of_writer(blockquote: Any) -> bool:
    style = (blockquote.get("style") or "").replace(" ", "").lower()
    return "gmail_quote" in (blockquote.get("class") or "") or "border:none" in style or "border:0" in style


def _is_boundary(element: Any) -> bool:
    identity = element.get("id") or ""
    if _BOUNDARY_ID.fullmatch(identity) or element.get("data-marker") == "__DIVIDER__":
        return True
    style = element.get("style") or ""
    return element.tag == "div" and bool(_BORDER_TOP.search(style)) and _holds_fields(element)


def _holds_fields(element: Any) -> bool:
    """Whether it begins with the block of fields that Outlook draws a line above, in whatever language."""
    text = "".join(islice(element.itertext(), MAX_FIELD_TEXTS))[:1000]
    return "@" in text and len(_LABEL.findall(text)) >= 3


def _lines(laid_out: str) -> list[str]:
    """The lines with the marks of `lines.py` in the place of those of the tree."""
    lines: list[str] = []
    open_quotes: list[_Open] = []
    bare: list[tuple[int, int]] = []
    whole = laid_out.split("\n")
    for place, line in enumerate(whole):
        for piece in _MARK.split(line):
            quoted = bool(open_quotes) and open_quotes[-1].quoted
            if piece in (_BEGIN, _MAYBE_BEGIN, _OWN_BEGIN):
                quoted = quoted or piece == _BEGIN or _is_introduced(lines)
                quoted = quoted or _is_marked(whole[place : place + MAX_LOOKED_AT])
                open_quotes.append(_Open(quoted, own=piece == _OWN_BEGIN, start=len(lines)))
            elif piece in (_END, _MAYBE_END):
                closed = open_quotes.pop() if open_quotes else None
                if closed is not None and not (open_quotes or closed.quoted or closed.own):
                    bare.append((closed.start, len(lines)))
            elif piece == BOUNDARY:
                lines += [] if quoted else [BOUNDARY]
            elif piece.strip():
                lines.append(f"{QUOTE}{piece}" if quoted else piece)
        if not line.strip():
            lines.append("")
    return _with_last_blockquote(lines, bare)


@dataclass(frozen=True, slots=True)
class _Open:
    """A quote, or a blockquote, that has begun in line `start`."""

    quoted: bool
    own: bool
    start: int


def _with_last_blockquote(lines: list[str], bare: list[tuple[int, int]]) -> list[str]:
    """A blockquote that nothing introduces is a quote where it is the only one and ends the page."""
    if len(bare) != 1 or any(line[:1] in (QUOTE, BOUNDARY) for line in lines):
        return lines
    start, end = bare[0]
    above = next((line.strip() for line in reversed(lines[:start]) if line.strip()), "")
    if above[-1:] in tuple(":：,-–") or any(line.strip() for line in lines[end:]):
        return lines
    return lines[:start] + [f"{QUOTE}{line}" if line.strip() else line for line in lines[start:end]]


def _is_marked(following: list[str]) -> bool:
    """Whether a blockquote begins with lines that have a quote's mark of their own: `> De : Ana`."""
    written = (bare for bare in (_MARK.sub("", line).strip() for line in following) if bare)
    return next(written, "").startswith("> ")


def _is_introduced(lines: list[str]) -> bool:
    """Whether the lines so far end with a header: then what any blockquote holds below it is quoted."""
    above = readable("\n".join(lines[-12:]))
    while above and not above[-1]:
        above.pop()
    return bool(above) and wrote_header([*above, QUOTE], len(above) - 1) is not None
