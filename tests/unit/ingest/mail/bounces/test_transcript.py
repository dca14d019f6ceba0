"""A session that stands in a report: the refusals are found, and nothing else of it."""

from services.ingest.mail.bounces import reasons, transcript

SESSION = """   ----- Transcript of session follows -----
... while talking to mx.kupec.example.:
>>> RCPT To:<ana@kupec.example>
<<< 550 5.1.1 unknown
<<< 550 5.1.1 unknown
<<< 250 ok
550 5.1.1 ana@kupec.example... User unknown
<<< 503 Need RCPT
"""


def test_every_refusal_is_found_once_in_its_order() -> None:
    assert transcript.answers(SESSION) == "550 5.1.1 unknown 503 Need RCPT"


def test_text_without_a_session_has_none() -> None:
    assert transcript.answers("550 5.1.1 unknown") == ""


def test_long_session_is_cut() -> None:
    long = "".join(f"<<< 550 answer {number}\n" for number in range(100_000))
    assert len(transcript.answers(long).split(" 550")) == transcript.MAX_ANSWERS


def test_command_is_found_however_it_is_named() -> None:
    texts = ("(Error following RCPT command)", "did not like our RCPT TO:", "-------SMTP command\nRCPT", "[RCPT_TO]")
    assert [reasons.command_in(text) for text in texts] == ["RCPT"] * len(texts)
