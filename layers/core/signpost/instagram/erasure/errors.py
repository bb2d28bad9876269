"""Why an erasure stops before its end."""


class OutOfTime(Exception):
    """What was done is kept; the next run continues from there."""


class Busy(Exception):
    """Somebody else works on the install until that moment (seconds since 1970)."""

    def __init__(self, until: float) -> None:
        super().__init__(until)
        self.until = until
