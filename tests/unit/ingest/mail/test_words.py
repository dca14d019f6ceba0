"""Encoded words are decoded in all the shapes that mail programs give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.mail.words import decode_words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("=?utf-8?Q?Lu=C4=8D?=", "Luč"),
        ("=?UTF-8?b?THXEjQ==?=", "Luč"),
        ("=?iso-8859-2?q?Lu=E8_ne_dela?=", "Luč ne dela"),
        ("a =?utf-8?Q?b?= =?utf-8?Q?c?= d", "a bc d"),
        ("=?utf-8?Q?Lu=C4?= =?utf-8?Q?=8D?=", "Luč"),
        ("=?utf-8?B?THXE?= =?utf-8?B?jQ==?=", "Luč"),
        ("=?utf-8?B?THXEj?= =?utf-8?B?Q==?=", "Luč"),
        ("=?utf-8?B?THXEjQ?=", "Luč"),
        ("=?utf-8?B?THXEjQ=?=", "Luč"),
        ("=?utf-8?Q?Lu=C4=8D ne dela?=", "Luč ne dela"),
        ("=?utf-8?Q?Lu=C4=8D?=ne", "Lučne"),
        ("x=?utf-8?Q?Lu=C4=8D?=", "xLuč"),
        ("=?utf-8?Q?Kaj?_Lu=C4=8D?=", "Kaj? Luč"),
        ("=?utf-8?Q?Lu=C4=8D", "Luč"),
        ("=?utf-8?Q?Lu=C4=8D?", "Luč"),
        ("=?utf-8*sl?Q?Lu=C4=8D?=", "Luč"),
        ("=?nonsense?Q?Lu=C4=8D?=", "Luč"),
        ("=??Q?Lu=C4=8D?=", "Luč"),
        ("=?us-ascii?Q?Lu=C4=8D?=", "Luč"),
        ("=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?windows-1255?B?+ezl7Q==?=", "שלום"),
        ("=?utf-8?Q?Lu=C4=8\r\n D?=", "Luč"),
        ("=?utf-8?Q?a==C4=8D?=", "a=č"),
        ("=?ru_RU.KOI8-R?Q?=C1?=", "а"),  # a Cyrillic letter
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("1 =? 2 ?= 3", "1 =? 2 ?= 3"),
    ],
)
def test_shape_is_decoded(written: str, meant: str) -> None:
    assert decode_words(written) == meant


@given(st.text(alphabet="=?utf-8QqBb_ aA9+/\n", max_size=200))
def test_no_value_makes_it_raise(value: str) -> None:
    assert isinstance(decode_words(value), str)
