"""The code that a phone was sent last: kept by phone, so that limits hold whoever asks for codes, and for what."""

from math import ceil
from typing import Final, NamedTuple

from signpost.messaging import codes
from signpost.messaging.codes import Code, Outcome
from signpost.platform.errors import TooManyRequests

_NO_CODE: Final = Code("", 0.0)


class PhoneCode(NamedTuple):
    """As stored; `user` is the account that is to have the phone. Without a code, only the moments are known."""

    user: int | None = None
    code: Code | None = None
    sent: tuple[float, ...] = ()

    def holds(self, user: int, now: float) -> bool:
        """Whether this account may still be verified with it, and nobody else may have the phone meanwhile."""
        return self.user == user and self.code is not None and codes.may_be_tried(self.code, now)


class Sending(NamedTuple):
    digits: str
    stored: PhoneCode


def new_code(user: int, before: PhoneCode, key: bytes, now: float) -> Sending | None:
    """The next code to send; None within a minute of the last one, if that is for the same account and still works.

    So whoever repeats a request, because its reply was lost, gets the same reply.

    Raises `TooManyRequests`.
    """
    at = codes.next_sending(before.sent, now)
    if at <= now:
        digits, code = codes.new(str(user), key, now)
        return Sending(digits, PhoneCode(user, code, codes.with_sending(before.sent, now)))
    if before.holds(user, now) and now < before.sent[-1] + codes.PAUSE:
        return None
    raise TooManyRequests("Too many codes were sent to this phone; try again later.", ceil(at - now))


def is_right(tried: PhoneCode, given: str, user: int | None, key: bytes, now: float) -> bool:
    """Whether a guess hits. `tried`: with this try, which has been counted. Without a code, it takes as long."""
    outcome = codes.tried(tried.code or _NO_CODE, given, str(tried.user), key, now)
    return outcome is Outcome.RIGHT and tried.user == user is not None
