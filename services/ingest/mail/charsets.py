"""Text from bytes, whatever charset they claim: decoding never fails, and guesses in favour of the desk's languages."""

import codecs
import re
from collections.abc import Sequence

from services.ingest.reading.language import MIN_LETTERS, share

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
    "x-mac-roman": "mac_roman",
    "macroman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "x-ms-cp932": "cp932",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "windows-936": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "x-gb2312": "gb18030",
    "euc-cn": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cn-big5": "big5hkscs",
    "ks_c_5601": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "ks_x_1001": "cp949",
    "x-windows-949": "cp949",
    "windows-949": "cp949",
    "hz-gb-2312": "hz",
    "iso-8859-6-i": "iso8859_6",
    "iso-8859-6-e": "iso8859_6",
    "koi8-ru": "koi8_u",
    "x-koi8-r": "koi8_r",
    "koi": "koi8_r",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "win-1250": "cp1250",
    "win-1251": "cp1251",
    "win-1252": "cp1252",
    "win1250": "cp1250",
    "win1251": "cp1251",
    "win1252": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859": "cp1252",
    "iso8859-1": "cp1252",
    "l1": "cp1252",
    "unicode-1-1-utf-7": "utf_7",
    "x-unicode-2-0-utf-7": "utf_7",
    "unicode-1-1-utf-8": "utf-8",
    "x-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "iso-10646": "",
    "iso-10646-ucs-2": "utf_16_be",
    "ucs-2": "utf_16_be",
    "unicode": "utf_16",
}
"""What mail programs call a charset, and what they mean by it (https://encoding.spec.whatwg.org/#names-and-labels)."""

_NOT_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
"""Codecs of Python that decode text, but that no mail means."""

_SEVEN_BIT = (
    "utf_7",
    "iso2022_jp_ext",
    "iso2022_kr",
    "iso2022_jp_2",
    "hz",
    "utf_16",
    "utf_16_le",
    "utf_16_be",
    "utf_32",
)
"""Codecs whose ASCII bytes are not ASCII letters."""

_MULTI_BYTE = (
    "gb18030",
    "big5hkscs",
    "cp932",
    "cp949",
    "euc_jp",
    "johab",
    "iso2022_jp_ext",
    "iso2022_kr",
    "hz",
    "utf_7",
)

_FOREIGN = (
    *("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874", "cp1254", "cp1258"),
    *("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1250", "cp1252"),
)
"""Charsets that undeclared text is in, when it is mostly letters beyond ASCII."""
SAMPLE = 4096
_ASCII = bytes(range(0x80))
_CONTROL = bytes(range(0x80, 0xA0))
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")

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

_CENTRAL_EUROPEAN = frozenset({"sl", "hr", "bs", "sr", "sk", "cs", "pl", "hu", "ro", "sq"})
"""What is written in cp1250, and what the language model takes for one another when letters are misread."""
_CENTRAL_EUROPEAN_CHARSETS = ("cp1250", "iso8859_2")
_LIKELY, _UNLIKELY = 0.6, 0.1
"""Shares of the language model: misread Slovene has 0.2 to 1, western text up to 0.05."""
_LETTER = re.compile(r"[^\W\d_]")
_SINGLE_BYTE = {
    "sl": _CENTRAL_EUROPEAN_CHARSETS,
    "hr": _CENTRAL_EUROPEAN_CHARSETS,
    "hu": _CENTRAL_EUROPEAN_CHARSETS,
    "pl": _CENTRAL_EUROPEAN_CHARSETS,
    "cs": _CENTRAL_EUROPEAN_CHARSETS,
    "he": ("cp1255",),
}
_WESTERN = ("cp1252",)
_PUNCTUATION = frozenset("–—‘’‚“”„…€«»§°·\u00a0\u200e\u200f")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_MIXED_WORD = re.compile("[A-Za-z][\u0590-\u05ff]|[\u0590-\u05ff][A-Za-z]")
"""Where a Latin letter meets a Hebrew one: they are western letters read as Hebrew."""
_SYMBOL_IN_WORD = re.compile(r"[A-Za-z][¹²³¼½¾©®º»«¦¨¸¶¬±][A-Za-z]")
"""What central European letters look like when they are read as western ones."""


def decode(content: bytes, declared: str | None = None, *, languages: Sequence[str] = ()) -> str:
    """The text of `content`.

    The chain: byte order mark, the declared charset (by what is meant with its name), strict UTF-8,
    a guess among the charsets of `languages`, and at last windows-1252 with replacements.
    """
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content.decode(name, errors="replace")
    charset = "iso2022_jp_ext" if b"\x1b$" in content[:2000] and meant(declared) != "iso2022_kr" else meant(declared)
    if charset is None and b"\x00" in content[:200]:
        charset = _with_zeros(content[:200])
    if content.isascii() and charset not in _SEVEN_BIT:
        return content.decode("ascii")
    text = _as_declared(content, charset)
    if text is not None:
        if charset != "cp1252":
            return text
        doubtful = _SYMBOL_IN_WORD.search(text) or _is_central_european(content, text, languages)
        return guessed(content, languages) if doubtful else text
    return _undeclared(content, languages, said_utf8=charset == "utf_8")


