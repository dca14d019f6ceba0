"""Footers that nobody wrote: legal notices, those of mailing lists and of virus scanners."""

import re
from collections.abc import Sequence

from services.ingest.mail.reply.separators import is_rule

MAX_FOOTER = 4_000
MIN_LEGAL = 90
MAX_LIST_FOOTER = 10
"""Lines of the footer of a mailing list."""
MAX_TRAILING = 6
"""Paragraphs below a legal notice that may go with it."""

_NOTICES: dict[str, tuple[str, ...]] = {
    "en": ("confidential|privileged",
           "intended (?:solely |only |exclusively )?(?:for|recipient)|addressee|named recipient",
           "in error|mistaken", "delet|destroy", "disclos|disseminat|unauthori[sz]ed|prohibited|copying"),
    "de": ("vertraulich|rechtlich geschützt", "adressat|empfänger|bestimmt",
           "irrtümlich|versehentlich|fehlgeleitet", "vernichte|löschen",
           "unbefugt|nicht gestattet|unerlaubt|weitergabe"),
    "fr": ("confidentiel", "destinataire|destinés? ", "par erreur", "détrui|supprim",
           "interdit|usage exclusif|divulg"),
    "it": ("riservat|confidenzial", "destinatari", "per errore|erroneamente", "cancell|distrugg|elimin",
           "vietat|uso esclusivo|copiare"),
    "es": ("confidencial", "destinatari", "por error", "elimin|borr|destru", "prohibid|uso exclusivo|divulg"),
    "pt": ("confidencia|sigilos", "destinat", "por engano|por erro|indevidamente", "elimin|apag|exclu",
           "proibid|vedad|divulg"),
    "nl": ("vertrouwelijk", "geadresseerde|bestemd", "ten onrechte|abusievelijk|per vergissing",
           "vernietig|verwijder", "niet toegestaan|openbaar"),
    "pl": ("poufn", "adresat|odbiorc", "omyłk|pomyłk|błęd", "usun|zniszcz", "zabronion|ujawni"),
    "cs": ("důvěrn", "adresát|příjemc", "omyl|chyb", "smaž|vymaž|odstra", "zakázán|neoprávněn"),
    "sk": ("dôvern", "adresát|príjemc", "omyl|chyb", "vymaž|odstrá", "zakázan|neoprávnen"),
    "sv": ("konfidentiell|sekretess", "mottagare|avsedd", "av misstag|felaktigt", "radera|ta bort",
           "förbjud|otillåt"),
    "da": ("fortrolig", "modtager|adressat", "ved en fejl|fejlagtigt", "slet",
           "forbud|ikke tilladt|uberettiget"),
    "no": ("konfidensiel|fortrolig", "mottaker|adressat", "ved en feil|feilaktig", "slett",
           "forbud|ikke tillatt"),
    "fi": ("luottamuksel", "vastaanottaj", "erehdy|virheel|vahingossa", "poist|tuho|hävit", "kiellet"),
    "sl": ("zaupn", "naslovnik|prejemnik|namenjen", "pomotoma|po pomoti", "izbris|uniči",
           "prepoved|nepooblašč"),
    "hr": ("povjerljiv|poverljiv", "primatel|primalac|primaoc|namijenjen|namenjen", "grešk|zabun|omašk",
           "izbris|obris|uništ", "zabranj|neovlašt"),
    "hu": ("bizalmas", "címzett", "téved", "töröl|törl", "tilos|jogosulatlan"),
    "ro": ("confiden[țţt]", "destinatar", "eroare|greșeal", "șterge|ştergeţi|distrug", "interzis"),
    "ru": ("конфиденциальн", "адресат|получател", "ошибк", "удал|уничтож", "запрещ|разглаш"),
    "uk": ("конфіденційн", "адресат|одержувач|отримувач", "помилк", "видал|знищ", "заборон|розголош"),
    "sr": ("поверљив", "прима[ол]|намењен", "грешк", "обриш|избриш|уништ", "забрањ|неовлашћ"),
    "bg": ("поверител", "получател|адресат", "погрешк", "изтрий", "забран"),
    "el": ("εμπιστευτικ", "παραλήπτη|αποδέκτη", "λάθος|λάθους|εσφαλμέν", "διαγρά|καταστρ", "απαγορεύ"),
    "tr": ("gizli", "alıcı|muhatab", "yanlış|sehven", "silin|imha|yok ed", "yasak|yetkisiz"),
    "he": ("חסוי|סודי|חיסוי", "נמען|מיועד|לנמען", "בטעות|בשגגה", "למחוק|מחק|למחקו", "אסור"),
    "ar": ("سري", "المرسل إليه|المستلم|المعني", "بالخطأ|عن طريق الخطأ", "حذف", "يمنع|يحظر"),
    "zh": ("保密|机密|機密", "收件人|收件者", "误|誤|錯誤|错误", "删除|刪除", "禁止|未经|未經"),
    "ja": ("機密|秘密", "受信者|宛先|受取人|受信され", "誤って|誤送信", "削除|破棄", "禁じ|禁止"),
    "ko": ("기밀|비밀", "수신인|수신자", "잘못|실수", "삭제|폐기", "금지|금합"),
}  # fmt: skip
"""What legal notices speak of, by language: a notice has at least three of its language's five."""

