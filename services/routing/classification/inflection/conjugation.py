"""Slovene and Croatian verbs: present, past and passive forms, from the infinitive or from how he does it."""

from collections.abc import Iterator

from services.routing.classification.inflection.endings import ADJECTIVE, NEUTER, joined

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

_PRESENT = {
    "a": ("am", "as", "a", "ava", "ata", "amo", "ate", "ajo"),
    "i": ("im", "is", "i", "iva", "ita", "imo", "ite", "ijo"),
    "e": ("em", "es", "e", "eva", "eta", "emo", "ete", "ejo"),
}
_PRESENT_CROATIAN = {"a": ("aju",), "i": ("e",), "e": ("u", "eju")}


def by_present(stem: str, theme: str, *, croatian: bool) -> Iterator[str]:
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
    yield from joined(stem, _PRESENT[theme])
    if croatian:
        yield from joined(stem, _PRESENT_CROATIAN[theme])


def _past(base: str, *, croatian: bool) -> Iterator[str]:
    """Infinitive, supine and the participle in -l of a base that ends in a vowel: plača-ti, plača-t, plača-l."""
    yield from joined(base, ("ti", "t", "l", "la", "lo", "li", "le"))
    if croatian:
        yield base + "o"


def by_infinitive(base: str, *, croatian: bool) -> Iterator[str]:
    stem, theme = base[:-1], base[-1]
    yield from _past(base, croatian=croatian)
    if base.endswith(("ova", "eva", "iva")):
        yield from _present(base[:-3] + "uj", "e", croatian=croatian)
        yield from joined(base[:-3] + "uj", ("", "te", "mo", "u"))
        yield from _verbal(stem + "an", croatian=croatian)
    if theme == "a":
        yield from _present(stem, "a", croatian=croatian)
        yield from joined(base, ("j", "jte", "jmo"))
        yield from _verbal(stem + "an", croatian=croatian)
        if stem[-1] in "szkg":  # pisati, piše; povezati, poveže
            yield from _present(stem[:-1] + _IOTATED.get(stem[-1], stem[-1]), "e", croatian=croatian)
    elif theme == "i":
        yield from _present(stem, "i", croatian=croatian)
        yield from joined(stem, ("i", "ite", "imo"))
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
    yield from joined(participle, ADJECTIVE)
    yield from joined(participle + "j", NEUTER[1:])
