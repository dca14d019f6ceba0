"""Slack's Events API: messages, threads, files, edits and deletions of a workspace's app.

Signature `v0=` and the hexadecimal HMAC-SHA256 of `v0:<timestamp>:<raw body>`, not older than five minutes.
"""

import hmac
import html
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from services.ingest.channels.json_shapes import Json, fields, ident, inner, moment, objects, parsed, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import (
    Account,
    Answer,
    Call,
    Provider,
    Source,
    Update,
    is_recent,
    is_same,
    key_of,
    person,
    stored,
)
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media, Normalised, ThreadHints
from shared.config import Strict
from shared.events import Contact

WINDOW_SECONDS = 300
WRITTEN = ("", "file_share", "thread_broadcast", "me_message")
DIRECT = ("im", "mpim", "app_home")
_LINK = re.compile(r"<([^<>|]{1,3000})(?:\|([^<>]{0,3000}))?>")


class SlackSecrets(Strict):
    """The app's signing secret; with the bot's token (scope files:read), files are fetched."""

    signing_secret: Annotated[SecretStr, Field(min_length=8)]
    bot_token: Annotated[SecretStr | None, Field(min_length=8)] = None


class Slack(Provider[SlackSecrets]):
    """A thread of a channel is a conversation, and so is everything of a direct message."""

    name: ClassVar[str] = "slack"
    secrets = SlackSecrets

    def verify(self, call: Call, secrets: SlackSecrets, *, now: datetime) -> str | None:
        timestamp = call.headers.get("x-slack-request-timestamp", "")
        if not is_recent(timestamp, now=now, seconds=WINDOW_SECONDS):
            return f"Send X-Slack-Request-Timestamp, not more than {WINDOW_SECONDS} seconds away from now."
        base = b"v0:" + timestamp.encode() + b":" + call.body
        expected = "v0=" + hmac.digest(secrets.signing_secret.get_secret_value().encode(), base, "sha256").hex()
        if is_same(expected, call.headers.get("x-slack-signature")):
            return None
        return "Sign v0:<timestamp>:<raw body> with this account's signing secret: X-Slack-Signature: v0=<HMAC-SHA256>."

    def challenge(self, call: Call, secrets: SlackSecrets) -> Answer | None:
        content = call.json() if call.body else {}
        return Answer(text(content, "challenge")[:1000]) if content.get("type") == "url_verification" else None

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        content = call.json()
        kind = _kind(inner(content, "event"))
        if content.get("type") != "event_callback" or kind not in ("message", "edit", "delete"):
            return [Update(kind if content.get("type") == "event_callback" else "notice")]
        return [Update(kind, text(content, "event_id")[:500] or key_of(content), stored(content))]

    def read(self, received: Received) -> Normalised:
        content = parsed(received.body)
        return _read(content, inner(content, "event"), received.received_at)

    def source(self, media: Media, secrets: SlackSecrets) -> Source | str:
        if secrets.bot_token is None:
            return "the account has no bot_token"
        headers = {"Authorization": f"Bearer {secrets.bot_token.get_secret_value()}"}
        return Source(media.url, ("files.slack.com",), headers) if media.url else "the webhook named no address"


def _kind(event: Json) -> str:
    """message, edit, delete; or what is only counted: bots' messages, unfurled links, joins and the like."""
    if event.get("type") not in ("message", "app_mention"):
        return "notice" if event else "unknown"
    message, before = inner(event, "message"), inner(event, "previous_message")
    if any(one.get("bot_id") or one.get("subtype") == "bot_message" for one in (event, message, before)):
        return "echo"
    subtype = text(event, "subtype")
    if subtype == "message_changed":
        if text(message, "subtype") == "tombstone":  # deleted, but its thread has answers
            return "delete"
        same = bool(before) and before.get("text") == message.get("text") and _files(before) == _files(message)
        return "unfurled" if same or not text(message, "user") else "edit"
    if subtype == "message_deleted":
        return "delete"
    return "message" if subtype in WRITTEN and text(event, "user") else "notice"


def _read(content: Json, event: Json, received_at: datetime) -> Normalised:
    kind = _kind(event)
    message = inner(event, "message") if kind == "edit" else event
    said = inner(event, "previous_message") if kind == "delete" else message
    ts = text(said, "ts") or text(event, "deleted_ts") or text(inner(event, "message"), "ts")
    media = _files(message) if kind != "delete" else ()
    id = f"{text(event, 'channel')}:{ts}" if ts else None
    written = kind == "message" or id is None
    shown = readable(plain(text(message, "text"))) or "\n".join(f"[File: {file.name or 'no name'}]" for file in media)
    return Normalised(
        sender=_contact(content, said if text(said, "user") else event),
        text="[An earlier message was deleted by its sender]" if kind == "delete" else shown or "[An empty message]",
        fields=fields(
            slack_team=content.get("team_id"), slack_channel=event.get("channel"), slack_user=said.get("user")
        ),
        sent_at=_time(said if written else event, received_at),
        thread=ThreadHints(conversation=_conversation(event, said, ts)),
        media=media,
        act="message" if written else "edit" if kind == "edit" else "delete",
        channel_id=id if written else None,
        target_id=None if written else id,
    )


def _contact(content: Json, said: Json) -> Contact:
    """The name, should Slack send it along; otherwise only the user's id is known."""
    user, team = ident(said, "user"), ident(said, "team") or ident(content, "team_id")
    profile = inner(said, "user_profile")
    name = text(profile, "real_name") or text(profile, "display_name")
    return person("slack", f"{team}:{user}" if user else "", name=name)


def _conversation(event: Json, said: Json, ts: str) -> str | None:
    channel = text(event, "channel")
    if text(event, "channel_type") in DIRECT or channel.startswith("D"):
        return channel
    return f"{channel}:{text(said, 'thread_ts') or ts}" if channel else None


def _time(said: Json, received_at: datetime) -> datetime:
    return moment(text(said, "event_ts") or text(said, "ts") or None, received_at=received_at)


def _files(message: Json) -> tuple[Media, ...]:
    return tuple(
        Media(
            id=ident(file, "id"),
            url=text(file, "url_private_download") or text(file, "url_private"),
            name=text(file, "name") or text(file, "title"),
            content_type=text(file, "mimetype"),
        )
        for file in objects(message, "files")
        if text(file, "mode") != "tombstone"
    )


def plain(given: str) -> str:
    """Slack's own marks as people read them: <https://x|name>, <@U1|name>, <#C1|name>, <!here>, &amp;."""

    def shown(match: re.Match[str]) -> str:
        target, label = match[1], match[2] or ""
        if target[0] in "@#":
            return target[0] + (label or target[1:])
        if target[0] == "!":
            return label or "@" + target[1:].partition("^")[0]
        if target.startswith("mailto:"):
            return target.removeprefix("mailto:")
        return f"{label} ({target})" if label and label not in target else target

    return html.unescape(_LINK.sub(shown, given))
