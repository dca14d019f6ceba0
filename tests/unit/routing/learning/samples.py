"""A card and a model of the catalogue, for the tests of learned classification."""

from datetime import UTC, datetime, timedelta

from services.routing.learning.catalogue import Entry, digest
from services.routing.learning.model.card import FORMAT, Card, CategoryFigures

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def card(*, hours: int = 0) -> Card:
    figures = CategoryFigures("billing", examples=40, precision=0.96, coverage=0.7, recall=0.9)
    return Card(
        format=FORMAT,
        trained_at=AT + timedelta(hours=hours),
        examples=80,
        out_of_scope=10,
        categories=(figures,),
        apply=0.8,
        suggest=0.5,
        precision_wanted=0.95,
        precision=0.96,
        coverage=0.7,
        accuracy=0.9,
        refused=0.8,
        features="words+characters",
        versions=(("numpy", "2"),),
        seconds=1.0,
        size=1000,
    )


def entry(version: str, content: bytes, *, hours: int = 0) -> Entry:
    return Entry(
        version=version,
        origin="history",
        sha256=digest(content),
        card=card(hours=hours),
        trained_by="system:schedule",
        examples={"person": 80},
        verdict="no other model was active",
    )
