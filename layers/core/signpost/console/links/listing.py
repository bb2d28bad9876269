"""The list of links: which ones, in which order, and the figures of those on a page."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup

from signpost.console import periods, words
from signpost.console.charts.small import sparkline
from signpost.console.links import names
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.counting.counts import Counts, people
from signpost.tracking.hours import DAY, quarter_of
from signpost.tracking.platforms import PLATFORMS

PAGE: Final = 12
SPARK_DAYS: Final = 14
SORTS: Final = (("clicks", "Most clicks"), ("newest", "Newest"), ("name", "Name"))


class Choice(NamedTuple):
    """What the list's filters say."""

    text: str = ""
    platform: str = ""
    sort: str = "clicks"
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Choice":
        """What is not allowed is as if it were not there."""
        platform, sort, page = query.get("platform", ""), query.get("sort", ""), query.get("page", "")
        return cls(
            text=query.get("q", "").strip()[:200],
            platform=platform if platform in PLATFORMS else "",
            sort=sort if sort in dict(SORTS) else "clicks",
            page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,  # noqa: PLR2004
        )

    def address(self, **changes: str | int) -> str:
        """The list with these changes."""
        new = self._replace(**changes)  # type: ignore[arg-type]
        given = {"q": new.text, "platform": new.platform, "sort": new.sort, "page": new.page}
        plain = {"q": "", "platform": "", "sort": "clicks", "page": 1}
        query = urlencode({name: value for name, value in given.items() if value != plain[name]})
        return f"/fp/links?{query}" if query else "/fp/links"


class Row(NamedTuple):
    title: str
    address: str  # of its page
    path: str  # of the short link
    target: str
    spark: Markup
    clicks: str  # all that there were
    week: str
    change: words.Change | None


class Pager(NamedTuple):
    text: str
    previous: str
    next: str


def chosen(campaigns: Iterable[Campaign], listed: Mapping[str, Counts], choice: Choice) -> list[Campaign]:
    """Those that match, in order."""
    found = [each for each in campaigns if _matches(each, choice)]
    if choice.sort == "name":
        return sorted(found, key=lambda each: (names.title(each).lower(), each.id))
    if choice.sort == "newest":
        return sorted(found, key=lambda each: -each.id)
    return sorted(found, key=lambda each: (-people(listed.get(str(each.id), {})), -each.id))


def pager(choice: Choice, number: int) -> tuple[Pager, slice]:
    """The page's links, and which ones of all are on it. A page behind the last one is the last one."""
    last = max(1, -(-number // PAGE))
    page = min(choice.page, last)
    begin, end = (page - 1) * PAGE, min(page * PAGE, number)
    text = f"{begin + 1}–{end} of {words.count(number)}" if number else "0 of 0"  # noqa: RUF001
    before = choice.address(page=page - 1) if page > 1 else ""
    after = choice.address(page=page + 1) if page < last else ""
    return Pager(text, before, after), slice(begin, end)


def row(campaign: Campaign, quarters: Mapping[str, Counts], total: int, zone: ZoneInfo, now: float) -> Row:
    week, earlier = week_and_before(quarters, zone, now)
    return Row(
        title=names.title(campaign),
        address=f"/fp/links/{campaign.id}",
        path=names.short_path(campaign),
        target=names.without_scheme(campaign.redirect_url),
        spark=sparkline(daily(quarters, zone, now), "14 days, clicks a day"),
        clicks=words.count(total),
        week=words.count(week),
        change=words.change(week, earlier),
    )


def week_and_before(quarters: Mapping[str, Counts], zone: ZoneInfo, now: float) -> tuple[int, int]:
    """People's clicks of seven days, today included, and of the seven days before up to the same time of day."""
    week = periods.span(periods.PERIODS["7d"], zone, now)
    earlier = periods.before(week, periods.PERIODS["7d"])
    return periods.people_between(quarters, week), periods.people_between(quarters, earlier)


def daily(quarters: Mapping[str, Counts], zone: ZoneInfo, now: float, days: int = SPARK_DAYS) -> list[int]:
    """People's clicks of each of the last whole days: today's unfinished one is not in it."""
    today = periods.midnight(zone, now)
    starts = [periods.midnight(zone, today.timestamp() - DAY * back + DAY / 2) for back in range(days, -1, -1)]
    firsts = [quarter_of(each.timestamp()) for each in starts]
    sums = [0] * days
    for name, counts in quarters.items():
        if firsts[0] <= name < firsts[-1]:
            sums[bisect_right(firsts, name) - 1] += people(counts)
    return sums


def _matches(campaign: Campaign, choice: Choice) -> bool:
    if choice.platform and choice.platform not in campaign.platforms:
        return False
    slugs, targets = (campaign.slug or "", *campaign.aliases), (campaign.redirect_url, *campaign.platform_urls.values())
    haystack = "\n".join((*slugs, str(campaign.id), *targets)).lower()
    return all(word in haystack for word in choice.text.lower().split())


def since(zone: ZoneInfo, now: float) -> float:
    """From when on a list reads clicks: before the sparkline's first day."""
    return periods.midnight(zone, now).timestamp() - (SPARK_DAYS + 1) * DAY


def ids(campaigns: Sequence[Campaign]) -> list[str]:
    return [str(each.id) for each in campaigns]
