"""Why an erasure stops before its end."""


class OutOfTime(Exception):
    """What has been done is kept; the next run continues from there."""


class Busy(Exception):
    """Another run works on the install, for at most `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
