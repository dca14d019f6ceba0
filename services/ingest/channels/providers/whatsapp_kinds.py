"""Each kind of WhatsApp message as text for an agent, with the details as fields. Pure.

A kind that is not known here, or is not as Meta documents it, is still a text that says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_core import from_json

from services.ingest.channels.json_shapes import Json, ident, text
from services.ingest.normalised import Media

MEDIA = ("image", "video", "audio", "document", "sticker")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the agent reads, what rules may look at, and what is to be fetched."""

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    act: Literal["message", "edit", "delete"] = "message"
    target: str = ""


def shown(message: Json) -> Shown:
    """The message as text and fields, whatever it holds."""
    kind = str(message.get("type", ""))
    content = message.get(kind)
    if kind in MEDIA and isinstance(content, Mapping):
        return _media(kind, content)
    if kind == "contacts" and isinstance(content, list):
        return _contacts(content)
    if kind in KINDS and isinstance(content, Mapping):
        return KINDS[kind](content)
    return _unknown(kind, message)


def _text(content: Json) -> Shown:
    return Shown(str(content.get("body") or ""))


def _media(kind: str, content: Json) -> Shown:
    name = "voice message" if kind == "audio" and content.get("voice") else kind
    file = text(content, "filename")
    caption = text(content, "caption")
    fields = {
        "media_kind": name,
        "media_id": content.get("id"),
        "media_type": content.get("mime_type"),
        "media_name": content.get("filename"),
        "media_sha256": content.get("sha256"),
    }
    media = Media(id=ident(content, "id"), kind=name, name=file, content_type=text(content, "mime_type"))
    return Shown(caption or f"[{name.capitalize()}{f': {file}' if file else ''}]", fields, (media,))


def _button(content: Json) -> Shown:
    return Shown(str(content.get("text") or ""), {"button": content.get("payload")})


def _interactive(content: Json) -> Shown:
    kind = str(content.get("type", ""))
    reply = content.get(kind)
    if not isinstance(reply, Mapping):
        return Shown(f"[An answer to an interactive message that WhatsApp did not pass on: {kind or 'no type'}]")
    if kind in ("button_reply", "list_reply"):
        lines = [str(reply[key]) for key in ("title", "description") if reply.get(key)]
        return Shown("\n".join(lines), {"button": reply.get("id")})
    if kind == "nfm_reply":
        return Shown("\n".join(["[A filled-in WhatsApp form]", *_answers(reply)]))
    if kind == "call_permission_reply":
        return Shown(f"[The customer's answer to the request to call: {reply.get('response')}]")
    return Shown(f"[An answer of the kind {kind}]")


def _answers(reply: Json) -> list[str]:
    """The form's answers a line each, without the token by which WhatsApp knows it."""
    try:
        answers = from_json(str(reply.get("response_json")))
    except (ValueError, TypeError):
        answers = None
    if not isinstance(answers, Mapping):
        return [str(reply.get("response_json") or reply.get("body") or "")]
    return [f"{name}: {answer}" for name, answer in answers.items() if name != "flow_token"]


def _location(content: Json) -> Shown:
    place = "\n".join(str(content[key]) for key in ("name", "address", "url") if content.get(key))
    latitude, longitude = content.get("latitude"), content.get("longitude")
    text = f"[A location: {latitude}, {longitude}]"
    return Shown(f"{text}\n{place}" if place else text, {"latitude": latitude, "longitude": longitude})


def _contacts(content: list[Any]) -> Shown:
    people = [_person(person) for person in content if isinstance(person, Mapping)]
    return Shown("[Contacts]\n" + "\n".join(people))


def _person(person: Json) -> str:
    name = person.get("name")
    title = name.get("formatted_name") if isinstance(name, Mapping) else None
    return ", ".join([str(title or "no name"), *_ways(person, "phones", "phone"), *_ways(person, "emails", "email")])


def _ways(person: Json, kind: str, key: str) -> list[str]:
    ways = person.get(kind)
    if not isinstance(ways, list):
        return []
    return [str(way[key]) for way in ways if isinstance(way, Mapping) and way.get(key)]


def _reaction(content: Json) -> Shown:
    emoji = content.get("emoji")
    text = f"[A reaction: {emoji}]" if emoji else "[A reaction was taken back]"
    return Shown(text, {"reaction_to": content.get("message_id")})


def _order(content: Json) -> Shown:
    items = content.get("product_items")
    lines = [
        f"{item.get('quantity')} × {item.get('product_retailer_id')}, {item.get('item_price')} {item.get('currency')}"
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, Mapping)
    ]
    note = [str(content["text"])] if content.get("text") else []
    return Shown("\n".join([*note, "[An order]", *lines]), {"catalog": content.get("catalog_id")})


def _edit(content: Json) -> Shown:
    """An edit holds the message as it is now."""
    new = content.get("message")
    what = shown(new) if isinstance(new, Mapping) and new.get("type") not in ("edit", "revoke") else Shown("")
    original = ident(content, "original_message_id")
    noted = {**what.fields, "edited_message": original}
    if not what.text or not original:
        return Shown(what.text or "[An earlier message was changed; WhatsApp did not pass on how]", noted)
    return Shown(what.text, noted, what.media, "edit", original)


def _revoke(content: Json) -> Shown:
    original = ident(content, "original_message_id")
    said = "[An earlier message was deleted by its sender]"
    return Shown(said, {"deleted_message": original}, act="delete" if original else "message", target=original)


def _system(content: Json) -> Shown:
    fields = {"system_notice": content.get("type"), "new_number": content.get("wa_id")}
    return Shown(f"[WhatsApp] {content.get('body') or ''}", fields)


def _unknown(kind: str, message: Json) -> Shown:
    errors = message.get("errors")
    reasons = [
        str(error.get("title") or error.get("message"))
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, Mapping) and (error.get("title") or error.get("message"))
    ]
    unsupported = message.get("unsupported")
    inner = unsupported.get("type") if isinstance(unsupported, Mapping) else None
    named = f"of the kind {inner or kind}" if inner or (kind and kind != "unsupported") else "of an unknown kind"
    because = f": {'; '.join(reasons)}" if reasons else ""
    return Shown(f"[A message {named} that can't be shown here{because}]")


KINDS: Mapping[str, Callable[[Json], Shown]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}
