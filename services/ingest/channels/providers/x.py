"""X's Account Activity webhook: direct messages and posts that mention the account.

The handshake (CRC) is asked again every hour; without the right answer X stops delivering.
"""

import base64
import hmac
import html
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr
from pydantic_core import to_json

from services.ingest.channels.json_shapes import Json, fields, first, ident, inner, moment, objects, parsed, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import (
    Account,
    Answer,
    Call,
    Provider,
    Source,
    Update,
    is_same,
    key_of,
    person,
    stored,
)
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media, Normalised, ThreadHints
from shared.config import Strict
from shared.events import Contact

MAX_TOKEN = 1000
KINDS = {"photo": "photo", "video": "video", "animated_gif": "animation"}


class XSecrets(Strict):
    """The app's consumer secret signs calls and handshakes."""

    consumer_secret: Annotated[SecretStr, Field(min_length=8)]


class X(Provider[XSecrets]):
    """Direct messages with one person are a conversation, and so are that person's public posts."""

    name: ClassVar[str] = "x"
    secrets = XSecrets

    def challenge(self, call: Call, secrets: XSecrets) -> Answer | None:
        token = call.query.get("crc_token", "")
        if not 1 <= len(token) <= MAX_TOKEN or call.body:
            return None
        response = to_json({"response_token": _signature(token.encode("utf-8", "surrogateescape"), secrets)}).decode()
        return Answer(response, "application/json")

    def verify(self, call: Call, secrets: XSecrets, *, now: datetime) -> str | None:
        if is_same(_signature(call.body, secrets), call.headers.get("x-twitter-webhooks-signature")):
            return None
        return "Sign the raw body with the consumer secret: x-twitter-webhooks-signature: sha256=<base64 HMAC-SHA256>."

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        content = call.json()
        found = [*_messages(content), *_posts(content)]
        others = [name for name, value in content.items() if name.endswith("_events") and name not in HANDLED and value]
        return [*found, *(Update("notice") for _ in others)] or [Update("unknown")]

    def read(self, received: Received) -> Normalised:
        content = parsed(received.body)
        message = first(content, "direct_message_events")
        if message:
            return _direct(content, message, received.received_at)
        gone = first(content, "tweet_delete_events")
        if gone:
            return _deleted(gone, received.received_at)
        return _public(content, first(content, "tweet_create_events"), received.received_at)

    def source(self, media: Media, secrets: XSecrets) -> Source | str:
        if media.url.startswith("https://ton."):
            return "X hands files of direct messages only to who signs in as the account"
        return Source(media.url, (".twimg.com",)) if media.url else "the webhook named no address"


HANDLED = ("direct_message_events", "tweet_create_events", "tweet_delete_events")


def _signature(content: bytes, secrets: XSecrets) -> str:
    digest = hmac.digest(secrets.consumer_secret.get_secret_value().encode(), content, "sha256")
    return "sha256=" + base64.b64encode(digest).decode()


def _messages(content: Json) -> Iterator[Update]:
    own = ident(content, "for_user_id")
    for message in objects(content, "direct_message_events"):
        sender = ident(inner(message, "message_create"), "sender_id")
        if message.get("type", "message_create") != "message_create":
            yield Update("notice")
        elif sender and sender == own:
            yield Update("echo")
        else:
            people = content.get("users")
            users = {sender: people[sender]} if isinstance(people, dict) and sender in people else {}
            body = {"for_user_id": own, "users": users, "direct_message_events": [message]}
            yield Update("message", f"dm:{ident(message, 'id') or key_of(message)}", stored(body))


def _posts(content: Json) -> Iterator[Update]:
    """Posts of others that name the account; its own, and others' shares of them, are no messages to it."""
    own = ident(content, "for_user_id")
    for post in objects(content, "tweet_create_events"):
        if ident(inner(post, "user"), "id_str") == own:
            yield Update("echo")
        elif inner(post, "retweeted_status"):
            yield Update("notice")
        else:
            body = {"for_user_id": own, "tweet_create_events": [post]}
            yield Update("mention", f"post:{_post_id(post) or key_of(post)}", stored(body))
    for gone in objects(content, "tweet_delete_events"):
        id, author = ident(inner(gone, "status"), "id"), ident(inner(gone, "status"), "user_id")
        if not id or author == own:
            yield Update("echo" if id else "unknown")
        else:
            yield Update("delete", f"gone:{id}", stored({"for_user_id": own, "tweet_delete_events": [gone]}))


