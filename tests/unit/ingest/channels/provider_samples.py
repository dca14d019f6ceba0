"""What each provider sends, as its documentation shows it, and how it signs: for tests that play the provider."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from services.ingest.channels.provider import Account, Call, Provider
from services.ingest.channels.provider_table import PROVIDERS
from services.ingest.channels.providers.instagram import Instagram
from services.ingest.channels.providers.messenger import Messenger
from services.ingest.channels.providers.signed import Signed
from services.ingest.channels.providers.slack import Slack
from services.ingest.channels.providers.telegram import Telegram
from services.ingest.channels.providers.twilio import signature
from services.ingest.channels.providers.twilio_sms import TwilioSms
from services.ingest.channels.providers.twilio_voice import TwilioVoice, VoiceAccount
from services.ingest.channels.providers.whatsapp import WhatsApp
from services.ingest.channels.providers.x import X
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp()) - 60
PUBLIC = "https://desk.svetilka.example"
WHSEC = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SECRETS: Mapping[str, Mapping[str, str]] = {
    "whatsapp": {"app_secret": "the-app-secret", "verify_token": "the-verify-token", "access_token": "the-token"},
    "messenger": {"app_secret": "the-app-secret", "verify_token": "the-verify-token"},
    "instagram": {"app_secret": "the-app-secret", "verify_token": "the-verify-token"},
    "telegram": {"secret_token": "the-secret-token", "bot_token": "123456:abcdefghijklmnopqrstuvwxyz"},
    "slack": {"signing_secret": "the-signing-secret", "bot_token": "xoxb-the-token"},
    "x": {"consumer_secret": "the-consumer-secret"},
    "twilio_sms": {"auth_token": "the-auth-token"},
    "twilio_voice": {"auth_token": "the-auth-token"},
    "signed": {"secret": WHSEC},
}
BY_NAME = {provider.name: provider for provider in PROVIDERS}


@dataclass(frozen=True)
class Sample:
    """A body of a provider. Form-encoded ones are given as a mapping too."""

    provider: type[Provider[Any]]
    content: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_form(self) -> bool:
        return self.provider in (TwilioSms, TwilioVoice)

    def body(self) -> bytes:
        if self.is_form:
            return urlencode(self.content).encode()
        return json.dumps(self.content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def secrets_of(provider: type[Provider[Any]]) -> Any:
    return provider.secrets.model_validate(SECRETS[provider.name])


def account_of(provider: type[Provider[Any]]) -> Account:
    return VoiceAccount(greeting="Hello") if provider is TwilioVoice else provider.account()


def signed(provider: type[Provider[Any]], body: bytes, *, at: int = SECONDS, url: str = "") -> dict[str, str]:
    """The headers with which the provider proves these bytes."""
    secrets = SECRETS[provider.name]
    if provider in (WhatsApp, Messenger, Instagram):
        return {"x-hub-signature-256": "sha256=" + hmac.digest(b"the-app-secret", body, "sha256").hex()}
    if provider is Telegram:
        return {"x-telegram-bot-api-secret-token": secrets["secret_token"]}
    if provider is Slack:
        digest = hmac.digest(b"the-signing-secret", f"v0:{at}:".encode() + body, "sha256").hex()
        return {"x-slack-request-timestamp": str(at), "x-slack-signature": f"v0={digest}"}
    if provider is X:
        digest = base64.b64encode(hmac.digest(b"the-consumer-secret", body, "sha256")).decode()
        return {"x-twitter-webhooks-signature": f"sha256={digest}"}
    if provider in (TwilioSms, TwilioVoice):
        form = Call(url, {}, {}, body).form()
        given = signature(url or address(provider), form, token="the-auth-token")
        return {"x-twilio-signature": given, "content-type": "application/x-www-form-urlencoded"}
    key = base64.b64decode(WHSEC.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.digest(key, f"msg_1.{at}.".encode() + body, "sha256")).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": f"v1,{digest}"}


def address(provider: type[Provider[Any]]) -> str:
    return f"{PUBLIC}/webhooks/{provider.name}/main"


def call(sample: Sample, *, body: bytes | None = None) -> Call:
    content = sample.body() if body is None else body
    headers = {**signed(sample.provider, content), **sample.headers}
    return Call(address(sample.provider), {}, headers, content)


def readings(sample: Sample) -> list[Normalised]:
    """Everything that the sample's call has stored, read."""
    provider = sample.provider()
    updates = list(provider.split(call(sample), account_of(sample.provider)))
    return [
        provider.read(Received(provider.name, "main", one.key, one.body, one.content_type, NOW))
        for one in updates
        if one.key is not None
    ]


