"""What a model is trained from: people's words first, bounded, without what was forgotten."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from services.routing.classification.facts import Facts
from services.routing.learning.configuration import Learning
from services.routing.learning.lessons.lesson_store import Label
from services.routing.learning.model.examples import Example
from services.routing.learning.trainings.material import Material, collected
from services.routing.opening import Opening

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
STARTER = Material(
    (Example("pay", "billing"), Example("broken", "technical"), Example("x", "astrology")), out_of_scope=("soup",)
)


class History:
    """Labels and openings in memory."""

    def __init__(self, **labels: Sequence[tuple[str, str]]) -> None:
        self.labels = [
            Label(f"{by}-{number}", category, by, AT - timedelta(hours=number))
            for by, given in labels.items()
            for number, (category, _) in enumerate(given)
        ]
        self.texts = {f"{by}-{n}": text for by, given in labels.items() for n, (_, text) in enumerate(given)}

    async def of(self, category: str, by: str, limit: int) -> list[Label]:
        return [label for label in self.labels if (label.category, label.by) == (category, by)][:limit]

    async def openings(self, tickets: Collection[str]) -> dict[str, Opening]:
        return {ticket: _opening(ticket, self.texts[ticket]) for ticket in tickets if self.texts[ticket] != "redacted"}

    async def material(self, *, learning: Learning) -> Material:
        categories = {"billing", "technical"}
        return await collected(self.of, self.openings, learning=learning, categories=categories, starter=STARTER)


def _opening(ticket: str, text: str) -> Opening:
    facts = Facts(channel="email", mailbox="", language="sl", title="", text=text, fields={}, tier=None)
    return Opening(ticket=ticket, number="K-1", at=AT, facts=facts)


def many(category: str, count: int, what: str) -> list[tuple[str, str]]:
    return [(category, f"{what} {number}") for number in range(count)]


async def test_people_count_more_than_rules_and_the_starter_counts_while_the_history_is_short() -> None:
    history = History(person=[("billing", "refund me")], rules=[("technical", "no light"), ("billing", "refund me")])
    material = await history.material(learning=Learning())
    assert [(one.text, one.category, one.weight) for one in material.examples] == [
        ("refund me", "billing", 1.0),
        ("no light", "technical", 0.3),
        ("pay", "billing", 0.3),
        ("broken", "technical", 0.3),
    ]
    assert material.counts == {"person": 1, "rules": 1, "starter": 2}
    assert material.out_of_scope == ("soup",)
    grown = await history.material(learning=Learning(starter_until=2))
    assert grown.counts == {"person": 1, "rules": 1}


async def test_what_teaches_are_two_categories_and_of_a_history_something_of_its_own() -> None:
    starter = STARTER.of({"billing", "technical"})
    assert starter.teaches("starter")
    assert not STARTER.of({"billing"}).teaches("starter")
    assert not (await History().material(learning=Learning())).teaches("history")
    history = History(person=[("billing", "refund me")])
    assert (await history.material(learning=Learning())).teaches("history")
    assert not (await history.material(learning=Learning(starter_until=0))).teaches("history")


async def test_a_redacted_text_and_the_models_own_answers_are_not_learned_from() -> None:
    history = History(person=[("billing", "redacted")], model=[("billing", "as I said")])
    material = await history.material(learning=Learning(starter_until=0))
    assert material.examples == ()


async def test_examples_are_bounded_for_each_category_and_peoples_come_first() -> None:
    history = History(person=many("billing", 8, "person"), rules=many("billing", 50, "rules"))
    material = await history.material(learning=Learning(examples_per_category=10, starter_until=0))
    assert material.counts == {"person": 8, "rules": 2}


async def test_the_newest_corrected_tickets_are_held_out_to_compare_on() -> None:
    history = History(person=many("billing", 30, "b") + many("technical", 30, "t"))
    material = await history.material(learning=Learning(compared_on=20, starter_until=0))
    assert {example.text for example in material.held_out} == {f"b {number}" for number in range(20)}
    assert len(material.examples) == 40
    few = await History(person=many("billing", 39, "b")).material(learning=Learning(compared_on=20))
    assert few.held_out == ()