def _direct(content: Json, message: Json, received_at: datetime) -> Normalised:
    created = inner(message, "message_create")
    data, sender = inner(created, "message_data"), ident(created, "sender_id")
    person = inner(content, "users", sender)
    sent_at = moment(message.get("created_timestamp"), received_at=received_at, per_second=1000)
    attached = inner(data, "attachment", "media")
    media = (_media(attached),) if attached else ()
    return Normalised(
        sender=_contact(sender, text(person, "name"), text(person, "screen_name")),
        text=_shown(text(data, "text"), data) or (f"[{media[0].kind.capitalize()}]" if media else "[An empty message]"),
        fields=fields(x_name=person.get("screen_name"), button=inner(data, "quick_reply_response").get("metadata")),
        sent_at=sent_at,
        thread=ThreadHints(conversation=f"dm:{sender}" if sender else None),
        media=media,
        channel_id=f"dm:{ident(message, 'id')}" if ident(message, "id") else None,
    )


def _public(content: Json, post: Json, received_at: datetime) -> Normalised:
    author, long = inner(post, "user"), inner(post, "extended_tweet")
    sender, id = ident(author, "id_str") or ident(author, "id"), _post_id(post)
    said = _shown(text(long, "full_text") or text(post, "full_text") or text(post, "text"), long or post)
    name = text(author, "screen_name")
    return Normalised(
        sender=_contact(sender, text(author, "name"), name),
        text=said or "[An empty post]",
        fields=fields(
            x_name=name,
            answers_post=ident(post, "in_reply_to_status_id_str"),
            post=f"https://x.com/{name}/status/{id}" if name.isalnum() and id.isdigit() else None,
        ),
        language=text(post, "lang")[:35] if text(post, "lang") not in ("", "und", "zxx", "qme", "art") else None,
        sent_at=_written_at(post, received_at),
        thread=ThreadHints(conversation=f"public:{sender}" if sender else None),
        media=tuple(_media(one) for one in objects(inner(post, "extended_entities"), "media")),
        posted="mention",
        channel_id=f"post:{id}" if id else None,
    )


def _deleted(gone: Json, received_at: datetime) -> Normalised:
    status = inner(gone, "status")
    sender, id = ident(status, "user_id"), ident(status, "id")
    return Normalised(
        sender=_contact(sender, "", ""),
        text="[An earlier post was deleted by its author]",
        sent_at=moment(gone.get("timestamp_ms"), received_at=received_at, per_second=1000),
        thread=ThreadHints(conversation=f"public:{sender}" if sender else None),
        posted="mention",
        act="delete" if id else "message",
        target_id=f"post:{id}" if id else None,
    )


def _post_id(post: Json) -> str:
    return ident(post, "id_str") or ident(post, "id")


def _contact(sender: str, name: str, handle: str) -> Contact:
    return person("x", sender, name=name or handle)


def _shown(said: str, holder: Json) -> str:
    """X escapes HTML and shortens links: as the author wrote them."""
    for link in objects(inner(holder, "entities"), "urls")[:50]:
        if text(link, "url") and text(link, "expanded_url"):
            said = said.replace(text(link, "url"), text(link, "expanded_url"))
    return readable(html.unescape(said))


def _media(media: Json) -> Media:
    kind = KINDS.get(text(media, "type"), "file")
    variants = [
        one for one in objects(inner(media, "video_info"), "variants") if text(one, "content_type") == "video/mp4"
    ]
    best = max(variants, key=lambda one: one["bitrate"] if isinstance(one.get("bitrate"), int) else 0, default=None)
    url = text(best, "url") or text(media, "media_url_https")
    return Media(id=ident(media, "id_str"), url=url, kind=kind, content_type="video/mp4" if best else "")


def _written_at(post: Json, received_at: datetime) -> datetime:
    """`Wed Oct 10 20:19:24 +0000 2018`, or `timestamp_ms`."""
    if text(post, "timestamp_ms"):
        return moment(text(post, "timestamp_ms"), received_at=received_at, per_second=1000)
    try:
        found = parsedate_to_datetime(text(post, "created_at")[:60])
    except (ValueError, TypeError, IndexError, OverflowError):
        return received_at
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if found <= received_at else received_at
