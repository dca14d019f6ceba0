"""What each provider's messages come to: sender, conversation, text, files, edits and deletions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ingest.channels.provider import Source
from services.ingest.channels.providers.instagram import Instagram
from services.ingest.channels.providers.messenger import Messenger
from services.ingest.channels.providers.slack import Slack, plain
from services.ingest.channels.providers.telegram import Telegram
from services.ingest.channels.providers.twilio_sms import TwilioSms
from services.ingest.channels.providers.twilio_voice import TwilioVoice, VoiceAccount
from services.ingest.channels.providers.whatsapp import WhatsApp
from services.ingest.channels.providers.x import X
from services.ingest.normalised import Media, Normalised
from tests.unit.ingest.channels.provider_samples import (
    CHAT,
    COMMENT,
    EVERYTHING,
    FEED,
    PERSON,
    RECORDING,
    SECONDS,
    SMS,
    WRITTEN,
    Sample,
    call,
    change,
    direct_message,
    kinds,
    meta,
    own,
    post,
    readings,
    secrets_of,
    sent,
    slack,
    sms,
    telegram,
    voice,
    whatsapp,
)

SENT_AT = datetime.fromtimestamp(SECONDS, UTC)


def only(sample: Sample) -> Normalised:
    (message,) = readings(sample)
    return message


def test_every_stored_sample_is_a_message_with_text() -> None:
    for sample in EVERYTHING:
        for message in readings(sample):
            assert message.text, sample
            assert (message.act == "message") == (message.target_id is None), sample


# --- Messenger and Instagram


@pytest.mark.parametrize(("provider", "channel"), [(Messenger, "messenger"), (Instagram, "instagram")])
def test_a_direct_message_belongs_to_its_sender_and_may_be_answered_for_a_day(provider: Any, channel: str) -> None:
    said = only(meta(provider, sent(message={"mid": "m_1", "text": "Luč ne sveti"})))
    assert (said.text, said.sender.visitor, said.thread.conversation) == ("Luč ne sveti", f"{channel}:501", "501")
    assert (said.channel_id, said.posted, said.sent_at) == ("m_1", "direct", SENT_AT)
    assert said.reply_until == SENT_AT + timedelta(hours=24)
    assert [(one.kind, one.value, one.verified_by) for one in said.sender.identities] == [(channel, "501", "provider")]


@pytest.mark.parametrize("provider", [Messenger, Instagram])
def test_own_messages_reads_and_deliveries_are_only_counted(provider: Any) -> None:
    echo = sent(message={"mid": "m_1", "text": "Hello", "is_echo": True})
    own_side = {**sent(message={"mid": "m_2", "text": "Hello"}), "sender": {"id": "900"}}
    sample = meta(provider, echo, own_side, sent(read={"watermark": 1}), sent(delivery={"mids": ["m"]}), {"x": 1})
    assert kinds(sample) == ["echo", "echo", "notice", "notice", "unknown"]
    assert readings(sample) == []


def test_an_edited_direct_message_names_the_one_that_it_replaces() -> None:
    said = only(meta(Messenger, sent(message_edit={"mid": "m_1", "text": "Novo", "num_edit": 2})))
    assert (said.act, said.target_id, said.text, said.channel_id) == ("edit", "m_1", "Novo", None)


def test_an_unsent_instagram_message_is_a_deletion() -> None:
    said = only(meta(Instagram, sent(message={"mid": "m_1", "is_deleted": True})))
    assert (said.act, said.target_id) == ("delete", "m_1")


def test_a_message_and_its_edits_and_its_deletion_are_inputs_of_their_own() -> None:
    sample = meta(
        Instagram,
        sent(message={"mid": "m_1", "text": "a"}),
        sent(message_edit={"mid": "m_1", "text": "b", "num_edit": 1}),
        sent(message_edit={"mid": "m_1", "text": "c", "num_edit": 2}),
        sent(message={"mid": "m_1", "is_deleted": True}),
    )
    updates = list(Instagram().split(call(sample), Instagram.account()))
    assert len({update.key for update in updates}) == 4


def test_an_answer_to_a_story_says_which() -> None:
    said = only(meta(Instagram, sent(message={"mid": "m", "text": "Wow", "reply_to": {"story": {"id": "s1"}}})))
    assert said.fields["answers_story"] == "s1"


def test_attachments_are_files_to_fetch_and_text_that_tells_of_the_others() -> None:
    attachments = [
        {"type": "image", "payload": {"url": "https://scontent.fbcdn.net/1.jpg"}},
        {"type": "location", "payload": {"coordinates": {"lat": 46.05, "long": 14.5}}},
        {"type": "hologram", "payload": {"title": "Lamp"}},
    ]
    said = only(meta(Messenger, sent(message={"mid": "m", "attachments": attachments})))
    assert [(one.kind, one.url) for one in said.media] == [("image", "https://scontent.fbcdn.net/1.jpg")]
    assert said.text == "[A location: 46.05, 14.5]\n[An attachment that can't be shown here] Lamp"


def test_a_comment_is_public_and_its_authors_comments_below_one_post_are_a_conversation() -> None:
    first = only(change(Instagram, "comments", **COMMENT, id="c1", text="Luč ne sveti"))
    second = only(change(Instagram, "comments", **COMMENT, id="c2", text="Still", parent_id="c1"))
    assert (first.posted, first.sender.name, first.channel_id, first.reply_until) == ("comment", "iva", "c1", None)
    assert first.thread.conversation == second.thread.conversation == "post:m1:77"


def test_a_mention_is_a_mention() -> None:
    said = only(change(Instagram, "mentions", media_id="m9", comment_id="c9"))
    assert (said.posted, said.fields["post"]) == ("mention", "m9")
    assert only(change(Messenger, "mention", **{**FEED, "item": "post"}, message="@Svetilka")).posted == "mention"


def test_what_the_company_itself_comments_is_an_echo() -> None:
    assert kinds(change(Instagram, "comments", id="c1", text="x", **{**COMMENT, "from": {"id": "900"}})) == ["echo"]
    assert kinds(change(Messenger, "feed", **{**FEED, "from": {"id": "900"}}, message="x")) == ["echo"]
    assert kinds(change(Messenger, "feed", item="like", verb="add")) == ["notice"]


@pytest.mark.parametrize(("verb", "act"), [("add", "message"), ("edited", "edit"), ("remove", "delete")])
def test_comments_of_a_page_are_added_edited_and_removed(verb: str, act: str) -> None:
    said = only(change(Messenger, "feed", **{**FEED, "verb": verb}, message="Luč"))
    assert (said.act, said.target_id or said.channel_id, said.posted) == (act, "900_2", "comment")


# --- Telegram


def test_a_telegram_message_belongs_to_its_chat() -> None:
    said = only(telegram(text="Luč ne sveti"))
    assert (said.sender.name, said.sender.visitor, said.sender.language) == ("Iva Novak", "telegram:42", "sl")
    assert (said.thread.conversation, said.channel_id, said.sent_at) == ("42", "42:7", SENT_AT)


def test_an_album_is_several_messages_of_one_conversation() -> None:
    photos = [telegram(update=n, message_id=n, photo=[{"file_id": f"P{n}"}], media_group_id="1") for n in range(3)]
    said = [only(photo) for photo in photos]
    assert {one.thread.conversation for one in said} == {"42"}
    assert [one.media[0].id for one in said] == ["P0", "P1", "P2"]
    assert said[0].text == "[Photo: photo.jpg]"


def test_in_a_group_every_author_has_a_conversation() -> None:
    group = {"id": -100, "type": "supergroup", "title": "Lamps"}
    said = only(telegram(text="x", chat=group))
    other = only(telegram(text="x", chat=group, **{"from": {**PERSON, "id": 43}}))
    assert (said.thread.conversation, other.thread.conversation) == ("-100:42", "-100:43")


def test_a_telegram_edit_names_its_message_and_its_time() -> None:
    said = only(telegram("edited_message", text="Novo", edit_date=SECONDS + 5))
    assert (said.act, said.target_id, said.sent_at) == ("edit", "42:7", SENT_AT + timedelta(seconds=5))


def test_deleted_business_messages_are_a_deletion_each() -> None:
    gone = {"business_connection_id": "b", "chat": CHAT, "message_ids": [7, 8]}
    said = readings(Sample(Telegram, {"update_id": 5, "deleted_business_messages": gone}))
    assert [(one.act, one.target_id) for one in said] == [("delete", "42:7"), ("delete", "42:8")]


def test_a_button_is_shown_by_its_label() -> None:
    keyboard = {"inline_keyboard": [[{"text": "Vrni", "callback_data": "r:1"}]]}
    query = {"id": "1", "from": PERSON, "data": "r:1", "message": {"chat": CHAT, "reply_markup": keyboard}}
    said = only(Sample(Telegram, {"update_id": 6, "callback_query": query}))
    assert (said.text, said.fields["button"], said.thread.conversation) == ("Vrni", "r:1", "42")


def test_what_the_business_answered_itself_and_service_messages_are_counted() -> None:
    assert kinds(telegram("business_message", business_connection_id="b", text="Hello", **{"from": {"id": 1}})) == [
        "echo"
    ]
    assert kinds(telegram(new_chat_members=[PERSON])) == ["notice"]
    assert kinds(telegram(text="x", **{"from": {**PERSON, "is_bot": True}})) == ["echo"]
    assert kinds(Sample(Telegram, {"update_id": 1, "my_chat_member": {}})) == ["notice"]


def test_a_number_is_the_senders_only_when_it_is_the_senders_own_contact() -> None:
    own_number = {"phone_number": "38640123456", "first_name": "Iva", "user_id": 42}
    assert only(telegram(contact=own_number)).sender.phone == "+38640123456"
    assert only(telegram(contact={**own_number, "user_id": 43})).sender.phone is None


# --- Slack


def test_a_slack_thread_is_a_conversation_and_so_is_a_direct_message() -> None:
    start, answer = only(slack(**WRITTEN)), only(slack(**{**WRITTEN, "ts": "9.9"}, thread_ts=WRITTEN["ts"]))
    assert start.thread.conversation == answer.thread.conversation == f"C1:{WRITTEN['ts']}"
    direct = only(slack(**WRITTEN, channel="D1", channel_type="im"))
    assert (direct.thread.conversation, direct.sender.visitor) == ("D1", "slack:T1:U1")


def test_slack_edits_and_deletions_name_their_message() -> None:
    before = {**WRITTEN, "thread_ts": "1.0"}
    edit = only(slack(subtype="message_changed", message={**before, "text": "Novo"}, previous_message=before))
    gone = only(slack(subtype="message_deleted", deleted_ts=WRITTEN["ts"], previous_message=before))
    written = only(slack(**before))
    assert (edit.act, edit.text, gone.act) == ("edit", "Novo", "delete")
    assert edit.target_id == gone.target_id == written.channel_id
    assert edit.thread.conversation == gone.thread.conversation == "C1:1.0"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({**WRITTEN, "bot_id": "B1"}, "echo"),
        ({**WRITTEN, "subtype": "bot_message"}, "echo"),
        ({"subtype": "message_changed", "message": {**WRITTEN, "bot_id": "B1"}}, "echo"),
        ({"subtype": "message_changed", "message": WRITTEN, "previous_message": WRITTEN}, "unfurled"),
        ({**WRITTEN, "subtype": "channel_join"}, "notice"),
        ({"type": "reaction_added", "user": "U1"}, "notice"),
    ],
)
def test_bots_unfurled_links_and_joins_are_counted(content: dict[str, Any], kind: str) -> None:
    assert kinds(slack(**content)) == [kind]


def test_slacks_marks_are_written_out() -> None:
    assert plain("a &lt; b <https://x.example|the page> <@U1> <#C1|lamps> <!here> <mailto:a@b.c|a@b.c>") == (
        "a < b the page (https://x.example) @U1 #lamps @here a@b.c"
    )
    assert plain("<<<<" * 1000) == "<<<<" * 1000


# --- X


def test_a_direct_message_on_x() -> None:
    said = only(direct_message())
    assert (said.text, said.sender.name, said.sender.visitor) == ("Luč ne sveti", "Iva Novak", "x:42")
    assert (said.thread.conversation, said.posted, said.sent_at) == ("dm:42", "direct", SENT_AT)


def test_a_post_that_mentions_the_account_is_a_mention() -> None:
    said = only(post())
    assert (said.posted, said.text, said.language) == ("mention", "@svetilka Luč ne sveti & dimi", "sl")
    assert said.fields["post"] == "https://x.com/iva/status/1063"
    assert said.sent_at == SENT_AT


def test_own_posts_shares_and_likes_are_counted() -> None:
    assert kinds(post(user={"id_str": "900"})) == ["echo"]
    assert kinds(post(retweeted_status={"id_str": "1"})) == ["notice"]
    assert kinds(Sample(X, {"for_user_id": "900", "favorite_events": [{}]})) == ["notice"]


def test_a_deleted_post_names_it() -> None:
    gone = only(Sample(X, {"for_user_id": "9", "tweet_delete_events": [{"status": {"id": "1063", "user_id": "42"}}]}))
    assert (gone.act, gone.target_id) == ("delete", only(post()).channel_id)


# --- Twilio


def test_an_sms_belongs_to_its_number() -> None:
    said = only(sms())
    assert (said.channel, said.text, said.sender.phone) == ("sms", "Luč ne sveti 😢", "+38640123456")
    assert (said.thread.conversation, said.sender.verified, said.channel_id) == (
        "+38640123456",
        False,
        SMS["MessageSid"],
    )


@pytest.mark.parametrize(
    ("body", "more", "word"),
    [
        ("STOP", {}, "STOP"),
        (" stop. ", {}, "STOP"),
        ("Unsubscribe", {}, "STOP"),
        ("help", {}, "HELP"),
        ("START", {}, "START"),
        ("da", {"OptOutType": "STOP"}, "STOP"),
        ("Please stop the subscription", {}, None),
        ("yes", {}, None),
        ("", {}, None),
    ],
)
def test_stop_start_and_help_alone_are_the_carriers(body: str, more: dict[str, str], word: str | None) -> None:
    machine = only(sms(Body=body, **more)).machine
    assert (machine is not None) == (word is not None)
    if machine is not None and word is not None:
        assert machine.kind == "keyword"
        assert machine.because.startswith(word)


def test_pictures_of_an_mms_are_to_be_fetched() -> None:
    said = only(sms(Body="", NumMedia="2", MediaUrl0=RECORDING, MediaContentType0="image/jpeg", MediaUrl1=RECORDING))
    assert [one.kind for one in said.media] == ["image", "file"]
    assert said.text == "[Image]\n[File]"
    assert len(only(sms(NumMedia="999", MediaUrl0=RECORDING)).media) <= 10


def test_reports_on_messages_of_ours_are_counted() -> None:
    assert kinds(sms(MessageStatus="delivered")) == ["status"]
    assert kinds(Sample(TwilioSms, {"MessageStatus": "sent"})) == ["status"]


@pytest.mark.parametrize(
    ("form", "state", "stored"),
    [
        ({}, "ringing", None),
        ({"CallStatus": "in-progress"}, "answered", None),
        ({"CallStatus": "completed", "CallDuration": "42"}, "ended", None),
        ({"CallStatus": "no-answer"}, "missed", "[Missed call from +38640123456]"),
        ({"CallStatus": "in-progress", "DialCallStatus": "busy"}, "missed", "[Missed call from +38640123456]"),
        (
            {"CallStatus": "completed", "RecordingSid": "RE1", "RecordingUrl": RECORDING, "RecordingDuration": "23"},
            "recorded",
            "[Recording of a call from +38640123456, 23 s]",
        ),
    ],
)
def test_the_states_of_a_call_are_told_and_some_are_messages(
    form: dict[str, str], state: str, stored: str | None
) -> None:
    (update,) = TwilioVoice().split(call(voice(**form)), VoiceAccount())
    assert update.telephone is not None
    assert (update.telephone.state, update.telephone.caller.phone) == (state, "+38640123456")
    assert [one.text for one in readings(voice(**form))] == ([stored] if stored else [])


def test_what_was_said_is_text_and_the_sound_is_a_file() -> None:
    said = only(voice(TranscriptionSid="TR1", TranscriptionText="The lamp is dark"))
    assert said.text.endswith("The lamp is dark")
    recording = only(voice(RecordingSid="RE1", RecordingUrl=RECORDING))
    assert [one.url for one in recording.media] == [f"{RECORDING}.mp3"]
    assert said.thread.conversation == recording.thread.conversation == "+38640123456"


def test_an_anonymous_caller_is_nobody_and_the_call_is_the_conversation() -> None:
    said = only(voice(From="anonymous", CallStatus="busy"))
    assert (said.sender.phone, said.sender.identities, said.thread.conversation) == (
        None,
        (),
        f"call:{'CA' + '0' * 32}",
    )


def test_a_number_that_is_shown_proves_nothing() -> None:
    caller = only(voice(CallStatus="busy")).sender
    assert (caller.phone, caller.verified, caller.identities) == ("+38640123456", False, ())


def test_missed_calls_need_not_be_messages() -> None:
    (update,) = TwilioVoice().split(call(voice(CallStatus="busy")), VoiceAccount(missed=False))
    assert update.key is None
    assert update.telephone is not None


def test_calls_that_twilio_made_itself_are_no_customers() -> None:
    assert kinds(voice(ParentCallSid="CA1", CallStatus="no-answer")) == ["leg"]
    assert kinds(voice(Direction="outbound-api", CallStatus="no-answer")) == ["leg"]


def test_a_call_is_forwarded_then_asked_for_a_voicemail_then_left_alone() -> None:
    account = VoiceAccount(forward_to="+38615550199", greeting='Say "hi" & wait', transcribe=True)

    def answered(**form: str) -> str:
        reply = TwilioVoice().reply(call(voice(**form)), account)
        assert reply is not None
        return reply.body

    assert "<Dial " in answered()
    assert ">+38615550199</Dial>" in answered()
    asked = answered(CallStatus="in-progress", DialCallStatus="no-answer")
    assert 'Say "hi" &amp; wait</Say><Record maxLength="120"' in asked
    for quiet in ({"DialCallStatus": "completed"}, {"CallbackSource": "call-progress-events"}, {"RecordingSid": "RE1"}):
        assert answered(**quiet).endswith("<Response/>")


# --- your own systems


def test_a_signed_message_says_its_channel_and_thread() -> None:
    said = only(own(id="p1", posted="comment"))
    assert (said.channel, said.account, said.thread.conversation) == ("forum", "main", "t1")
    assert (said.channel_id, said.posted) == ("p1", "comment")


# --- files


@pytest.mark.parametrize(
    ("provider", "media", "host"),
    [
        (WhatsApp, Media(id="65"), "graph.facebook.com"),
        (Telegram, Media(id="A-1"), "api.telegram.org"),
        (Slack, Media(url="https://files.slack.com/x"), "files.slack.com"),
        (TwilioSms, Media(url=RECORDING), "api.twilio.com"),
        (Messenger, Media(url="https://x.fbcdn.net/1"), "x.fbcdn.net"),
        (X, Media(url="https://pbs.twimg.com/1"), "pbs.twimg.com"),
    ],
)
def test_files_are_fetched_from_the_provider(provider: Any, media: Media, host: str) -> None:
    source = provider().source(media, secrets_of(provider))
    assert isinstance(source, Source)
    assert source.url.startswith(f"https://{host}/")
    assert source.hosts


@pytest.mark.parametrize(
    ("provider", "media"),
    [
        (WhatsApp, Media(id="../me")),
        (Telegram, Media(id="a&b=c")),
        (TwilioSms, Media(url="https://api.twilio.com.evil.example/Accounts/AC" + "0" * 32 + "/x")),
        (Messenger, Media()),
        (X, Media(url="https://ton.twitter.com/1")),
    ],
)
def test_ids_and_addresses_that_are_not_the_providers_are_not_asked_for(provider: Any, media: Media) -> None:
    assert isinstance(provider().source(media, secrets_of(provider)), str)


def test_without_a_token_it_says_so() -> None:
    secrets = WhatsApp.secrets.model_validate({"app_secret": "12345678", "verify_token": "12345678"})
    assert WhatsApp().source(Media(id="65"), secrets) == "the account has no access_token"


def test_a_file_is_found_in_two_steps() -> None:
    step = Telegram().source(Media(id="A-1"), secrets_of(Telegram))
    assert isinstance(step, Source)
    assert step.then is not None
    found = step.then(b'{"ok":true,"result":{"file_path":"photos/1.jpg"}}')
    assert isinstance(found, Source)
    assert found.url.endswith("/photos/1.jpg")
    assert isinstance(step.then(b'{"ok":true,"result":{"file_path":"../../x"}}'), str)
    assert isinstance(step.then(b'{"ok":false}'), str)
    assert only(whatsapp(type="image", image={"id": "65"})).media[0].id == "65"
