"""Slovene and Croatian: the forms of nouns, adjectives and verbs, made from a word in its base form.

The words are folded (c is also č and ć, z is also ž, d is also đ), so the changes of consonants are few.
A form that does not exist does no harm, as nobody writes it; one that is another word's does. So each
ending is added only to words of a shape that takes it, and there are no rules for rare paradigms.
"""

from collections.abc import Iterable, Iterator

VOWELS = frozenset("aeiou")
_SIBILANT = {"k": "c", "g": "z", "h": "s"}
"""Before -i: zadatak, zadaci; knjiga, knjizi; otrok, otroci."""
_IOTATED = {
    "k": "c",
    "g": "z",
    "h": "z",
    "t": "c",
    "n": "nj",
    "l": "lj",
    "r": "rj",
    "p": "plj",
    "b": "blj",
    "m": "mlj",
    "v": "vlj",
}
"""In front of -en and -em: okvariti, okvarjen; kupiti, kupljen; plaćen of platiti."""

_MASCULINE = ("a", "u", "om", "em", "i", "e", "ov", "ev", "ih", "ima", "oma", "ema")
_LONG_PLURAL = ("ovi", "ova", "ove", "ovima", "ovih", "ovom", "evi", "eva", "eve", "evima", "evih")
_FEMININE_A = ("", "a", "e", "i", "o", "ah", "am", "ami", "ama")
_FEMININE_I = ("i", "jo", "ju", "ih", "im", "mi", "ma", "ima", "em", "ema", "eh")
_NEUTER = ("", "a", "o", "e", "u", "om", "em", "i", "ih", "ima", "oma", "ema")
_ADJECTIVE = (
    "a",
    "o",
    "e",
    "i",
    "ega",
    "emu",
    "em",
    "im",
    "ih",
    "imi",
    "ima",
    "oga",
    "og",
    "omu",
    "om",
    "oj",
    "u",
    "eg",
)
_PARTICIPLE = ("a", "o", "e", "i")
_PRESENT = {
    "a": ("am", "as", "a", "ava", "ata", "amo", "ate", "ajo"),
    "i": ("im", "is", "i", "iva", "ita", "imo", "ite", "ijo"),
    "e": ("em", "es", "e", "eva", "eta", "emo", "ete", "ejo"),
}
_PRESENT_CROATIAN = {"a": ("aju",), "i": ("e",), "e": ("u", "eju")}


def slovene(word: str) -> frozenset[str]:
    return frozenset(_forms(word, croatian=False))


def croatian(word: str) -> frozenset[str]:
    return frozenset(_forms(word, croatian=True))


def _forms(word: str, *, croatian: bool) -> Iterator[str]:
    yield word
    last, stem = word[-1], word[:-1]
    if word.endswith("ti") and word[-3] in VOWELS and sum(letter in VOWELS for letter in word) > 2:
        yield from _infinitive(word[:-2], croatian=croatian)
    if last == "a":
        yield from _of_a(stem, croatian=croatian)
        yield from _verb_by_present(stem, "a", croatian=croatian)
    elif last == "e":
        yield from _of_e(stem, croatian=croatian)
        yield from _verb_by_present(stem, "e", croatian=croatian)
    elif last == "i":
        yield from _verb_by_present(stem, "i", croatian=croatian)
        if len(word) > 5 and stem[-1] in "nkv":  # uporabniški, and a plural: računi
            yield from _joined(stem, _ADJECTIVE)
    elif last == "o":
        yield from _of_o(stem, croatian=croatian)
    elif last != "u":
        yield from _of_consonant(word, croatian=croatian)


def _joined(stem: str, endings: Iterable[str]) -> Iterator[str]:
    return (stem + ending for ending in endings)


def _of_consonant(word: str, *, croatian: bool) -> Iterator[str]:
    """A masculine noun, an adjective, a participle, or a feminine noun like luč, stvar, napetost."""
    short = _without_fleeting(word)
    stems = [stem for stem in (None if short and word.endswith("ek") else word, short) if stem]
    for stem in stems:
        yield from _joined(stem, _MASCULINE)
        yield from _joined(stem, _ADJECTIVE)
        yield from _joined(stem, _LONG_PLURAL if len(word) < 6 else ())
    if croatian:
        for stem in stems:
            yield from _before_i(stem)
            yield from _genitive_plural(stem)
    if word[-1] == "r" and not croatian:  # monitorja
        yield from _joined(word + "j", ("a", "u", "em", "i", "e", "ev", "ih", "ema"))
    if word[-1] in "cstrnlvzd":
        yield from _joined(word, _FEMININE_I)
    if word.endswith("tev") and not croatian:  # nastavitev
        yield from _joined(word[:-2] + "v", ("ijo", *_FEMININE_A))
    if word.endswith("st") and croatian:  # mogućnošću
        yield word[:-1] + "cu"


def _without_fleeting(word: str) -> str | None:
    """popravek, popravk-; kabel, kabl-; lonac, lonc-."""
    if len(word) < 5 or word[-2] not in "ea" or word[-3] in VOWELS:
        return None
    return word[:-2] + word[-1]


