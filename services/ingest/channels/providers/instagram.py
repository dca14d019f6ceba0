"""Instagram: direct messages, answers to stories, comments and mentions."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from services.ingest.channels.json_shapes import Json, fields, first, ident, inner, moment, objects, parsed, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import Account, Call, Source, Update, key_of, person, stored
from services.ingest.channels.providers.meta import MetaProvider, MetaSecrets, entries
from services.ingest.channels.providers.meta_messaging import CDN, direct, messaging_updates
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media, Normalised, ThreadHints

PUBLIC = {"comments": "comment", "live_comments": "comment", "mentions": "mention"}


class Instagram(MetaProvider):
    """The webhook of a professional account; echoes, reads and insights are only counted."""

    name: ClassVar[str] = "instagram"

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        found = [*messaging_updates(call.json()), *_changes(call.json())]
        return found or [Update("unknown")]

    def read(self, received: Received) -> Normalised:
        entry = first(parsed(received.body), "entry")
        if objects(entry, "messaging"):
            return direct(entry, channel="instagram", received_at=received.received_at)
        return _public(entry, received)

    def source(self, media: Media, secrets: MetaSecrets) -> Source | str:
        return Source(media.url, CDN) if media.url else "the webhook named no address"


def _changes(content: Json) -> Iterator[Update]:
    for entry, change in entries(content, "changes"):
        field, value = text(change, "field"), inner(change, "value")
        if field == "messages":  # the dashboard's test calls have direct messages here
            inside = {"object": "instagram", "entry": [{"id": entry.get("id"), "messaging": [value]}]}
            yield from messaging_updates(inside)
        elif field not in PUBLIC:
            yield Update("notice")
        elif ident(inner(value, "from"), "id") and ident(inner(value, "from"), "id") == ident(entry, "id"):
            yield Update("echo")
        else:
            kept = {"id": entry.get("id"), "time": entry.get("time"), "changes": [change]}
            id = ident(value, "id") or ident(value, "comment_id") or ident(value, "media_id")
            key = f"{PUBLIC[field]}:{id}" if id else key_of(change)
            yield Update(PUBLIC[field], key, stored({"object": "instagram", "entry": [kept]}))


def _public(entry: Json, received: Received) -> Normalised:
    """A comment or mention. One author below one post is a conversation; a mention names nobody but the post."""
    change = first(entry, "changes")
    value = inner(change, "value")
    mention = text(change, "field") == "mentions"
    author = ident(inner(value, "from"), "id")
    post = ident(inner(value, "media"), "id") or ident(value, "media_id")
    id = ident(value, "id") or ident(value, "comment_id") or None
    where = "a comment" if ident(value, "comment_id") else "a post"
    told = f"[This account was mentioned in {where} on Instagram]" if mention else "[A comment without text]"
    return Normalised(
        sender=person("instagram", author, name=text(inner(value, "from"), "username")),
        text=readable(text(value, "text")) or told,
        fields=fields(post=post, comment=id, answers_comment=value.get("parent_id")),
        sent_at=moment(entry.get("time"), received_at=received.received_at),
        thread=ThreadHints(conversation=f"post:{post}:{author or id or ''}" if post or author or id else None),
        posted="mention" if mention else "comment",
        channel_id=id,
    )
