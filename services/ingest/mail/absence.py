"""Whether a mail is an automatic note of absence that no header gives away, by its title and its first words.

A person who writes "I am on vacation and my lamp broke" is no machine: the title has to be nothing but the
name of an automatic reply before the original's, and the text nothing but a note of absence, or one that
says what only such notes say.
"""

import re
from collections.abc import Iterable

from services.ingest.mail.absence_phrases import ELSEWHERE, PHRASES

MAX_TITLE = 300
MAX_TEXT = 1_500
MAX_NOTE = 700
MAX_REST = 90


def _any(pieces: Iterable[str]) -> str:
    return "|".join(pieces)


_TITLE = re.compile(
    rf"^[\W_]{{0,12}}(?:{_any((*ELSEWHERE, *(piece for words in PHRASES.values() for piece in words.titles)))})"
    r"[ \t]{0,4}(?:$|[:：\-–—|(\[\]!.…/,~\"”»]|(?:re|aw|odg|sv|vs|antw|rif)\b)",
    re.IGNORECASE,
)
_PEOPLES_TITLE = re.compile(
    r"""^[\W_]{0,12}(?:
      (?:on\s(?:vacation|holiday|(?:\w{1,9}\s)?leave)|(?:im\s)?urlaub|en\s(?:cong[ée]s?|vacances|déplacement)|in\sferie|(?:de|en)\svacaciones
        |(?:de|em)\sf[ée]rias|(?:op|met)\svakantie|met\sverlof|(?:na\s)?urlop(?:ie)?|(?:p[åa]\s)?(?:semester|ferie)|(?:vuosi)?lomalla|(?:в\s)?отпуске?
        |(?:у\s)?відпуст(?:ка|ці)|(?:休假|出差|外出|離開|离开)中?|休暇中?|外出中|出張中|(?:na\s)?dopustu?|(?:na\s)?godišnj(?:em|i)(?:\sodmoru?)?|odmoru
        |(?:на\s)?годишњ(?:ем|и)\sодмору?|ב?חופשה)(?!\s{0,3}[:：(\-–—|]\s{0,3}(?:re|aw|odg|sv|vs|antw|rif)\b)
      |(?:abwesenheit|absence|assenza|ausencia|aus[êe]ncia|afwezigheid|nieobecno[śs][ćc]|fr[åa]nvaro|frav[æa]r|poissaolo|отсутствие|відсутність|不在
        |odsotnost|odsutnost|odsustvo|одсуство|היעדרות)[\s.!]{0,3}$)""",
    re.VERBOSE | re.IGNORECASE,
)
"""Titles of people as well: of a guest who writes to a hotel, of somebody who tells that they fall ill."""
_SURE_TITLE = re.compile(
    r"(?:auto(?:matic|mated)?[ -]?(?:reply|response)|automatische antwort|réponse automatique|risposta automatica"
    r"|respuesta automática|resposta automática|automatisch antwoord|automatyczna odpowiedź|autosvar|automatiskt? svar"
    r"|automaattinen vastaus|автоматический ответ|автоматична відповідь|自动回复|自動返信|samodejni odgovor"
    r"|automatski odgovor|аутоматски одговор|מענה אוטומטי|תשובה אוטומטית)\W{0,3}(?:re|aw|odg)?[:：]",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"""^[\W_]{0,12}(?:(?:hello|hi|hey|dear|good\s(?:day|morning|afternoon)|hallo|guten\stag|liebe[rs]?|sehr\sgeehrte[rs]?
      |bonjour|madame|monsieur|ciao|buongiorno|gentile|hola|buenos\sdías|estimad[oa]s?|olá|bom\sdia|prezad[oa]s?
      |beste|geachte|dag|dzień\sdobry|witam|szanown[iay]\w{0,3}|hej|hejsan|god\sdag|hei|terve|hyvä
      |здравствуйте|добрый\sдень|уважаем\w{2,4}|добрий\sдень|доброго\sдня|вітаю|您好|你好|pozdravljeni|spoštovan[iae]|pozdrav
      |poštovan[iae]|поштован[иае]|dober\sdan|dobar\sdan|добар\sдан|שלום|lep\spozdrav)\b[^\n.!]{0,60}(?:[,.!:]|\n))""",
    re.VERBOSE | re.IGNORECASE,
)
_THANKS = re.compile(
    r"""^(?:(?:many\s)?thank(?:s|\syou)|(?:vielen\s|herzlichen\s)?dank|danke|merci|grazie|gracias|obrigad[oa]|bedankt|dank\su
      |dzi[ęe]kuj\w{1,3}|tack|tak|takk|kiitos|спасибо|благодар\w{1,3}|дякую|感谢|感謝|谢谢|謝謝|hvala|хвала|תודה)
      [^.!\n]{0,80}[.!]""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENING = re.compile(_any(f"(?:{piece})" for words in PHRASES.values() for piece in words.openings), re.IGNORECASE)
_SURE = re.compile(_any(f"(?:{piece})" for words in PHRASES.values() for piece in words.sure), re.IGNORECASE)
_MORE = re.compile(
    rf"(?:{_any(piece for words in PHRASES.values() for piece in (*words.openings, *words.more, *words.sure))})\w*",
    re.IGNORECASE,
)
_SPACELESS = ("zh", "ja")
_JOINS = re.compile(
    rf"(?:^|[\s,;])(?:{_any(words.joins for name, words in PHRASES.items() if name not in _SPACELESS)})(?=$|[\s,;])"
    rf"|{_any(PHRASES[name].joins for name in _SPACELESS)}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[。！？]+|(?<!\d)[.!?]+(?:\s+|$)|\n+")
_SIGNATURE = re.compile(
    r"""^\s*(?:--|_{3}|best\b|kind|regards|thanks|thank\syou|mit\sfreundlichen|viele\sgrüße|cordialement|bien\sà|cordiali
      |saludos|un\ssaludo|atenciosamente|cumprimentos|met\svriendelijke|groet|pozdrawiam|med\svänlig|venlig|med\svennlig
      |mvh|ystävällisin|с\sуважением|з\sповагою|此致|lep\spozdrav|s\sspoštovanjem|lijep\spozdrav|srdačan|срдачан|בברכה)""",
    re.VERBOSE | re.IGNORECASE,
)


def titled(title: str) -> bool:
    """Whether the title is that of an automatic reply, and of nothing that a person may write about."""
    start = title[:MAX_TITLE]
    return bool(_TITLE.match(start)) and not _PEOPLES_TITLE.match(start)


def is_note(text: str, title: str = "") -> bool:
    """Whether the text is an absence note, or the title of an answer names one and the text begins as one."""
    body = _without_greeting(text[:MAX_TEXT])
    opening = _OPENING.match(body)
    if opening is None:
        return False
    if _SURE.search(body) or _SURE_TITLE.search(title[:MAX_TITLE]):
        return True
    return len(text) <= MAX_NOTE and _is_nothing_else(body)


def _without_greeting(text: str) -> str:
    for pattern in (_GREETING, _THANKS):
        found = pattern.match(text)
        text = (text[found.end() :] if found else text).lstrip(" \t\r\n,;:.!*_>")
    return text


def _is_nothing_else(body: str) -> bool:
    """Whether every sentence up to the signature is about the absence, and none goes on with another matter."""
    for number, sentence in enumerate(one.strip() for one in _SENTENCE.split(body)):
        if not sentence:
            continue
        if _SIGNATURE.match(sentence):
            return True
        about = _OPENING.match(sentence) if number == 0 else _MORE.search(sentence)
        if about is None:
            return False
        rest = sentence[about.end() :]
        if len(rest) > MAX_REST or _JOINS.search(rest):
            return False
    return True
