"""Nothing that a provider, or somebody in its name, sends makes a webhook or a reader fail."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.channels.provider import Call, Provider
from services.ingest.channels.provider_table import PROVIDERS
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised, cleaned
from shared.errors import Refused
from tests.unit.ingest.channels.provider_samples import (
    EVERYTHING,
    NOW,
    Sample,
    account_of,
    address,
    readings,
    secrets_of,
    signed,
)

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e300,
    float("nan"),
    float("inf"),
    "",
    "x" * 5000,
    "\x00\ud83d\u202e",
    "9" * 5000,
    "-9223372036854775809",
    [],
    {},
    [[[]]],
    [None, 1, "a", {}],
    {"id": {"id": []}, "text": 5, "url": None},
)
VALUES = st.recursive(
    st.sampled_from(ODD) | st.text(max_size=20) | st.integers() | st.floats(),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=8), one, max_size=4),
    max_leaves=10,
)


def paths(content: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in the content at which a value stands."""
    yield path
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inside:
        yield from paths(value, (*path, key))


def changed(content: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """The content with another value in that place."""
    if not path:
        return value
    copied = dict(content) if isinstance(content, dict) else list(content)
    copied[path[0]] = changed(content[path[0]], path[1:], value)
    return copied


def taken(provider: type[Provider[Any]], body: bytes) -> list[Normalised]:
    """What the webhook does with a signed body, but for storing it. `Refused` is a documented answer."""
    made, secrets, account = provider(), secrets_of(provider), account_of(provider)
    try:
        call = Call(address(provider), {}, signed(provider, body), body)
        if made.verify(call, secrets, now=NOW) is not None or made.challenge(call, secrets) is not None:
            return []
        updates = list(made.split(call, account))
        made.reply(call, account)
    except Refused as refused:
        if refused.status not in (400, 422):
            raise
        return []
    assert updates
    said = []
    for update in updates:
        if update.key is None:
            continue
        assert 0 < len(update.key) <= 500
        received = Received(provider.name, "main", cleaned(update.key), update.body, update.content_type, NOW)
        assert received.input
        message = made.read(received)
        assert message.text
        json.dumps(message.model_dump(mode="json"), ensure_ascii=False).encode()
        for media in message.media:
            made.source(media, secrets)
        said.append(message)
    return said


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.name)
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300) | st.text(max_size=200).map(lambda one: one.encode("utf-8", "surrogatepass")))
def test_any_bytes_have_a_documented_answer(provider: type[Provider[Any]], body: bytes) -> None:
    made = provider()
    for headers in ({}, {"x-slack-request-timestamp": "1"}, {"webhook-timestamp": "1", "webhook-id": "m"}):
        with suppress(Refused):  # a body that is no form has no signature
            assert made.verify(Call(address(provider), {}, headers, body), secrets_of(provider), now=NOW) is not None
    taken(provider, body)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"entry":' + b"9" * 10_000 + b"}",
        b'{"entry":[{"messaging":[{"message":{"mid":"\\ud83d","text":"\\ud83d \\u0000"},"sender":{"id":1}}]}]}',
        b'{"update_id":NaN,"message":{"text":"x","date":Infinity}}',
        b"&=&=&%ff%00=%ed%a0%bd&" * 50,
        b"a=1&" * 1001,
    ],
    ids=range(11),
)
def test_hostile_bodies_have_a_documented_answer(provider: type[Provider[Any]], body: bytes) -> None:
    taken(provider, body)


@pytest.mark.parametrize("sample", EVERYTHING, ids=lambda one: one.provider.name)
def test_no_wrong_type_in_any_place_makes_a_reader_fail(sample: Sample) -> None:
    if sample.is_form:
        for name in sample.content:
            for value in ("", "x" * 5000, "\x00\ud83d", "9" * 5000, "-1", "٣"):
                body = "&".join(f"{key}={value if key == name else one}" for key, one in sample.content.items())
                taken(sample.provider, body.encode("utf-8", "surrogatepass"))
        return
    for path in paths(sample.content):
        for value in ODD:
            body = json.dumps(changed(sample.content, path, value)).encode()
            taken(sample.provider, body)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_odd_values_together_make_a_reader_fail(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from([one for one in EVERYTHING if not one.is_form]))
    content: Any = sample.content
    for _ in range(3):
        content = changed(content, data.draw(st.sampled_from(list(paths(content)))), data.draw(VALUES))
    taken(sample.provider, json.dumps(content).encode())


SAID = [one for one in EVERYTHING if not one.is_form and any(said.text == "Luč ne sveti" for said in readings(one))]


@pytest.mark.parametrize("sample", SAID, ids=lambda one: one.provider.name)
def test_a_broken_emoji_loses_nothing_but_itself(sample: Sample) -> None:
    body = sample.body().replace("Luč ne sveti".encode(), b"Lamp \\ud83d is dark")
    assert [one.text for one in taken(sample.provider, body)] == ["Lamp  is dark"]
