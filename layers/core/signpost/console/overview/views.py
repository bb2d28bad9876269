"""The overview's figures: clicks of all links, today and in seven days, against the same time before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from signpost.analytics.link_posts.queries import Published
from signpost.console import periods, words
from signpost.console.accounts.one import sync
from signpost.console.accounts.views import AccountView, Attention, Connect, account_view
from signpost.console.charts.columns import column_chart
from signpost.console.charts.plots import Pin, Point, Wording, spread
from signpost.console.charts.small import sparkline
from signpost.console.links import listing, names
from signpost.console.links.posts import place
from signpost.console.periods import Span
from signpost.instagram.backfills import SyncProgress
from signpost.instagram.installs import Install
from signpost.operation.figures import Run
from signpost.platform.clock import from_rfc3339
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.counting.counts import BOT, ClickHistory, Counts
from signpost.tracking.hours import DAY, QUARTER
from signpost.tracking.reports.statistics import Range, Visited, summarise

_TOP: Final = 5
_POSTS: Final = 5
_SWEEP: Final = "SyncSweep"
_SOON: Final = 3 * DAY
_LONG_OVER: Final = 7 * DAY
_NEARLY: Final = 0.9  # of the clicks that a link may have


class Tiles(NamedTuple):
    today: str
    today_change: words.Change | None
    today_note: str
    week: str
    week_change: words.Change | None
    week_spark: Markup
    visitors: str
    visitors_note: str
    bots: str


class TopRow(NamedTuple):
    title: str
    address: str
    target: str
    spark: Markup
    clicks: str
    change: words.Change | None


class PostToday(NamedTuple):
    number: int
    title: str
    address: str  # at Instagram; may be empty
    username: str
    time: str
    clicks: str


class PostsToday(NamedTuple):
    rows: list[PostToday]
    number_of_others: int
    pins: list[Pin]


class AccountRow(NamedTuple):
    """`share`: of its first sync that is done; None: nobody knows, or it is over."""

    view: AccountView
    text: str
    share: float | None


def summed(histories: Iterable[ClickHistory]) -> dict[str, Counts]:
    """The clicks of all links, by quarter of an hour."""
    total: dict[str, Counts] = {}
    for history in histories:
        for name, counts in history.quarters.items():
            total.setdefault(name, Counts()).update(counts)
    return total


def tiles(quarters: Mapping[str, Counts], histories: Iterable[ClickHistory], zone: ZoneInfo, now: float) -> Tiles:
    today = Span(periods.midnight(zone, now), periods.next_hour(zone, now))
    clicks = periods.people_between(quarters, today)
    # Counts are kept by quarters of an hour. The running one has no equal a week ago, so whole ones are compared.
    until = datetime.fromtimestamp(now // QUARTER * QUARTER, zone)
    whole, former = Span(today.start, until), Span(_week_before(today.start), _week_before(until))
    whole_quarters, as_many = periods.people_between(quarters, whole), periods.people_between(quarters, former)
    change = words.change(whole_quarters, as_many) if until > today.start else None
    week, earlier = listing.week_and_before(quarters, zone, now)
    span = periods.span(periods.PERIODS["7d"], zone, now)
    first, last = span.start.date().isoformat(), span.end.date().isoformat()
    visitors = sum(
        found.number for history in histories for day, found in history.visitors.items() if first <= day <= last
    )
    return Tiles(
        today=words.count(clicks),
        today_change=change,
        today_note=_today_note(change is not None, now_name(zone, now), until),
        week=words.count(week),
        week_change=words.change(week, earlier),
        week_spark=sparkline(listing.daily(quarters, zone, now), "14 days, clicks a day"),
        visitors=words.count(visitors if visitors or not week else None),
        visitors_note="each counted once a day and link" if visitors or not week else "known once the UTC day is over",
        bots=words.count(sum(each[BOT] for each in periods.between(quarters, span))),
    )


def _today_note(has_change: bool, weekday: str, until: datetime) -> str:
    return f"on last {weekday}, up to {until:%H:%M}" if has_change else "since midnight"


def now_name(zone: ZoneInfo, now: float) -> str:
    return f"{datetime.fromtimestamp(now, zone):%A}"


def today_points(quarters: Mapping[str, Counts], zone: ZoneInfo, now: float) -> list[Point]:
    """The hours of today and of the same weekday before; those to come have no value."""
    made = []
    for start, following in pairwise(_hours(zone, now)):
        former = periods.people_between(quarters, Span(_week_before(start), _week_before(following)))
        value = periods.people_between(quarters, Span(start, following)) if start.timestamp() <= now else None
        is_running = start.timestamp() <= now < following.timestamp()
        name = f"Today {start:%H:%M}–{following:%H:%M}"  # noqa: RUF001  (a range)
        made.append(Point(f"{start:%H:%M}", name, value, former, unfinished=is_running))
    return made


def _hours(zone: ZoneInfo, now: float) -> list[datetime]:
    """When each hour of today begins, and when the last one ends."""
    begin = periods.midnight(zone, now)
    end = periods.midnight(zone, begin.timestamp() + DAY + DAY / 4)
    # Where clocks change by half an hour, an hour is a shorter one on that day.
    hours = summarise(Range(begin, end, "hour", zone), {}, Visited({}, ""), Counts(), None)
    return [*(each.start for each in hours.points), end]


def today_chart(points: Sequence[Point], weekday: str, all_pins: Iterable[Pin] = ()) -> Markup:
    return column_chart(points, Wording("Clicks today, by hour", before=f"Last {weekday}"), all_pins=all_pins)


def posts_today(published: Sequence[Published], zone: ZoneInfo, now: float) -> PostsToday:
    """The latest ones, numbered from the first of them."""
    latest = sorted(published[:_POSTS], key=lambda each: each.found.post.posted_at)
    starts = _hours(zone, now)[:-1]
    rows = [
        PostToday(
            number=number,
            title=words.caption(each.found.post.caption),
            address=words.web_address(each.found.post.permalink),
            username=each.install.instagram_account,
            time=f"{datetime.fromtimestamp(each.found.post.posted_at, zone):%H:%M}",
            clicks=f"{'≈ ' if each.found.estimated else ''}{words.clicks(each.found.clicks)}",
        )
        for number, each in enumerate(latest, 1)
    ]
    places = [place(each.found.post.posted_at, starts, periods.PERIODS["24h"], zone) for each in latest]
    pins = spread(zip(places, (each.number for each in rows), strict=True))
    return PostsToday(rows, len(published) - len(rows), pins)


def account_row(install: Install, progress: SyncProgress, zone: ZoneInfo, now: float, connect: Connect) -> AccountRow:
    """With the progress of its first sync while that goes on."""
    view, told = account_view(install, zone, now, connect), sync(install, progress)
    if not told.is_running:
        fetched = f"fetched {view.synced}" if install.synced_at else "not fetched yet"
        return AccountRow(view, f"{view.followers} {_followers(install)}, {fetched}", None)
    return AccountRow(view, told.text, told.share)


def _followers(install: Install) -> str:
    return "follower" if install.followers_count == 1 else "followers"


def syncs(installs: Iterable[Install], runs: Iterable[Run], zone: ZoneInfo, now: float) -> str:
    """When an account was last synced, and when it is looked for those that are due."""
    last = max((each.synced_at for each in installs if each.synced_at), default=None)
    following = next((each.next_at for each in runs if each.function == _SWEEP), None)
    if last is None:
        return ""
    said = f"Last sync {_time(last, zone, now)}"
    return said if following is None else f"{said}, next {_time(following, zone, now)}"


def _time(at: float, zone: ZoneInfo, now: float) -> str:
    """Of today without the day."""
    moment, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone)
    return f"{moment:%H:%M}" if moment.date() == today.date() else f"{words.day(moment)}, {moment:%H:%M}"


def table_rows(points: Sequence[Point]) -> list[tuple[str, ...]]:
    return [(each.label, words.count(each.value), words.count(each.before)) for each in reversed(points)]


def top(
    campaigns: Iterable[Campaign], histories: Mapping[str, ClickHistory], zone: ZoneInfo, now: float
) -> list[TopRow]:
    """The links with most clicks in seven days; none without any."""
    weeks = [(each, *listing.week_and_before(histories[str(each.id)].quarters, zone, now)) for each in campaigns]
    best = sorted((each for each in weeks if each[1]), key=lambda each: (-each[1], -each[0].id))[:_TOP]
    return [
        TopRow(
            title=names.title(campaign),
            address=f"/fp/links/{campaign.id}",
            target=names.without_scheme(campaign.redirect_url),
            spark=sparkline(listing.daily(histories[str(campaign.id)].quarters, zone, now), "14 days, clicks a day"),
            clicks=words.count(week),
            change=words.change(week, earlier),
        )
        for campaign, week, earlier in best
    ]


def _week_before(moment: datetime) -> datetime:
    """The same time of day a week ago, also when the clocks were changed in between."""
    return moment - timedelta(days=7)


def links_in_trouble(
    campaigns: Iterable[Campaign], used: Mapping[str, int], zone: ZoneInfo, now: float
) -> list[Attention]:
    """Links that ended within a week or end within three days, and those that have used up their clicks, or nearly.

    `used` is how many clicks those with a limit have had, by id.
    """
    found = []
    for each in campaigns:
        said = _trouble(each, used.get(str(each.id), 0), zone, now)
        if said is not None:
            title, text = said
            address = f"/fp/links/{each.id}/edit"
            found.append(Attention("warn", "link", f"{names.title(each)}: {title}", text, "Change the link", address))
    return found


def _trouble(campaign: Campaign, used: int, zone: ZoneInfo, now: float) -> tuple[str, str] | None:
    if campaign.expires_at:
        ends = from_rfc3339(campaign.expires_at)
        if now - _LONG_OVER < ends <= now:
            return "ended", f"It ended on {words.moment(ends, zone)}. Whoever follows it does not get where it led."
        if now < ends <= now + _SOON:
            return "ends soon", f"It ends on {words.moment(ends, zone)}. Then it leads to the fallback."
    limit = campaign.max_clicks
    if limit is not None and used >= limit * _NEARLY:
        what = "used up" if used >= limit else "nearly used up"
        return what, f"{words.count(used)} of {words.count(limit)} clicks are used. Then it leads to the fallback."
    return None
