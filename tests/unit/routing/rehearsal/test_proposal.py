"""A proposed routing.yaml is bounded before it is built, and each of its mistakes is named with its line."""

from pathlib import Path

import pytest

from services.routing.rehearsal import proposal
from shared.errors import Refused
from shared.organisation import Organisation

CONFIG = Path(__file__).parents[4] / "config"
ORGANISATION = Organisation.read(CONFIG)


def refused(text: bytes) -> Refused:
    with pytest.raises(Refused) as error:
        proposal.read(text, ORGANISATION)
    return error.value


def test_the_rules_in_use_hold() -> None:
    found = proposal.read((CONFIG / "routing.yaml").read_bytes(), ORGANISATION)
    assert found.clock_zone == ORGANISATION.zone


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            b"default: {category: a}\ncategories:\n  a: {team: nobody}\n",
            "routing.yaml:3: categories.a.team: there is no",
        ),
        (b"default: {category: a\n", "routing.yaml:2: not YAML"),
        (b"a: &x [1]\nb: *x\n", "routing.yaml:2: aliases are not read"),
        (b"[" * 5_000, "routing.yaml:1: nested more than 40 levels deep"),
        (b"\xff\xfe\xfa", "routing.yaml:1: not YAML"),
        (b"", "routing.yaml:1: "),
        (b"- 1\n", "routing.yaml:1: "),
    ],
)
def test_a_mistake_is_named_with_its_line(text: bytes, says: str) -> None:
    problem = refused(text)
    assert problem.status == 422
    assert says in problem.detail
    assert "/tmp" not in problem.detail


def test_a_large_file_is_refused_unread() -> None:
    assert refused(b"#" * (proposal.MAX_BYTES + 1)).status == 413
