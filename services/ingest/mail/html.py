"""HTML from strangers: a sanitised copy to show, and its text to work with."""

import re
from collections.abc import Sequence
from typing import Any

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

MAX_HTML = 2_000_000
"""Characters above which the structure is ignored and only the tags are taken out."""
MAX_TAGS = 50_000

_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_LINE_END = re.compile(r"<\s{0,5}(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]{0,200}>", re.IGNORECASE)
_UNSEEN = {"script", "style", "title", "template", "noscript"}
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\u00a0]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")
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


def text_of(html: str) -> str:
    """The text as a reader would see it, one line a line."""
    if len(html) <= MAX_HTML and html.count("<") <= MAX_TAGS:
        try:
            laid_out = get_text(_XML_DECLARATION.sub("", html), ParserConfig(css=CSS_PROFILES["strict"]))
            return _tidy(laid_out)
        except Exception:  # lxml and inscriptis give up in many ways, for example on thousands of nested elements
            return _tidy(_without_tags(html))
    return _tidy(_without_tags(html[: 2 * MAX_HTML]))


def shows(html: str, content_ids: Sequence[str]) -> frozenset[str]:
    """Which of the parts `content_ids` the HTML shows in their place."""
    return frozenset(name for name in content_ids if name and f"cid:{name}" in html)


def _without_tags(html: str) -> str:
    stripped: str = nh3.clean(_LINE_END.sub("\n", html), tags=set(), clean_content_tags=_UNSEEN)
    return re.sub(r"&(lt|gt|amp|quot|nbsp);", lambda match: _ENTITIES[match[1]], stripped)


_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "nbsp": " "}


def _tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\u00a0", " ")
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub("\n", lines)).strip()


def _only_own_pictures(tag: str, attribute: str, value: str) -> Any:
    if tag == "img" and attribute == "src" and not value.lower().startswith("cid:"):
        return None
    return value
