"""What an account's reports say now, each in a few words."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.analytics.errors import BadMember
from signpost.analytics.reports.answers import Progress
from signpost.analytics.reports.hours import best_hours
from signpost.analytics.reports.query import DEFAULT_LIMIT, Query
from signpost.analytics.reports.result import Matrix, Missing, Result, Table
from signpost.console import words
from signpost.console.charts.heat_map import DAYS
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from signpost.analytics.directory import Found
    from signpost.analytics.reports.answers import Answers

_LATER: Final = "After the first sync"
_COARSE: Final = 10  # "3 in 4", not "74 in 99"
# What somebody can do about it stands in the report itself.
_MISSING: Final[Mapping[str, str]] = {
    "followers": "Needs your data export",
    "following": "Needs your data export",
    "clicks": "Needs a link that names this account",
    "likes": "Likes are hidden",
    "daily-counts": "Counted once a day from now on",
}


class Saying(NamedTuple):
    report: str
    title: str
    text: str
    needs_export: bool = False


def sayings(answers: "Answers", account: str, zone: "Callable[[Found], ZoneInfo]") -> list[Saying]:
    """Of the reports that owners ask for first. The others of the page are there also when these cannot be read."""
    try:
        found = answers.find(account)
        query = Query(DEFAULT_LIMIT, 0, zone(found), None, None, "json")
        return [_saying(answers, found, query, name) for name in _REPORTS]
    except (BadMember, Unavailable):
        return [Saying(name, title, words.UNKNOWN) for name, (title, _) in _REPORTS.items()]


def _saying(answers: "Answers", found: "Found", query: Query, name: str) -> Saying:
    title, say = _REPORTS[name]
    answer = answers.answer(answers.report(name), found, query)
    if isinstance(answer, Progress):
        return Saying(name, title, _LATER)
    result = answer.result
    if isinstance(result, Missing):
        text = next((_MISSING[each] for each in result.what if each in _MISSING), "Not known yet")
        return Saying(name, title, text, needs_export=not {"followers", "following"}.isdisjoint(result.what))
    return Saying(name, title, say(result))


def _best_time(result: Result) -> str:
    best = best_hours(result) if isinstance(result, Matrix) else ()
    return f"{DAYS[best[0].day]}, {best[0].hour:02}:00" if best else "No posts yet"


def _top_posts(result: Result) -> str:
    rows = _first_row(result)
    if rows is None:
        return "No posts yet"
    likes = rows["likerscount"]
    return "Likes are hidden" if likes is None else f"{words.number_of(likes, 'like')} at most"


def _link_clicks(result: Result) -> str:
    summary = _summary(result)
    clicks = summary["total"]["clicks"]
    if not clicks:
        return "No clicks yet"
    about = "≈ " if summary["total"]["estimated"] else ""
    share = Fraction(clicks - summary["without-post"], clicks)
    coarse = share.limit_denominator(_COARSE)
    if coarse in (0, 1):
        few = "No" if share == 0 else "Hardly any"
        return (
            f"{about}{few} click comes from a post" if coarse == 0 else f"{about}{_all(share)} clicks come from posts"
        )
    verb = "comes" if coarse.numerator == 1 else "come"
    return f"{about}{coarse.numerator} in {coarse.denominator} clicks {verb} from a post"


def _all(share: Fraction) -> str:
    return "All" if share == 1 else "Nearly all"


def _growth(result: Result) -> str:
    summary = _summary(result)
    net = summary["net"] or 0
    return f"{'+' if net > 0 else ''}{words.number_of(net, 'follower')} in {words.days(summary['days'])}"


def _accounts(result: Result) -> str:
    return words.number_of(len(result.rows), "account") if isinstance(result, Table) else words.UNKNOWN


def _first_row(result: Result) -> Mapping[str, Any] | None:
    if not isinstance(result, Table) or not result.rows:
        return None
    return dict(zip(result.columns, result.cells(result.rows[0]), strict=True))


def _summary(result: Result) -> Mapping[str, Any]:
    return result.summary if isinstance(result, Table) else {}


_REPORTS: Final[Mapping[str, tuple[str, Callable[[Result], str]]]] = {
    "best-time": ("Best time", _best_time),
    "top-posts": ("Top posts", _top_posts),
    "link-clicks": ("Link clicks", _link_clicks),
    "growth": ("Growth", _growth),
    "all-followers": ("Followers", _accounts),
    "all-followings": ("Followings", _accounts),
}
