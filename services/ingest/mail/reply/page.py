"""A page of HTML as marked lines: which of them stand in a quote, and where the HTML says that one begins."""

import re
from itertools import islice
from typing import Any

from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.html import document_fromstring, fragment_fromstring

from services.ingest.mail.html import is_reasonable
from services.ingest.mail.reply.lines import BOUNDARY, QUOTE, readable
from services.ingest.mail.reply.wrote import wrote_header

MAX_FIELD_TEXTS = 40
"""Pieces of text in which a block of fields is looked for."""

_BEGIN, _END = "\ue002", "\ue003"
_MAYBE_BEGIN, _MAYBE_END = "\ue004", "\ue005"
_PRIVATE = re.compile("[\ue000-\ue005]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_MARK = re.compile(f"([{_BEGIN}{_END}{_MAYBE_BEGIN}{_MAYBE_END}{BOUNDARY}])")

_QUOTE_CLASS = re.compile(
    r"""(?:^|[\s\w-])(?:gmail_quote|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|skiff_quote|iosymail
      |freshdesk_quote|front-blockquote|missive_quote|zoho_quote|clean_bq|hmail_quote|mailru-blockquote|quoted-mail
      |fm_quote|mailspring_quote|superhuman-quote|shortwave-quote|spark_quote|moz-forward-container|ntes-quote)(?:$|[\s_\d])""",
    re.VERBOSE,
)
_QUOTE_ID = re.compile(
    r"""(?:x_)*(?:OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|isReplyContent|isForwardContent
      |oriMsgHtmlSeperator|origbody|reply139content|(?:ydp\w+)?yahoo_quoted_\d+|LPlnkQuote)""",
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
            _enclose(element, _MAYBE_BEGIN, _MAYBE_END)
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
    open_quotes: list[bool] = []
    for line in laid_out.split("\n"):
        for piece in _MARK.split(line):
            if piece in (_BEGIN, _MAYBE_BEGIN):
                open_quotes.append(piece == _BEGIN or _is_introduced(lines))
            elif piece in (_END, _MAYBE_END):
                del open_quotes[-1:]
            elif piece == BOUNDARY:
                lines += [] if any(open_quotes) else [BOUNDARY]
            elif piece.strip():
                lines.append(f"{QUOTE}{piece}" if any(open_quotes) else piece)
        if not line.strip():
            lines.append("")
    return lines


def _is_introduced(lines: list[str]) -> bool:
    """Whether the lines so far end with a header: then what any blockquote holds below it is quoted."""
    above = readable("\n".join(lines[-12:]))
    while above and not above[-1]:
        above.pop()
    return bool(above) and wrote_header([*above, QUOTE], len(above) - 1) is not None
