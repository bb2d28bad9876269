"""Why an erasure stops before its end."""


class OutOfTime(Exception):
    """What was done is kept; the next run continues from there."""


class Busy(Exception):
    """Somebody else works on the install, for so many seconds at most."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
