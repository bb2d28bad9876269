"""The messages that have something fetched, and what became of one.

{"install", "count", "why": "connect" | "webhook" | "sweep", "asked_at"}   the newest posts of an account
{"install", "tag", "why": "hashtag", "asked_at"}                           posts with a hashtag, in that account's name

A fetch that ran out of time leaves a message that goes on: with `after`, Meta's cursor, `began` and `newest`.
"""

import json
from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signpost.instagram.tags import normal
from signpost.platform.errors import InvalidInput

_MOST: Final = 100
_LONGEST_WAIT: Final = 900  # seconds: SQS delays no message longer, so it comes back and is sent off again
_WHY: Final = ("connect", "webhook", "sweep", "hashtag")


class Job(NamedTuple):
    """Times are seconds since 1970."""

    install: str
    why: str
    asked_at: float
    at_least: int = 0  # `count`: so many of the newest posts are looked at, and all since the last sync
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
    """What to do about the message: nothing more or, with `again`, send that one to come after `delay` seconds.

    `counts` are metrics; `result` says in a word how it ended.
    """

    result: str
    again: Job | None = None
    delay: int = 0
    counts: Mapping[str, int] = MappingProxyType({})
    problems: tuple[Problem, ...] = ()


def later(result: str, job: Job, seconds: float) -> FetchResult:
    """Send the message off again, so that waiting does not use up its deliveries."""
    return FetchResult(result, job, max(1, min(ceil(seconds), _LONGEST_WAIT)))


def job_of(body: str) -> Job:
    """Raises InvalidInput, without repeating what was sent."""
    try:
        sent = json.loads(body)
        return _job(sent)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"This is no message for a fetch: {type(error).__name__}.") from None


def _job(sent: Mapping[str, Any]) -> Job:
    why, install, tag = str(sent["why"]), sent["install"], sent.get("tag")
    if why not in _WHY or not isinstance(install, str) or not install:
        raise ValueError("why or install")
    if (why == "hashtag") != isinstance(tag, str) or (tag is not None and not normal(tag)):
        raise ValueError("tag")
    after = sent.get("after")
    return Job(
        install,
        why,
        float(sent["asked_at"]),
        0 if tag else min(max(int(sent["count"]), 1), _MOST),
        normal(tag) if tag else None,
        str(after) if after else None,
        *(float(sent[name]) if name in sent else None for name in ("began", "newest")),
    )
