"""The models as a table for the terminal."""

from collections.abc import Iterator

from services.routing.learning.desk import ModelShown, ModelsShown


def table(shown: ModelsShown) -> str:
    """What `make models` prints: every model, its figures in training and, where it is in use, on real tickets."""
    if not shown.models:
        return "There is no model yet: the rules decide alone. `make train` trains one."
    return "\n".join(line for model in shown.models for line in _model(model)) + _footer(shown)


def _model(model: ModelShown) -> Iterator[str]:
    card = model.training
    learned = ", ".join(f"{count} by {by}" for by, count in sorted(model.examples.items())) or "no examples"
    size = f"{card['size']:,} bytes"
    yield f"{model.version}  {model.state.upper() if model.state == 'active' else model.state}"
    yield f"  trained {model.trained_at:%Y-%m-%d %H:%M} UTC by {model.trained_by} from {learned}; {size}"
    yield f"  {model.because}"
    yield (
        f"  applies from {card['apply']:.2f}, suggests from {card['suggest']:.2f};"
        f" cross-validated: {_share(card['precision'])} of the applied right,"
        f" {_share(card['coverage'])} applied, {_share(card['accuracy'])} right at all"
    )
    live = model.live
    if live is not None:
        yield (
            f"  live: asked {live.asked} times, {_share(live.coverage)} applied, {_share(live.abstention)} abstained;"
            f" {_share(live.precision)} of {live.judged} judged ones right"
        )
    yield f"  {'category':20} examples precision coverage   live: applied right wrong suggested taken"
    by_name = {one.category: one for one in live.categories} if live is not None else {}
    for figures in card["categories"]:
        one = by_name.get(figures["category"])
        beside = f"{one.applied:15} {one.right:5} {one.wrong:5} {one.suggested:9} {one.taken:5}" if one else ""
        yield (
            f"  {figures['category']:20} {figures['examples']:8} {_share(figures['precision']):>9}"
            f" {_share(figures['coverage']):>8} {beside}".rstrip()
        )
    yield ""


def _footer(shown: ModelsShown) -> str:
    lines = [f"active: {shown.active or 'none'}; a rollback goes to: {shown.previous or 'nothing'}"]
    lines += [f"  {turn.at:%Y-%m-%d %H:%M} {turn.by}: {turn.what} {turn.version}" for turn in shown.turns[:5]]
    waiting = [training for training in shown.trainings if training.state == "waiting"]
    lines += [f"training asked for by {training.asked_by} at {training.asked_at:%H:%M} UTC" for training in waiting]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
