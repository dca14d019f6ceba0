"""Reads a delivery report: who did not get which mail and why, as far as it is told, and nothing that is not."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.ingest.mail.bounces import codes, fields, reasons, transcript
from services.ingest.mail.bounces.actions import ACTIONS, Action, action_of
from services.ingest.mail.bounces.complaints import complaints, is_complaint
from services.ingest.mail.bounces.notices import Notice, notices
from services.ingest.mail.bounces.original import receivers, reported_message_id, senders
from services.ingest.mail.bounces.recipients import MAX_RECIPIENTS, Mentioned, addresses, mentioned
from services.ingest.mail.bounces.sections import Sections, sections
from services.ingest.mail.headers import Headers
from services.ingest.mail.splitting import Part
from services.ingest.normalised import DeliveryReport, cleaned

_KIND = re.compile(r"^[ \t]*(?:smtp|dns|unknown|x400|x-[a-z0-9-]{1,30})[ \t]*;[ \t]*", re.IGNORECASE)
MAX_DIAGNOSTIC = 1_000
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report tells: one entry per recipient, and the Message-ID of the mail it is about."""

    reports: tuple[DeliveryReport, ...]
    message_id: str | None


def read_report(
    message: Part, headers: Headers, *, own: Collection[str] = (), languages: Sequence[str] = ()
) -> Reported:
    """Reads a mail that is known to be a report. `own` are addresses of this desk: nobody's bounce is about them."""
    found = sections(message, languages=languages)
    reports = _reports(found, headers, own=own)
    for inner in found.embedded[:MAX_DEPTH]:
        if any(report.recipient for report in reports) or inner.get_content_type() != "multipart/report":
            break
        within = sections(inner, languages=languages)
        reports, found = _reports(within, Headers(inner, languages=languages), own=own), within
    told = next((one["message_id"] for one in notices(found.report) if one.get("message_id")), None)
    return Reported(tuple(reports[:MAX_RECIPIENTS]), told or reported_message_id(found))


def _reports(found: Sections, headers: Headers, *, own: Collection[str]) -> list[DeliveryReport]:
    if "x-apple-unsubscribe" in headers:
        return [_unsubscribed(headers)]
    if is_complaint(found):
        return complaints(found)
    if told := notices(found.report):
        return [_from_notice(one) for one in told]
    blocks = _blocks(found)[:MAX_RECIPIENTS]
    if blocks:
        return _from_blocks(blocks, found, headers, own=own)
    return _from_words(found, headers, own=own)


def _unsubscribed(headers: Headers) -> DeliveryReport:
    sender = next((address for _, address in headers.addresses("from")), "")
    return DeliveryReport(
        recipient=cleaned(sender), action="complaint", diagnostic="opt-out", reason="feedback", hard=False
    )


def _blocks(found: Sections) -> list[fields.Block]:
    for texts in (found.status, [found.report], found.pages, found.originals):
        read = [block for text in texts for block in fields.blocks(text)]
        read = [block for block in read if "action" in block or "status" in block]
        if read:
            return [block for number, block in enumerate(read[: 2 * MAX_RECIPIENTS]) if block not in read[:number]]
    return []


def _from_blocks(
    blocks: Sequence[fields.Block], found: Sections, headers: Headers, *, own: Collection[str]
) -> list[DeliveryReport]:
    named = [_recipient(block) for block in blocks]
    words = mentioned(found.report, failed=[one for one in named if "@" in one] or _failed(headers))
    said = {one.address.lower(): one.text for one in words}
    reports: dict[tuple[str, str, str], DeliveryReport] = {}
    for block, recipient in zip(blocks, named, strict=True):
        alone = len(blocks) == 1
        of_it = _said_of(recipient, said, found, alone=alone)
        report = _from_block(block, recipient, of_it, found, headers, alone=alone)
        reports.setdefault((report.recipient.lower(), report.action, report.status), report)
    return list(reports.values())


def _said_of(recipient: str, said: Mapping[str, str], found: Sections, *, alone: bool) -> str:
    """What the words say of the recipient; all of it when it is the only one, so that it is about nobody else."""
    return said.get(recipient.lower(), "") or (found.report if alone else "")


def _recipient(block: fields.Block) -> str:
    """Whom this desk wrote to: a forwarding address that the mail went on to says nothing to it."""
    written = [block.get(name, "") for name in ("original-recipient", "final-recipient", "x-actual-recipient")]
    people = [address for value in written for address in addresses(value)[:1]]
    return cleaned(people[0] if people else (written[1] or written[0]).partition(";")[2].strip(" <>"))[:320]


