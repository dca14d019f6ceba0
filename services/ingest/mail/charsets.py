"""Text from bytes, whatever charset they claim: decoding never fails, and guesses in favour of the desk's languages."""

import codecs
import re
from collections.abc import Sequence

_ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",  # and half-width katakana
    "iso-8859-8-i": "cp1255",
    "iso-8859-8-e": "cp1255",
    "iso-8859-8": "cp1255",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "windows-874": "cp874",
    "x-unknown": "",
    "unknown-8bit": "",
    "default_charset": "",
    "utf-8mb4": "utf-8",
    "x-mac-ce": "mac_latin2",
}
"""What mail programs call a charset, and what they mean by it (https://encoding.spec.whatwg.org/#names-and-labels)."""

_NOT_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
"""Codecs of Python that decode text, but that no mail means."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_LETTERS = {
    "sl": "čšžČŠŽ",
    "hr": "čćđšžČĆĐŠŽ",
    "de": "äöüßÄÖÜ",
    "it": "àèéìòùÀÈÉÌÒÙ",
    "fr": "àâçéèêëîïôùûœÀÂÇÉÈÊ",
    "he": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "hu": "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "pl": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "cs": "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",
    "es": "áéíñóúü¿¡ÁÉÍÑÓÚ",
}
"""The letters beyond ASCII that a language writes with."""

_SINGLE_BYTE = {
    "sl": ("cp1250", "iso8859_2"),
    "hr": ("cp1250", "iso8859_2"),
    "hu": ("cp1250", "iso8859_2"),
    "pl": ("cp1250", "iso8859_2"),
    "cs": ("cp1250", "iso8859_2"),
    "he": ("cp1255",),
}
_WESTERN = ("cp1252",)
_PUNCTUATION = frozenset("–—‘’‚“”„…€«»§°·\u00a0\u200e\u200f")
_SYMBOL_IN_WORD = re.compile(r"[A-Za-z][¹²³¼½¾©®º»«¦¨¸¶¬±æðþ][A-Za-z]")
"""What central European letters look like when they are read as western ones."""


def decode(content: bytes, declared: str | None = None, *, languages: Sequence[str] = ()) -> str:
    """The text of `content`.

    The chain: byte order mark, the declared charset (by what is meant with its name), strict UTF-8,
    a guess among the charsets of `languages`, and at last windows-1252 with replacements.
    """
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content.decode(name, errors="replace")
    charset = "iso2022_jp_ext" if b"\x1b$" in content[:2000] else meant(declared)
    if content.isascii() and charset not in ("utf_7", "iso2022_jp_ext", "hz", "utf_16", "utf_16_le", "utf_16_be"):
        return content.decode("ascii")
    text = _as_declared(content, charset)
    if text is not None:
        doubtful = charset == "cp1252" and _SYMBOL_IN_WORD.search(text)
        return guessed(content, languages) if doubtful else text
    return _undeclared(content, languages, said_utf8=charset == "utf_8")


def meant(declared: str | None) -> str | None:
    """Python's name of the codec that a declared charset stands for, or None if it stands for none."""
    name = (declared or "").strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    found = codec.name.replace("-", "_")
    return None if found in _NOT_CHARSETS or not getattr(codec, "_is_text_encoding", True) else found


def guessed(content: bytes, languages: Sequence[str]) -> str:
    """The reading with the most letters that `languages` are written with, and the fewest others."""
    charsets = dict.fromkeys([name for language in languages for name in _SINGLE_BYTE.get(language, ())])
    expected = frozenset("".join(_LETTERS.get(language, "") for language in languages))
    readings = []
    for charset in (*charsets, *_WESTERN):
        text = content.decode(charset, errors="replace")
        readings.append((_fit(text, expected), text))
    return max(readings, key=lambda reading: reading[0])[1]


def _as_declared(content: bytes, charset: str | None) -> str | None:
    if charset is None or charset == "ascii":
        return None
    if not content.isascii() and not charset.startswith("utf_"):
        as_utf8 = _strict(content, "utf-8")
        if as_utf8 is not None:  # valid UTF-8 beyond ASCII hardly ever comes out of another charset
            return as_utf8
    if charset == "iso8859_2" and any(0x80 <= byte <= 0x9F for byte in content):
        return _strict(content, "cp1250")  # those bytes are control characters in ISO-8859-2, letters in cp1250
    if charset in ("cp1252", "cp1255", "cp1254"):  # have holes
        return content.decode(charset, errors="replace")
    return _strict(content, charset)


def _undeclared(content: bytes, languages: Sequence[str], *, said_utf8: bool) -> str:
    text = _strict(content, "utf-8")
    if text is not None:
        return text
    if said_utf8 and _is_damaged_utf8(content):
        return content.decode("utf-8", errors="replace")
    return guessed(content, languages)


def _is_damaged_utf8(content: bytes) -> bool:
    beyond_ascii = sum(byte >= 0x80 for byte in content)
    return content.decode("utf-8", errors="replace").count("�") * 4 < beyond_ascii


def _strict(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _fit(text: str, expected: frozenset[str]) -> int:
    fit = 0
    for character in text:
        if character < "\x80":
            continue
        if character in expected:
            fit += 2
        elif character not in _PUNCTUATION:
            fit -= 3 if character == "�" or character < "\xa0" else 1
    return fit
