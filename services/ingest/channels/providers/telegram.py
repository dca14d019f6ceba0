"""Telegram bots: messages, albums, edits, buttons, and the messages of connected business accounts.

The proof is the secret token that setWebhook was given; Telegram signs nothing, so TLS has to end at us.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, SecretStr, StringConstraints

from services.ingest.channels.json_shapes import Json, fields, ident, inner, moment, objects, parsed, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import Account, Call, Provider, Source, Update, is_same, key_of, person, stored
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media, Normalised, ThreadHints
from shared.config import Strict
from shared.events import Contact

API = "https://api.telegram.org"
MESSAGES = {
    "message": "message",
    "edited_message": "edit",
    "business_message": "message",
    "edited_business_message": "edit",
}
FILES = {
    "animation": "animation",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
    "video": "video",
    "video_note": "video message",
    "voice": "voice message",
}
SERVICE = ("new_chat_members", "left_chat_member", "new_chat_title", "pinned_message", "group_chat_created")


class TelegramSecrets(Strict):
    """`secret_token` as in setWebhook; with the bot's token, files are fetched."""

    secret_token: Annotated[SecretStr, StringConstraints(min_length=8, max_length=256)]
    bot_token: Annotated[SecretStr | None, Field(min_length=20)] = None


class Telegram(Provider[TelegramSecrets]):
    """A chat is a conversation; in groups, a chat and an author are."""

    name: ClassVar[str] = "telegram"
    secrets = TelegramSecrets

    def verify(self, call: Call, secrets: TelegramSecrets, *, now: datetime) -> str | None:
        if is_same(secrets.secret_token.get_secret_value(), call.headers.get("x-telegram-bot-api-secret-token")):
            return None
        return "Give setWebhook this account's secret_token: it comes as X-Telegram-Bot-Api-Secret-Token."

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        content = call.json()
        # After a quiet week, and for another bot, Telegram counts anew: the number alone names no update.
        key = f"{ident(content, 'update_id')}:{key_of(content)[:32]}"
        for name, kind in MESSAGES.items():
            message = inner(content, name)
            if message:
                return [_message(content, message, key, kind)]
        if inner(content, "callback_query"):
            return [Update("button", key, stored(content))]
        gone = inner(content, "deleted_business_messages")
        if gone:
            return _deletions(gone, key)
        return [Update("notice" if ident(content, "update_id") else "unknown")]

    def read(self, received: Received) -> Normalised:
        content = parsed(received.body)
        query = inner(content, "callback_query")
        if query:
            return _button(query, received.received_at)
        gone = inner(content, "deleted_business_messages")
        if gone:
            return _deletion(gone, received.received_at)
        name = next((name for name in MESSAGES if inner(content, name)), "message")
        return _read(inner(content, name), MESSAGES[name], received.received_at)

    def source(self, media: Media, secrets: TelegramSecrets) -> Source | str:
        if secrets.bot_token is None:
            return "the account has no bot_token"
        token = secrets.bot_token.get_secret_value()

        def then(answer: bytes) -> Source | str:
            path = text(inner(parsed(answer), "result"), "file_path")
            if not path or ".." in path or "?" in path or "#" in path:
                return "Telegram named no file: bots get files of up to 20 MB"
            return Source(f"{API}/file/bot{token}/{path}", ("api.telegram.org",))

        if not media.id or not all(letter.isalnum() or letter in "-_" for letter in media.id):
            return "its id is not one of Telegram"
        return Source(f"{API}/bot{token}/getFile?file_id={media.id}", ("api.telegram.org",), then=then)


def _message(content: Json, message: Json, key: str, kind: str) -> Update:
    chat, author = inner(message, "chat"), inner(message, "from")
    if author.get("is_bot") is True:
        return Update("echo")
    if text(message, "business_connection_id") and ident(author, "id") != ident(chat, "id"):
        return Update("echo")  # the business answered from its own telephone
    if any(name in message for name in SERVICE):
        return Update("notice")
    return Update(kind, key, stored(content))


def _deletions(gone: Json, update: str) -> list[Update]:
    found = gone.get("message_ids")
    ids = [one for one in found if isinstance(one, int)][:1000] if isinstance(found, list) else []
    return [
        Update("delete", f"{update}:{id}", stored({"deleted_business_messages": {**gone, "message_ids": [id]}}))
        for id in ids
    ] or [Update("unknown")]


def _read(message: Json, act: str, received_at: datetime) -> Normalised:
    media = _media(message)
    id = _id(message, ident(message, "message_id"))
    sent_at = moment(message.get("date"), received_at=received_at)
    edited = act == "edit" and id is not None
    return Normalised(
        sender=_contact(message),
        text=readable(text(message, "text") or text(message, "caption")) or _described(message, media),
        fields=_fields(message),
        sent_at=moment(message.get("edit_date"), received_at=received_at) if edited else sent_at,
        thread=ThreadHints(conversation=_conversation(message)),
        media=media,
        act="edit" if edited else "message",
        channel_id=None if edited else id,
        target_id=id if edited else None,
    )


