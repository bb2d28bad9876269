"""What the reports of an account say in a few words."""

from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from signpost.analytics.directory import Found
from signpost.analytics.members import Member
from signpost.analytics.reports.answers import Answer, Answers, Progress
from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import BY_NAME, Report
from signpost.analytics.reports.result import Matrix, Missing, Result, Table
from signpost.console.accounts.sayings import Saying, sayings
from signpost.platform.errors import Unavailable

UTC = ZoneInfo("UTC")
EMPTY = Table(("likerscount",), (), tuple)


class Made:
    """Answers one report with a result."""

    def __init__(self, name: str, result: Result | Progress | None) -> None:
        self._name, self._result = name, result

    def find(self, member: str) -> Found:
        if self._result is None:
            raise Unavailable("no")
        return Found(Member(member, 0.0), ())

    def report(self, name: str) -> Report:
        return BY_NAME[name]

    def answer(self, report: Report, _found: Found, query: Query) -> Answer | Progress:
        assert query.zone is UTC
        result = self._result
        assert result is not None
        if isinstance(result, Progress):
            return result
        return Answer(result if report.name == self._name else Missing(("filters",)), "1", 0.0, {}, None, 0.0, 0.0)


def said(name: str, result: Result | Progress | None) -> Saying:
    found = sayings(cast("Answers", Made(name, result)), "17", lambda _: UTC)
    return next(each for each in found if each.report == name)


def clicks(number: int, without: int = 0, estimated: int = 0) -> dict[str, Any]:
    total = {"clicks": number, "counted": number - estimated, "estimated": estimated}
    return {"total": total, "without-post": without}


def likes(number: int | None) -> Table:
    return Table(("id", "likerscount"), ((number,),), lambda row: ("1", *row))


def week(*hours: tuple[int, int, float, int]) -> Matrix:
    cells, counts = ([[0.0] * 24 for _ in range(7)], [[0] * 24 for _ in range(7)])
    for day, hour, value, posts in hours:
        cells[day][hour], counts[day][hour] = value, posts
    return Matrix(cells, counts)


@pytest.mark.parametrize(
    ("name", "result", "text"),
    [
        # An hour of few posts leads only if there is no other
        ("best-time", week((0, 9, 40.0, 3), (3, 18, 90.0, 1)), "Sunday, 09:00"),
        ("best-time", week((3, 18, 90.0, 1)), "Wednesday, 18:00"),
        ("best-time", week(), "No posts yet"),
        ("top-posts", likes(1826), "1,826 likes at most"),
        ("top-posts", likes(1), "1 like at most"),
        ("top-posts", likes(None), "Likes are hidden"),
        ("top-posts", EMPTY, "No posts yet"),
        ("growth", Table((), (), tuple, summary={"net": 1204, "days": 360}), "+1,204 followers in 360 days"),
        ("growth", Table((), (), tuple, summary={"net": -1, "days": 1}), "−1 follower in 1 day"),
        ("all-followings", Table((), ("a", "b"), tuple), "2 accounts"),
        ("all-followers", Table((), (), tuple), "0 accounts"),
        ("all-followers", Missing(("likers", "followers")), "Needs your data export"),
        ("link-clicks", Missing(("clicks",)), "Needs a link that names this account"),
        ("best-time", Missing(("stories",)), "Not known yet"),
        ("growth", Progress("posts", 3, 9, None), "After the first sync"),
        ("growth", None, "–"),
    ],
)
def test_a_report_says_what_owners_look_for(name: str, result: Result | Progress | None, text: str) -> None:
    assert said(name, result).text == text


@pytest.mark.parametrize(
    ("number", "without", "estimated", "text"),
    [
        (0, 0, 0, "No clicks yet"),
        (400, 100, 0, "3 in 4 clicks come from a post"),
        (400, 101, 80, "≈ 3 in 4 clicks come from a post"),
        (40, 30, 0, "1 in 4 clicks comes from a post"),
        (7, 0, 0, "All clicks come from posts"),
        (1000, 1, 0, "Nearly all clicks come from posts"),
        (1000, 999, 0, "Hardly any click comes from a post"),
        (3, 3, 0, "No click comes from a post"),
    ],
)
def test_clicks_of_posts_are_a_share_that_says_when_it_is_an_estimate(
    number: int, without: int, estimated: int, text: str
) -> None:
    table = Table((), (), tuple, summary=clicks(number, without, estimated))

    assert said("link-clicks", table).text == text


def test_what_only_an_export_has_is_told_apart() -> None:
    assert said("all-followings", Missing(("following",))).needs_export
    assert not said("growth", Missing(("daily-counts",))).needs_export
