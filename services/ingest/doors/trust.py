"""What our own mail server found out about a mail (RFC 8601, spam filters), and nothing that a stranger wrote."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32

from services.ingest.doors.configuration import Trust
from services.ingest.inbox.inputs import Reader, Received
from services.ingest.mail.headers import Headers
from services.ingest.normalised import Normalised, SpamVerdict

MAX_HEAD = 256 * 1024
MAX_VALUE = 8000
_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_PAIR = re.compile(r'([a-z0-9.-]{1,60})(?:/[0-9]{1,3})?\s{0,5}=\s{0,5}("[^"]{0,500}"|[^\s;"]{1,500})')
_SCORE = re.compile(
    r"(?:score|hits)\s{0,3}=\s{0,3}(-?[0-9]{1,4}(?:\.[0-9]{1,4})?)|\[\s{0,3}(-?[0-9]{1,4}(?:\.[0-9]{1,4})?)\s{0,3}/"
)
_NUMBER = re.compile(r"^\s{0,5}(-?[0-9]{1,4}(?:\.[0-9]{1,4})?)\b")
_SCL = re.compile(r"(?:^\s{0,5}|\bSCL:)(-?[0-9]{1,2})\b", re.IGNORECASE)
_NOTICES = {
    "oversize": "it is larger than what is taken in; its head is here",
    "odd": "the mail server could not hand it over",
}


@dataclass(frozen=True, slots=True)
class TrustingReader:
    """Adds to what a reader read of a mail whether its sender is proven, and whether it is spam."""

    reader: Reader
    trusts: Mapping[str, Trust]
    otherwise: Trust

    def read(self, received: Received) -> Normalised:
        message = self.reader.read(received)
        notice = _NOTICES.get(str(received.envelope.get("notice")))
        if notice is not None:
            message = message.model_copy(update={"unreadable": notice})
        trust = self.trusts.get(received.account, self.otherwise)
        if not trust.authserv_ids:
            return message
        authenticated, spam = judged(received.body, trust)
        proven = bool(authenticated and message.sender.email)
        sender = message.sender.model_copy(update={"verified": True}) if proven else message.sender
        return message.model_copy(update={"authenticated": authenticated, "spam": spam, "sender": sender})


def judged(raw: bytes, trust: Trust) -> tuple[bool | None, SpamVerdict | None]:
    """`(authenticated, spam)`; None where our own server said nothing."""
    end = _HEAD_END.search(raw, 0, MAX_HEAD)
    head = raw[: end.end() if end else MAX_HEAD]
    headers = Headers(BytesHeaderParser(policy=compat32).parsebytes(head))
    results = _own_results(headers, trust)
    if results is None:
        return None, None
    return _is_authenticated(headers, results), _spam(headers, results, trust)


Result = tuple[str, str, Mapping[str, str]]
"""Method, result, and properties, as `("dkim", "pass", {"header.d": "kupec.example"})`."""


def _own_results(headers: Headers, trust: Trust) -> list[Result] | None:
    """The results in the uppermost field of a server that is trusted; fields below it may be a stranger's."""
    for place, value in enumerate(headers.raw("authentication-results")):
        name, *results = _split(value[:MAX_VALUE].lower())
        words = name.split()
        if words and "=" not in name and words[0] in trust.authserv_ids:
            return list(_results(results))
        if place == 0 and "-" in trust.authserv_ids and "=" in name:
            return list(_results([name, *results]))
    return None


def _results(parts: list[str]) -> Iterator[Result]:
    for part in parts:
        pairs = [(name, value.strip('"')) for name, value in _PAIR.findall(part)]
        if pairs:
            yield pairs[0][0], pairs[0][1], dict(pairs[1:])


def _split(value: str) -> list[str]:
    """The parts between semicolons, without comments; what stands in quotes is neither."""
    parts: list[list[str]] = [[]]
    depth, quoted = 0, False
    for one in value:
        if one == '"' and not depth:
            quoted = not quoted
        if not quoted and one == "(":
            depth += 1
        elif not quoted and one == ")" and depth:
            depth -= 1
        elif not quoted and one == ";" and not depth:
            parts.append([])
        elif not depth:
            parts[-1].append(one)
    return ["".join(part) for part in parts]


def _is_authenticated(headers: Headers, results: list[Result]) -> bool:
    """Whether DMARC passed, or a signature of the sender's own domain did (RFC 7489, 3.1.1). SPF proves no From."""
    senders = headers.addresses("from")
    if len(list(headers.raw("from"))) != 1 or len(senders) != 1:
        return False
    domain = senders[0][1].rpartition("@")[2].lower()
    for method, result, properties in results:
        if result != "pass" or not domain:
            continue
        if method == "dmarc" and properties.get("header.from", domain) == domain:
            return True
        signer = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
        if method == "dkim" and "." in signer and (domain == signer or domain.endswith(f".{signer}")):
            return True
    return False


def _spam(headers: Headers, results: list[Result], trust: Trust) -> SpamVerdict | None:
    because, highest = [], None
    for name in trust.spam_fields:
        for value in headers.raw(name):
            score = _score(name, value[:MAX_VALUE])
            if score is not None:
                highest = score if highest is None else max(highest, score)
            if trust.quarantine_flagged and re.match(r"\s*(?:yes|true)\b", value, re.IGNORECASE):
                because.append(f"{name}: yes")
            scl = _SCL.search(value[:MAX_VALUE]) if _has_scl(name) else None
            if scl is not None and int(scl[1]) >= trust.quarantine_scl:
                because.append(f"SCL {scl[1]}")
    if highest is not None and trust.quarantine_above is not None and highest > trust.quarantine_above:
        because.append(f"score {highest:g}, above {trust.quarantine_above:g}")
    if trust.quarantine_failed_dmarc and any(one[:2] == ("dmarc", "fail") for one in results):
        because.append("DMARC failed")
    if highest is None and not because:
        return None
    return SpamVerdict(quarantine=bool(because), score=highest, because=", ".join(dict.fromkeys(because)))


def _score(name: str, value: str) -> float | None:
    found = _SCORE.search(value)
    if found is None and name.endswith("-score"):
        found = _NUMBER.match(value)
        return float(found[1]) if found else None
    return float(found[1] or found[2]) if found else None


def _has_scl(name: str) -> bool:
    return name.endswith(("-scl", "antispam-report"))