def _button(query: Json, received_at: datetime) -> Normalised:
    message = inner(query, "message")
    pressed = next(
        (
            text(button, "text")
            for row in _rows(message)
            for button in row
            if text(button, "callback_data") == text(query, "data") and text(button, "text")
        ),
        "",
    )
    asked = {**message, "from": inner(query, "from")}
    return Normalised(
        sender=_contact(asked),
        text=readable(pressed or text(query, "data")) or "[A button]",
        fields=fields(button=query.get("data"), answers_message=message.get("message_id")),
        sent_at=received_at,
        thread=ThreadHints(conversation=_conversation(asked)),
    )


def _deletion(gone: Json, received_at: datetime) -> Normalised:
    ids = gone.get("message_ids")
    id = str(ids[0]) if isinstance(ids, list) and ids else ""
    about = {"chat": inner(gone, "chat"), "business_connection_id": gone.get("business_connection_id")}
    target = _id(about, id)
    return Normalised(
        sender=_contact(about),
        text="[An earlier message was deleted by its sender]",
        sent_at=received_at,
        thread=ThreadHints(conversation=_conversation(about)),
        act="delete" if target else "message",
        target_id=target,
    )


def _rows(message: Json) -> list[list[Any]]:
    rows = inner(message, "reply_markup").get("inline_keyboard")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _id(message: Json, id: str) -> str | None:
    """Telegram counts messages by chat: only together they name one."""
    chat = ident(inner(message, "chat"), "id")
    return f"{chat}:{id}" if chat and id else None


def _conversation(message: Json) -> str | None:
    chat, author = inner(message, "chat"), ident(inner(message, "from"), "id")
    parts = [ident(chat, "id"), ident(message, "message_thread_id") if message.get("is_topic_message") else ""]
    if text(chat, "type") not in ("", "private"):
        parts.append(author)
    return ":".join(part for part in parts if part) or author or None


def _contact(message: Json) -> Contact:
    author = inner(message, "from") or inner(message, "sender_chat") or inner(message, "chat")
    names = [text(author, "first_name"), text(author, "last_name")]
    shared = inner(message, "contact")
    own = bool(ident(shared, "user_id")) and ident(shared, "user_id") == ident(author, "id")
    phone = "".join(letter for letter in text(shared, "phone_number") if letter.isascii() and letter.isdigit())
    name = " ".join(name for name in names if name) or text(author, "title") or text(author, "username")
    known = person("telegram", ident(author, "id"), name=name, language=text(author, "language_code"))
    is_number = own and 7 <= len(phone) <= 15 and phone[0] != "0"
    return known.model_copy(update={"phone": f"+{phone}"}) if is_number else known


def _media(message: Json) -> tuple[Media, ...]:
    photos = objects(message, "photo")
    if photos:  # several sizes of one photo, the largest last
        return (Media(id=text(photos[-1], "file_id"), kind="photo", name="photo.jpg", content_type="image/jpeg"),)
    for name, kind in FILES.items():
        file = inner(message, name)
        if file:
            named, declared = text(file, "file_name"), text(file, "mime_type")
            return (Media(id=text(file, "file_id"), kind=kind, name=named, content_type=declared),)
    return ()


def _described(message: Json, media: tuple[Media, ...]) -> str:
    """A message without text, in words."""
    if media:
        return f"[{media[0].kind.capitalize()}{f': {readable(media[0].name)}' if media[0].name else ''}]"
    place = inner(message, "venue", "location") or inner(message, "location")
    if place:
        about = [text(inner(message, "venue"), name) for name in ("title", "address")]
        told = f"[A location: {place.get('latitude')}, {place.get('longitude')}]"
        return readable("\n".join([told, *(line for line in about if line)]))
    contact = inner(message, "contact")
    if contact:
        named = f"{text(contact, 'first_name')} {text(contact, 'last_name')}".strip()
        return readable(f"[Contact]\n{named or 'no name'}, {text(contact, 'phone_number')}")
    poll = inner(message, "poll")
    if poll:
        options = [f"- {text(option, 'text')}" for option in objects(poll, "options")]
        return readable("\n".join([f"[Poll: {text(poll, 'question')}]", *options]))
    return "[A message of a kind that can't be shown here]"


def _fields(message: Json) -> Mapping[str, str]:
    origin = inner(message, "forward_origin") or inner(message, "forward_from")
    return fields(
        telegram_username=inner(message, "from").get("username"),
        answers_message=ident(inner(message, "reply_to_message"), "message_id"),
        album=message.get("media_group_id"),
        forwarded=bool(origin),
        quoted=inner(message, "quote").get("text"),
    )
