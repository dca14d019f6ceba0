"""What a form sent, in each of its encodings, and whatever else comes."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.channels.form_body import JSON, MULTIPART, URLENCODED, Submission, parse
from shared.errors import Refused

BOUNDARY = "xyz"


def part(disposition: str, content: bytes, kind: str = "") -> bytes:
    header = f"Content-Type: {kind}\r\n" if kind else ""
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{header}\r\n".encode() + content + b"\r\n"


def multipart(*parts: bytes) -> Submission:
    return parse(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), f"{MULTIPART}; boundary={BOUNDARY}")


def test_urlencoded_fields_are_read() -> None:
    sent = parse("name=Iva+Novak&message=Lu%C4%8D%0D%0Ane+sveti&name=Zlonamernež".encode(), URLENCODED)
    assert sent.values == {"name": "Iva Novak", "message": "Luč\nne sveti"}


def test_multipart_fields_and_files_are_read() -> None:
    sent = multipart(
        part('name="message"', "Luč ne sveti".encode()),
        part('name="files"; filename="račun.pdf"', b"%PDF\r\n--x", "application/pdf"),
        part('name="files"; filename=""', b"", "application/octet-stream"),
    )
    assert sent.values == {"message": "Luč ne sveti"}
    (file,) = sent.files
    assert (file.name, file.content_type, file.content) == ("račun.pdf", "application/pdf", b"%PDF\r\n--x")


@pytest.mark.parametrize("given", ["../../etc/passwd", "C:\\\\temp\\\\passwd", "/passwd"])
def test_a_file_has_a_name_and_no_path(given: str) -> None:
    (file,) = multipart(part(f'name="files"; filename="{given}"', b"x")).files
    assert file.name == "passwd"


def test_json_fields_and_files_are_read() -> None:
    content = {
        "message": "שלום",
        "phone": None,
        "files": [{"name": "a.txt", "content": base64.b64encode(b"x").decode()}],
    }
    sent = parse(json.dumps(content).encode(), f"{JSON}; charset=utf-8")
    assert sent.values == {"message": "שלום"}
    assert sent.files[0].content == b"x"


def test_lists_numbers_and_truth_in_json_read_as_a_page_would_send_them() -> None:
    sent = parse(b'{"topics": ["a", "b"], "count": 3, "price": 2.50, "agreed": true, "none": []}', JSON)
    assert (sent.all("topics"), sent.all("none")) == (("a", "b"), ())
    assert [sent.values[name] for name in ("topics", "count", "price", "agreed")] == ["a", "3", "2.5", "true"]
    assert parse(b"topics=a&count=3&price=2.5&agreed=true&topics=b", URLENCODED).fingerprint() == sent.fingerprint()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "text/xml", 415),
        (b"{}", "", 415),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b"\xff\xfe", JSON, 400),
        (b'{"message": {}}', JSON, 422),
        (b'{"message": [1]}', JSON, 422),
        (b'{"message": 1e300}', JSON, 422),
        (b'{"files": [{"name": "x", "content": "***"}]}', JSON, 422),
        (b'{"files": "x"}', JSON, 422),
        (b"[" * 100_000, JSON, 400),
        (b"x", MULTIPART, 400),
        (b"x", f"{MULTIPART}; boundary=y", 400),
        (b"--y\r\nContent-Disposition: form-data; name=x\r\n\r\nbreaks off", f"{MULTIPART}; boundary=y", 400),
        (b"&".join(b"a=b" for _ in range(101)), URLENCODED, 400),
    ],
)
def test_what_is_not_a_submission_is_refused_with_its_status(body: bytes, content_type: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        parse(body, content_type)
    assert refused.value.status == status


def status_of(body: bytes, content_type: str) -> int:
    """200 for a submission, else what it is refused with."""
    try:
        sent = parse(body, content_type)
    except Refused as refused:
        return refused.status
    return 200 if all(isinstance(value, str) for value in sent.values.values()) else 500


@given(st.binary(max_size=300), st.sampled_from([JSON, URLENCODED, MULTIPART, f"{MULTIPART}; boundary=y", "x;;=,\xff"]))
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str) -> None:
    assert status_of(body, content_type) in (200, 400, 415, 422)


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_part_of_a_multipart_body_is_read_or_refused(content: bytes, disposition: bytes) -> None:
    body = b"--y\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + content + b"\r\n--y--\r\n"
    assert status_of(body, f"{MULTIPART}; boundary=y") in (200, 400)


SCALARS = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(SCALARS, lambda one: st.lists(one) | st.dictionaries(st.text() | st.just("files"), one)))
def test_any_json_is_read_or_refused(content: object) -> None:
    assert status_of(json.dumps(content).encode(), JSON) in (200, 400, 422)


def test_the_fingerprint_is_that_of_the_content() -> None:
    first = parse(b"a=1&b=2&page=x", URLENCODED)
    again = multipart(part('name="b"', b"2"), part('name="a"', b"1"), part('name="page"', b"y"))
    other = parse(b"a=1&b=3", URLENCODED)
    ignored = frozenset({"page"})
    assert first.fingerprint(without=ignored) == again.fingerprint(without=ignored)
    assert first.fingerprint(without=ignored) != other.fingerprint(without=ignored)
