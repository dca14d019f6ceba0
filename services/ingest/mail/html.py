"""HTML from strangers: a sanitised copy to show, and its text to work with."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any
from urllib.parse import unquote

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

MAX_HTML = 2_000_000
"""Characters of HTML that are laid out and sanitised."""
MAX_MARKS = 30_000
"""Tags and entities. Parser and layout take up to 30 µs for each, and some of them time with their square."""
MAX_CELLS = 12_000
"""Cells and rows of tables that are laid out: they take thrice the time of others."""
MAX_DEPTH = 500
"""Elements within one another. The sanitiser takes time with the square of it: 50,000 cost it 40 seconds."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_SHALLOW = frozenset(
    (
        *("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"),
        *("dd", "dt", "li", "option", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr"),
    )
)
"""Elements that have no content, or that the next one of their kind ends."""
_LINE_END = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_CODE = re.compile(r"<(?:script|style|title)\b", re.IGNORECASE)
_CODE_END = re.compile(r"</(?:script|style|title)[^<>]*>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_REFERENCE = re.compile(r"""cid:([^"'\s<>)]{1,400})""", re.IGNORECASE)
_PARAM = re.compile(r"<param>[^<]{0,200}</param>", re.IGNORECASE)
_ENRICHED = re.compile(r"<<|</?[a-zA-Z0-9-]{1,60}>")
_ENRICHED_LINE_ENDS = re.compile(r"\n+")
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "ol": {"start"},
    "blockquote": {"type"},
}


def declared_charset(content: bytes) -> str | None:
    """The charset that the page itself names in a meta element."""
    match = _META_CHARSET.search(content[:4096])
    return match[1].decode("ascii") if match else None


def sanitised(html: str) -> str:
    """What may be shown: no script, style, form or frame; pictures only from the message itself (`cid:`)."""
    return nh3.clean(
        html,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        attribute_filter=_only_own_pictures,
        link_rel="noopener noreferrer nofollow",
    )


def is_reasonable(html: str) -> bool:
    """Whether the HTML is of a size and depth that can be worked on; other HTML is kept as a file only."""
    if len(html) > MAX_HTML or html.count("<") + html.count("&") > MAX_MARKS:
        return False
    depth = deepest = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _SHALLOW:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest <= MAX_DEPTH


def text_of(html: str, *, plainly: bool = False) -> str:
    """The text as a reader would see it, one line a line; `plainly` only leaves the tags out.

    Of a page that is too long, the text of its beginning.
    """
    if plainly or not is_reasonable(html) or html.count("<t") + html.count("<T") > MAX_CELLS:
        return _tidy(_without_tags(html[:MAX_HTML]))
    try:
        return _tidy(get_text(_XML_DECLARATION.sub("", html), ParserConfig(css=CSS_PROFILES["strict"])))
    except Exception:  # lxml and inscriptis give up in many ways
        return _tidy(_without_tags(html))


def shows(html: str, content_ids: Sequence[str]) -> frozenset[str]:
    """Which of the parts `content_ids` the HTML shows in their place."""
    if not html:
        return frozenset()
    referred = {unquote(unescape(match[1])).lower() for match in _REFERENCE.finditer(html)}
    return frozenset(name for name in content_ids if name and (name.lower() in referred or f"cid:{name}" in html))


def without_enrichment(text: str) -> str:
    """The text of text/enriched (RFC 1896): single line ends are blanks, tags are left out, `<<` is one `<`."""
    if len(text) > MAX_HTML:
        return text
    plain = _ENRICHED.sub(lambda match: "<" if match.group() == "<<" else "", _PARAM.sub("", text))
    return _ENRICHED_LINE_ENDS.sub(lambda match: " " if len(match[0]) == 1 else match[0][1:], plain)


def _without_tags(html: str) -> str:
    """In linear time, whatever the HTML holds."""
    first, *others = _CODE.split(html)
    after_code = [match.string[match.end() :] for match in map(_CODE_END.search, others) if match]
    lines = _LINE_END.sub("\n", "".join([first, *after_code]))
    return unescape(_ANY_TAG.sub("", lines))


def _tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\u00a0", " ").split("\n")
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip(" \t") for line in lines)).strip()


def _only_own_pictures(tag: str, attribute: str, value: str) -> Any:
    if tag == "img" and attribute == "src" and not value.lower().startswith("cid:"):
        return None
    return value
