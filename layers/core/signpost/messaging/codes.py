"""Codes by SMS, which show that somebody has a phone: four digits, for ten minutes, five tries each.

How likely is a lucky guess? Five different guesses at one of 9,000 codes hit with a chance of 5 / 9,000 = 1 / 1,800.
A new code comes only with another SMS, and a phone gets at most five of them in any hour. Whoever never stops asking
and guessing, from however many addresses, thus has 25 guesses an hour: a chance of 1 / 360 in an hour and of 1 / 15
in a day, during which the owner gets 120 messages. That is what four digits can do.

The store keeps to it by conditional writes, in this order:

1. `Code.tries` grows by one, on the condition that the code `may_be_tried`; the reply is the code with this try.
2. `tried` compares, and says what came of it. So two guesses at once, or one whose reply is lost, count as two.
3. When it is RIGHT, the code is removed on the condition that the digest is still the same: it works once.
"""

import hmac
import secrets
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

VALID_FOR: Final = 600  # seconds
MAX_TRIES: Final = 5
PAUSE: Final = 60  # seconds between two codes for a phone
WINDOW: Final = 3600  # seconds
MAX_SENT: Final = 5  # codes for a phone in any WINDOW
_FIRST, _COUNT = 1000, 9000


class Code(NamedTuple):
    """What is kept of a code: never its digits."""

    digest: str
    until: float  # when it expires
    tries: int = 0  # how often somebody has tried to guess it


class Outcome(StrEnum):
    """All but RIGHT get the same reply."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED_UP = "used_up"  # too many tries


def new(user: str, key: bytes, now: float, *, random: Callable[[int], int] = secrets.randbelow) -> tuple[str, Code]:
    """The four digits to send, and what to keep of them. `random`: a number from 0 up to its argument, without it."""
    digits = str(_FIRST + random(_COUNT))
    return digits, Code(_digest(user, key, digits), now + VALID_FOR)


def may_be_tried(code: Code, now: float) -> bool:
    """Before a try is counted. The store has to write it as a condition on the stored code."""
    return code.tries < MAX_TRIES and now < code.until


def tried(code: Code, given: str, user: str, key: bytes, now: float) -> Outcome:
    """What came of a guess that is counted in the code already."""
    right = hmac.compare_digest(code.digest, _digest(user, key, given.strip()))
    if now >= code.until:
        return Outcome.EXPIRED
    if code.tries > MAX_TRIES:
        return Outcome.USED_UP
    return Outcome.RIGHT if right else Outcome.WRONG


def next_sending(sent: Sequence[float], now: float) -> float:
    """When the next code may be sent to a phone: `now`, or later. `sent`: when the last ones were, oldest first."""
    after_last = sent[-1] + PAUSE if sent else now
    after_first = sent[-MAX_SENT] + WINDOW if len(sent) >= MAX_SENT else now
    return max(now, after_last, after_first)


def with_sending(sent: Sequence[float], now: float) -> tuple[float, ...]:
    """What to keep of the moments when codes were sent. Write it on the condition that nobody else did meanwhile."""
    return (*sent, now)[-MAX_SENT:]


def _digest(user: str, key: bytes, digits: str) -> str:
    """Keyed, because 9,000 hashes are quickly tried. The last line is the code, whatever the user's id is."""
    text = f"signpost code 1\n{user}\n{digits}"
    return hmac.digest(key, text.encode(errors="surrogatepass"), "sha256").hex()
