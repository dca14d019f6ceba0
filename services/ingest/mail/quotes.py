"""The new part of a reply, without the earlier mails that it quotes; in doubt everything is new."""

import re
from dataclasses import dataclass

MAX_LINES = 20_000
MAX_LINE = 600
"""Characters of a line that are looked at: no mail program's quote header is longer."""

_WIDE_GAP = re.compile(r"\s{9,}")
"""Cut to eight blanks: the patterns below take time with the square of a gap, and hold the GIL meanwhile."""

_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_QUOTED = re.compile(r"^\s{0,3}(?:>|\|(?=\s))")

_VERB = r"""(?:wrote|schrieb
  |napisal(?:a|\(a\)|/a|i|o)?|je\ napisa(?:o|la)(?:/la|\(la\))?|napisa(?:o|la)\ je|je\ pisa[ol]a?|כתבה?|כתב/ה
  |a\ écrit|ha\ scritto|escribió|schreef|napisał(?:\(a\))?)"""
_WROTE = re.compile(
    rf"""^\s*(?:
      (?:(?:On|Am|Dne|Dana|Den|Le|Il|El|Op|W\ dniu|בתאריך)\b|ב-).{{4,300}}?{_VERB}(?:\ .{{1,120}})?\s*:?
      | (?!.*\S.{{0,40}}[\s-]On\s\w{{3}},).{{3,200}}?\s{_VERB}\s*:
      | -{{2,}}\s*.{{1,100}}\swrote\s*-{{2,}}
    )\s*$""",
    re.VERBOSE,
)
"""The line in which mail programs say who wrote what follows."""

_WROTE_BEGINS = re.compile(r"^\s*(?:On|Am|Dne|Dana|בתאריך|ב-)\b.{4,300}$")
_SEPARATOR = re.compile(
    r"""^\s*[-_*]{2,}\s*(?:
      Original\s(?:Message|Appointment)|Reply\sMessage|Ursprüngliche\sNachricht|Originalnachricht
      |Izvirno\ssporočilo|Originalno\ssporočilo|Prvotno\ssporočilo|Izvorna\sporuka|Originalna\sporuka|Izvorno\spismo
      |הודעה\sמקורית|Messaggio\soriginale|Message\sd'origine
    )\s*[-_*]{2,}\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{20,}\s*$")
_FROM = re.compile(r"^\s*[*_]{0,2}(?:From|Von|Od|Pošiljatelj|Šalje|מאת|Da|De)\s?:[*_]{0,2}\s*\S")
_OTHER_FIELD = re.compile(
    r"""^\s*[*_]{0,2}(?:Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Poslano|Za|Kp|Zadeva|Prima|Predmet
    |נשלח|תאריך|אל|עותק|נושא|Inviato|Oggetto|A|Envoyé|Objet|À)\s?:""",
    re.VERBOSE,
)
_FORWARDED = re.compile(
    r"^\s*(?:-{3,}|Begin)\s*(?:Forwarded\smessage|forwarded|Weitergeleitete|Posredovano|Proslijeđen|הודעה שהועברה)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`new` is what the writer wrote now, `prior` what was left out of it."""

    new: str
    prior: str = ""


def new_part(text: str) -> Reply:
    """Cuts the quoted end off.

    It is cut where a quote header in English, German, Slovene, Croatian, Hebrew (and some more) stands,
    or where only quoted lines follow, provided that nothing new stands below: answers between the
    quoted lines, forwarded mails, and texts that would be left empty stay whole.
    """
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return Reply(text)
    plain = [_WIDE_GAP.sub(" " * 8, _BIDI.sub("", line[:MAX_LINE])) for line in lines]
    cut = _cut(plain)
    if cut is None or _is_interleaved(plain[cut:]):
        return Reply(text.strip())
    new = "\n".join(lines[:cut]).strip()
    return Reply(new, "\n".join(lines[cut:]).strip()) if new else Reply(text.strip())


def _cut(lines: list[str]) -> int | None:
    """The first line of the quoted end."""
    for place, line in enumerate(lines):
        if _FORWARDED.match(line):
            return None
        if _SEPARATOR.match(line) or _is_wrote(lines, place) or _is_field_block(lines, place):
            return place
        if _RULE.match(line) and _is_field_block(lines, _after_blank(lines, place + 1)):
            return place
    return _quoted_end(lines)


def _is_wrote(lines: list[str], place: int) -> bool:
    if _QUOTED.match(lines[place]):
        return False
    if _WROTE.match(lines[place]):
        return _begins_quote(lines, place + 1) or _starts_like_header(lines[place])
    if not _WROTE_BEGINS.match(lines[place]):
        return False
    for more in (2, 3):  # the header is wrapped over two or three lines
        together = " ".join(line.strip() for line in lines[place : place + more])
        if len(lines) >= place + more and _WROTE.match(together):
            return True
    return False


def _starts_like_header(line: str) -> bool:
    return bool(_WROTE_BEGINS.match(line)) and any(character.isdigit() for character in line)


def _begins_quote(lines: list[str], place: int) -> bool:
    following = _after_blank(lines, place)
    return following < len(lines) and bool(_QUOTED.match(lines[following]))


def _is_field_block(lines: list[str], place: int) -> bool:
    """`From:` followed at once by at least two more fields of a mail, as Outlook quotes."""
    if place >= len(lines) or not _FROM.match(lines[place]):
        return False
    fields = sum(bool(_OTHER_FIELD.match(line)) for line in lines[place + 1 : place + 8])
    return fields >= 2


def _quoted_end(lines: list[str]) -> int | None:
    end = len(lines)
    place = end
    while place > 0 and (not lines[place - 1].strip() or _QUOTED.match(lines[place - 1])):
        place -= 1
    quoted = any(_QUOTED.match(line) for line in lines[place:end])
    return place if quoted and place > 0 else None


def _is_interleaved(tail: list[str]) -> bool:
    """Whether something new stands below quoted lines: then the writer answered between them."""
    marks = ["quoted" if _QUOTED.match(line) else "new" for line in tail[1:] if line.strip()]
    if "quoted" not in marks:
        return False
    first = marks.index("quoted")
    return "new" in marks[first:] and not _looks_like_signature(tail)


def _looks_like_signature(tail: list[str]) -> bool:
    last_quoted = max(place for place, line in enumerate(tail) if _QUOTED.match(line))
    after = [line for line in tail[last_quoted + 1 :] if line.strip()]
    return not after or after[0].strip() in ("--", "-- ") or all(line.strip("_- \t") == "" for line in after)


def _after_blank(lines: list[str], place: int) -> int:
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place
