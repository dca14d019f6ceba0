"""The line, or lines, in which mail programs say who wrote the quote below: `On ..., Ana <ana@x.example> wrote:`."""

import re
from collections.abc import Sequence

from services.ingest.mail.reply.languages import LANGUAGES
from services.ingest.mail.reply.lines import is_quoted, next_written
from services.ingest.mail.reply.verbless import ADDRESS, BEFORE, DATE, DATED, TIME, is_marked, is_verbless
from services.ingest.mail.reply.verbs import is_first_person, last_verb, may_hold_verb, may_precede_name, roots_in

MAX_WRAPPED = 4
"""Lines that such a header is wrapped over at most."""
MAX_LENGTH = 450

_SPOKEN = ("said", "sent", "replied", "a envoyé", "enviou", "ha inviato", "verzond", "sendte")
"""Verbs that sentences end with as well: they need an address or a quote beside them."""


_OPENINGS = "|".join(
    sorted({re.escape(word) for language in LANGUAGES for word in language.openings}, key=len, reverse=True)
)
_OPENING = re.compile(rf"(?:{_OPENINGS})(?=[\s:,\d]|$)")
_OPENING_WITHIN = re.compile(
    r"(?:(?<=\s)|(?<=-))(?:On|Am|Le|El|Il|Em|Op|Den|Dne|Dana|Dnia|W dniu|Vào)\s+(?=[^\n]{0,30}\d)"
)
_LOOSE_END = re.compile(r"[>＞]\s*(?P<verb>[^\W\d_]{2,20}(?: [^\W\d_]{2,20})?(?:\(a\))?)?\s?[:：]")
_AFTER_NAME = "在於于"
"""Openings that may stand after the name."""
_NAMES = re.compile(r"(?:[^\W\d_a-zß-ÿ]\S{0,40}\s+){1,5}")
"""Words with capital letters: the name of who wrote."""
_NAMED = re.compile(
    r"""(?i:(?!(?:my|our|your|the|an?|(?:mein|unser|ihr|euer)(?:e[rmns]?)?|der|die|das|mon|ma|notre|votre|le|la|les|une?
        |mi|nuestr[ao]|su|el|il|lo|mi[ao]|nostr[ao]|meu|minha|noss[ao]|mijn|onze|uw|de|het|moj[ae]?|naš[ae]?|vaš[ae]?
        |můj|mój|nasz[ae]?)\ ))
      (?:[\"'«„“]?(?:[^\W\d_a-zß-ÿ][^\s@<>:?!(\[]{0,40}(?:\ |(?=[<(\[]))){1,6}[<(\[]\S{1,150}[>)\]]
      |\w[\w.'-]{1,40}\ (?:[\w.'-]{1,40}\ ){0,3}<\S{1,150}>)""",
    re.VERBOSE,
)
"""A name and its address in brackets, as it stands before a verb: `Ana Novak <ana@x.example> wrote:`."""
_ABBREVIATED = re.compile(r"(?:^|\s)(?:[^\W\d_]{1,4}|\d{1,2})\.$")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d(?!\d)")
MAX_DATE = 45
_BARE_ENDS = ("wrote", "writes", "a écrit", "escribió", "ha scritto", "escreveu", "geschrieben", "skrev", "napisał(a)",
              "написал", "написал(а)", "kirjoitti")  # fmt: skip
"""Verbs after which some mail programs leave out the colon."""
_RULED = re.compile(r"^-{2,}\s?[^\s-].{0,200}-{2,}$")
_NAME_BEGINS = re.compile(r"\s*(?:[\"'«„“<(\[]|[^\W\d_a-zà-öø-ÿа-яёіїє])")
_WITHIN_DASHES = " -*_"


def wrote_header(lines: Sequence[str], end: int, roots: Sequence[str] | None = None) -> int | None:
    """Where the header begins that ends in line `end`; None where none does.

    `roots` are those of the verbs that occur in the text, where that is known.
    """
    last = lines[end]
    if not may_end_header(last):
        return None
    if last[:1] == ">" and is_marked(last):
        return end
    loose = is_quoted(last) and _is_loose_end(last)
    if is_quoted(last) and not loose:
        return None
    above = "\n".join(lines[max(0, end - MAX_WRAPPED + 1) : end + 1])
    if not ("@" in above or may_hold_verb(above, roots_in(above) if roots is None else roots)):
        return None
    quoted = _is_followed_by_quote(lines, end)
    candidates = list(_candidates(lines, end, loose=loose))
    for begins in (True, False):
        for start in candidates:
            if _begins(lines[start]) is begins and _is_header(lines, start, end, begins=begins, quoted=quoted):
                return _with_first_line(lines, start, end)
    return None


def may_end_header(line: str) -> bool:
    """Whether a header may end with the line, by its last characters."""
    return line[-1:] in ":：->*_﹕" or line.endswith(_BARE_ENDS)


