"""The posts that carry a link: what they brought, and where they are in the chart."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.analytics.link_posts.brought import Brought, PostClicks
from signpost.analytics.link_posts.views import per_1000, reach
from signpost.console import words
from signpost.console.charts.plots import Pin, middle, spread
from signpost.console.periods import Period, Span

_MOST: Final = 8  # rows


class PostRow(NamedTuple):
    """`number` is that of its pin in the chart; None: it was published before."""

    number: int | None
    title: str
    address: str  # at Instagram; may be empty
    picture: str | None
    when: str
    clicks: str
    is_estimate: bool
    share: str
    reach: str
    per_1000: str


class Posts(NamedTuple):
    """`rest` and `others`: clicks and share of no post, and of the posts that are not shown."""

    rows: list[PostRow]
    number_of_others: int
    others: tuple[str, str]
    rest: tuple[str, str]
    pins: list[Pin]

    @property
    def has_estimates(self) -> bool:
        return any(each.is_estimate for each in self.rows)


def posts(found: Brought, starts: Sequence[datetime], chosen: Span, period: Period, zone: ZoneInfo) -> Posts:
    """The posts with most clicks, newest first. `starts`: of the chart's hours or days."""
    best = sorted(found.posts, key=lambda each: (-each.clicks, -each.post.posted_at))[:_MOST]
    shown = sorted(best, key=lambda each: each.post.posted_at)
    numbers: dict[str, int] = {}
    for each in shown:
        if chosen.start.timestamp() <= each.post.posted_at < chosen.end.timestamp():
            numbers[each.post.media_id] = len(numbers) + 1
    others = sum(each.clicks for each in found.posts) - sum(each.clicks for each in shown)

    def part(clicks: int) -> tuple[str, str]:
        return words.count(clicks), words.share(clicks, found.clicks)

    return Posts(
        rows=[_row(each, numbers.get(each.post.media_id), found.clicks, zone) for each in reversed(shown)],
        number_of_others=len(found.posts) - len(shown),
        others=part(others),
        rest=part(found.without_post),
        pins=spread(
            (place(each.post.posted_at, starts, period, zone), numbers[each.post.media_id])
            for each in shown
            if each.post.media_id in numbers
        ),
    )


def place(at: float, starts: Iterable[datetime], period: Period, zone: ZoneInfo) -> float:
    """Where a chart has the hour, day or month of a moment, from 0 to 1."""
    moment = datetime.fromtimestamp(at, zone)
    if period.key == "12m":
        months = list(dict.fromkeys((each.year, each.month) for each in starts))
        return middle(months.index((moment.year, moment.month)), len(months))
    seconds = [each.timestamp() for each in starts]
    return middle(max(0, bisect_right(seconds, at) - 1), len(seconds))


def _row(found: PostClicks, number: int | None, whole: int, zone: ZoneInfo) -> PostRow:
    post, reached, rate = found.post, reach(found), per_1000(found)
    at = datetime.fromtimestamp(post.posted_at, zone)
    return PostRow(
        number=number,
        title=words.caption(post.caption),
        address=words.web_address(post.permalink),
        picture=f"/instagram/{post.pictures[0]}" if post.pictures else None,
        when=f"{words.day(at)}, {at:%H:%M}" if number is not None else words.full_day(at),
        clicks=f"≈ {words.count(found.clicks)}" if found.estimated else words.count(found.clicks),
        is_estimate=found.estimated > 0,
        share=words.share(found.clicks, whole),
        reach=words.count(reached),
        per_1000=words.UNKNOWN if rate is None else f"{rate:,.1f}",
    )
