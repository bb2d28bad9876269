"""Reports of 7 weekdays by 24 hours: when-posting, when-topost, best-time."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.analytics.reports import numbers
from signpost.analytics.reports.posts import engagement
from signpost.analytics.reports.result import Matrix, Missing, Result, Scope
from signpost.analytics.snapshot import Post

_DAYS, _HOURS = 7, 24
# As many posts of average engagement are added to each hour, so that one lucky post does not lead.
_SHRINKAGE: Final = 4

ENOUGH: Final = 3  # posts that an hour must have to be recommended

_Buckets = list[list[list[int]]]


class BestHour(NamedTuple):
    """`day` 0 is Sunday. `value` is the engagement of its posts, as the report has it."""

    value: float
    day: int
    hour: int


def when_posting(scope: Scope) -> Result:
    """How many posts each hour has, divided by the number of the hour that has the most."""
    counts = _counts(_buckets(((post, 0) for post in scope.chosen().posts), scope.zone))
    most = max(map(max, counts)) or 1
    return Matrix([[numbers.quotient(each, most, 3) for each in row] for row in counts], counts)


def when_topost(scope: Scope) -> Result:
    """The mean likes of each hour's posts, divided by those of the hour that has the most."""
    posts = scope.chosen().posts
    shown = [(post, post.likes) for post in posts if post.likes is not None]
    if posts and not shown:
        return Missing(("likes",))
    buckets = _buckets(shown, scope.zone)
    means = [[Fraction(sum(each), len(each)) if each else Fraction(0) for each in row] for row in buckets]
    most = max(map(max, means)) or Fraction(1)
    cells = [[_shown(each / most) for each in row] for row in means]
    return Matrix(cells, _counts(buckets))


def best_time(scope: Scope) -> Result:
    """The mean engagement of each hour's posts, drawn towards the mean of all the more the fewer they are."""
    posts = scope.chosen().posts
    known = [(post, number) for post in posts if (number := engagement(post)) is not None]
    if posts and not known:
        return Missing(("likes",))
    mean = Fraction(sum(number for _, number in known), len(known)) if known else Fraction(0)
    buckets = _buckets(known, scope.zone)
    cells = [[_shrunk(each, mean) for each in row] for row in buckets]
    summary = {"mean": numbers.ratio(*mean.as_integer_ratio()), "posts": len(known)}
    return Matrix(cells, _counts(buckets), summary=summary)


def best_hours(result: Matrix) -> list[BestHour]:
    """Of `best_time`, the best first. Hours with few posts are left out, unless there are only such."""
    found = [
        BestHour(float(value), day, hour)
        for day, row in enumerate(result.cells)
        for hour, value in enumerate(row)
        if result.counts[day][hour]
    ]
    found.sort(key=lambda each: (-each.value, each.day, each.hour))
    return [each for each in found if result.counts[each.day][each.hour] >= ENOUGH] or found


def _buckets(posts: Iterable[tuple[Post, int]], zone: ZoneInfo) -> _Buckets:
    """The numbers of the posts of each hour; Sunday comes first."""
    buckets: _Buckets = [[[] for _ in range(_HOURS)] for _ in range(_DAYS)]
    for post, number in posts:
        moment = datetime.fromtimestamp(post.created, zone)
        buckets[moment.isoweekday() % _DAYS][moment.hour].append(number)
    return buckets


def _counts(buckets: _Buckets) -> list[list[int]]:
    return [[len(each) for each in row] for row in buckets]


def _shown(value: Fraction) -> str:
    return numbers.quotient(value.numerator, value.denominator, 3)


def _shrunk(values: list[int], mean: Fraction) -> float:
    shrunk = (sum(values) + _SHRINKAGE * mean) / (len(values) + _SHRINKAGE)
    return numbers.ratio(*shrunk.as_integer_ratio())