def meant(declared: str | None) -> str | None:
    """Python's name of the codec that a declared charset stands for, or None if it stands for none."""
    name = (declared or "").partition(";")[0].strip().strip("\"'").lower()
    name = name.rstrip(";,").removeprefix("charset=").replace("_", "-") if name not in _ALIASES else name
    if "." in name:  # a locale: ru_RU.KOI8-R
        name = name.rpartition(".")[2]
    name = _ALIASES.get(name, name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    found = codec.name.replace("-", "_")
    return None if found in _NOT_CHARSETS or not getattr(codec, "_is_text_encoding", True) else found


def guessed(content: bytes, languages: Sequence[str]) -> str:
    """The reading with the most letters that `languages` are written with, and the fewest others."""
    sample = _sample(content)
    fits = _fits(sample, languages)
    best = max(fits, key=lambda name: fits[name])  # of equals the one whose language comes first
    if fits[best] > 0 and best in _CENTRAL_EUROPEAN_CHARSETS:
        western = sample.decode("cp1252", errors="replace")
        if len(_LETTER.findall(western)) >= MIN_LETTERS and share(western, _CENTRAL_EUROPEAN) < _UNLIKELY:
            best = "cp1252"  # its letters would do, its words are Danish, say
    if fits[best] <= 0 and _is_foreign(sample):
        best = _by_statistics(sample) or best
    return content.decode(best, errors="replace")


def _fits(sample: bytes, languages: Sequence[str]) -> dict[str, int]:
    """How well the sample reads in each charset as one of the languages that are written in it."""
    fits: dict[str, int] = {}
    for language in languages:
        for charset in _SINGLE_BYTE.get(language, _WESTERN):
            fit = _fit(sample.decode(charset, errors="replace"), frozenset(_LETTERS.get(language, "")))
            fits[charset] = max(fit, fits.get(charset, fit))
    western = _fit(sample.decode("cp1252", errors="replace"), frozenset())
    fits["cp1252"] = max(western, fits.get("cp1252", western))
    return fits


def _is_central_european(content: bytes, western: str, languages: Sequence[str]) -> bool:
    """Whether text that says it is western is Slovene, say: a desk's customers write it with the wrong label.

    Its letters have to be those of such a language of the desk, and its words too.
    """
    candidates = [language for language in languages if _SINGLE_BYTE.get(language) == _CENTRAL_EUROPEAN_CHARSETS]
    if not candidates:
        return False
    sample = _sample(content)
    for charset in _CENTRAL_EUROPEAN_CHARSETS:
        read = sample.decode(charset, errors="replace")
        if read == sample.decode("cp1252", errors="replace"):
            continue
        letters = frozenset(_NOT_ASCII.findall(read)) - _PUNCTUATION
        if any(letters <= frozenset(_LETTERS[language]) for language in candidates):
            return share(western[:SAMPLE], _CENTRAL_EUROPEAN) >= _LIKELY
    return False


def _sample(content: bytes) -> bytes:
    """The content, or of a long one what lies around its first bytes beyond ASCII."""
    if len(content) <= SAMPLE:
        return content
    beyond = _BEYOND_ASCII.search(content)
    start = max(0, beyond.start() - 200) if beyond else 0
    return content[start : start + SAMPLE]


def _is_foreign(content: bytes) -> bool:
    """Whether most letters are beyond ASCII, as in no language with a Latin script."""
    beyond = len(content.translate(None, _ASCII))
    letters = beyond + sum(bytes((byte,)).isalpha() for byte in content)
    return beyond >= 4 and beyond * 2 > letters


def _by_statistics(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # takes 60 ms, and hardly any mail needs it

    best = from_bytes(sample, cp_isolation=list(_FOREIGN)).best()
    return None if best is None else best.encoding


def _with_zeros(sample: bytes) -> str | None:
    """UTF-16 that nobody declared: every other byte of Latin text is zero."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) or min(even, odd) * 4 > max(even, odd):
        return None
    return "utf_16_be" if even > odd else "utf_16_le"


def _as_declared(content: bytes, charset: str | None) -> str | None:
    if charset is None or charset == "ascii":
        return None
    if charset in _MULTI_BYTE:
        return _multi_byte(content, charset)
    if not content.isascii() and not charset.startswith("utf_"):
        as_utf8 = _strict(content, "utf-8")
        if as_utf8 is not None:  # valid UTF-8 beyond ASCII hardly ever comes out of another charset
            return as_utf8
    if charset == "iso8859_2" and len(content) != len(content.translate(None, _CONTROL)):
        return _strict(content, "cp1250")  # those bytes are control characters in ISO-8859-2, letters in cp1250
    if charset.startswith(("cp12", "iso8859", "mac", "koi8", "cp874")):  # some have holes
        return content.decode(charset, errors="replace")
    return _strict(content, charset)


def _multi_byte(content: bytes, charset: str) -> str | None:
    """As declared, with a few bad bytes replaced; text that is evidently in another charset is not."""
    text = _strict(content, charset)
    if text is None:
        text = _strict(content, "utf-8") or content.decode(charset, errors="replace")
    return text if text.count("\ufffd") * 20 <= len(text) else None


def _undeclared(content: bytes, languages: Sequence[str], *, said_utf8: bool) -> str:
    text = _strict(content, "utf-8")
    if text is not None:
        return text
    if said_utf8 and _is_damaged_utf8(content):
        return content.decode("utf-8", errors="replace")
    return guessed(content, languages)


def _is_damaged_utf8(content: bytes) -> bool:
    beyond_ascii = len(content.translate(None, _ASCII))
    return content.decode("utf-8", errors="replace").count("�") * 4 <= beyond_ascii


def _strict(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _fit(text: str, expected: frozenset[str]) -> int:
    fit = 0
    for character in _NOT_ASCII.findall(text):
        if character in expected:
            fit += 2
        elif character not in _PUNCTUATION:
            fit -= 3 if character == "�" or character < "\xa0" else 1
    return fit - 4 * len(_MIXED_WORD.findall(text))
