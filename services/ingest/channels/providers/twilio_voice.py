"""Twilio's telephone calls: who is calling, told at once; missed calls, voicemails and recordings as messages."""

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal
from xml.sax.saxutils import escape, quoteattr

from pydantic import Field, StringConstraints

from services.ingest.channels.json_shapes import fields
from services.ingest.channels.plain_text import one_line, readable
from services.ingest.channels.provider import Account, Answer, Call, Update, key_of
from services.ingest.channels.providers.twilio import EMPTY, FORM, TwilioProvider, number, parameters
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media, Normalised, ThreadHints
from shared.events import CallIdentifiedData, Contact

State = Literal["ringing", "answered", "ended", "missed", "recorded"]
STATES: Mapping[str, State] = {
    "ringing": "ringing",
    "in-progress": "answered",
    "answered": "answered",
    "completed": "ended",
    "busy": "missed",
    "no-answer": "missed",
    "canceled": "missed",
    "failed": "missed",
}


class VoiceAccount(Account):
    """What a caller hears whose call comes in here: `forward_to` rings somebody, `greeting` asks for a voicemail.

    Without either, this address is for Twilio's status callbacks only: a call that comes in is hung up.
    """

    forward_to: Annotated[str | None, StringConstraints(pattern=r"^\+[1-9][0-9]{4,14}$")] = None
    ring_seconds: Annotated[int, Field(ge=5, le=600)] = 25
    greeting: Annotated[str | None, StringConstraints(min_length=1, max_length=1000)] = None
    greeting_language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en-US"
    voicemail_seconds: Annotated[int, Field(ge=5, le=3600)] = 120
    transcribe: bool = False
    missed: Annotated[bool, Field(description="a missed call is a message of its caller")] = True


class TwilioVoice(TwilioProvider):
    """All calls of one number are a conversation."""

    name: ClassVar[str] = "twilio_voice"
    account = VoiceAccount

    def split(self, call: Call, account: Account) -> Iterable[Update]:
        form = parameters(call.body)
        if not form.get("CallSid"):
            return [Update("unknown")]
        kind = _kind(form)
        about = None if kind == "leg" else _state(form, kind)
        unwanted = kind == "missed" and isinstance(account, VoiceAccount) and not account.missed
        if kind in ("missed", "recording", "transcription") and not unwanted:
            return [Update(kind, _key(form, kind), call.body, FORM, about)]
        return [Update(kind, telephone=about)]

    def read(self, received: Received) -> Normalised:
        form = parameters(received.body)
        caller, kind = _caller(form), _kind(form)
        said = readable(form.get("TranscriptionText", ""))
        seconds = form.get("RecordingDuration", "")
        length = f", {seconds} s" if seconds.isascii() and seconds.isdigit() else ""
        who = caller.phone or "an anonymous number"
        words = {
            "missed": f"[Missed call from {who}]",
            "recording": f"[Recording of a call from {who}{length}]",
            "transcription": f"[What was said, as Twilio understood it]\n{said or '(nothing)'}",
        }
        return Normalised(
            channel="phone",
            account=one_line(form.get("To", ""), limit=50) or None,  # as calls that come by POST /calls
            sender=caller,
            title=f"Call from {who}",
            text=words.get(kind, words["missed"]),
            fields=fields(call=form.get("CallSid"), called=form.get("To"), call_seconds=seconds),
            sent_at=received.received_at,
            thread=ThreadHints(conversation=caller.phone or f"call:{form.get('CallSid', '')[:100]}"),
            media=_recording(form) if kind == "recording" else (),
        )

    def reply(self, call: Call, account: Account) -> Answer | None:
        form = parameters(call.body)
        options = account if isinstance(account, VoiceAccount) else VoiceAccount()
        return Answer(_twiml(form, options, call.url), "text/xml")


def _kind(form: Mapping[str, str]) -> str:
    """What a callback is about: each of Twilio's products sends another set of parameters.

    A `leg` is a call that Twilio made itself, for example to the one who is to answer.
    """
    if form.get("ParentCallSid") or form.get("Direction", "inbound").startswith("outbound"):
        return "leg"
    if form.get("TranscriptionSid") or form.get("TranscriptionText"):
        return "transcription"
    if form.get("RecordingSid") or form.get("RecordingUrl"):
        return "recording" if form.get("RecordingStatus", "completed") == "completed" else "call"
    state = STATES.get(form.get("DialCallStatus") or form.get("CallStatus", ""), "ringing")
    return "missed" if state == "missed" else "call"


def _key(form: Mapping[str, str], kind: str) -> str:
    what = form.get("TranscriptionSid" if kind == "transcription" else "RecordingSid") or form.get("RecordingUrl")
    return f"{kind}:{form['CallSid'] if kind == 'missed' else what or key_of(sorted(form.items()))}"[:300]


def _state(form: Mapping[str, str], kind: str) -> CallIdentifiedData | None:
    state: State = STATES.get(form.get("DialCallStatus") or form.get("CallStatus", ""), "ringing")
    if kind == "transcription":
        return None
    if kind == "recording":
        state = "recorded"
    seconds = form.get("CallDuration") or form.get("DialCallDuration") or ""
    return CallIdentifiedData(
        call=form["CallSid"][:200],
        state=state,
        caller=_caller(form),
        called=number(form.get("To", "")) or form.get("To", "")[:50],
        seconds=int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 9 else None,
    )


def _caller(form: Mapping[str, str]) -> Contact:
    """A caller's number is what the network shows, and no proof: anybody can have another one shown."""
    sender, name = number(form.get("From", "")), one_line(form.get("CallerName", ""), limit=200)
    return Contact(phone=sender, name=name or None) if sender else Contact()


def _recording(form: Mapping[str, str]) -> tuple[Media, ...]:
    """Twilio keeps the sound as WAV; the same address with .mp3 is a tenth of it."""
    url = form.get("RecordingUrl", "")[:2000]
    name = f"recording-{form.get('RecordingSid', 'call')[:40]}.mp3"
    return (Media(url=f"{url}.mp3", kind="recording", name=name, content_type="audio/mpeg"),) if url else ()


def _twiml(form: Mapping[str, str], options: VoiceAccount, url: str) -> str:
    """What Twilio does next: ring somebody, then ask for a voicemail; nothing for what is only a report."""
    report = form.get("CallbackSource") or form.get("RecordingSid") or form.get("TranscriptionSid")
    dialled = form.get("DialCallStatus")
    if report or _kind(form) == "leg" or dialled == "completed" or not (dialled or form.get("CallStatus") == "ringing"):
        return EMPTY
    if options.forward_to and not dialled:
        dial = (
            f"<Dial timeout={quoteattr(str(options.ring_seconds))} action={quoteattr(url)}>{options.forward_to}</Dial>"
        )
        return _response(dial)
    if options.greeting is None:
        return EMPTY
    said = f"<Say language={quoteattr(options.greeting_language)}>{escape(options.greeting)}</Say>"
    told = f' transcribe="true" transcribeCallback={quoteattr(url)}' if options.transcribe else ""
    limit = quoteattr(str(options.voicemail_seconds))
    return _response(f'{said}<Record maxLength={limit} action={quoteattr(url)} playBeep="true"{told}/>')


def _response(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'