def _before_i(stem: str) -> Iterator[str]:
    """razlog, razlozi; zadatak (zadatk-), zadaci."""
    if stem[-1] not in _SIBILANT:
        return
    soft = stem[:-1] + _SIBILANT[stem[-1]]
    for one in {soft, stem[:-2] + "c" if stem[-2:] in ("tk", "dk") else soft}:
        yield from _joined(one, ("i", "ima"))


def _of_a(stem: str, *, croatian: bool) -> Iterator[str]:
    """A feminine noun; a long one may also be an adjective or a participle."""
    yield from _joined(stem, _FEMININE_A)
    if croatian:
        yield from _joined(stem, ("u", "om"))
        if stem[-1] in _SIBILANT:
            yield stem[:-1] + _SIBILANT[stem[-1]] + "i"
    yield from _genitive_plural(stem)


def _genitive_plural(stem: str) -> Iterator[str]:
    """With a vowel between two last consonants: pisma, pisem; pritužba, pritužaba."""
    if len(stem) < 3 or stem[-1] in VOWELS or stem[-2] in VOWELS:
        return
    yield f"{stem[:-1]}e{stem[-1]}"
    yield f"{stem[:-1]}a{stem[-1]}a"


def _of_e(stem: str, *, croatian: bool) -> Iterator[str]:
    """A neuter noun (vprašanje)."""
    yield from _joined(stem, _NEUTER)


def _of_o(stem: str, *, croatian: bool) -> Iterator[str]:
    """A neuter noun (geslo, pismo), or a Croatian past (platio, poslao)."""
    if croatian and stem and stem[-1] in VOWELS:
        yield from _joined(stem + "l", _PARTICIPLE)
        return
    yield from _joined(stem, _NEUTER)
    yield from _genitive_plural(stem)


def _verb_by_present(stem: str, theme: str, *, croatian: bool) -> Iterator[str]:
    """A verb that is given as its third person is: dela, sveti, poveže, deluje."""
    yield from _present(stem, theme, croatian=croatian)
    if theme == "e":
        if stem.endswith("uj"):
            for base in (stem[:-2] + "ova", stem[:-2] + "eva", stem[:-2] + "iva"):
                yield from _past(base, croatian=croatian)
        if stem.endswith("n"):
            yield from _past(stem + "i", croatian=croatian)
            yield from _past(stem + "u", croatian=croatian)
        return
    yield from _past(stem + theme, croatian=croatian)


def _present(stem: str, theme: str, *, croatian: bool) -> Iterator[str]:
    yield from _joined(stem, _PRESENT[theme])
    if croatian:
        yield from _joined(stem, _PRESENT_CROATIAN[theme])


def _past(base: str, *, croatian: bool) -> Iterator[str]:
    """Infinitive, supine and the participle in -l of a base that ends in a vowel: plača-ti, plača-t, plača-l."""
    yield from _joined(base, ("ti", "t", "l", "la", "lo", "li", "le"))
    if croatian:
        yield base + "o"


def _infinitive(base: str, *, croatian: bool) -> Iterator[str]:
    stem, theme = base[:-1], base[-1]
    yield from _past(base, croatian=croatian)
    if base.endswith(("ova", "eva", "iva")):
        yield from _present(base[:-3] + "uj", "e", croatian=croatian)
        yield from _joined(base[:-3] + "uj", ("", "te", "mo", "u"))
        yield from _verbal(stem + "an", croatian=croatian)
    if theme == "a":
        yield from _present(stem, "a", croatian=croatian)
        yield from _joined(base, ("j", "jte", "jmo"))
        yield from _verbal(stem + "an", croatian=croatian)
        if stem[-1] in "szkg":  # pisati, piše; povezati, poveže
            yield from _present(stem[:-1] + _IOTATED.get(stem[-1], stem[-1]), "e", croatian=croatian)
    elif theme == "i":
        yield from _present(stem, "i", croatian=croatian)
        yield from _joined(stem, ("i", "ite", "imo"))
        soft = stem[:-1] + _IOTATED.get(stem[-1], stem[-1])
        for participle in {stem + "en", soft + "en", stem + "jen"}:
            yield from _verbal(participle, croatian=croatian)
        if stem.endswith("n"):
            yield from _present(stem, "e", croatian=croatian)
            yield from _verbal(stem + "jen", croatian=croatian)
    elif theme == "e":
        for present in ("i", "e"):
            yield from _present(stem, present, croatian=croatian)
        yield from _verbal(stem + "en", croatian=croatian)
    elif theme == "u":
        yield from _present(stem, "e", croatian=croatian)
        yield from _verbal(stem + "ut", croatian=croatian)


def _verbal(participle: str, *, croatian: bool) -> Iterator[str]:
    """The passive participle with its endings, and the noun of the action: plačan, plačana, plačanje."""
    yield participle
    yield from _joined(participle, _ADJECTIVE)
    yield from _joined(participle + "j", _NEUTER[1:])
