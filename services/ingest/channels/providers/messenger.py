"""Messenger and the comments of a Facebook page: messages, edits, postbacks, comments and mentions."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from services.ingest.channels.json_shapes import Json, fields, first, ident, inner, moment, objects, parsed, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import Account, Call, Source, Update, key_of, person, stored
from services.ingest.channels.providers.meta import MetaProvider, MetaSecrets, entries
from services.ingest.channels.providers.meta_messaging import CDN, direct, messaging_updates
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media, Normalised, ThreadHints

ITEMS = ("comment", "post", "status", "photo", "video")
VERBS = {"add": "message", "edited": "edit", "edit": "edit", "remove": "delete"}


class Messenger(MetaProvider):
    """The webhook of a page; echoes of its own messages, deliveries and reads are only counted."""

    name: ClassVar[str] = "messenger"

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        found = [*messaging_updates(call.json()), *_feed(call.json())]
        return found or [Update("unknown")]

    def read(self, received: Received) -> Normalised:
        entry = first(parsed(received.body), "entry")
        if objects(entry, "messaging"):
            return direct(entry, channel="messenger", received_at=received.received_at)
        return _public(entry, received)

    def source(self, media: Media, secrets: MetaSecrets) -> Source | str:
        return Source(media.url, CDN) if media.url else "the webhook named no address"


def _feed(content: Json) -> Iterator[Update]:
    """What visitors wrote on the page; likes, shares and the page's own posts are no messages."""
    for entry, change in entries(content, "changes"):
        value = inner(change, "value")
        kind, id = text(value, "item"), ident(value, "comment_id") or ident(value, "post_id")
        author = ident(inner(value, "from"), "id")
        if change.get("field") not in ("feed", "mention") or kind not in ITEMS or text(value, "verb") not in VERBS:
            yield Update("notice")
        elif not id or (author and author == ident(entry, "id")):
            yield Update("echo")
        else:
            body = stored({"object": "page", "entry": [{"id": entry.get("id"), "changes": [change]}]})
            mentioned = change.get("field") == "mention"
            key = f"{text(value, 'verb')}:{key_of([entry.get('id'), change])}"
            yield Update("mention" if mentioned else "comment", key, body)


def _public(entry: Json, received: Received) -> Normalised:
    """A comment can be answered at any time. One author below one post is a conversation."""
    change = first(entry, "changes")
    value = inner(change, "value")
    act = VERBS.get(text(value, "verb"), "message")
    id = ident(value, "comment_id") or ident(value, "post_id") or None
    author = ident(inner(value, "from"), "id")
    said = readable(text(value, "message"))
    photo = text(value, "photo") or (text(value, "link") if text(value, "item") == "photo" else "")
    return Normalised(
        sender=person("messenger", author, name=text(inner(value, "from"), "name")),
        text=said or ("[Photo]" if photo else "[A comment without text]"),
        fields=fields(
            post=ident(value, "post_id"),
            answers_comment=ident(value, "parent_id"),
            permalink=value.get("permalink_url"),
        ),
        sent_at=moment(value.get("created_time"), received_at=received.received_at),
        thread=ThreadHints(conversation=f"post:{ident(value, 'post_id')}:{author or id}"),
        media=(Media(url=photo, kind="photo"),) if photo else (),
        posted="mention" if change.get("field") == "mention" else "comment",
        act="edit" if act == "edit" and id else "delete" if act == "delete" and id else "message",
        channel_id=None if act == "edit" else id,
        target_id=id if act != "message" else None,
    )
