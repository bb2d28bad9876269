"""When to look at accounts, metrics and hashtags again, and how long to wait. All times are in seconds."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from signpost.instagram.graph.usage import Usage
from signpost.instagram.posts import Post
from signpost.instagram.products import Provider

HOUR: Final = 3600
DAY: Final = 86_400
ACCOUNT_EVERY: Final = 20 * HOUR  # less than a day, so that each day has its count of followers
CLAIM: Final = 2 * HOUR  # longer than from one hourly sweep to the next, and soon enough if a sweep is interrupted
MISSING_AFTER: Final = 3 * DAY  # Meta sometimes says so about accounts that exist
POLLED_WHILE: Final = 30 * DAY  # how long a hashtag is polled after a widget last asked for it
POSTS_KEPT: Final = 90 * DAY  # how long strangers' posts with a hashtag are kept after they were last seen
LEASED_AGAIN: Final = 30  # how long a fetch usually takes
BACKFILL_UP_TO: Final = 50  # percent of a limit: the other half is for new posts
BACKFILL_AGAIN: Final = 60  # while another run is working on it
INSIGHTS_KEPT: Final = 2 * 365 * DAY  # how long Meta keeps insights of posts
PAUSE: Final = 900  # when Meta says that a limit is nearly used up, but not for how long
WISHES_EVERY: Final = 6 * HOUR  # all posts are compared with what apps want; new ones always are
DEMOGRAPHICS_EVERY: Final = 6.5 * DAY
STORY_LIVES: Final = DAY
_STORIES_EVERY: Final = 3 * HOUR
_LAST_LOOK: Final = 2 * HOUR  # before a story ends
_STORYTELLER: Final = 14 * DAY  # how long after a story more of them are expected
_FRESH: Final = 7 * DAY
_RECENT: Final = 30 * DAY
_MEASURED: Final = 90 * DAY
_WEEK: Final = 7 * DAY
_PER_GAP: Final = 4  # how often an account is looked at between two posts
_MOST_COALESCED: Final = 30
_SPREAD_RATE: Final = 10  # how many of a sweep's fetches begin in a second
_SPREAD: Final = 900  # seconds, SQS's longest delay
INSIGHTS_SCOPE: Final = {
    Provider.FACEBOOK: "instagram_manage_insights",
    Provider.INSTAGRAM: "instagram_business_manage_insights",
}


COMMENTS_SCOPE: Final = {
    Provider.FACEBOOK: "instagram_manage_comments",
    Provider.INSTAGRAM: "instagram_business_manage_comments",
}


def served_from(asked_at: float, delay: float) -> float:
    """A fetch that began then or later has served a request of `asked_at` that was to wait for `delay`.

    It may have begun a quarter of the delay, at most 30 seconds, too early, so that a burst of hints is one fetch.
    """
    return asked_at + delay - min(delay / 4, _MOST_COALESCED)


def next_sync(now: float, posted: Sequence[float]) -> float:
    """When to sync an account next: in 1 to 24 hours, by how often it posts. `posted`: times of its newest posts."""
    times = sorted((*posted, now))
    if not posted:
        return now + DAY
    usual = median(later - earlier for earlier, later in pairwise(times))
    # An account that has gone quiet is synced less and less, however often it once posted.
    gap = max(usual, (now - times[-2]) / 2)
    return now + min(max(gap / _PER_GAP, HOUR), DAY)


def next_poll(now: float, found: int, new: int) -> float:
    """When to poll a hashtag next: in 1 to 6 hours, by the share of new posts."""
    if not found:
        return now + 6 * HOUR
    return now + HOUR * (6 - 5 * new / found)


def are_metrics_due(post: Post, asked_at: float, now: float) -> bool:
    """Whether to ask how a post did: four times a day for a week, daily for a month, weekly until 90 days.

    Not if that was done since this sync was requested: then this run continues one that was cut off.
    """
    if post.no_insights or post.product_type == "AD":
        return False
    if post.metrics_at is None:
        return True
    if post.metrics_at >= asked_at:
        return False
    age = now - post.posted_at
    if age > _MEASURED:
        return False
    every = 6 * HOUR if age < _FRESH else DAY if age < _RECENT else _WEEK
    # A sweep may come a little earlier than on the day before.
    return now - post.metrics_at >= every * 0.9


def are_story_metrics_due(story: Post, asked_at: float, now: float) -> bool:
    """Whether to ask how a story does: every three hours, and once more shortly before it ends."""
    if story.metrics_at is None:
        return True
    ends_soon = now - story.posted_at >= STORY_LIVES - _LAST_LOOK
    every = HOUR if ends_soon else _STORIES_EVERY
    return story.metrics_at < asked_at and now - story.metrics_at >= every * 0.9


def next_look(now: float, next_sync: float, stories: Sequence[float], last_story_at: float | None) -> float:
    """When to sync an account that may have stories next. `stories`: when the live ones were published."""
    if stories:
        ends = [at + STORY_LIVES - _LAST_LOOK / 2 for at in stories]
        next_sync = min(next_sync, *(max(end, now + HOUR) for end in ends))
    if last_story_at is not None and now - last_story_at < _STORYTELLER:
        next_sync = min(next_sync, now + STORY_LIVES / 2)
    return next_sync


def must_backfill_pause(usage: Usage) -> bool:
    """Whether a backfill must leave the rest of a limit to fetches of new posts."""
    return usage.percent >= BACKFILL_UP_TO or usage.regain_seconds > 0


def pause_after(usage: Usage) -> int:
    """How long to make no calls after a reply that says to stop."""
    return usage.regain_seconds or PAUSE


def spread(number: int) -> int:
    """How many seconds the fetch with this number in a sweep is delayed: 10 begin at a time."""
    return number // _SPREAD_RATE % (_SPREAD + 1)
