"""What config/channels.yaml says of telephone calls."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.config import Strict


class CallPolicy(Strict):
    """`missed`: what a call that nobody answered becomes.

    `join` adds it to the open ticket of earlier calls from the number, `open` makes each a ticket of
    its own, `none` leaves no ticket. `region` is the country of numbers without a country code.
    """

    missed: Literal["join", "open", "none"] = "join"
    region: Annotated[str | None, StringConstraints(pattern=r"^[A-Z]{2}$")] = None
