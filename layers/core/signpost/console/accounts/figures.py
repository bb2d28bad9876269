"""What an account's posts and links brought: its key figures, its followers over time, its posts as cards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup

from signpost.analytics.link_posts.brought import Span, brought
from signpost.console import words
from signpost.console.charts.lines import line_chart
from signpost.console.charts.plots import Point, Wording
from signpost.instagram.posts import Post
from signpost.tracking.clicked_hours import AccountCampaign
from signpost.tracking.counting.counts import ClickHistory, people
from signpost.tracking.hours import DAY, HOUR, quarter_of

if TYPE_CHECKING:
    from signpost.instagram.readings import AccountNumbers

SHOWN: Final = 8  # posts on a page
CLICK_DAYS: Final = 30
PERIODS: Final = {
    "30d": ("30 d", "30 days", 30),
    "90d": ("90 d", "90 days", 90),
    "12m": ("12 months", "12 months", 365),
}
DEFAULT_PERIOD: Final = "90d"
SORTS: Final = {"newest": "Newest", "reach": "Reach", "clicks": "Clicks"}
_MONTH: Final = 30
_WEEKLY_FROM: Final = 200  # days: then a point for each week, because nobody can tell 365 apart
_KINDS: Final = {
    "REELS": ("play", "Reel"),
    "CAROUSEL_ALBUM": ("album", "Album"),
    "VIDEO": ("play", "Video"),
    "IMAGE": ("picture", "Picture"),
}


class Tile(NamedTuple):
    name: str
    value: str
    change: words.Change | None
    under: str


class Card(NamedTuple):
    title: str
    address: str  # at Instagram; may be empty
    picture: str | None
    icon: str
    kind: str
    day: str
    clicks: str
    has_clicks: bool
    numbers: tuple[tuple[str, str], ...]


class PostClicks(NamedTuple):
    """Clicks that a post brought; `estimated`: some of them by a rule of thumb."""

    clicks: int
    estimated: bool


class Followers(NamedTuple):
    chart: Markup | None  # None: there is nothing to draw yet
    rows: list[tuple[str, str, str]]


# ------------------------------------------------------------------------------------------------------------- clicks
def clicks_by_post(
    campaigns: Sequence[AccountCampaign], posts: Iterable[Post], host: str, now: float
) -> dict[str, PostClicks]:
    """As reports put them down to posts."""
    found = brought(campaigns, posts, host, Span(0, now + HOUR), now)
    return {each.post.media_id: PostClicks(each.clicks, each.estimated > 0) for each in found.posts if each.clicks}


def clicks_in(campaigns: Iterable[AccountCampaign]) -> int:
    return sum(sum(hour.platforms.values()) for each in campaigns for hour in each.hours)


def clicks_before(histories: Iterable[ClickHistory], now: float) -> int:
    """In the 30 days before the last 30."""
    first, end = (quarter_of((now - days * DAY) // HOUR * HOUR) for days in (2 * CLICK_DAYS, CLICK_DAYS))
    return sum(people(counts) for each in histories for name, counts in each.quarters.items() if first <= name < end)


# -------------------------------------------------------------------------------------------------------- key figures
def tiles(
    days: Sequence["AccountNumbers"], posts: Sequence[Post], clicks: tuple[int, int] | None, now: float
) -> list[Tile]:
    """`clicks`: of 30 days, and of the 30 days before; None: no link names the account."""
    start, before = now - _MONTH * DAY, now - 2 * _MONTH * DAY
    followers = [(each.at, each.followers_count) for each in days if each.followers_count is not None]
    count = followers[-1][1] if followers else None
    gained = None
    if count is not None and followers[0][0] <= start:
        gained = count - next(number for at, number in reversed(followers) if at <= start)
    reached = _reached(days)
    rate, former = (_engagement(posts, *span) for span in ((start, now), (before, start)))
    compared = "on the 30 days before"
    return [
        Tile("Followers", words.count(count), _gain(gained), "in 30 days" if gained is not None else "as of now"),
        _compared("Reach, 30 days", _sum(reached, start, now), _sum(reached, before, start), "added up by day"),
        Tile(
            "Engagement by reach",
            words.UNKNOWN if rate is None else f"{rate:.1f}%",
            None if rate is None or not former else words.change(rate, former),
            compared if rate is not None and former else "of the posts of 30 days",
        ),
        _compared("Clicks, 30 days", clicks and clicks[0], clicks and clicks[1], "on links that name this account"),
    ]


def _compared(name: str, now: float | None, before: float | None, otherwise: str) -> Tile:
    change = words.change(now, before) if now is not None and before else None
    return Tile(name, words.count(now), change, "on the 30 days before" if change else otherwise)


def _gain(gained: int | None) -> words.Change | None:
    if gained is None:
        return None
    sign = "+" if gained >= 0 else "−"  # noqa: RUF001  (a minus)
    return words.Change(f"{sign}{words.count(abs(gained))}", "up" if gained >= 0 else "down")


def _reached(days: Iterable["AccountNumbers"]) -> dict[str, float]:
    return {
        each.insights_day: each.insights["reach"] for each in days if each.insights_day and "reach" in each.insights
    }


def _sum(by_day: Mapping[str, float], start: float, end: float) -> float | None:
    first, last = (datetime.fromtimestamp(each, ZoneInfo("UTC")).date().isoformat() for each in (start, end))
    found = [value for day, value in by_day.items() if first <= day < last]
    return sum(found) if found else None


def _engagement(posts: Iterable[Post], start: float, end: float) -> float | None:
    """The mean of the posts' rates: likes, comments, saves and shares, in per cent of reach."""
    rates = []
    for each in posts:
        reach = each.metrics.get("reach")
        if start <= each.posted_at < end and reach:
            parts = (_likes(each), _comments(each), each.metrics.get("saved"), each.metrics.get("shares"))
            rates.append(sum(part or 0 for part in parts) / reach * 100)
    return sum(rates) / len(rates) if rates else None


