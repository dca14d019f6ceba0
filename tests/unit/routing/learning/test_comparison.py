"""A new model is activated by itself only when it is not worse on the same tickets; the figures are told."""

from services.routing.learning.model.verdicts import Prediction
from services.routing.learning.trainings.comparison import Comparison, Side
from services.routing.learning.trainings.policy import place


def side(right: int, applied: int, rightly: int) -> Side:
    return Side(right=right, applied=applied, applied_rightly=rightly)


def compared(new: Side, active: Side) -> Comparison:
    return Comparison(tickets=20, new=new, active=active, precision=0.95)


def test_a_side_counts_what_was_right_and_what_would_have_been_applied() -> None:
    said = [Prediction("a", 0.9, ()), Prediction("a", 0.9, ()), Prediction("b", 0.3, ())]
    assert Side.of(said, ["a", "b", "b"], apply=0.8) == side(2, 2, 1)


def test_as_many_right_and_no_more_wrong_is_not_worse() -> None:
    assert compared(side(15, 10, 10), side(15, 12, 11)).not_worse
    assert compared(side(16, 12, 10), side(15, 12, 10)).not_worse


def test_fewer_right_or_more_wrongly_applied_is_worse() -> None:
    assert not compared(side(14, 10, 10), side(15, 10, 10)).not_worse
    assert not compared(side(18, 10, 8), side(15, 5, 5)).not_worse


def test_more_wrong_is_allowed_while_the_precision_wanted_is_kept() -> None:
    assert compared(side(18, 20, 19), side(15, 2, 2)).not_worse


def test_where_a_new_model_goes_and_why() -> None:
    better, worse = compared(side(16, 9, 9), side(15, 8, 8)), compared(side(10, 9, 5), side(15, 8, 8))
    first = place(activate="automatic", active=None, comparison=None)
    good = place(activate="automatic", active="v1", comparison=better)
    bad = place(activate="automatic", active="v1", comparison=worse)
    unknown = place(activate="automatic", active="v1", comparison=None, missing="too few")
    by_hand = place(activate="by_hand", active=None, comparison=None)
    assert [one.role for one in (first, good, bad, unknown, by_hand)] == [
        "active",
        "active",
        "shadow",
        "shadow",
        "shadow",
    ]
    assert good.because == (
        "it is not worse than v1; on the 20 newest tickets that people gave a category: the new model 16 right, "
        "9 of 9 applied rightly; the active one 15 right, 8 of 8 applied rightly"
    )
    assert unknown.because == "it could not be compared with v1: too few"
    assert Comparison.of(better.document()) == better
