"""What the judge found: how often something was judged, how often a rule was broken, and the first examples."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

RULES = (
    "double_assignments",
    "over_capacity",
    "waiting_in_vain",
    "order_violations",
    "uneven_loads",
    "wrong_ranks",
    "not_eligible",
)
EXAMPLES = 5


@dataclass(slots=True)
class Findings:
    """`spread` is the greatest one, in tickets."""

    judged: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    spread: float = 0.0
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def report(self, rule: str, what: str) -> None:
        self.broken[rule] += 1
        if len(self.examples[rule]) < EXAMPLES:
            self.examples[rule].append(what)
