"""A few messages of three kinds, put together from parts so that none is written twice."""

from services.routing.learning.model.examples import Example

PARTS = {
    "billing": (
        ("my invoice", "the bill", "last month's payment", "my račun", "the refund"),
        ("is wrong", "was charged twice", "shows the wrong amount", "has not arrived"),
    ),
    "technical": (
        ("the app", "the website", "your login page", "aplikacija", "the printer"),
        ("crashes all the time", "does not open", "shows an error", "is very slow"),
    ),
    "presales": (
        ("the yearly plan", "a demo", "the bigger package", "a trial", "an offer for twenty people"),
        ("would interest us", "is what we want to buy", "what does it cost", "do you sell that"),
    ),
}
STRANGE = ("who painted the ceiling of the chapel", "zebras run across dry grass", "שיר על ירח ועל כוכבים בלילה")


def examples() -> list[Example]:
    return [
        Example(f"{one} {other}", category)
        for category, (beginnings, ends) in PARTS.items()
        for one in beginnings
        for other in ends
    ]
