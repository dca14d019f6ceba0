"""What tells a delivery report from a person's mail: who sent it, what it is called, and how it is built."""

import re

from services.ingest.mail.bounces import sections as parts
from services.ingest.mail.bounces.complaints import is_complaint
from services.ingest.mail.bounces.notices import notices
from services.ingest.mail.headers import Headers
from services.ingest.mail.splitting import Part, parts_of

MAX_OPENING = 3_000
MAX_FIRST_WORDS = 600

_SYSTEM = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|mail[-_.]delivery[-_.](?:sub)?system)(?:@|$)", re.IGNORECASE
)
_SYSTEM_NAME = re.compile(
    r"^\W{0,4}(?:mail deliver(?:y)? (?:sub)?system|mailer[- ]daemon|mail delivery service)\b", re.IGNORECASE
)
_STAFF = re.compile(
    r"^(?:(?:post[-_.]?master|mail[-_.]?admin|no-?reply|do-?not-?reply|bounces?|system|sysadmin|mail|smtp|mta|ndr|dsn|notification)\w{0,12}"
    r"(?:[-_.+][^@]{0,60})?"
    r"|[^@]{0,50}(?:smtp|mail)[-_.]?(?:service|gateway|server|daemon|system|security|delivery)s?[^@]{0,20})(?:@|$)",
    re.IGNORECASE,
)
_STAFF_NAME = re.compile(
    r"\b(?:postmaster|mail(?:er)? (?:administrator|system|server|gateway|security|filter)|system administrator"
    r"|interscan|mailmarshal|ironport|barracuda|mimecast|anti-?virus|m-?daemon|e?mail appliance)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"""^[\W_]{0,12}(?:\[?\s?(?:ndn|ndr|dsn)\s?\]?\s?:|undeliver(?:ed|able)|undelivery|non-?deliver|unable\sto\sdeliver|could\snot\s(?:be\s)?(?:send|deliver)
      |mail\s(?:delivery|system\serror|error|failure|could\snot)|delivery\s(?:failure|has\sfailed|failed|notification|status|report|error|delayed)
      |deliver(?:y|ing)\s.{0,20}(?:problem|fail)|(?:message|mail|e-?mail)\s(?:not|delivery|could\snot|you\ssent|status)\b
      |failure\s?(?:notice|notification)|fail(?:ed|ure)\s(?:delivery|to\sdeliver)|returned\s(?:mail|message|e-?mail|to\ssender)|return(?:ed)?\sto\ssender
      |warning\W.{0,40}(?:delay|could\snot\ssend|not\sbeen\sdelivered)|rejected\s(?:mail|posting|message)|notice:\smail\sdelivery
      |sorry,\syour\smessage\scould\snot|your\s(?:message|mail|e-?mail)\s.{0,60}(?:could\snot|was\snot|delayed|undeliver)
      |permanent\s(?:delivery\s)?(?:failure|error)|failed\smail\b|(?:there\swas\san\s)?error\s(?:sending|delivering)\syour
      |[^\n]{0,120}\b(?:user\sunknown|unknown\suser)\b
      |complaint\sabout\smessage\sfrom|e-?mail\sfeedback\sreport|abuse\sreport
      |unzustellbar|nicht\szugestellt|zustellung\s.{0,40}(?:fehl|verz)|fehler\sbei\sder\szustellung|nachricht\snicht\szustellbar|nicht\szustellbar
      |non\s(?:remis|distribué|délivr)|échec\sde\s(?:la\s)?(?:remise|distribution)|message\snon\s|courrier\snon\s
      |non\srecapitabile|mancato\srecapito|recapito\s.{0,20}(?:non|fall)|impossibile\srecapitare|posta\snon\s
      |no\sse\s(?:puede|pudo|ha\spodido)\sentreg|no\sentregad|error\sde\sentrega|correo\sdevuelto|mensaje\sno\s
      |n[ãa]o\s(?:é\spossível\s)?entreg|n[ãa]o\sfoi\s(?:possível\s)?entreg|falha\sna\sentrega|devolvid
      |onbestelbaar|niet\sbezorgd|bezorging\s.{0,30}mislukt|aflevering\smislukt
      |niedostarcz|nie\smo[żz]na\sdostarczy|zwrot\swiadomo|nieudane\sdor
      |olevererbar|ej\slevererat|kan(?:\sinte|\sikke)\sleverer|uleverbar|ikke\slevert|kunne\sikke\sleveres|leveransfel
      |toimittamaton|viestiä\sei\s.{0,20}toimit|toimitus\sepäonnistui|ei\svoitu\stoimittaa
      |недоставлен|не\s(?:удается|удалось|может\sбыть)\sдостав|не\sвдалося\sдостав|недоставк|неможливо\sдостав
      |nedostav|ni\sbilo\smogoče\sdostav|ni\smogoče\sdostav|napaka\spri\sdostavi|nije\s(?:bilo\s)?(?:moguće\s)?(?:isporuč|dostav)|neisporuč|недостав|није\sиспоруч
      |無法(?:傳遞|投遞|送達)|无法(?:投递|送达|传递)|未(?:送达|送達|传递|傳遞)|退信|系统退信|.{0,15}(?:配信|配送|送信|送達)(?:できません|不能|エラー|失敗)|メールエラー|メール.{0,6}を?(?:配信|配送|送信)でき
      |לא\sניתן\s(?:היה\s)?למ?סור|כשל\sבמסירה|הודעה\sלא\sנמסרה|לא\sנמסר)""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENING = re.compile(
    r"""(?:could\snot|couldn't|cannot|can't|wasn't\sable\sto|unable\sto|failed\sto|not\sable\sto)\s(?:be\s)?(?:deliver|sent\b)
      |did\snot\sreach\s(?:the\sfollowing|some\sor\sall)|(?:was|were|been|be)\s(?:not|un)\s?deliver(?:ed|able)
      |delivery\s(?:to|has|of)\s.{0,60}(?:fail|delay|abort)|(?:had|with)\s.{0,20}(?:fatal\serrors?|delivery\s(?:errors?|problems?))
      |undeliverable\s(?:to|mail)|returned\sto\s(?:the\s)?sender|has\s(?:not\syet\s)?been\s(?:delayed|frozen|rejected\sby)
      |failed\sto\ssend|error\smessage\sbelow|rejected\sby\sa\sremote\smail\sserver|transcript\sof\ssession|account\sis\sdisabled
      |this\sis\sthe\s(?:mailer-daemon|mail\ssystem|qmail)|created\sautomatically\sby\smail\sdelivery
      |is\snot\sa\smember|you\s.{0,60}not\smember|duplicated\smessage-id|blocked\sby\sour
      |nicht\szugestellt|konnte\s.{0,60}zustell|n['’]a\spas\spu\sêtre|non\sè\sstato\spossibile\s(?:recapit|consegn)|no\s(?:se\s)?pudo\s.{0,20}entreg
      |não\sp(?:ôde|ode)\sser\sentreg|niet\s(?:worden\s)?(?:bezorgd|afgeleverd)|nie\smog(?:ła|ło|ła\sbyć).{0,30}dostarcz
      |kunde\sinte\s.{0,20}lever|kunne\sikke\s.{0,20}lever|ei\svoitu\s.{0,20}toimit|не\s(?:может\sбыть|удалось|была?).{0,20}достав
      |ni\sbilo\smogoče\sdostav|nije\s.{0,20}(?:isporuč|dostav)|配信できません|送信できません|配送できません|できませんでした|无法(?:投递|送达)|無法(?:傳遞|投遞)
      |לא\sניתן\sהיה\sלמסור""",
    re.VERBOSE | re.IGNORECASE,
)
_ONLY_REPORTS_SAY = re.compile(
    r"""(?:deliver\w{0,3}|delivery|sent|failed)\s(?:of\s.{0,40}\s)?(?:to|for)\s{1,3}(?:one\sor\smore\sof\s)?(?:the|these)\sfollowing
        \s(?:recipient|address|user|person)
      |(?:was\snot|could\snot\sbe)\sdelivered\sto:|not\sreceive\s(?:a\scopy\sof\s)?(?:your|this)\smessage|failed\srecipients?\b|non-?delivery\sreport
      |automatically\sgenerated\sdelivery\sstatus|permanent\sfatal\s(?:delivery\s)?errors|encountered\sdelivery\sproblems
      |(?:<<<|>>>)\s(?:RCPT\sTO|[45][0-9]{2}\s)|no\ssuch\suser\shere|delivery\sattempts?\swill\scontinue|not\slisted\sin\s(?:the\s)?(?:domino|public)
      |(?:had|with)\s(?:permanent\s)?(?:delivery|fatal)\s(?:problems|errors)""",
    re.VERBOSE | re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![\w.])(?:#?[45]\.\d\.\d{1,3}\b|[45]\d\d[ -].{0,60}(?:user|mailbox|address|recipient|relay|spam|reject|denied"
    r"|unknown|quota|host|domain|message|no such|blocked|sender|@))",
    re.IGNORECASE,
)
_PARCEL = re.compile(
    r"^[\W_]{0,12}(?:deliver(?:y|ing)\b|warning|your\b|could\snot|unable|return(?:ed)?\sto)", re.IGNORECASE
)
"""Titles that shops and carriers use as well: they need something else of a report."""


def because(message: Part, headers: Headers, *, sender: str, title: str, text: str, null: bool) -> str | None:
    """Why the mail is a delivery report or a complaint; None when it is not, or nobody can tell."""
    declared = _declared(message, headers)
    if declared:
        return declared
    name = next((name for name, _ in headers.addresses("from")), "") or headers.text("from")
    if _SYSTEM.match(sender) or _SYSTEM_NAME.match(name):
        return "it is from a mail system"
    if _manages_a_list(headers, sender):
        return "it is a mailing list manager's answer"
    if text[:20].lstrip("\ufeff \t\r\n").startswith(("{", "[")) and notices(text):
        return "it is a notice of delivery"
    automatic = headers.first("auto-submitted").partition(";")[0].strip().lower() not in ("", "no")
    null = null or headers.text("from").rstrip().endswith("<>")
    staff = automatic or bool(_STAFF.match(sender) or _STAFF_NAME.search(name))
    titled = bool(_TITLE.match(title[:300]))
    if not (null or staff or titled):
        return None
    return _looks_like_one(
        message, title, text, null=null, staff=staff, titled=titled, postmaster=_is_postmaster(sender)
    )


def _declared(message: Part, headers: Headers) -> str | None:
    kind = _parameter(message, "report-type")
    if message.get_content_type() == "multipart/report" and kind in ("delivery-status", "feedback-report", ""):
        return f"multipart/report of type {kind or 'unknown'}"
    for name in ("x-failed-recipients", "x-ms-embedded-report"):
        if name in headers:
            return name
    if headers.first("x-apple-unsubscribe").lower() == "true":
        return "x-apple-unsubscribe"
    inside = {part.get_content_type() for part in parts_of(message)[:20]}
    reports = ("message/delivery-status", "message/global-delivery-status", "message/feedback-report")
    return next((f"holds a part {report}" for report in reports if report in inside), None)


def _looks_like_one(
    message: Part, title: str, text: str, *, null: bool, staff: bool, titled: bool, postmaster: bool
) -> str | None:
    """By its words: they have to stand at the beginning, and a person's address needs the returned mail as a part."""
    if titled and (null or postmaster) and not _PARCEL.match(title[:300]):
        return "it is called a delivery report"
    found = parts.sections(message)
    if titled and is_complaint(found):
        return "it returns a mail that somebody complained about"
    opening = (found.report or text)[:MAX_OPENING]
    told = bool(found.originals or _CODE.search(opening))
    if titled and (null or postmaster) and told:
        return "it is called a delivery report"
    if titled and (null or staff) and _ONLY_REPORTS_SAY.search(opening) and (postmaster or "@" in opening):
        return "it is called a delivery report, and says what only such reports say"
    if not _OPENING.search(opening if null or staff else opening[:MAX_FIRST_WORDS]):
        return None
    return "it reads like a delivery report" if (told if staff or null else found.enclosed > 0) else None


def _is_postmaster(sender: str) -> bool:
    return bool(re.match(r"^(?:post[-_.]?master|mail[-_.]?admin|ndr|dsn)\b", sender, re.IGNORECASE))


def _manages_a_list(headers: Headers, sender: str) -> bool:
    """fml answers from the list's administrator; what it passes on has the list's count."""
    if "x-mlserver" not in headers or "x-mail-count" in headers or "x-ml-count" in headers:
        return False
    return bool(re.match(r"^[^@]{1,64}-(?:admin|ctl|request)@", sender))


def _parameter(message: Part, name: str) -> str:
    try:
        value = message.get_param(name)
    except (ValueError, LookupError, TypeError, IndexError):
        return ""
    return str(value[2] if isinstance(value, tuple) else value or "").strip().lower()
