"""The messages that ask for fetches, and the results of these.

{"install", "count", "why": "connect" | "webhook" | "sweep" | "start", "asked_at"}   the newest posts of an account
{"install", "tag", "why": "hashtag", "asked_at"}                           posts with a hashtag, in that account's name
{"install", "why": "backfill", "asked_at"}                                 all posts of an account, in another queue

A fetch that runs out of time continues with a message that also has `after` (Meta's cursor), `began` and `newest`.
"""

import json
from collections.abc import Collection, Mapping
from math import ceil
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signpost.instagram.tags import normal
from signpost.platform.errors import InvalidInput

_MOST: Final = 100
_LONGEST_WAIT: Final = 900  # seconds, SQS's limit: a message that must wait longer is sent again
START: Final = "start"
_FETCHES: Final = ("connect", "webhook", "sweep", START, "hashtag")
BACKFILL: Final = "backfill"


class Job(NamedTuple):
    """Times are seconds since 1970."""

    install: str
    why: str
    asked_at: float
    at_least: int = 0  # `count`: how many of the newest posts to look at, besides all since the last sync
    tag: str | None = None
    after: str | None = None
    began: float | None = None
    newest: float | None = None

    def message(self) -> dict[str, object]:
        named = {"count" if name == "at_least" else name: value for name, value in self._asdict().items()}
        return {name: value for name, value in named.items() if value not in {None, 0}}


class Problem(NamedTuple):
    """Something that did not stop the fetch, for the log."""

    what: str
    media: str | None = None
    reason: str = ""


class FetchResult(NamedTuple):
    """How a fetch ended. `again` is a message to send, to arrive after `delay` seconds.

    `counts` are metrics; `result` is a short text for the log.
    """

    result: str
    again: Job | None = None
    delay: int = 0
    counts: Mapping[str, int] = MappingProxyType({})
    problems: tuple[Problem, ...] = ()


def later(result: str, job: Job, seconds: float) -> FetchResult:
    """Send the message again, so that waiting does not use up its deliveries."""
    return FetchResult(result, job, max(1, min(ceil(seconds), _LONGEST_WAIT)))


def backfill(install: str, now: float) -> Job:
    return Job(install, BACKFILL, now)


def job_of(body: str, allowed: Collection[str] = _FETCHES) -> Job:
    """`allowed`: the reasons that the queue is for. Raises InvalidInput, without repeating what was sent."""
    try:
        return _job(json.loads(body), allowed)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"This is not a message for a fetch: {type(error).__name__}.") from None


def _job(sent: Mapping[str, Any], allowed: Collection[str]) -> Job:
    why, install, tag = str(sent["why"]), sent["install"], sent.get("tag")
    if why not in allowed or not isinstance(install, str) or not install:
        raise ValueError("why or install")
    if (why == "hashtag") != isinstance(tag, str) or (tag is not None and not normal(tag)):
        raise ValueError("tag")
    after = sent.get("after")
    return Job(
        install=install,
        why=why,
        asked_at=float(sent["asked_at"]),
        at_least=0 if tag or why == BACKFILL else min(max(int(sent["count"]), 1), _MOST),
        tag=normal(tag) if tag else None,
        after=str(after) if after else None,
        began=float(sent["began"]) if "began" in sent else None,
        newest=float(sent["newest"]) if "newest" in sent else None,
    )
