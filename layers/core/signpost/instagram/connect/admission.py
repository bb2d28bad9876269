"""Decides which logins may call Meta: none while Meta wants a pause, and not too many from one address.

Every call that Meta throttles prolongs the pause for all accounts, and anybody can send us tokens and codes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.connect.oauth import ForeignToken
from signpost.instagram.graph.errors import CodeRefused, Throttled, TokenDead

if TYPE_CHECKING:
    from signpost.instagram.pause_store import PauseStore
    from signpost.instagram.products import Provider
    from signpost.platform.clock import Clock
    from signpost.platform.rate_limit import RateLimit

# For one address: an office, a school or a mobile network may have only one.
_STARTS: Final[dict[str, Any]] = {"rate": 1, "burst": 60}
_RETURNS: Final[dict[str, Any]] = {"rate": 1 / 2, "burst": 30}
_REFUSED: Final[dict[str, Any]] = {"rate": 1 / 60, "burst": 10}  # tokens and codes that Meta did not know
_BAD: Final = (CodeRefused, ForeignToken, TokenDead)


class Admission:
    """Every method but `calls` raises `TooManyRequests`, `Throttled` while there is a pause, or `Unavailable`."""

    def __init__(self, limits: "RateLimit", pauses: "PauseStore", clock: "Clock") -> None:
        self._limits, self._pauses, self._clock = limits, pauses, clock

    def start(self, sender: str, provider: "Provider") -> None:
        """Check before redirecting somebody to the dialog, which would lead nowhere during a pause."""
        self._limits.take(f"login start {sender}", **_STARTS)
        self._check_pause(provider)

    def finish(self, sender: str, provider: "Provider") -> None:
        """Check before the first call for a token or code."""
        self._limits.check(f"login refused {sender}", **_REFUSED)
        self._limits.take(f"login {sender}", **_RETURNS)
        self._check_pause(provider)

    @contextmanager
    def calls(self, sender: str, provider: "Provider") -> Iterator[None]:
        """Surrounds calls to Meta: records senders of bad tokens and codes, and the pauses that Meta wants."""
        try:
            yield
        except _BAD:
            self._limits.take(f"login refused {sender}", **_REFUSED)
            raise
        except Throttled as error:
            if error.level == "app" or error.facts.usage.app_full:
                self._pauses.pause_product(provider, self._clock() + error.retry_after)
            raise

    def _check_pause(self, provider: "Provider") -> None:
        now = self._clock()
        until = self._pauses.product_paused_until(provider, now)
        if until is not None:
            wait = ceil(until - now)
            raise Throttled("Instagram allows no more calls for now; try later.", wait, "app")
