"""Signatures: what stands below `-- `, and what telephones and mail programs add by themselves.

A closing with a name stays, and so do the lines with an address or a telephone number below it:
the writer may mean them.
"""

import re
from collections.abc import Sequence

from services.ingest.mail.reply.footers import footer_start
from services.ingest.mail.reply.languages import LANGUAGES
from services.ingest.mail.reply.separators import is_rule

MAX_SIGNATURE = 40
"""Lines below `-- ` that may be a signature."""
MAX_UNSURE = 16
"""The same below a `--` that has lost its blank."""
MAX_MOBILE = 110
MAX_END = 300
"""Lines at the end of a text among which signatures are looked for."""

_DELIMITERS = frozenset(("--", "—", "––", "——", "- --", "*--*"))
_MOBILE = re.compile("|".join(rf"(?:{one})" for language in LANGUAGES for one in language.mobile), re.IGNORECASE)
_MOBILE_BEGINS = re.compile(r"^[ *_>(\[<]{0,6}(?:-{2,3} )?")
_MOBILE_ENDS = re.compile(
    r"""(?:\s?<(?:https?:|mailto:|aka\.ms)[^<>]{1,300}>|\s?\(https?:[^()]{1,300}\)|\s?\[https?:[^\[\]]{1,300}\])
      |[ *_.!)\]>]{1,8}$""",
    re.VERBOSE,
)
_DEVICE = re.compile(
    r"""iphon|ipad|ipod|ios|android|blackberry|samsung|galaxy|huawei|honor|xiaomi|redmi|pixel|oneplus|motorola|nokia|xperia
      |windows|outlook|gmail|gmx|web\.de|freenet|t-online|yahoo|aol|icloud|proton|tutanota|posteo|mailbox|k-9|fairemail|bluemail
      |aquamail|airmail|spark|thunderbird
      |mail\.ru|яндекс|yandex|почт[аы]\ mail|qq邮箱|qq\ ?mail|foxmail|网易|163|zoho|orange|libero|virgilio
      |seznam|centrum|onet|wp\.pl|interia|mobil|handy|smartphone|tablet|t[ée]l[ée](?:ph|f)on|telefon|m[óo]vil|celular|cellulare|puhelim
      |gsm|phone|smartphone|cell|mobitel|мобильн|мобільн|телефон|κινητό|טלפון|סלולר|הנייד|手机|手機|携帯|スマート|휴대|mail\b|app\b|device|appareil
      |\b(?:nine|canary|superhuman|missive|mailspring|boxer|xfinity|shortwave|edison)\b|on\ the\ go|新浪
      |gerät|device|wireless|handheld|sprint|verizon|vodafone|t-mobile""",
    re.IGNORECASE | re.VERBOSE,
)
_CARRIER = re.compile(r"\b(?:Verizon|AT&T|T-Mobile|Sprint|Vodafone|O2|Orange|Rogers|Telstra)[^,]{0,20}, ")
_EXCUSE = re.compile(
    r"""[.,]?\s{1,3}(?:
      (?:(?:please|pls)\ )?(?:excuse|forgive|pardon|apologies)|bitte\ (?:entschuldig|verzeih)|veuillez\ excuser
      |merci\ d['’]excuser|(?:por\ favor,?\ )?(?:disculp|desculp)|perdona|scusa|verontschuldig|excuseer|ursäkta
      |undskyld|beklager|(?:proszę\ )?wybacz|omluv|oprosti|извин|вибач|přepáč
    )[^.?]{0,80}\.?$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What apologises for a telephone's brevity, below `Sent from ...`."""
_GLUED_LINK = re.compile(r"(?<![<(\[ ])https?://[^\s<>()\[\]]{1,200}$")
_OWN_MY = re.compile(r"sent from my (?:(?!with |to |in |on |at |by |for )[\w+-]+ ?){1,6}", re.IGNORECASE)
_NAME = re.compile(r"^[-–—]\s?[^\W\d_a-zß-ÿ][\w'’.-]{1,30}(?: [^\W\d_a-zß-ÿ][\w'’.-]{0,30}){0,3}$")
_POSTSCRIPT = re.compile(r"p\.? ?s\b|ps\b", re.IGNORECASE)


def signature_start(lines: Sequence[str], texts: Sequence[str]) -> int | None:
    """The first line of what is signature or footer at the end; `texts` are the lines with their blanks.

    None where there is none. 0 where there is nothing else.
    """
    skipped = max(0, len(lines) - MAX_END)
    found = _start(lines[skipped:], texts[skipped:])
    return None if found is None else skipped + found


def _start(lines: Sequence[str], texts: Sequence[str]) -> int | None:
    end, found = len(lines), None
    for _ in range(4):  # a name below the text, a signature, what the telephone adds, a legal notice
        starts = (_delimited(lines[:end], texts), footer_start(lines[:end]), _mobile(lines[:end]), _name(lines[:end]))
        start = min((one for one in starts if one is not None), default=None)
        if start is None:
            break
        end = found = start
        while end > 0 and not lines[end - 1]:
            end -= 1
    return found


def is_mobile(line: str) -> bool:
    """Whether a telephone or a mail program wrote the line: `Sent from my iPhone`, in any language."""
    if not line or len(line) > MAX_MOBILE:
        return False
    bare = _GLUED_LINK.sub("", _EXCUSE.sub("", _MOBILE_BEGINS.sub("", line)))
    for _ in range(3):
        bare = _MOBILE_ENDS.sub("", bare)
    bare = _CARRIER.sub("", bare.rstrip())
    if not bare or "," in bare or "?" in bare:
        return False
    known = _MOBILE.fullmatch(bare)
    return bool(known) and (bool(_DEVICE.search(bare)) or bool(_OWN_MY.fullmatch(bare)))


def _delimited(lines: Sequence[str], texts: Sequence[str]) -> int | None:
    found, below, asked = None, 0, False
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if line.strip() in _DELIMITERS:
            is_sure = texts[place].rstrip("\r").endswith("-- ")
            if is_sure or (below <= MAX_UNSURE and not asked):
                found = place
        elif line and not is_rule(line):
            below += 1
            asked = asked or _is_asked(line)
        if below > MAX_SIGNATURE:
            break
    return found


def _is_asked(line: str) -> bool:
    return line.endswith("?") or len(line) > 200


def _mobile(lines: Sequence[str]) -> int | None:
    """What stands below is a quote that lost its header, unless it says more than what stands above."""
    written = [place for place in range(len(lines)) if lines[place]][-40:]
    for place in written:
        if is_mobile(lines[place]):
            above, below = "".join(lines[:place]), "".join(lines[place + 1 :])
            if len(below) <= len(above) and not _POSTSCRIPT.match(below):
                return _with_line_above(lines, place)
    return None


def _with_line_above(lines: Sequence[str], place: int) -> int:
    """A line that is drawn right above belongs to it."""
    above = place - 1
    while above >= 0 and not lines[above]:
        above -= 1
    return above if above >= 0 and len(lines[above].strip()) >= 2 and not lines[above].strip("-_=*—– ") else place


def _name(lines: Sequence[str]) -> int | None:
    """`-Jana Novak` alone at the end, below an empty line: not one of a list's points."""
    end = len(lines)
    while end > 0 and not lines[end - 1]:
        end -= 1
    if end < 3 or lines[end - 2] or not _NAME.match(lines[end - 1]):
        return None
    above = next((line for line in reversed(lines[: end - 2]) if line), "")
    points = sum(line.lstrip()[:1] in ("-", "–", "—", "*", "•") for line in lines[: end - 1])
    is_sure = " " in lines[end - 1].lstrip("-–— ") or above[-1:] in ".!?"
    return end - 1 if above and is_sure and above[-1] not in ":," and points == 0 else None
