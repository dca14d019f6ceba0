"""What is counted about the models. Labels are categories of routing.yaml and a few fixed words."""

from collections.abc import Collection, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.routing.learning.answering.heard import Heard
from services.routing.learning.lessons.lesson_store import Tally

OTHER = "other"
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


class ModelMetrics:
    def __init__(self, registry: CollectorRegistry, *, categories: Collection[str]) -> None:
        self._categories = frozenset(categories)
        self._decisions = Counter(
            "kartica_routing_model_decisions",
            "What the models decided about tickets that the rules left open",
            ["decision", "category"],
            registry=registry,
        )
        self._corrections = Counter(
            "kartica_routing_model_corrections",
            "Categories of the model that a person confirmed or corrected",
            ["category", "kind"],
            registry=registry,
        )
        self._broken = Gauge(
            "kartica_routing_model_broken", "1: the active model can't be used by this replica", registry=registry
        )
        self._up = Gauge(
            "kartica_routing_model_worker_up",
            "1: the process that classifies runs, or is not needed",
            registry=registry,
        )
        self._ended = Counter(
            "kartica_routing_model_worker_ended",
            "How often the process that classifies ended by itself, or was ended because it hung",
            registry=registry,
        )
        self._seconds = Histogram(
            "kartica_routing_model_seconds",
            "How long a ticket waited for the models",
            buckets=SECONDS,
            registry=registry,
        )
        self._wanted = Gauge(
            "kartica_routing_model_wanted_precision",
            "What share of applied categories is to be right",
            registry=registry,
        )
        self._live = Gauge(
            "kartica_routing_model_live_precision",
            "What share of the categories applied by the active model people left or confirmed",
            registry=registry,
        )
        self._judged = Gauge(
            "kartica_routing_model_live_judged", "Of how many tickets the live precision is made", registry=registry
        )
        self._up.set(1)
        self._live.set(float("nan"))

    def count(self, heard: Heard, *, seconds: float) -> None:
        """A message for which the models were asked."""
        self._seconds.observe(seconds)
        if heard.verdict is None:
            self._decisions.labels("unavailable", OTHER).inc()
        else:
            self._decisions.labels(heard.verdict.decision, self._known(heard.verdict.category)).inc()
        if heard.shadow is not None:
            self._decisions.labels("shadow", self._known(heard.shadow.category)).inc()

    def count_correction(self, said: str, decision: str, given: str) -> None:
        """A person gave a category to a ticket for which the active model had said one."""
        kind = f"{decision}_{'confirmed' if given == said else 'corrected'}"
        self._corrections.labels(self._known(said), kind).inc()

    def count_ended(self) -> None:
        self._ended.inc()

    def show_health(self, broken: bool, up: bool) -> None:
        self._broken.set(1 if broken else 0)
        self._up.set(1 if up else 0)

    def show_live(self, tallies: Iterable[Tally], *, wanted: float) -> None:
        right, judged = applied_rightly(tallies)
        self._wanted.set(wanted)
        self._judged.set(judged)
        self._live.set(right / judged if judged else float("nan"))

    def _known(self, category: str) -> str:
        return category if category in self._categories else OTHER


def applied_rightly(tallies: Iterable[Tally]) -> tuple[int, int]:
    """Of the applied categories that are judged by now: how many were right, and how many there are."""
    judged = {"confirmed": True, "kept": True, "corrected": False, "changed": False}
    applied = [tally for tally in tallies if tally.decision == "applied" and tally.judged in judged]
    right = sum(tally.tickets for tally in applied if judged[tally.judged])
    return right, sum(tally.tickets for tally in applied)