def _from_block(
    block: fields.Block, recipient: str, said: str, found: Sections, headers: Headers, *, alone: bool
) -> DeliveryReport:
    written = block.get("diagnostic-code", "")
    kind = _KIND.match(written)
    stated = codes.preferred(codes.statuses(block.get("status", ""))[:1])
    beside = block.get("x-supplementary-info", "").strip(" <>") or ("" if stated else block.get("status", ""))
    diagnostic = _KIND.sub("", written).strip() or beside.strip()
    told = diagnostic
    if not _tells(diagnostic):
        told = f"{diagnostic}\n{said}"
    elif alone and (answers := transcript.answers(said)):
        told = f"{answers} {diagnostic}"  # what the server had said before this system put it in its own words
    elif "4.4.7" in (stated, codes.status_in(diagnostic)):
        # it only says that time is over; what had been the matter may stand in the text (RFC 3463, section 3.5)
        cause = codes.status_in(said)
        stated = cause if cause.startswith("4") else stated
        told = diagnostic if stated == "4.4.7" or not cause else said
    action = action_of(block.get("action", ""), stated, headers, found)
    return _report(
        recipient,
        told,
        action=action,
        stated=stated,
        command=reasons.command_in(diagnostic) or reasons.command_in(said),
        kind=kind[0].strip(" \t;").lower() if kind else "smtp",
        shown=diagnostic or said,
        otherwise="expired" if block.get("action", "").strip().lower().startswith("expired") else "",
    )


def _from_words(found: Sections, headers: Headers, *, own: Collection[str]) -> list[DeliveryReport]:
    failed = _failed(headers)
    sender = {address for _, address in headers.addresses("from", "sender", "reply-to", "to", "delivered-to")}
    others = {*own, *sender, *senders(found)} - set(failed)
    people = mentioned(found.report, failed=failed, others=others)
    people = people or [Mentioned(address) for address in receivers(found)[:1]] or [Mentioned("")]
    action = action_of("", "", headers, found)
    return [_from_mention(one, found, action=action) for one in people]


def _from_mention(one: Mentioned, found: Sections, *, action: Action) -> DeliveryReport:
    """What was said of the address; where that tells nothing, what the report says as a whole."""
    report = _report(one.address, one.text, action=action, shown=one.text)
    if report.reason in ("undefined", "onhold") and not reasons.is_stated(report.status):
        whole = _report(one.address, found.report, action=action, shown=one.text or found.report)
        return report if whole.reason in ("undefined", "onhold") and not whole.replycode else whole
    return report


def _from_notice(one: Notice) -> DeliveryReport:
    if one["action"] == "complaint":
        diagnostic = one.get("diagnostic") or "abuse"
        return DeliveryReport(
            recipient=cleaned(one["recipient"])[:320],
            action="complaint",
            diagnostic=diagnostic,
            reason="feedback",
            hard=False,
        )
    action: Action = next((known for known in ACTIONS if known == one["action"]), "failed")
    said = one.get("diagnostic", "")
    stated = codes.preferred(codes.statuses(one.get("status", "")))
    return _report(cleaned(one["recipient"])[:320], said, action=action, stated=stated, shown=said)


def _report(
    recipient: str,
    told: str,
    *,
    action: Action,
    stated: str = "",
    command: str = "",
    kind: str = "smtp",
    shown: str = "",
    otherwise: str = "",
) -> DeliveryReport:
    """`otherwise` is the reason where what was told gives none."""
    reply = "" if kind == "x-unix" else codes.reply_in(told)
    status = codes.preferred([code for code in (stated, codes.status_in(told)) if code], reply=reply)
    if action in ("delivered", "relayed", "expanded"):
        return DeliveryReport(
            recipient=recipient,
            action=action,
            status=status,
            replycode=reply,
            diagnostic=_line(shown),
            reason="delivered",
        )
    asked = command or reasons.command_in(told)
    reason = reasons.reason_of(told, status=status, reply=reply, command=asked, kind=kind)
    if reason in ("undefined", "onhold"):
        reason = "expired" if action == "delayed" else otherwise or reason
    temporary = reasons.is_temporary(told, reply=reply)
    known = status or reasons.derived_status(reason, temporary=temporary, sender_refused=reasons.sender_refused(told))
    return DeliveryReport(
        recipient=recipient,
        action=action,
        status=known,
        replycode=codes.reply_in(told, status=known),
        diagnostic=_line(shown),
        hard=False if action == "delayed" else reasons.is_hard(reason, status=known),
        reason=reason,
    )


def _failed(headers: Headers) -> list[str]:
    return [address for value in headers.raw("x-failed-recipients") for address in addresses(value)][:MAX_RECIPIENTS]


def _tells(diagnostic: str) -> bool:
    return bool(codes.reply_in(diagnostic) or codes.status_in(diagnostic) or len(diagnostic) > 15)


def _line(text: str) -> str:
    return cleaned(" ".join(text[: 2 * MAX_DIAGNOSTIC].split()))[:MAX_DIAGNOSTIC]
