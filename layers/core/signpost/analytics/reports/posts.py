"""Reports whose rows are posts: top-posts, top-comments, engagement-rate."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from signpost.analytics.reports import numbers
from signpost.analytics.reports.result import Cell, Missing, Result, Scope, Table
from signpost.analytics.snapshot import Post, Snapshot

COLUMNS: Final = (
    *("id", "created", "pic", "likerscount", "commentscount", "title", "tags", "permalink"),
    *("media-type", "engagement", "reach"),
)
_RATES: Final = ("by-reach", "by-views", "by-followers")


def top_posts(scope: Scope) -> Result:
    """All posts, those with the most likes first."""
    return Table(COLUMNS, most_first(scope.chosen().posts, lambda post: post.likes), cells)


def top_comments(scope: Scope) -> Result:
    """All posts, those with the most comments first."""
    return Table(COLUMNS, most_first(scope.chosen().posts, lambda post: post.comments), cells)


def engagement_rate(scope: Scope) -> Result:
    """Each post's engagement in percent of its reach, its views, and the followers that the account had then."""
    snapshot = scope.chosen()
    followers = _followers(scope.snapshot)
    rows = [(post, _rates(post, followers(post.created))) for post in snapshot.posts]
    if rows and not any(rate is not None for _, rates in rows for rate in rates):
        return Missing(("insights",))
    rows.sort(key=lambda row: (*(_last_if_none(rate) for rate in row[1]), row[0].id))
    summary = {
        name: _summary([rate for _, rates in rows if (rate := rates[index]) is not None])
        for index, name in enumerate(_RATES)
    }
    columns = (*COLUMNS, "views", *_RATES)
    return Table(columns, rows, lambda row: (*cells(row[0]), row[0].views, *row[1]), summary=summary)


def cells(post: Post) -> Sequence[Cell]:
    return (
        *(post.id, post.created, post.picture, post.likes, post.comments, post.caption, post.tags, post.permalink),
        *(kind(post), engagement(post), post.reach),
    )


def kind(post: Post) -> str:
    """REELS, or else IMAGE, VIDEO or CAROUSEL_ALBUM."""
    return "REELS" if post.product_type == "REELS" else post.media_type or "unknown"


def engagement(post: Post) -> int | None:
    """Likes, comments, saves and shares, of what is there."""
    there = [each for each in (post.likes, post.comments, post.saves, post.shares) if each is not None]
    return sum(there) if there else None


def most_first(posts: Iterable[Post], number: Callable[[Post], int | None]) -> list[Post]:
    return sorted(posts, key=lambda post: (_last_if_none(number(post)), post.id))


def _last_if_none(value: float | None) -> float:
    return float("inf") if value is None else -value


def _followers(snapshot: Snapshot) -> Callable[[float], int | None]:
    """How many followers there were at a time: as last counted before it, else as first counted, else today's."""
    days = [day for day in snapshot.days or () if day.followers is not None]
    times = [day.at for day in days]

    def at(moment: float) -> int | None:
        if not days:
            return snapshot.account.followers
        return days[max(0, bisect_right(times, moment) - 1)].followers

    return at


def _rates(post: Post, followers: int | None) -> tuple[float | None, float | None, float | None]:
    number = engagement(post)
    return (
        numbers.percent(number, post.reach),
        numbers.percent(number, post.views),
        numbers.percent(number, followers),
    )


def _summary(rates: list[float]) -> dict[str, float | None]:
    return {
        "mean": numbers.mean(rates),
        "median": numbers.median(sorted(rates)),
        "posts": len(rates),
    }
