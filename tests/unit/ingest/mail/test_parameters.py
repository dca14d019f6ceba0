"""Parameters are read in RFC 2045's, RFC 2231's and everybody else's way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.mail.parameters import parameters


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        ('text/plain; charset="utf-8"', "charset", "utf-8"),
        ("text/plain; charset=utf-8", "charset", "utf-8"),
        ("text/plain; charset = utf-8 ; x=y", "charset", "utf-8"),
        ("text/plain; CHARSET=utf-8", "charset", "utf-8"),
        ("text/plain charset=utf-8", "charset", "utf-8"),
        ("text/plain;; charset=utf-8", "charset", "utf-8"),
        ("text/plain; charset=utf-8 (Unicode)", "charset", "utf-8"),
        ("text/plain; charset='utf-8'", "charset", "utf-8"),
        ('a/b; name="x;y.pdf"', "name", "x;y.pdf"),
        ("a/b; name=my file.pdf", "name", "my file.pdf"),
        ('a/b; name="unclosed.pdf', "name", "unclosed.pdf"),
        (r'a/b; name="a \"b\".pdf"', "name", 'a "b".pdf'),
        (r'a/b; name="C:\TEMP\x.png"', "name", r"C:\TEMP\x.png"),
        ('a/b; name="x.pdf"; name="y.pdf"', "name", "x.pdf"),
        ("attachment; filename*=utf-8''ra%C4%8Dun.pdf", "filename", "račun.pdf"),
        ("attachment; filename*=iso-8859-2'sl'ra%E8un.pdf", "filename", "račun.pdf"),
        ("attachment; filename*=ra%C4%8Dun.pdf", "filename", "račun.pdf"),
        ("attachment; filename*=\"utf-8''ra%C4%8Dun.pdf\"", "filename", "račun.pdf"),
        ("attachment; filename*0=ra; filename*1=cun.pdf", "filename", "racun.pdf"),
        ("attachment; filename*1=cun.pdf; filename*0=ra", "filename", "racun.pdf"),
        ("attachment; filename*0*=utf-8''ra%C4%8D; filename*1=un.pdf", "filename", "račun.pdf"),
        ("attachment; filename*0*=utf-8''ra%C4; filename*1*=%8Dun.pdf", "filename", "račun.pdf"),
        ("attachment; filename=racun.pdf; filename*=utf-8''ra%C4%8Dun.pdf", "filename", "račun.pdf"),
        ('attachment;\r\n filename="a\r\n b.pdf"', "filename", "a b.pdf"),
        ("filename=x.pdf", "filename", "x.pdf"),
        ("attachment;\n filename*0*=utf-8''ra%C4%8D\n filename*1*=un%20\n filename*2=1.pdf", "filename", "račun 1.pdf"),
        ("attachment;\n filename=x.pdf\n size=3", "filename", "x.pdf"),
        ("attachment;\n filename=my\n file.pdf", "filename", "my file.pdf"),
        ("a/b; name==?utf-8?Q?a?=\n =?utf-8?Q?b?=", "name", "=?utf-8?Q?a?= =?utf-8?Q?b?="),
    ],
)
def test_way_is_read(field: str, name: str, value: str) -> None:
    assert parameters(field).get(name) == value


@given(st.text(alphabet="an*01='\"; %C4\\/()\n", max_size=300))
def test_no_field_makes_it_raise(field: str) -> None:
    assert isinstance(parameters(field), dict)
