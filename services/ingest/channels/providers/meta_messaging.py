"""The `messaging` part of Messenger's and Instagram's calls: direct messages, edits, deletions, postbacks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from services.ingest.channels.json_shapes import Json, fields, first, ident, inner, moment, objects, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import Update, key_of, person, stored
from services.ingest.channels.providers.meta import WINDOW, entries
from services.ingest.normalised import Machine, Media, Normalised, ThreadHints

CDN = ("lookaside.fbsbx.com", ".fbcdn.net", ".cdninstagram.com")
FILES = {
    "image": "image",
    "video": "video",
    "audio": "voice message",
    "file": "file",
    "ig_reel": "reel",
    "reel": "reel",
}
STORIES = {"story_mention": "[The sender mentioned this account in a story]", "share": "[A shared post]"}
COUNTED = ("delivery", "read", "optin", "account_linking", "pass_thread_control", "take_thread_control")


def messaging_updates(content: Json) -> Iterator[Update]:
    """Messages, edits, deletions, postbacks and reactions; what this account sent itself is an echo."""
    for entry, item in entries(content, "messaging"):
        kind, id = _kind(item)
        own = ident(entry, "id")
        if kind in ("message", "edit", "delete", "postback", "reaction"):
            if inner(item, "message").get("is_echo") is True or (own and ident(inner(item, "sender"), "id") == own):
                yield Update("echo")
                continue
            body = {"object": content.get("object"), "entry": [{"id": entry.get("id"), "messaging": [item]}]}
            key = id if kind == "message" and id else f"{kind}:{id or key_of(item)}"
            yield Update(kind, key[:500], stored(body))
        else:
            yield Update(kind)


def _kind(item: Json) -> tuple[str, str]:
    """What happened, and what makes it the same when it comes again."""
    message, edit = inner(item, "message"), inner(item, "message_edit")
    if message:
        return ("delete" if message.get("is_deleted") is True else "message"), text(message, "mid")
    if edit:
        return "edit", f"{text(edit, 'mid')}:{ident(edit, 'num_edit')}" if text(edit, "mid") else ""
    if inner(item, "postback"):
        return "postback", text(inner(item, "postback"), "mid")
    if inner(item, "reaction"):
        return "reaction", ""
    return ("notice" if any(name in item for name in COUNTED) else "unknown"), ""


def direct(entry: Json, *, channel: Literal["messenger", "instagram"], received_at: datetime) -> Normalised:
    """The direct message in a stored call."""
    item = first(entry, "messaging")
    kind, _ = _kind(item)
    message = inner(item, "message_edit") if kind == "edit" else inner(item, "message")
    sender = ident(inner(item, "sender"), "id")
    mid = ident(message, "mid") or ident(inner(item, "postback"), "mid") or None
    sent_at = moment(item.get("timestamp"), received_at=received_at, per_second=1000)
    said, media = _said(item, kind, message)
    return Normalised(
        sender=person(channel, sender),
        text=said,
        fields=_fields(item, message),
        sent_at=sent_at,
        machine=Machine(kind="auto_reply", because="a reaction to a message") if kind == "reaction" else None,
        thread=ThreadHints(conversation=sender or None),
        media=media,
        act="edit" if kind == "edit" and mid else "delete" if kind == "delete" and mid else "message",
        channel_id=None if kind == "edit" else mid,
        target_id=mid if kind in ("edit", "delete") else None,
        reply_until=sent_at + WINDOW,
    )


def _said(item: Json, kind: str, message: Json) -> tuple[str, tuple[Media, ...]]:
    if kind == "delete":
        return "[An earlier message was deleted by its sender]", ()
    if kind == "postback":
        return readable(text(inner(item, "postback"), "title")) or "[A button]", ()
    if kind == "reaction":
        emoji = text(inner(item, "reaction"), "emoji") or text(inner(item, "reaction"), "reaction")
        taken_back = text(inner(item, "reaction"), "action") == "unreact"
        return ("[A reaction was taken back]" if taken_back else f"[A reaction: {readable(emoji)}]"), ()
    attachments = objects(message, "attachments")
    shown = [_attachment(one) for one in attachments]
    lines = [readable(text(message, "text")), *(line for line, media in shown if line and media is None)]
    media = tuple(media for _, media in shown if media is not None)
    told = "\n".join(line for line in lines if line)
    names = "\n".join(line for line, one in shown if one is not None)
    if message.get("is_unsupported") is True:
        told = told or "[A message of a kind that can't be shown here]"
    return told or names or "[An empty message]", media


def _attachment(attachment: Json) -> tuple[str, Media | None]:
    kind, payload = text(attachment, "type"), inner(attachment, "payload")
    url = text(payload, "url")
    if kind in FILES:
        return f"[{FILES[kind].capitalize()}]", Media(url=url, kind=FILES[kind], name=text(payload, "title"))
    if kind == "location":
        place = inner(payload, "coordinates")
        return f"[A location: {place.get('lat')}, {place.get('long')}]", None
    if kind == "story_mention":
        return STORIES[kind], Media(url=url, kind="story") if url else None
    described = " ".join(part for part in (text(payload, "title") or text(attachment, "title"), url) if part)
    label = STORIES.get(kind, "[An attachment that can't be shown here]")
    return readable(f"{label} {described}"), None


def _fields(item: Json, message: Json) -> dict[str, str]:
    reply, referral = inner(message, "reply_to"), inner(item, "referral") or inner(item, "postback", "referral")
    return fields(
        answers_message=reply.get("mid"),
        answers_story=inner(reply, "story").get("id"),
        story_url=inner(reply, "story").get("url"),
        button=inner(message, "quick_reply").get("payload") or inner(item, "postback").get("payload"),
        reaction_to=inner(item, "reaction").get("mid"),
        referral=referral.get("ref"),
        referral_source=referral.get("source"),
    )
