"""Limits how often somebody may do something: token buckets in the table RateLimits, one under each key.

    {"key": SHA-256 of the key, "full_at": when the bucket is full again, "ttl"}

A bucket holds `burst` tokens and gets `rate` new ones a second, so the time when it will be full tells how full it is.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools import Logger

from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Attr, Change, Table
from signpost.platform.errors import TooManyRequests, Unavailable
from signpost.platform.metrics import count

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEEP: Final = 3600  # seconds after a bucket is full, so that machines with different clocks agree


class RateLimit:
    """Keys are stored as hashes. If the table does not respond, nobody is refused; `RateLimitsSkipped` counts it."""

    def __init__(self, table: str, client: "DynamoDBClient", clock: Clock = system_clock) -> None:
        self._table, self._clock = Table(client, table, "The table of rate limits"), clock

    def take(self, key: str, *, rate: float, burst: int, tokens: int = 1) -> None:
        """Take so many tokens, or none. One call if the bucket is full, otherwise two.

        Both are conditional, so no token goes twice.

        Raises:
            TooManyRequests: there are not so many; the error says when there will be another one.
        """
        now, each = self._clock(), 1 / rate
        if tokens > burst:
            raise _refusal(each)
        has_enough = now + (burst - tokens) * each
        item = {"key": _hashed(key)}
        ttl = ceil(now + burst * each) + _KEEP
        with _skipped_when_unavailable():
            first = Change(set={"full_at": now + tokens * each, "ttl": ttl})
            if self._table.update_if(item, first, Attr("full_at").not_exists() | Attr("full_at").lte(now)):
                return
            more = Change(add={"full_at": tokens * each}, set={"ttl": ttl})
            if not self._table.update_if(item, more, Attr("full_at").lte(has_enough)):
                raise _refusal(each)

    def check(self, key: str, *, rate: float, burst: int) -> None:
        """Raises `TooManyRequests` when there is no token. Takes none."""
        now, each = self._clock(), 1 / rate
        with _skipped_when_unavailable():
            stored = self._table.get({"key": _hashed(key)}) or {}
            wait = stored.get("full_at", 0.0) - (now + (burst - 1) * each)
            if wait > 0:
                raise _refusal(wait)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _refusal(wait: float) -> TooManyRequests:
    return TooManyRequests("Too many attempts from your network; try again later.", max(1, ceil(wait)))


@contextmanager
def _skipped_when_unavailable() -> Iterator[None]:
    """A limit protects; it must not be one more thing that can fail."""
    try:
        yield
    except Unavailable as error:
        Logger().warning("rate limit skipped", error=str(error))
        count("RateLimitsSkipped", "rate_limits")
