"""What the subject says of a mail: an answer or a forwarded mail, by the prefixes of many languages."""

import re

_TAG = re.compile(r"^(?:\s*\[[^\[\]]{1,40}\])+\s*")
_FORWARDED = re.compile(
    r"""(?:fwd?|wg|wtr|tr|rv|enc|pd|vb|vl|videresend|doorst|i|ilt|i̇lt|redir|tov|továbbítás|fs|prosl|proslijeđeno|prosleđeno
      |прослеђено|posredovano|posr|přep
      |prep|пересл|переслано|пересылка|препр|προωθ|πρθ
      |转发|轉寄|轉發|転送|전달|הועבר|העבר|إعادة\ توجيه|trs|edasi|pārs|pers)
      \.?(?:\[\d+\])?\s{0,2}[:：]""",
    re.IGNORECASE | re.VERBOSE,
)
_EITHER = re.compile(r"vs\s{0,2}:", re.IGNORECASE)
"""`VS:` is a Danish forward and a Finnish answer."""
_FINNISH = re.compile(r"\b(?:Lähettäjä|kirjoitti|Aihe)\b")
_ANSWER = re.compile(r"[^\W\d_]{1,8}\.?(?:\[\d+\]|\(\d+\)|\d)?\s{0,2}[:：]")


def is_forward(title: str, text: str = "") -> bool:
    """Whether the subject says that the mail is a forwarded one."""
    bare = _TAG.sub("", title[:200]).strip()
    if bare[:3].lower() in ("vs:", "vs "):
        return bool(_EITHER.match(bare)) and not _FINNISH.search(text[:20_000])
    return bool(_FORWARDED.match(bare))


def is_answer(title: str) -> bool:
    """Whether the subject may be that of an answer: it has some short prefix."""
    return bool(_ANSWER.match(_TAG.sub("", title[:200]).strip()))
