"""Subject lines without what mail programs put before them, in the languages of those programs."""

import re
import unicodedata

_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
MAX_SUBJECT = 1000
MAX_PREFIXES = 20


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


REPLIES = _words(
    """
    re r ré res resp ref antw antwort aw sv svar vs odg odgovor od odp vá va válasz ynt yanıt απ σχετ rv reply
    на отв ответ відп відповідь bls tr ats atb vast rép réf rif risp respuesta resposta
    回复 回覆 答复 答覆 返信 회신 답장 השב תשובה הנדון רד رد پاسخ
    """
)
"""What stands before the subject of an answer."""

FORWARDS = _words(
    """
    fw fwd fwrd forward forwarded wg weitergeleitet tr vs vb vl i rv enc pd doorst doorgestuurd posr posredovano
    prosl proslijeđeno proslijedjeno prosleđeno proslijeno fs vidarebefordrat videresendt välitetty továbbítás
    továbbítva tov ilt i̇lt iletildi πρθ προώθηση пересл переслано пересылка пер trans reenv reenviado encaminhado
    inoltro inoltrato transf transféré přeposláno redir przekazane pa persiųsta pārsūtīts edastatud
    转发 轉寄 转寄 轉發 転送 전달 הועבר הע بازفرست إعادة
    """
)
"""What stands before the subject of a forwarded mail. Some mean an answer elsewhere (`TR`, `VS`, `RV`)."""

_PREFIX = re.compile(
    r"""\s*(?:\[[^\]]{1,40}\]\s*)?           # the name of a list
    ([^\W\d_]{1,14}\.?)\s?
    (?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\d{1,2})?\s?   # how often: Re[2], Re(2), Re^2, Re2
    [:：]\s*""",
    re.VERBOSE,
)


def base(subject: str) -> str:
    """The subject without prefixes, ticket numbers in brackets, case and white space: what threads share."""
    rest = _clean(subject)
    for _ in range(MAX_PREFIXES):
        match = _PREFIX.match(rest)
        if match is None or _folded(match[1]) not in REPLIES | FORWARDS:
            break
        rest = rest[match.end() :]
    rest = re.sub(r"\[k-\d{7,12}\]", " ", rest, flags=re.IGNORECASE)
    return " ".join(rest.split()).casefold()


def same(one: str, other: str) -> bool:
    """Whether two subjects may belong to one conversation; one that says nothing contradicts nothing."""
    first, second = base(one), base(other)
    return not first or not second or first == second


def is_forward(subject: str) -> bool:
    """Whether the outermost prefix says that somebody passed the mail on."""
    match = _PREFIX.match(_clean(subject))
    return match is not None and _folded(match[1]) in FORWARDS


def _clean(subject: str) -> str:
    return unicodedata.normalize("NFC", _BIDI.sub("", subject[:MAX_SUBJECT]))


def _folded(word: str) -> str:
    return word.casefold().rstrip(".")
