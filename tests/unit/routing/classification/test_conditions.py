"""What each condition means, and that what it says quotes the rule and not the customer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.routing.classification.conditions import Condition, Reading
from services.routing.classification.facts import Facts, State
from services.routing.classification.verdict import Verdict

FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)  # 23:30 in Ljubljana
STATE = State(category="billing", priority="normal", team="billing", status="open", tags=("vat",), assigned=True)


def facts(**more: Any) -> Facts:
    told: dict[str, Any] = {
        "channel": "email",
        "mailbox": "support@svetilka.example",
        "language": "en",
        "title": "",
        "text": "",
        "fields": {},
        "tier": None,
    }
    return Facts(**(told | more))


def verdict_of(condition: dict[str, Any], **more: Any) -> Verdict:
    return Condition.model_validate(condition).test(Reading(facts(**more), zone="Europe/Ljubljana"))


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        ({"channel": "chat"}, {"channel": "chat"}, True),
        ({"channel": ["chat", "form"]}, {"channel": "email"}, False),
        ({"language": "he"}, {"language": None}, False),
        ({"mailbox": "Support@Svetilka.example"}, {}, True),
        ({"tier": "vip"}, {"tier": "VIP"}, True),
        ({"fields": {"topic": "plačilo"}}, {"fields": {"topic": "Placilo"}}, True),
        ({"fields": {"topic": "a"}}, {"fields": {"topic": ["b", "a"]}}, True),
        ({"fields": {"order": "17"}}, {"fields": {"order": 17}}, True),
        ({"fields": {"order": 17}}, {"fields": {"order": "17"}}, True),
        ({"fields": {"gift": True}}, {"fields": {"gift": True}}, True),
        ({"fields": {"topic": "a"}}, {"fields": {}}, False),
        ({"fields": {"lamps": {"at_least": 20}}}, {"fields": {"lamps": 20}}, True),
        ({"fields": {"lamps": {"at_least": 20}}}, {"fields": {"lamps": "1 200,5"}}, True),
        ({"fields": {"lamps": {"at_least": 20}}}, {"fields": {"lamps": "many"}}, False),
        ({"fields": {"lamps": {"at_least": 20}}}, {"fields": {"lamps": "nan"}}, False),
        ({"fields": {"lamps": {"at_least": 20}}}, {"fields": {"lamps": True}}, False),
        ({"fields": {"lamps": {"at_least": 5, "at_most": 9.5}}}, {"fields": {"lamps": 10}}, False),
        ({"fields": {"order": {"present": True}}}, {"fields": {"order": ""}}, False),
        ({"fields": {"order": {"present": False}}}, {"fields": {}}, True),
        ({"fields": {"order": {"present": True}}}, {"fields": {"order": 0}}, True),
        ({"fields": {"note": {"keywords": {"sl": ["račun"]}}}}, {"fields": {"note": "glede racunov"}}, True),
        ({"keywords": ["broken"]}, {"title": "Broken lamp"}, True),
        ({"title": ["broken"]}, {"text": "broken"}, False),
        ({"text": ["broken"]}, {"title": "broken"}, False),
        ({"text": ["broken"]}, {"text": "broken"}, True),
        ({"channel": "email", "keywords": ["broken"]}, {"text": "fine"}, False),
        ({"not": {"channel": "chat"}}, {}, True),
        ({"all": [{"channel": "email"}, {"not": {"keywords": ["spam"]}}]}, {}, True),
        ({"any": [{"channel": "chat"}, {"all": [{"language": "en"}, {"keywords": ["x"]}]}]}, {"text": "x"}, True),
        ({"any": [{"channel": "chat"}, {"language": "he"}]}, {}, False),
        ({"direction": "outbound"}, {}, False),
        ({"direction": "outbound"}, {"direction": "outbound"}, True),
        ({"attachments": True}, {}, False),
        ({"attachments": True}, {"attachments": 2}, True),
        ({"from": "@firm.example"}, {"addresses": ("iva@firm.example",)}, True),
        ({"from": "@firm.example"}, {"addresses": ("iva@sub.firm.example",)}, False),
        ({"from": "*.firm.example"}, {"addresses": ("iva@sub.firm.example",)}, True),
        ({"from": ["Iva@Firm.example"]}, {"addresses": ("iva@firm.example",)}, True),
        ({"from": "+386*"}, {"addresses": ("iva@firm.example", "+38640123456")}, True),
        ({"from": "+386*"}, {"addresses": ()}, False),
        ({"previous": ["resolved", "closed"]}, {"previous": "resolved"}, True),
        ({"score": {"at_most": 2}}, {"score": 3}, False),
        ({"score": {"at_most": 2}}, {}, False),
        ({"level": {"at_least": 2}}, {"level": 2}, True),
        ({"ticket": {"category": "billing", "tags": ["vat", "x"], "assigned": True}}, {"ticket": STATE}, True),
        ({"ticket": {"status": ["open", "new"], "team": "billing"}}, {"ticket": STATE}, True),
        ({"ticket": {"priority": ["high", "urgent"]}}, {"ticket": STATE}, False),
        ({"ticket": {"assigned": False}}, {"ticket": STATE}, False),
        ({"ticket": {"category": "billing"}}, {}, False),
    ],
)
def test_conditions_hold_or_not(condition: dict[str, Any], given: dict[str, Any], expected: bool) -> None:
    assert verdict_of(condition, **given).holds is expected


@pytest.mark.parametrize(
    ("time", "at", "expected"),
    [
        ({"hours": {"mon-fri": ["08:00-16:00"]}}, datetime(2026, 11, 23, 7, 0, tzinfo=UTC), True),
        ({"hours": {"mon-fri": ["08:00-16:00"]}}, datetime(2026, 11, 23, 15, 0, tzinfo=UTC), False),
        ({"hours": {"mon-fri": ["08:00-16:00"]}, "zone": "UTC"}, datetime(2026, 11, 23, 15, 0, tzinfo=UTC), True),
        ({"hours": {"fri": ["22:00-06:00"]}}, FRIDAY_NIGHT, True),
        ({"hours": {"fri": ["22:00-06:00"]}}, datetime(2026, 11, 28, 4, 59, tzinfo=UTC), True),
        ({"hours": {"fri": ["22:00-06:00"]}}, datetime(2026, 11, 28, 5, 0, tzinfo=UTC), False),
        ({"hours": {"sat-sun": ["00:00-24:00"]}}, FRIDAY_NIGHT, False),
        ({"hours": {"sat-sun": ["00:00-24:00"]}}, datetime(2026, 11, 27, 23, 0, tzinfo=UTC), True),  # is Saturday there
        ({"from": "2026-11-28"}, FRIDAY_NIGHT, False),
        ({"from": "2026-11-27", "until": "2026-11-27"}, FRIDAY_NIGHT, True),
        ({"until": "2026-11-26"}, FRIDAY_NIGHT, False),
        ({"until": "2026-12-24"}, None, False),
    ],
)
def test_the_time_is_that_of_the_place(time: dict[str, Any], at: datetime | None, expected: bool) -> None:
    assert verdict_of({"time": time}, at=at).holds is expected


def test_hours_follow_summer_time() -> None:
    office = {"time": {"hours": {"mon-fri": ["08:00-16:00"]}}}
    assert verdict_of(office, at=datetime(2026, 7, 1, 6, 30, tzinfo=UTC)).holds
    assert not verdict_of(office, at=datetime(2026, 12, 1, 6, 30, tzinfo=UTC)).holds


@pytest.mark.parametrize(
    ("condition", "given", "because"),
    [
        ({"from": "@firm.example"}, {"addresses": ("iva@firm.example",)}, "the sender is @firm.example"),
        ({"keywords": {"sl": ["račun"]}}, {"text": "moji racuni"}, "keyword 'račun' (text, sl)"),
        ({"fields": {"n": {"at_least": 5}}}, {"fields": {"n": 71}}, "field n is at least 5"),
        ({"fields": {"n": {"keywords": ["iban"]}}}, {"fields": {"n": "IBAN SI56"}}, "keyword 'iban' (field n)"),
        ({"fields": {"n": {"present": True}}}, {"fields": {"n": "secret"}}, "field n is filled in"),
        (
            {"time": {"hours": {"fri": ["22:00-24:00"]}}},
            {"at": FRIDAY_NIGHT},
            "fri 23:30 in Europe/Ljubljana",
        ),
        ({"not": {"attachments": True}}, {}, "not: there are no attachments"),
        ({"ticket": {"tags": "vat"}}, {"ticket": STATE}, "its tags have vat"),
    ],
)
def test_the_reason_quotes_the_rule(condition: dict[str, Any], given: dict[str, Any], because: str) -> None:
    verdict = verdict_of(condition, **given)
    assert verdict.holds
    assert verdict.because.startswith(because)