def kinds(sample: Sample) -> list[str]:
    return [one.kind for one in sample.provider().split(call(sample), account_of(sample.provider))]


# --- Meta


def meta(provider: type[Provider[Any]], *messaging: Mapping[str, Any]) -> Sample:
    object = "page" if provider is Messenger else "instagram"
    return Sample(
        provider, {"object": object, "entry": [{"id": "900", "time": SECONDS * 1000, "messaging": list(messaging)}]}
    )


def sent(**content: Any) -> dict[str, Any]:
    return {"sender": {"id": "501"}, "recipient": {"id": "900"}, "timestamp": SECONDS * 1000, **content}


def change(provider: type[Provider[Any]], field: str, **value: Any) -> Sample:
    object = "page" if provider is Messenger else "instagram"
    entry = {"id": "900", "time": SECONDS, "changes": [{"field": field, "value": value}]}
    return Sample(provider, {"object": object, "entry": [entry]})


def whatsapp(**message: Any) -> Sample:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "38615550100", "phone_number_id": "1122334455"},
        "contacts": [{"profile": {"name": "Iva Novak"}, "wa_id": "38640123456"}],
        "messages": [{"from": "38640123456", "id": "wamid.1", "timestamp": str(SECONDS), **message}],
    }
    return Sample(
        WhatsApp,
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
        },
    )


COMMENT = {"from": {"id": "77", "username": "iva"}, "media": {"id": "m1", "media_product_type": "FEED"}}
FEED = {
    "item": "comment",
    "verb": "add",
    "from": {"id": "77", "name": "Iva"},
    "post_id": "900_1",
    "comment_id": "900_2",
}

# --- Telegram

PERSON = {
    "id": 42,
    "is_bot": False,
    "first_name": "Iva",
    "last_name": "Novak",
    "username": "iva",
    "language_code": "sl",
}
CHAT = {"id": 42, "type": "private", "first_name": "Iva"}


def telegram(kind: str = "message", *, update: int = 1000, **content: Any) -> Sample:
    message = {"message_id": 7, "from": PERSON, "chat": CHAT, "date": SECONDS, **content}
    return Sample(Telegram, {"update_id": update, kind: message})


# --- Slack


def slack(event: str = "Ev1", **content: Any) -> Sample:
    inside = {"type": "message", "channel": "C1", "channel_type": "channel", "event_ts": f"{SECONDS}.000200", **content}
    return Sample(
        Slack,
        {"type": "event_callback", "team_id": "T1", "event_id": event, "event_time": SECONDS, "event": inside},
    )


WRITTEN = {"user": "U1", "text": "Luč ne sveti", "ts": f"{SECONDS}.000100"}

# --- X


def direct_message(**data: Any) -> Sample:
    message = {
        "type": "message_create",
        "id": "954491830116155396",
        "created_timestamp": str(SECONDS * 1000),
        "message_create": {
            "target": {"recipient_id": "900"},
            "sender_id": "42",
            "message_data": {"text": "Luč ne sveti", "entities": {"urls": []}, **data},
        },
    }
    users = {"42": {"id": "42", "name": "Iva Novak", "screen_name": "iva"}}
    return Sample(X, {"for_user_id": "900", "direct_message_events": [message], "users": users})


def post(**content: Any) -> Sample:
    made = {
        "created_at": "Mon Nov 24 08:59:00 +0000 2025",
        "id_str": "1063",
        "text": "@svetilka Luč ne sveti &amp; dimi",
        "user": {"id_str": "42", "name": "Iva Novak", "screen_name": "iva"},
        "lang": "sl",
        **content,
    }
    return Sample(X, {"for_user_id": "900", "tweet_create_events": [made]})


# --- Twilio

SMS = {
    "MessageSid": "SM" + "0" * 32,
    "AccountSid": "AC" + "0" * 32,
    "From": "+38640123456",
    "To": "+38615550100",
    "Body": "Luč ne sveti 😢",
    "NumMedia": "0",
    "SmsStatus": "received",
}
VOICE = {
    "CallSid": "CA" + "0" * 32,
    "AccountSid": "AC" + "0" * 32,
    "From": "+38640123456",
    "To": "+38615550100",
    "CallStatus": "ringing",
    "Direction": "inbound",
}
RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC" + "0" * 32 + "/Recordings/RE1"


