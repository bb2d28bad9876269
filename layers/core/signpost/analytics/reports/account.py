"""Reports about the account and its formats: growth, media-types, stories, audience."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, TypeVar

from signpost.analytics.reports import numbers
from signpost.analytics.reports.posts import engagement, kind
from signpost.analytics.reports.result import Cell, Missing, Result, Scope, Table
from signpost.analytics.snapshot import Post, Story

GROWTH_COLUMNS: Final = ("day", "followers", "net", "percent", "following", "posts")
TYPE_COLUMNS: Final = ("val", "count", "likes", "comments", "engagement", "median", "reach", "by-reach")
STORY_COLUMNS: Final = (
    *("id", "created", "pic", "permalink", "media-type", "views", "reach", "replies", "shares", "follows"),
    *("profile-visits", "forward", "back", "next-account", "exits", "completion"),
)
AUDIENCE_COLUMNS: Final = ("dimension", "val", "count", "percent")
DIMENSIONS: Final = ("country", "city", "age", "gender")


T = TypeVar("T", int, float)


class _Type(NamedTuple):
    """In the order of `TYPE_COLUMNS`."""

    name: str
    posts: int
    likes: float | None
    comments: float | None
    engagement: float | None
    median: float | None
    reach: float | None
    by_reach: float | None


class _Day(NamedTuple):
    day: date
    followers: int
    before: int | None  # followers on the day before that was counted
    following: int | None
    posts: int | None


def growth(scope: Scope) -> Result:
    """The last count of each day, and what has changed since the day before that was counted."""
    counted = [day for day in scope.chosen().days or () if day.followers is not None]
    if not counted:
        return Missing(("daily-counts",))
    last = {datetime.fromtimestamp(day.at, scope.zone).date(): day for day in counted}
    rows: list[_Day] = []
    for day, counts in last.items():
        before = rows[-1].followers if rows else None
        rows.append(_Day(day, counts.followers or 0, before, counts.following, counts.posts))
    whole = rows[-1]._replace(before=rows[0].followers)
    summary = {"net": _net(whole), "percent": _growth(whole), "days": len(rows)}
    return Table(GROWTH_COLUMNS, rows, _day_cells, summary=summary)


def media_types(scope: Scope) -> Result:
    """How pictures, albums, videos and reels do, each on average; the most engaging first."""
    found: dict[str, list[Post]] = {}
    for post in scope.chosen().posts:
        found.setdefault(kind(post), []).append(post)
    rows = [_type_cells(name, posts) for name, posts in found.items()]
    rows.sort(key=lambda row: (row.engagement is None, -(row.engagement or 0), row.name))
    return Table(TYPE_COLUMNS, rows, lambda row: row)


def stories(scope: Scope) -> Result:
    """Each story with its numbers, newest first."""
    found = scope.chosen().stories
    if found is None:
        return Missing(("stories",))
    return Table(STORY_COLUMNS, sorted(found, key=lambda story: (-story.created, story.id)), _story_cells)


def audience(scope: Scope) -> Result:
    """Followers by country, city, age and gender, most first."""
    demographics = scope.snapshot.demographics
    if not demographics:
        return Missing(("demographics",))
    rows = [
        (dimension, value, count, numbers.percent(count, sum(demographics[dimension].values())))
        for dimension in DIMENSIONS
        for value, count in sorted(demographics.get(dimension, {}).items(), key=lambda each: (-each[1], each[0]))
    ]
    missing = tuple(dimension for dimension in DIMENSIONS if dimension not in demographics)
    return Table(AUDIENCE_COLUMNS, rows, lambda row: row, missing=missing)


def _day_cells(row: _Day) -> Sequence[Cell]:
    return (row.day.isoformat(), row.followers, _net(row), _growth(row), row.following, row.posts)


def _net(row: _Day) -> int | None:
    return None if row.before is None else row.followers - row.before


def _growth(row: _Day) -> float | None:
    return numbers.percent(_net(row), row.before)


def _type_cells(name: str, posts: list[Post]) -> _Type:
    engaged = sorted(_known(map(engagement, posts)))
    return _Type(
        name,
        len(posts),
        numbers.mean(_known(post.likes for post in posts)),
        numbers.mean(_known(post.comments for post in posts)),
        numbers.mean(engaged),
        numbers.median(engaged),
        numbers.mean(_known(post.reach for post in posts)),
        numbers.mean(_known(numbers.percent(engagement(post), post.reach) for post in posts)),
    )


def _known(values: Iterable[T | None]) -> list[T]:
    return [value for value in values if value is not None]


def _story_cells(story: Story) -> Sequence[Cell]:
    stayed = None if story.exits is None or story.reach is None else story.reach - story.exits
    return (
        *(story.id, story.created, story.picture, story.permalink, story.media_type, story.views, story.reach),
        *(story.replies, story.shares, story.follows, story.profile_visits, story.forward, story.back),
        *(story.next_account, story.exits, numbers.percent(stayed, story.reach)),
    )