def _likes(post: Post) -> float | None:
    return post.metrics.get("likes", post.metrics.get("like_count"))


def _comments(post: Post) -> float | None:
    return post.metrics.get("comments", post.metrics.get("comments_count"))


# ---------------------------------------------------------------------------------------------------------- followers
def followers(days: Sequence["AccountNumbers"], period: str, username: str, zone: ZoneInfo, now: float) -> Followers:
    """The last number of each day; of longer periods, of each seventh day, counted from today."""
    length = PERIODS[period][2]
    today = datetime.fromtimestamp(now, zone).date()
    by_day: dict[date, int] = {}
    for each in days:
        if each.followers_count is not None:
            by_day[datetime.fromtimestamp(each.at, zone).date()] = each.followers_count
    step = 7 if length > _WEEKLY_FROM else 1
    shown = [today - timedelta(days=number) for number in range((length - 1) // step * step, -1, -step)]
    points = [
        Point(words.day(_noon(day, zone)), words.weekday(_noon(day, zone)), _lately(by_day, day, step)) for day in shown
    ]
    first = next((index for index, point in enumerate(points) if point.value is not None), len(points))
    points = points[first:]
    if len(points) < 2:  # noqa: PLR2004  (a line has two ends)
        return Followers(None, [])
    wording = Wording(f"Followers of @{username}, {PERIODS[period][1]}", one="follower", many="followers")
    values = [point.value for point in points]
    changes = [None, *(_difference(new, old) for old, new in pairwise(values))]
    rows = [
        (point.name, words.count(point.value), words.UNKNOWN if change is None else change)
        for point, change in zip(points, changes, strict=True)
    ]
    return Followers(line_chart(points, wording, height=224, starts_at_zero=False), rows[::-1])


def _lately(by_day: Mapping[date, int], day: date, step: int) -> float | None:
    """The number of that day or, where there is one for a week, of the days before it."""
    return next((by_day[each] for each in (day - timedelta(days=n) for n in range(step)) if each in by_day), None)


def _difference(new: float | None, old: float | None) -> str | None:
    if new is None or old is None:
        return None
    return f"{'+' if new >= old else '−'}{words.count(abs(new - old))}"  # noqa: RUF001  (a minus)


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone)


# -------------------------------------------------------------------------------------------------------------- posts
def cards(
    posts: Sequence[Post], brought: Mapping[str, PostClicks], links: Iterable[str], sort: str, zone: ZoneInfo
) -> list[Card]:
    """`posts`: newest first. `links`: parts of addresses by which captions name the account's links."""
    marks = [f"/track/{key}".lower() for key in links]

    def order(post: Post) -> float:
        if sort == "reach":
            return -(post.metrics.get("reach") or 0)
        if sort == "clicks":
            return -brought[post.media_id].clicks if post.media_id in brought else 0
        return 0

    return [_card(each, brought.get(each.media_id), marks, zone) for each in sorted(posts, key=order)]


def _card(post: Post, brought: PostClicks | None, marks: Sequence[str], zone: ZoneInfo) -> Card:
    icon, kind = _KINDS.get(post.product_type or "", _KINDS.get(post.media_type or "", _KINDS["IMAGE"]))
    names_link = any(mark in post.caption.lower() for mark in marks)
    return Card(
        title=words.caption(post.caption),
        address=words.web_address(post.permalink),
        picture=f"/instagram/{post.pictures[0]}" if post.pictures else None,
        icon=icon,
        kind=kind,
        day=words.day(datetime.fromtimestamp(post.posted_at, zone)),
        clicks=_clicks(brought, names_link=names_link),
        has_clicks=brought is not None,
        numbers=(
            ("Reach", words.count(post.metrics.get("reach"))),
            ("Likes", words.count(_likes(post))),
            ("Comments", words.count(_comments(post))),
        ),
    )


def _clicks(brought: PostClicks | None, *, names_link: bool) -> str:
    if brought is None:
        return "No clicks" if names_link else "No link"
    number = words.clicks(brought.clicks)
    return f"≈ {number}" if brought.estimated else number


class PostPage(NamedTuple):
    text: str
    previous: str
    next: str

    @classmethod
    def of(cls, page: int, number: int, options: Mapping[str, str]) -> tuple["PostPage", slice]:
        last = max(1, -(-number // SHOWN))
        page = min(max(1, page), last)
        part = slice((page - 1) * SHOWN, min(page * SHOWN, number))

        def address(to: int) -> str:
            return f"?{urlencode({**options, 'page': str(to)})}#posts"

        text = f"{part.start + 1}–{part.stop} of {words.count(number)}"  # noqa: RUF001  (a range)
        return cls(text, address(page - 1) if page > 1 else "", address(page + 1) if page < last else ""), part
