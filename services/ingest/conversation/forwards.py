"""Whether a mail was passed on by somebody, rather than written to us as an answer, in whatever language."""

import re

from services.ingest.conversation import subjects
from services.ingest.normalised import Normalised

LOOKED_AT = 3000
"""Letters of the text in which the marks of a forwarded mail stand, if it is one."""

_MARK = re.compile(
    r"""^[ \t>]{0,4}(?:[-_*=]{2,}|Begin|Anfang|Début|Inicio|Início|Inizio)[ \t]{0,3}
    (?:of[ \t]|der[ \t]|du[ \t]|del[ \t]|de[ \t]|da[ \t])?(?:the[ \t])?
    (?:forwarded|weitergeleitet|message[ \t]transféré|transféré|messaggio[ \t]inoltrato|inoltrato
      |mensaje[ \t]reenviado|reenviado|mensagem[ \t](?:re)?encaminhada|encaminhad|doorgestuurd
      |posredovan|prosl[ij]+eđen|prosl[ij]+edjen|prosleđen|przekazan|přeposlan|preposlan|továbbított
      |vidarebefordra|videresend|välitetty|edelleen|redirecționat|пересл|перенаправ|перес[иы]ла|препрат|προωθ
      |iletilen|yönlendiril|הודעה[ ]שהועברה|转发|轉寄|転送|전달)""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_FIELD = re.compile(r"^[ \t>*_]{0,6}[^\W\d_][^:：\n]{0,24}[:：][ \t*_]{0,4}\S", re.MULTILINE)
_ADDRESS = re.compile(r"[^\s@<>\[]{1,64}@[^\s@<>\]]{1,255}")


def is_forwarded(message: Normalised) -> bool:
    """By the subject's prefix, a mail that is attached, a forwarding line, or the old head at the very top."""
    if subjects.is_forward(message.title):
        return True
    if any(file.content_type.lower().startswith("message/rfc822") for file in message.attachments):
        return True
    whole = "\n".join((message.text, message.prior_text))
    return _MARK.search(whole[:LOOKED_AT]) is not None or _begins_with_a_head(whole[:LOOKED_AT])


def _begins_with_a_head(text: str) -> bool:
    """Fields of an earlier mail, one with an address, and nothing of the sender's own above them.

    Who answers writes something first; mail programs that put the same lines above an answer's quote
    are told apart by that, in every language.
    """
    lines = [line for line in text.split("\n") if line.strip()][:6]
    fields = 0
    for line in lines:
        if not _FIELD.match(line):
            break
        fields += 1
    return fields >= 3 and any(_ADDRESS.search(line) for line in lines[:fields])
