"""Decoding never fails, and prefers what the desk's customers write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.mail.charsets import decode

SLOVENE = "Žarnica utripa, češnja šumi. Kaj naj naredim?"
HEBREW = "המנורה שלי הפסיקה לעבוד"
GERMAN = "Grüße aus Köln, die Lampe ist süß"

RIGHT = [
    (SLOVENE, "utf-8", "utf-8"),
    (SLOVENE, "iso-8859-2", "ISO-8859-2"),
    (SLOVENE, "cp1250", "windows-1250"),
    (HEBREW, "cp1255", "windows-1255"),
    (HEBREW, "iso-8859-8", "iso-8859-8-i"),
    (HEBREW, "utf-8", "UTF8"),
    ("汉字編碼", "gb18030", "gb2312"),
    ("日本語のメール", "iso-2022-jp", "iso-2022-jp"),
    ("한국어", "cp949", "ks_c_5601-1987"),
    ("Preis: 5 € – „gut“", "cp1252", "iso-8859-1"),
    ("Тест", "koi8-r", "koi8-r"),
]
WRONG = [
    ("UTF-8 declared as latin-1", SLOVENE, "utf-8", "iso-8859-1"),
    ("UTF-8 declared as US-ASCII", SLOVENE, "utf-8", "us-ascii"),
    ("UTF-8 declared as windows-1250", SLOVENE, "utf-8", "windows-1250"),
    ("UTF-8 undeclared", HEBREW, "utf-8", None),
    ("windows-1250 undeclared", SLOVENE, "cp1250", None),
    ("windows-1250 declared as UTF-8", SLOVENE, "cp1250", "utf-8"),
    ("windows-1250 declared as ISO-8859-2", SLOVENE, "cp1250", "iso-8859-2"),
    ("ISO-8859-2 declared as latin-1", "Vaša pošiljka je že na poti", "iso-8859-2", "iso-8859-1"),
    ("windows-1250 declared as windows-1252", "Luč ne gori, šest žarnic je črnih", "cp1250", "windows-1252"),
    ("windows-1250 declared as US-ASCII", "Luč ne gori, šest žarnic je črnih", "cp1250", "us-ascii"),
    ("windows-1250 declared as latin-1", "Kuća je plaćena, a račun nije došao", "cp1250", "iso-8859-1"),
    ("windows-1250 undeclared and short", "Luč ne gori", "cp1250", None),
    ("latin-1 undeclared, with letters that Slovene has too", "La lampada è rotta", "cp1252", None),
    ("windows-1255 undeclared", HEBREW, "cp1255", None),
    ("windows-1255 declared as something unknown", HEBREW, "cp1255", "x-user-defined"),
    ("latin-1 undeclared", GERMAN, "cp1252", None),
    ("a codec that is no charset", SLOVENE, "utf-8", "base64"),
    ("a codec that changes text", SLOVENE, "utf-8", "unicode_escape"),
]


@pytest.mark.parametrize(("text", "encoding", "declared"), RIGHT)
def test_declared_charset_is_used(text: str, encoding: str, declared: str) -> None:
    assert decode(text.encode(encoding), declared) == text


@pytest.mark.parametrize(("_", "text", "encoding", "declared"), WRONG, ids=[case[0] for case in WRONG])
def test_wrong_or_missing_charset_is_repaired(_: str, text: str, encoding: str, declared: str | None) -> None:
    assert decode(text.encode(encoding), declared, languages=("sl", "hr", "he", "de", "en", "it")) == text


@pytest.mark.parametrize(
    "text",
    [
        "Jeg kan ikke læse fakturaen",
        "Perchè non funziona?",
        "Où est ma facture? Elle est très chère.",
        "Þetta er ærið dýrt og ónýtt",
    ],
)
def test_western_text_stays_western_declared_or_not(text: str) -> None:
    for declared in ("windows-1252", None):
        assert decode(text.encode("cp1252"), declared, languages=("sl", "hr", "cs", "en", "de")) == text


def test_byte_order_mark_counts_more_than_the_declaration() -> None:
    assert decode(b"\xef\xbb\xbf" + SLOVENE.encode(), "iso-8859-1") == SLOVENE
    assert decode(b"\xff\xfe" + SLOVENE.encode("utf-16-le"), "utf-8") == SLOVENE


@pytest.mark.parametrize("text", ["Confirmación de año", "naïve café", "ÕÄÖÜ", "k.exampleô"])
def test_what_no_language_of_the_desk_writes_is_western(text: str) -> None:
    assert decode(text.encode("cp1252"), languages=("en", "sl", "hr", "he", "de")) == text


def test_hebrew_beside_latin_words_stays_hebrew() -> None:
    text = f"order 17: {HEBREW}"
    assert decode(text.encode("cp1255"), languages=("en", "sl", "he")) == text


def test_damaged_utf8_keeps_what_is_whole() -> None:
    assert decode(SLOVENE.encode() + b"\xc4", "utf-8", languages=("sl",)) == f"{SLOVENE}�"


def test_backslashes_stay_backslashes() -> None:
    assert decode(rb"C:\temp\new \ud83d", "us-ascii") == r"C:\temp\new \ud83d"


@given(content=st.binary(max_size=300), declared=st.one_of(st.none(), st.text(max_size=20)))
def test_any_bytes_with_any_charset_give_text(content: bytes, declared: str | None) -> None:
    assert isinstance(decode(content, declared, languages=("sl", "he")), str)
