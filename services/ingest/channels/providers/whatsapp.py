"""WhatsApp Cloud: its calls as updates, and each message as text that an agent can read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints

from services.ingest.channels.json_shapes import Json, fields, first, ident, inner, moment, objects, parsed, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import Account, Call, Source, Update, key_of, person, stored
from services.ingest.channels.providers.meta import WINDOW, MetaProvider, MetaSecrets
from services.ingest.channels.providers.whatsapp_kinds import Shown, shown
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Machine, Media, Normalised, ThreadHints
from shared.events import Contact

GRAPH = "https://graph.facebook.com/v23.0"
FILES = ("lookaside.fbsbx.com", ".fbcdn.net", ".whatsapp.net")


class WhatsAppAccount(Account):
    """A WhatsApp Business app whose webhook is /webhooks/whatsapp/<name>.

    With `phone_number_ids`, messages to other numbers of the same app are not taken; without, all are.
    """

    phone_number_ids: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]{5,20}$")], ...] = ()


class WhatsApp(MetaProvider):
    """Messages, their edits and deletions are stored; statuses, echoes, calls and notices are counted."""

    name: ClassVar[str] = "whatsapp"
    account = WhatsAppAccount

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        numbers = account.phone_number_ids if isinstance(account, WhatsAppAccount) else ()
        for update, number in updates(call.json()):
            taken = update.key is None or not numbers or number in numbers
            yield update if taken else Update("other_number")

    def read(self, received: Received) -> Normalised:
        return read(received)

    def source(self, media: Media, secrets: MetaSecrets) -> Source | str:
        if secrets.access_token is None:
            return "the account has no access_token"
        headers = {"Authorization": f"Bearer {secrets.access_token.get_secret_value()}"}

        def then(answer: bytes) -> Source | str:
            found = parsed(answer)
            return Source(text(found, "url"), FILES, headers) if text(found, "url") else "WhatsApp named no address"

        if not media.id.isascii() or not media.id.isdigit():
            return "its id is not one of WhatsApp"
        return Source(f"{GRAPH}/{media.id}", ("graph.facebook.com",), headers, then)


def updates(content: Json) -> Iterator[tuple[Update, str]]:
    """Every update of a call with the number it is for; what has an unknown shape is one of kind `unknown`."""
    changes = [(entry, change) for entry in objects(content, "entry") for change in objects(entry, "changes")]
    if not changes:
        yield Update("unknown"), ""
    for entry, change in changes:
        yield from _updates_of(content, entry, change)


def _updates_of(content: Json, entry: Json, change: Json) -> Iterator[tuple[Update, str]]:
    value = inner(change, "value")
    messages = objects(value, "messages") if change.get("field") == "messages" else []
    number = text(inner(value, "metadata"), "phone_number_id")
    for message in messages:
        alone = {
            **{name: value[name] for name in ("messaging_product", "metadata", "errors") if name in value},
            "contacts": [contact for contact in objects(value, "contacts") if _same_person(contact, message)],
            "messages": [message],
        }
        body = {
            "object": content.get("object"),
            "entry": [{"id": entry.get("id"), "changes": [{"field": "messages", "value": alone}]}],
        }
        yield Update("message", text(message, "id")[:500] or key_of(message), stored(body)), number
    statuses = objects(value, "statuses")
    for _ in statuses:
        yield Update("status"), number
    if not messages and not statuses:
        kind = "echo" if "message_echoes" in value else "notice" if change.get("field") else "unknown"
        yield Update(kind), number


def read(received: Received) -> Normalised:
    """The message in a stored body. Meta has proved its sender's number."""
    value = inner(first(first(parsed(received.body), "entry"), "changes"), "value")
    message = first(value, "messages")
    sender = ident(message, "from") or ident(message, "from_user_id")
    what = shown({"errors": value.get("errors"), **message})
    sent_at = moment(message.get("timestamp"), received_at=received.received_at)
    return Normalised(
        sender=_contact(sender, first(value, "contacts")),
        text=readable(what.text) or "[An empty message]",
        fields=_fields(value, message, what),
        sent_at=sent_at,
        machine=_machine(message),
        thread=ThreadHints(conversation=sender or None),
        media=what.media,
        act=what.act,
        channel_id=ident(message, "id") or None,
        target_id=what.target or None,
        reply_until=sent_at + WINDOW,
    )


def _machine(message: Json) -> Machine | None:
    """A notice is WhatsApp's own. A thumb in the air belongs to its ticket, but is no reason to open one."""
    if message.get("type") == "system":
        return Machine(kind="auto", because="WhatsApp's own notice")
    if message.get("type") == "reaction":
        return Machine(kind="auto_reply", because="a reaction to a message")
    return None


def _contact(sender: str, contact: Json) -> Contact:
    """A wa_id is the phone number without its plus (E.164); a name in place of one is not a number."""
    is_number = sender.isascii() and sender.isdigit() and 5 <= len(sender) <= 15 and sender[0] != "0"
    name = text(inner(contact, "profile"), "name")
    return person("whatsapp", sender, name=name, phone=f"+{sender}" if is_number else None)


def _fields(value: Json, message: Json, what: Shown) -> Mapping[str, Any]:
    context, referral = inner(message, "context"), inner(message, "referral")
    return fields(
        whatsapp_type=message.get("type"),
        whatsapp_number=inner(value, "metadata").get("phone_number_id"),
        answers_message=context.get("id"),
        forwarded=context.get("forwarded") or context.get("frequently_forwarded"),
        advertisement=referral.get("headline"),
        advertisement_url=referral.get("source_url"),
        **what.fields,
    )


def _same_person(contact: Json, message: Json) -> bool:
    by_number = bool(contact.get("wa_id")) and contact.get("wa_id") == message.get("from")
    return by_number or (bool(contact.get("user_id")) and contact.get("user_id") == message.get("from_user_id"))
