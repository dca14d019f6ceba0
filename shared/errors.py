"""The two ways in which work can fail, and what each means for the message that asked for it."""


class KarticaError(Exception):
    """Anything that Kartica itself raises."""


class Transient(KarticaError):
    """It may work later: the message waits in a retry queue and comes back."""


class Permanent(KarticaError):
    """It will never work: the message is parked in the dead queue with this reason."""


class Stale(Transient):
    """What the decision was based on has changed meanwhile: decide again."""


class Refused(Permanent):
    """A command that can't be carried out; the sender is told why.

    `status` is the HTTP status code, `title` the short name of the problem and `detail` says what to
    do (RFC 9457).
    """

    def __init__(self, *, status: int, title: str, detail: str) -> None:
        super().__init__(f"{title}: {detail}")
        self.status = status
        self.title = title
        self.detail = detail


class InvalidConfiguration(KarticaError):
    """A file in config/ that does not hold; the text names file, line and reason."""
