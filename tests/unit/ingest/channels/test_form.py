"""The form over HTTP: what it shows, takes and refuses."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from prometheus_client import CollectorRegistry

from services.ingest.channels import form
from services.ingest.channels.configuration import Captcha, Files, Form, Rate
from services.ingest.channels.signing import Signer
from services.ingest.channels.status_links import LinkMaker
from shared.status_link import StatusLinks
from tests.unit.ingest.channels.channel_fakes import KEYS, Clock, FakeInbox, application, client_of

SCHEMA = {
    "properties": {
        "name": {},
        "email": {},
        "phone": {},
        "topic": {
            "title": {"en": "Topic", "he": "נושא", "sl": "Tema"},
            "oneOf": [{"const": "billing", "title": {"en": "Bill", "he": "חשבון", "sl": "Račun"}}],
        },
        "message": {"maxLength": 500},
    },
    "required": ["email", "topic", "message"],
}
FORM = Form(
    title={"en": "Contact", "he": "צרו קשר", "sl": "Pišite nam"},
    languages=("en", "sl", "he"),
    schema=SCHEMA,
    region="SI",
    files=Files(count=2, bytes=1000),
    per_address=Rate(burst=20, per_minute=60),
    per_email=Rate(burst=3, per_minute=1),
    origins=("https://www.svetilka.example",),
)
LINKS = LinkMaker(StatusLinks(KEYS), public_url="https://help.svetilka.example/", lifetime=timedelta(days=180))
WRITTEN = {"name": "Iva Novak", "email": "Iva@Example.org", "topic": "billing", "message": "Luč ne sveti.", "phone": ""}


class Desk:
    """A form with its inbox, its clock and a visitor."""

    def __init__(self, made: Form = FORM, captchas: Any = None) -> None:
        self.inbox = FakeInbox()
        self.clock = Clock()
        routes = form.router(
            {"contact": made},
            self.inbox,  # type: ignore[arg-type]
            signer=Signer(KEYS, purpose="form"),
            public_url="https://help.svetilka.example/",
            registry=CollectorRegistry(),
            links=LINKS,
            captchas=captchas,
            clock=self.clock,
        )
        self.client = client_of(application(routes))

    async def token(self) -> str:
        page = await self.client.get("/forms/contact")
        return _token(page)

    async def send(self, *, after: float = 10, **fields: Any) -> httpx.Response:
        """A visitor opens the page and sends it, `after` seconds."""
        token = await self.token()
        self.clock.passes(after)
        return await self.client.post("/forms/contact?lang=en", data={**WRITTEN, "page": token, **fields})

    async def submit(self, key: str = "k1", **fields: Any) -> httpx.Response:
        """A program sends JSON."""
        content = {name: value for name, value in {**WRITTEN, **fields}.items() if value is not None}
        return await self.client.post("/forms/contact", json=content, headers={"Idempotency-Key": key})


def _token(page: httpx.Response) -> str:
    found = re.search(r'name="page" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    async with made.client:
        yield made


async def test_a_page_that_was_sent_is_stored_and_leads_to_its_number(desk: Desk) -> None:
    answer = await desk.send()
    assert answer.status_code == 303
    thanks = await desk.client.get(str(answer.next_request.url) if answer.next_request else "")
    assert thanks.status_code == 200
    assert "K-1000001" in thanks.text
    message = form.read(desk.inbox.only)
    assert message.text == "Luč ne sveti."
    assert message.fields == {"topic": "billing"}
    assert (message.sender.email, message.sender.verified) == ("iva@example.org", False)
    assert message.sender.language == "en"


async def test_only_the_questions_of_the_form_become_fields(desk: Desk) -> None:
    assert (await desk.send(priority="urgent", noise="x" * 5000)).status_code == 303
    assert form.read(desk.inbox.only).fields == {"topic": "billing"}


@pytest.mark.parametrize(("told", "language"), [("sl", "sl"), ("en-GB", "en-GB"), ("<b>", None), (None, None)])
async def test_a_program_may_say_the_language(desk: Desk, told: str | None, language: str | None) -> None:
    assert (await desk.submit(lang=told)).status_code == 202
    assert form.read(desk.inbox.only).sender.language == language


async def test_the_thanks_page_says_when_the_number_is_still_to_come(desk: Desk) -> None:
    desk.inbox.silent = True
    answer = await desk.send()
    thanks = await desk.client.get(str(answer.next_request.url) if answer.next_request else "")
    assert "Show the number" in thanks.text
    desk.inbox.silent = False
    again = await desk.client.get(str(answer.next_request.url) if answer.next_request else "")
    assert "K-1000001" in again.text


async def test_a_double_click_is_one_message(desk: Desk) -> None:
    token = await desk.token()
    desk.clock.passes(5)
    first, again = [await desk.client.post("/forms/contact", data={**WRITTEN, "page": token}) for _ in range(2)]
    assert first.headers["location"] == again.headers["location"]
    assert len(desk.inbox.stored) == 1


async def test_going_back_and_writing_something_else_is_another_message(desk: Desk) -> None:
    token = await desk.token()
    desk.clock.passes(5)
    for text in ("Luč ne sveti.", "Zdaj spet sveti."):
        await desk.client.post("/forms/contact", data={**WRITTEN, "page": token, "message": text})
    assert len(desk.inbox.stored) == 2


async def test_files_come_with_the_message(desk: Desk) -> None:
    token = await desk.token()
    desk.clock.passes(5)
    files = [("files", ("luč.png", b"\x89PNG", "image/png")), ("files", ("", b"", "application/octet-stream"))]
    answer = await desk.client.post("/forms/contact", data={**WRITTEN, "page": token}, files=files)
    assert answer.status_code == 303
    assert [file.name for file in form.read(desk.inbox.only).attachments] == ["luč.png"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "iva@example.org, eva@example.org"}, "such as name@example.com"),
        ({"email": "iva@example.org\nBcc: eva@example.org"}, "such as name@example.com"),
        ({"phone": "12"}, "Enter a phone number"),
        ({"topic": ""}, "Choose one of the answers."),
        ({"topic": "<b>other</b>"}, "Choose one of the answers in the list."),
        ({"message": "  \n "}, "Write your message."),
        ({"message": "x" * 501}, "at most 500 characters"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"website": "http://spam.example"}, "A hidden field was filled in"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_lost(desk: Desk, fields: dict[str, str], told: str) -> None:
    answer = await desk.send(**{"name": "Iva <Novak>", **fields})
    assert answer.status_code == 422
    assert told in answer.text
    assert "Iva &lt;Novak&gt;" in answer.text or "name" in fields
    assert answer.text.index("<title>Error: ") > 0
    assert not desk.inbox.stored


async def test_too_many_and_too_large_files_are_told_apart(desk: Desk) -> None:
    token = await desk.token()
    desk.clock.passes(5)
    for sizes, told in (((1, 1, 1), "Too many files"), ((1001,), "at most 1 kB each")):
        files = [("files", (f"{n}.txt", b"x" * size, "text/plain")) for n, size in enumerate(sizes)]
        answer = await desk.client.post("/forms/contact", data={**WRITTEN, "page": token}, files=files)
        assert answer.status_code == 422
        assert told in answer.text
        assert "choose your files again" in answer.text


async def test_a_page_that_is_sent_at_once_is_asked_again_and_then_taken(desk: Desk) -> None:
    quick = await desk.send(after=0.5)
    assert quick.status_code == 422
    assert "very fast" in quick.text
    desk.clock.passes(5)
    again = await desk.client.post("/forms/contact", data={**WRITTEN, "page": _token(quick)})
    assert again.status_code == 303


@pytest.mark.parametrize("after", [24 * 3600 + 1, 10])
async def test_a_page_that_is_too_old_or_not_ours_gets_a_new_token(desk: Desk, after: int) -> None:
    fields = {} if after > 10 else {"page": "made-up"}
    refused = await desk.send(after=after, **fields)
    assert refused.status_code == 422
    assert "open for too long" in refused.text
    desk.clock.passes(5)
    again = await desk.client.post("/forms/contact", data={**WRITTEN, "page": _token(refused)})
    assert again.status_code == 303


async def test_a_program_gets_the_number(desk: Desk) -> None:
    answer = await desk.submit(phone="040 123 456")
    assert answer.status_code == 202
    assert answer.json()["number"] == "K-1000001"
    assert answer.json()["page"].startswith("https://help.svetilka.example/forms/contact/thanks/")
    assert form.read(desk.inbox.only).sender.phone == "+38640123456"


async def test_the_same_key_and_content_is_one_message_and_other_content_is_another(desk: Desk) -> None:
    first, again = await desk.submit(), await desk.submit()
    assert first.json() | {"repeated": True} == again.json()
    await desk.submit(message="Something else")
    assert len(desk.inbox.stored) == 2


async def test_a_program_without_idempotency_key_is_refused(desk: Desk) -> None:
    answer = await desk.client.post("/forms/contact", json=WRITTEN)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


async def test_a_program_is_told_every_fault_and_every_field_that_does_not_exist(desk: Desk) -> None:
    answer = await desk.submit(email="x", topic=None, colour="red")
    assert answer.status_code == 422
    assert [error["at"] for error in answer.json()["errors"]] == ["email", "topic", "colour"]


async def test_other_bodies_get_their_status(desk: Desk) -> None:
    headers = {"Idempotency-Key": "k"}
    xml = await desk.client.post("/forms/contact", content=b"<x/>", headers={"content-type": "text/xml"})
    broken = await desk.client.post(
        "/forms/contact", content=b"{", headers={"content-type": "application/json"} | headers
    )
    large = await desk.submit(message="x" * 400_000)
    unknown = await desk.client.post("/forms/other", json={}, headers=headers)
    assert [one.status_code for one in (xml, broken, large, unknown)] == [415, 400, 413, 404]
    assert {one.headers["content-type"] for one in (xml, broken, large, unknown)} == {"application/problem+json"}


async def test_a_page_that_is_too_large_is_answered_with_a_page(desk: Desk) -> None:
    answer = await desk.send(message="x" * 400_000)
    assert answer.status_code == 413
    assert "too large" in answer.text


async def test_too_many_with_one_email_wait(desk: Desk) -> None:
    statuses = [(await desk.submit(f"k{n}", message=f"Message {n}")).status_code for n in range(4)]
    assert statuses == [202, 202, 202, 429]
    assert (await desk.submit("k0", message="Message 0")).json()["repeated"] is True
    limited = await desk.submit("k4")
    assert int(limited.headers["retry-after"]) > 0
    other = await desk.submit("k5", email="eva@example.org")
    assert other.status_code == 202


async def test_too_many_from_one_address_wait(desk: Desk) -> None:
    for _ in range(20):
        await desk.client.post("/forms/contact", data={})
    answer = await desk.send()
    assert answer.status_code == 303  # ten seconds later
    for _ in range(20):
        limited = await desk.client.post("/forms/contact", data={})
    assert limited.status_code == 429
    assert "retry-after" in limited.headers


async def test_when_nothing_can_be_stored_nothing_is_confirmed(desk: Desk) -> None:
    desk.inbox.broken = True
    page, program = await desk.send(name="Iva Novak"), await desk.submit()
    assert (page.status_code, program.status_code) == (503, 503)
    assert "Iva Novak" in page.text
    desk.inbox.broken = False
    desk.clock.passes(60)
    again = await desk.client.post("/forms/contact", data={**WRITTEN, "page": _token(page)})
    assert again.status_code == 303


async def test_only_listed_origins_may_read_the_answers(desk: Desk) -> None:
    for origin, allowed in (("https://www.svetilka.example", True), ("https://evil.example", False)):
        preflight = await desk.client.options("/forms/contact", headers={"Origin": origin})
        answer = await desk.client.post("/forms/contact", json={}, headers={"Origin": origin})
        for response in (preflight, answer):
            assert (response.headers.get("access-control-allow-origin") == origin) is allowed


async def test_a_thanks_link_that_was_changed_leads_nowhere(desk: Desk) -> None:
    page_token = await desk.token()
    for token in ("x", page_token):
        assert (await desk.client.get(f"/forms/contact/thanks/{token}")).status_code == 404


async def test_the_thanks_page_and_the_json_answer_carry_the_link_to_the_request(desk: Desk) -> None:
    answer = await desk.send()
    thanks = await desk.client.get(str(answer.next_request.url) if answer.next_request else "")
    program = (await desk.submit()).json()
    links = [re.findall(r"/status/([A-Za-z0-9_-]{60})", text) for text in (thanks.text, program["status"])]
    assert [len(found) for found in links] == [1, 1]
    opened = StatusLinks(KEYS).open(links[1][0])
    assert opened is not None
    assert opened.ticket == program["ticket"]
    assert StatusLinks(KEYS).is_for(opened, f"input:{program['input']}")


async def test_an_input_that_joined_a_ticket_gives_no_link_to_it(desk: Desk) -> None:
    desk.inbox.state = "joined"
    assert (await desk.submit()).json()["status"] is None


async def test_the_schema_is_plain_json_schema_in_the_visitors_language(desk: Desk) -> None:
    answer = await desk.client.get("/forms/contact/schema.json", headers={"accept-language": "sl"})
    schema = answer.json()
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["topic"]["title"] == "Tema"
    assert schema["properties"]["topic"]["oneOf"] == [{"const": "billing", "title": "Račun"}]


async def test_the_script_for_other_pages_is_one_that_any_site_may_load(desk: Desk) -> None:
    script = await desk.client.get("/forms/contact/embed.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (await desk.client.get("/forms/other/embed.js")).status_code == 404


async def test_a_form_in_a_frame_stays_in_it_to_the_end(desk: Desk) -> None:
    page = await desk.client.get("/forms/contact?lang=sl&embed=1")
    assert 'action="?lang=sl&amp;embed=1"' in page.text
    assert "frame-ancestors https://www.svetilka.example" in page.headers["content-security-policy"]
    desk.clock.passes(5)
    sent = await desk.client.post("/forms/contact?lang=sl&embed=1", data={**WRITTEN, "page": _token(page)})
    assert sent.headers["location"].endswith("?lang=sl&embed=1")


class FakeCaptchas:
    """Takes one answer, once."""

    def __init__(self) -> None:
        self.asked = 0

    async def solved(self, form: str, captcha: Captcha, answer: str, *, address: str) -> bool:
        self.asked += 1
        return answer == "right" and self.asked == 1


CAPTCHA = Captcha(
    script="https://captcha.example/api.js",
    sources=("https://captcha.example",),
    element="cf-turnstile",
    field="cf-turnstile-response",
    site_key="site",
    verify="https://captcha.example/siteverify",
)


async def test_with_a_captcha_only_who_solves_it_is_taken_and_a_double_click_is_still_one_message() -> None:
    desk = Desk(FORM.model_copy(update={"captcha": CAPTCHA}), FakeCaptchas())
    async with desk.client:
        token = await desk.token()
        desk.clock.passes(5)
        answers = [
            await desk.client.post("/forms/contact", data={**WRITTEN, "page": token, CAPTCHA.field: given})
            for given in ("right", "right")
        ]
        refused = await desk.submit()
    assert [answer.status_code for answer in (*answers, refused)] == [303, 303, 422]
    assert len(desk.inbox.stored) == 1


async def test_the_policy_lets_the_captcha_in_only_where_it_is_on(desk: Desk) -> None:
    without = (await desk.client.get("/forms/contact")).headers["content-security-policy"]
    other = Desk(FORM.model_copy(update={"captcha": CAPTCHA}), FakeCaptchas())
    async with other.client:
        page = await other.client.get("/forms/contact")
    policy = page.headers["content-security-policy"]
    assert ("captcha.example" in without, "script-src" in without) == (False, False)
    assert "script-src https://captcha.example" in policy
    assert 'data-sitekey="site"' in page.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=y", "x"]
    ),
)
def test_whatever_is_posted_gets_a_documented_answer(body: bytes, kind: str) -> None:
    import asyncio

    async def post() -> int:
        desk = Desk()
        headers = {"content-type": kind, "Idempotency-Key": "k"}
        async with desk.client:
            return (await desk.client.post("/forms/contact", content=body, headers=headers)).status_code

    assert asyncio.run(post()) in form.ANSWERS