_LEGAL = {code: tuple(re.compile(term, re.IGNORECASE) for term in terms) for code, terms in _NOTICES.items()}
_SCANNER = re.compile(
    r"""^\W{0,4}(?:
      virus-free\.|(?:this|diese|cette|questa|este|esta|deze|ten|to|tato|ta)\b.{0,60}\b(?:avast|avg|antivirus|malware|virus)\b
      |(?:scanned|checked|geprüft|preverjeno|provjereno|sprawdzona)\ (?:by|for|von|z|s|od)\b
        .{0,60}\b(?:virus|avast|avg|eset|mcafee|norton)\b
      |\#?\ ?(?:please\ )?consider\ the\ environment\ before\ printing
      |(?:bitte\ )?(?:denken|prüfen)\ sie.{0,40}(?:umwelt|ausdruck)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LIST = re.compile(
    r"mailing list|listinfo|@(?:lists?|googlegroups)\.|unsubscribe|list-?serv|google groups", re.IGNORECASE
)


def footer_start(lines: Sequence[str]) -> int | None:
    """The first line of the footers at the end of a text; None where it has none."""
    starts = [start for start in (_list_start(lines), _legal_start(lines), _scanner_start(lines)) if start is not None]
    return min(starts, default=None)


def _list_start(lines: Sequence[str]) -> int | None:
    below: list[str] = []
    found = None
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if "_" in line and is_rule(line):
            found = place if any(map(_LIST.search, below)) else found
        elif line:
            below.append(line)
        if len(below) > MAX_LIST_FOOTER:
            break
    return found


def _scanner_start(lines: Sequence[str]) -> int | None:
    for place in range(max(0, len(lines) - 8), len(lines)):
        if lines[place] and _SCANNER.match(lines[place]):
            return place
    return None


def _legal_start(lines: Sequence[str]) -> int | None:
    paragraphs = _paragraphs(lines)
    for number, start in enumerate(paragraphs[:60] if len(paragraphs) <= 60 else paragraphs[-20:]):
        following = paragraphs[paragraphs.index(start) :]
        if number == 0 and len(paragraphs) <= 60:
            continue  # the first paragraph is the writer's own
        if len(following) > MAX_TRAILING:
            continue
        whole = " ".join(lines[start:])[:MAX_FOOTER]
        own = " ".join(lines[start : following[1] if len(following) > 1 else len(lines)])[:MAX_FOOTER]
        if len(whole) >= MIN_LEGAL and _terms(own) >= 2 and _terms(whole) >= 3 and "?" not in own:
            above = start - 1
            while above > 0 and not lines[above]:
                above -= 1
            return above if above > 0 and is_rule(lines[above]) else start
    return None


def _paragraphs(lines: Sequence[str]) -> list[int]:
    """Where paragraphs begin; a drawn line is none."""
    return [
        place
        for place, line in enumerate(lines)
        if line and not is_rule(line) and (place == 0 or not lines[place - 1] or is_rule(lines[place - 1]))
    ]


def _terms(text: str) -> int:
    return max(sum(bool(term.search(text)) for term in terms) for terms in _LEGAL.values())
