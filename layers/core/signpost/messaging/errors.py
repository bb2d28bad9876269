"""Errors of the messaging API."""

from signpost.platform.errors import SignpostError


class Refused(SignpostError):
    """Values that are not allowed: one message for each field, and all of them as the error's text."""

    code = "refused"
    status = 400

    def __init__(self, *messages: str) -> None:
        super().__init__(", ".join(messages))
        self.messages = messages
