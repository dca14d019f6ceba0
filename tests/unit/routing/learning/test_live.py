"""The live figures: what the model said beside what people made of it."""

from prometheus_client import CollectorRegistry

from services.routing.learning.answering.heard import Heard
from services.routing.learning.lessons.lesson_store import Tally
from services.routing.learning.lessons.live import live
from services.routing.learning.metrics import ModelMetrics, applied_rightly
from shared.events import ModelVerdict

TALLIES = [
    Tally("billing", "applied", "kept", 5),
    Tally("billing", "applied", "confirmed", 2),
    Tally("billing", "applied", "corrected", 1),
    Tally("billing", "applied", "open", 4),
    Tally("billing", "suggested", "confirmed", 3),
    Tally("billing", "suggested", "corrected", 1),
    Tally("technical", "abstained", "open", 4),
]


def test_applied_categories_are_right_when_confirmed_or_left_until_the_resolution() -> None:
    shown = live(TALLIES)
    billing, technical = shown.categories
    assert (billing.applied, billing.right, billing.wrong, billing.precision) == (12, 7, 1, 0.875)
    assert (billing.suggested, billing.taken, billing.refused, technical.abstained) == (4, 3, 1, 4)
    assert (shown.asked, shown.coverage, shown.abstention, shown.precision, shown.judged) == (20, 0.6, 0.2, 0.875, 8)
    assert applied_rightly(TALLIES) == (7, 8)
    assert live([]).precision is None


def test_metrics_have_categories_of_the_organisation_as_labels_and_no_others() -> None:
    registry = CollectorRegistry()
    metrics = ModelMetrics(registry, categories=["billing"])
    verdict = ModelVerdict(version="v1", category="billing", probability=0.9, decision="applied", threshold=0.8)
    strange = verdict.model_copy(update={"category": "made up", "decision": "abstained"})
    metrics.count(Heard(verdict=verdict, shadow=strange), seconds=0.01)
    metrics.count(Heard(verdict=strange), seconds=0.01)
    metrics.count(Heard(silent="it did not answer"), seconds=0.3)
    metrics.count_correction("billing", "suggested", "technical")
    metrics.show_live(TALLIES, wanted=0.95)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"kartica_routing_model_{name}", labels)

    assert value("decisions_total", decision="applied", category="billing") == 1
    assert value("decisions_total", decision="shadow", category="other") == 1
    assert value("decisions_total", decision="abstained", category="other") == 1
    assert value("decisions_total", decision="unavailable", category="other") == 1
    assert value("corrections_total", category="billing", kind="suggested_corrected") == 1
    assert (value("live_precision"), value("live_judged"), value("wanted_precision")) == (0.875, 8, 0.95)