def header_within(lines: Sequence[str], place: int) -> int | None:
    """Where in a line a header begins that follows the reply on the same line: `Thanks! On ... wrote:`."""
    line = lines[place]
    if line[-1:] not in ":：" or not _is_followed_by_quote(lines, place) or is_quoted(line) or _begins(line):
        return None
    if not may_hold_verb(line):
        return None
    for match in _OPENING_WITHIN.finditer(line):
        rest = line[match.start() :]
        if TIME.search(rest) and _says_who_wrote(rest, begins=True, quoted=True, alone=False):
            return match.start()
    return None


def _is_loose_end(line: str) -> bool:
    """`> wrote:`, where the header was wrapped before the bracket that closes the address."""
    match = _LOOSE_END.fullmatch(line)
    return match is not None and (match["verb"] is None or last_verb(match["verb"]) is not None)


def _candidates(lines: Sequence[str], end: int, *, loose: bool) -> list[int]:
    starts = []
    for start in range(end, max(-1, end - MAX_WRAPPED - 2 * loose), -1):
        if start < end and ((not lines[start] and not loose) or is_quoted(lines[start])):
            break
        if lines[start] and sum(map(len, lines[start : end + 1])) <= MAX_LENGTH:
            starts.append(start)
    return starts


def _begins(line: str) -> bool:
    bare = line.lstrip(BEFORE)
    first = bare.split(" ", 1)[0]
    return bool(_OPENING.match(bare)) or (bool(DATED.match(bare)) and "@" not in first)


def _is_header(lines: Sequence[str], start: int, end: int, *, begins: bool, quoted: bool) -> bool:
    if start < end and not begins and not (ADDRESS.search(lines[start]) or may_hold_verb(lines[start])):
        return False
    alone = (start == 0 or not lines[start - 1]) and (end + 1 == len(lines) or not lines[end + 1])
    if any(line[-1:] in (":", "：") for line in lines[max(0, start - 3) : start]):
        alone = False  # the writer says that something follows
    whole = " ".join(line.strip() for line in lines[start : end + 1] if line)
    return _says_who_wrote(whole, begins=begins, quoted=quoted, alone=alone)


def _says_who_wrote(header: str, *, begins: bool, quoted: bool, alone: bool) -> bool:
    ended = header.rstrip(_WITHIN_DASHES)
    body = ended.rstrip(" :：﹕")
    colon = ended[-1:] in ":：﹕"
    dated, timed, address = bool(DATE.search(body)), bool(TIME.search(body)), bool(ADDRESS.search(body))
    verb = last_verb(body)
    if verb is None:
        return is_verbless(ended, colon=colon, dated=dated, timed=timed, quoted=quoted)
    after = body[verb.end() :]
    if not colon:
        told = address and dated and (quoted or (begins and timed and alone))
        return not after and (bool(_RULED.match(header)) or (told and not is_first_person(body)))
    if not _is_whole_after(after, verb[0]):
        return quoted and begins and (address or timed)
    if quoted:
        said = address or timed or (begins and dated) or (not after and len(header) <= 100)
    elif verb[0].lower() in _SPOKEN and not address:
        return False
    else:
        named = alone and _NAMES.fullmatch(body[: verb.start()]) and DATE.search(after) and TIME.search(after)
        brief = begins and not after and alone and len(header) <= 120
        signed = alone and not after and _NAMED.fullmatch(body[: verb.start()].strip()) and address
        said = bool(signed) or (dated and bool(address or (begins and timed) or brief or named))
    return said and not is_first_person(body)


def _is_whole_after(after: str, verb: str) -> bool:
    """What may stand after the verb: nothing, a date, an address, or the name of who wrote."""
    if not after.strip(" )\"'»") or ADDRESS.search(after) or (DATE.search(after) and len(after) <= 90):
        return True
    if after.strip().lower() in ("följande", "følgende", "folgendes", "το εξής", "τα εξής"):
        return True
    return bool(may_precede_name(verb) and _NAME_BEGINS.match(after)) and len(after.split()) <= 6


def _is_followed_by_quote(lines: Sequence[str], end: int) -> bool:
    following = next_written(lines, end + 1)
    return following < len(lines) and is_quoted(lines[following])


def _with_first_line(lines: Sequence[str], start: int, end: int) -> int:
    """One line more where the header is wrapped before what it was known by.

    That is the date (`On Fri, May 6,` above `2011 at 6:03 PM, ...`) or the verb (`Ana <ana@x.example>` above `wrote:`).
    """
    first = lines[start].lstrip(BEFORE)
    if start == 0 or (_OPENING.match(first) and first[0] not in _AFTER_NAME):
        return start
    above = lines[start - 1]
    if not above or (above[-1] in ".?!:;" and not _ABBREVIATED.search(above)) or is_quoted(above):
        return start
    bare = above.lstrip(BEFORE)
    is_opening = bool(_OPENING.match(bare)) and any(one.isdigit() for one in above[:60])
    if len(bare) <= MAX_DATE and _CLOCK.match(first) and DATED.match(bare) and DATE.search(bare):
        return start - 1
    has_address = any("@" in line for line in lines[start : end + 1])
    return start - 1 if is_opening or (not has_address and ADDRESS.search(above)) else start
