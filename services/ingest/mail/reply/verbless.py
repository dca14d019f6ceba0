"""Headers of quotes that say when and of whom, but not that someone wrote."""

import re

BEFORE = " -–—*_\"'«„‹<["
DATED = re.compile(r"\(?\d|[^\W\d_]{1,12}[.,،]{0,2}\)?,?\s{1,3}(?:[^\W\d_]{1,4}\.?,?\s)?\d")
ADDRESS = re.compile(r"[^\s@<>()\[\]:]{1,100}@[^\s@<>()\[\]:]{1,200}")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}(?!\d)|\d\s?[年月년월]")
TIME = re.compile(
    r"(?<![\d.])\d{1,2}:\d\d(?!\d)|(?<!\w)(?:kl|klo|ob|um|om|alle|ore|pukul|às|à|lúc)\.?\s?\d{1,2}[.h]\d\d(?!\d)",
    re.IGNORECASE,
)
_ADDRESS_END = re.compile(r"[^\s@<>]{1,100}@[^\s@<>]{1,200}[>)\]]{1,3}\s?[:：]?$")
_VERBLESS = ("בתאריך",)
"""Begin headers that do without a verb."""
_OF_ADDRESS_END = re.compile(
    r"\s(?:by|from|von|par|de|da|van|fra|från|od|от|від)\s[^\s@<>]{1,100}@[^\s@<>:]{1,200}\s?[:：]$"
)
"""`28 Feb 2026, 19:47 by ana@x.example:`."""
_QUOTING = re.compile(
    r"(?:Quoting|Zitat von|Citando(?: a)?|Citazione di|Citation de|Citat från|Citat fra|Citeren|Cytowanie|Цитирую)\s"
    r"[^@:?!]{0,90}@[^@\s]{1,150}[:：]",
    re.IGNORECASE,
)
_MARKED = re.compile(r">{2,4} [^>].{8,300}[^>]\s?>{2,4}")
"""`>>> Ana Novak <ana@x.example> 28.02.2026 19:47 >>>`."""


def is_marked(line: str) -> bool:
    return bool(_MARKED.fullmatch(line) and DATE.search(line) and (TIME.search(line) or "@" in line))


def is_verbless(ended: str, *, colon: bool, dated: bool, timed: bool, quoted: bool) -> bool:
    """A date and an address, in that order; above a quote also in the other, or an address alone."""
    bare = ended.lstrip(BEFORE)
    if quoted and _QUOTING.fullmatch(bare):
        return True
    if not (dated or timed):
        return False
    if DATED.match(bare) or bare.startswith(_VERBLESS):
        return ((colon or quoted) and bool(_ADDRESS_END.search(ended))) or bool(timed and _OF_ADDRESS_END.search(ended))
    return quoted and colon and dated and timed and len(ended) <= 160 and bool(ADDRESS.search(ended))
