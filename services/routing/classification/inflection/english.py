"""English: plurals, and the forms of verbs, regular and irregular."""

import re

_CONSONANT_Y = re.compile(r"[^aeiou]y$")
_SIBILANT = re.compile(r"(s|x|z|ch|sh|[^aeiou]o)$")
_SHORT_SYLLABLE = re.compile(r"^[^aeiou]*[aeiou][bdglmnprt]$")
"""One syllable doubles its last letter: log, logging; with one letter it would be another word's (star, stared)."""
_STRESSED_END = re.compile(r"[^aeiou][aeiou][bdglmnprt]$")

_IRREGULAR = (
    "break breaks broke broken breaking",
    "buy buys bought buying",
    "bring brings brought bringing",
    "burn burns burned burnt burning",
    "choose chooses chose chosen choosing",
    "come comes came coming",
    "cost costs costing",
    "cut cuts cutting",
    "do does did done doing",
    "fall falls fell fallen falling",
    "feel feels felt feeling",
    "find finds found finding",
    "forget forgets forgot forgotten forgetting",
    "freeze freezes froze frozen freezing",
    "get gets got gotten getting",
    "give gives gave given giving",
    "go goes went gone going",
    "have has had having",
    "hear hears heard hearing",
    "hold holds held holding",
    "keep keeps kept keeping",
    "leave leaves left leaving",
    "lend lends lent lending",
    "light lights lit lighted lighting",
    "lose loses lost losing",
    "make makes made making",
    "man men",
    "mean means meant meaning",
    "meet meets met meeting",
    "pay pays paid paying",
    "person persons people",
    "put puts putting",
    "read reads reading",
    "return returns returned returning",
    "run runs ran running",
    "see sees saw seen seeing",
    "sell sells sold selling",
    "send sends sent sending",
    "set sets setting",
    "shut shuts shutting",
    "smell smells smelled smelt smelling",
    "speak speaks spoke spoken speaking",
    "spend spends spent spending",
    "steal steals stole stolen stealing",
    "take takes took taken taking",
    "tell tells told telling",
    "think thinks thought thinking",
    "throw throws threw thrown throwing",
    "wake wakes woke woken waking",
    "write writes wrote written writing",
)
_AUXILIARIES = (
    "am are is was were be been",
    "cant cannot couldnt",
    "dont doesnt didnt",
    "isnt arent wasnt",
    "wont wouldnt",
)
"""Each stands for the others: "doesn't work" finds "didn't work"."""
_BY_BASE = {line.split()[0]: frozenset(line.split()) for line in _IRREGULAR} | {
    form: frozenset(line.split()) for line in _AUXILIARIES for form in line.split()
}


def forms(word: str) -> frozenset[str]:
    """The word, its plural, and what it is as a verb: bill, bills, billed, billing."""
    irregular = _BY_BASE.get(word)
    if irregular is not None:
        return irregular
    return frozenset({word, *_regular(word)})


def _regular(word: str) -> tuple[str, ...]:
    if _CONSONANT_Y.search(word):
        return f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing", f"{word}s"
    if word.endswith(("ee", "oe")):
        return f"{word}s", f"{word}d", f"{word}ing"
    if word.endswith("ie"):
        return f"{word}s", f"{word}d", f"{word[:-2]}ying"
    if word.endswith("e"):
        return f"{word}s", f"{word}d", f"{word[:-1]}ing"
    plural = f"{word}es" if _SIBILANT.search(word) else f"{word}s"
    doubled = f"{word}{word[-1]}"
    if _SHORT_SYLLABLE.match(word):
        return plural, f"{doubled}ed", f"{doubled}ing"
    if _STRESSED_END.search(word):
        return plural, f"{word}ed", f"{word}ing", f"{doubled}ed", f"{doubled}ing"
    return plural, f"{word}ed", f"{word}ing"
