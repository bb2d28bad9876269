"""What is sent to people at most once: an e-mail, an SMS, a push. Whether it was sent, when the provider refused it."""

from typing import NamedTuple

from signpost.platform.errors import SignpostError, Unavailable


class NotSent(Unavailable):
    """It was certainly not sent: send it again once the cause is fixed.

    `reason` is the provider's error code. Its message is left out, because it may quote the address. `is_passing`: the
    cause goes away by itself, such as a throttle.
    """

    code = "not_sent"

    def __init__(self, reason: str, *, is_passing: bool = False) -> None:
        super().__init__(f"It was not sent: {reason}.")
        self.reason, self.is_passing = reason, is_passing


class MaybeSent(SignpostError):
    """There was no reply, so it may have been sent: never send it again."""

    code = "maybe_sent"

    def __init__(self, reason: str) -> None:
        super().__init__(f"It may have been sent: {reason}.")
        self.reason = reason


class Mail(NamedTuple):
    subject: str
    text: str
    html: str = ""  # without it, there is only text