def sms(**form: str) -> Sample:
    return Sample(TwilioSms, SMS | form)


def voice(**form: str) -> Sample:
    return Sample(TwilioVoice, VOICE | form)


def own(**content: Any) -> Sample:
    said = {"channel": "forum", "sender": {"visitor": "forum:iva"}, "text": "Luč ne sveti", "thread": "t1", **content}
    return Sample(Signed, said)


EVERYTHING: tuple[Sample, ...] = (
    whatsapp(type="text", text={"body": "Luč ne sveti 😢"}),
    whatsapp(type="image", image={"id": "65", "mime_type": "image/jpeg", "caption": "Takole"}),
    whatsapp(
        type="edit",
        edit={"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "Novo"}}},
    ),
    whatsapp(type="revoke", revoke={"original_message_id": "wamid.0"}),
    meta(Messenger, sent(message={"mid": "m_1", "text": "Luč ne sveti"})),
    meta(
        Messenger,
        sent(message={"mid": "m_2", "attachments": [{"type": "image", "payload": {"url": "https://x.fbcdn.net/1"}}]}),
    ),
    meta(Messenger, sent(message_edit={"mid": "m_1", "text": "Novo", "num_edit": 1})),
    meta(Messenger, sent(postback={"mid": "m_3", "title": "Vrni", "payload": "RETURN"})),
    meta(Messenger, sent(reaction={"mid": "m_1", "action": "react", "emoji": "❤️", "reaction": "love"})),
    change(Messenger, "feed", **FEED, message="Luč ne sveti", created_time=SECONDS),
    change(Messenger, "mention", **{**FEED, "item": "post"}, message="@Svetilka", created_time=SECONDS),
    meta(
        Instagram, sent(message={"mid": "m_1", "text": "Luč ne sveti", "reply_to": {"story": {"id": "s1", "url": "u"}}})
    ),
    meta(Instagram, sent(message={"mid": "m_1", "is_deleted": True})),
    change(Instagram, "comments", **COMMENT, id="c1", text="Luč ne sveti", parent_id="c0"),
    change(Instagram, "mentions", media_id="m9", comment_id="c9"),
    telegram(text="Luč ne sveti"),
    telegram(caption="Takole", photo=[{"file_id": "A-1", "file_size": 9}, {"file_id": "A-2"}], media_group_id="13"),
    telegram("edited_message", text="Novo", edit_date=SECONDS + 5),
    telegram("business_message", business_connection_id="b1", text="Luč ne sveti"),
    Sample(
        Telegram,
        {
            "update_id": 5,
            "deleted_business_messages": {"business_connection_id": "b", "chat": CHAT, "message_ids": [7, 8]},
        },
    ),
    Sample(
        Telegram,
        {
            "update_id": 6,
            "callback_query": {
                "id": "1",
                "from": PERSON,
                "data": "r:1",
                "message": {
                    "message_id": 7,
                    "chat": CHAT,
                    "reply_markup": {"inline_keyboard": [[{"text": "Vrni", "callback_data": "r:1"}]]},
                },
            },
        },
    ),
    slack(**WRITTEN, files=[{"id": "F1", "name": "luč.png", "url_private_download": "https://files.slack.com/1"}]),
    slack(subtype="message_changed", message={**WRITTEN, "text": "Novo"}, previous_message=WRITTEN),
    slack(subtype="message_deleted", deleted_ts=WRITTEN["ts"], previous_message=WRITTEN),
    direct_message(),
    direct_message(
        attachment={"type": "media", "media": {"id_str": "1", "type": "photo", "media_url_https": "https://ton.x"}}
    ),
    post(extended_entities={"media": [{"type": "photo", "media_url_https": "https://pbs.twimg.com/1.jpg"}]}),
    Sample(X, {"for_user_id": "900", "tweet_delete_events": [{"status": {"id": "1063", "user_id": "42"}}]}),
    sms(),
    sms(NumMedia="1", MediaUrl0=RECORDING.replace("Recordings", "Messages"), MediaContentType0="image/jpeg"),
    sms(Body=" Stop "),
    voice(),
    voice(CallStatus="no-answer"),
    voice(RecordingSid="RE1", RecordingUrl=RECORDING, RecordingDuration="23", CallStatus="completed"),
    voice(TranscriptionSid="TR1", TranscriptionText="The lamp is dark", RecordingSid="RE1"),
    own(),
    own(act="edit", target="p1", text="Novo"),
)
