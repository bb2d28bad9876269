"""Each report of Nora's four posts (accounts.py), worked out by hand."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from signpost.analytics.gathering import Gathered, snapshot
from signpost.analytics.reports.registry import BY_NAME, REPORTS
from signpost.analytics.reports.result import Matrix, Missing, Result, Scope, Table
from signpost.analytics.reports.supply import HOW
from signpost.analytics.snapshot import DailyCounts, Post, PostClicks, Story
from tests.unit.analytics.accounts import FOLLOWERS, LIKES, NORA, NOW, POSTS, at, gathered

FULL = gathered(likes=LIKES)
NONE = Gathered(NOW, NORA._replace(followers=None), ())


def run(name: str, account: Gathered = FULL, zone: str = "UTC", **limits: float) -> Result:
    return BY_NAME[name].run(Scope(snapshot(account), ZoneInfo(zone), members={"ann": "member-1"}, **limits))


def table(name: str, account: Gathered = FULL, zone: str = "UTC", **limits: float) -> Table:
    found = run(name, account, zone, **limits)
    assert isinstance(found, Table)
    return found


def matrix(name: str, account: Gathered = FULL, zone: str = "UTC") -> Matrix:
    found = run(name, account, zone)
    assert isinstance(found, Matrix)
    return found


def rows(found: Table, *columns: str) -> list[tuple[Any, ...]]:
    places = [found.columns.index(column) for column in columns]
    return [tuple(found.cells(row)[place] for place in places) for row in found.rows]


# ------------------------------------------------------------------------------------------------------------- people
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all-followers", [("ann", None), ("dan", None), ("eve", None)]),
        ("ghost-followers", [("eve", None)]),
        ("unrequited-followers", [("ann", None), ("dan", None)]),
        ("booster-followers", [("ann", "1.00"), ("dan", "1.00")]),  # 3 of 3 posts, 2 of 2
        ("secret-admirers", [("bob", 3), ("cleo", 1)]),
        ("all-followings", [("eve", None), ("zoe", None)]),
        ("top-likers", [("dan", 2), ("bob", 1)]),
        ("top-commenters", [("ann", 3), ("bob", 2), ("cleo", 1)]),
        ("speechless-likers", [("dan", 2)]),
        ("heartless-commenters", [("ann", 3), ("cleo", 1)]),
    ],
)
def test_people_are_in_order_and_shown_with_what_the_order_is_by(name: str, expected: list[tuple[Any, ...]]) -> None:
    assert rows(table(name), "userid", "value") == expected


def test_a_persons_rates_count_from_the_first_post_that_they_liked_or_commented_on() -> None:
    found = rows(table("secret-admirers"), "userid", "c1", "av1", "c2", "av2")

    # Bob likes the second of four posts and comments on the first and the last; Cleo comments on the third.
    assert found == [("bob", 1, "0.33", 2, "0.50"), ("cleo", 0, "0.00", 1, "0.50")]


def test_where_nobody_knows_who_likes_rates_of_likes_are_unknown_and_comments_are_all_engagement() -> None:
    boosters = table("booster-followers", gathered())

    assert rows(boosters, "userid", "c1", "av1", "c2", "av2", "value") == [("ann", None, None, 3, "1.00", "1.00")]
    assert boosters.based_on == ("comments",)
    assert table("booster-followers").based_on == ("likes", "comments")
    assert rows(table("ghost-followers", gathered()), "userid") == [("dan",), ("eve",)]


def test_rows_say_who_is_a_member_too() -> None:
    assert rows(table("all-followers"), "userid", "smaxx-id", "pic") == [
        ("ann", "member-1", None),
        ("dan", "", None),
        ("eve", "", None),
    ]


# -------------------------------------------------------------------------------------------------------------- posts
def test_posts_by_likes_and_comments_with_hidden_likes_last() -> None:
    assert rows(table("top-posts"), "id", "likerscount") == [("p2", 30), ("p4", 20), ("p1", 10), ("p3", None)]
    assert rows(table("top-comments"), "id", "commentscount") == [("p2", 6), ("p3", 4), ("p1", 2), ("p4", 0)]


def test_a_row_of_a_post_has_its_tags_and_address() -> None:
    columns = ("id", "created", "pic", "title", "tags", "permalink", "media-type", "engagement", "reach")
    first = rows(table("top-comments"), *columns)[0]
    post = POSTS[1]

    assert first == (
        "p2",
        post.created,
        "2.jpg",
        post.caption,
        ("bread", "rye"),
        post.permalink,
        "CAROUSEL_ALBUM",
        36,
        200,
    )


def test_engagement_rates_with_their_mean_and_median() -> None:
    found = table("engagement-rate")

    assert rows(found, "id", "by-reach", "by-views", "by-followers") == [
        ("p2", 18.0, None, 3.6),
        ("p1", 14.0, 7.0, 1.4),
        ("p3", None, 8.0, 0.4),
        ("p4", None, None, 2.0),  # seen by nobody
    ]
    assert found.summary["by-reach"] == {"mean": 16.0, "median": 16.0, "posts": 2}
    assert found.summary["by-followers"] == {"mean": 1.85, "median": 1.7, "posts": 4}


def test_engagement_is_of_the_followers_of_that_time() -> None:
    days = (DailyCounts(at("2026-11-02T09:00"), 100), DailyCounts(at("2026-11-08T07:00"), 200))

    found = rows(table("engagement-rate", gathered(days=days)), "id", "by-followers")

    assert sorted(found) == [("p1", 14.0), ("p2", 36.0), ("p3", 4.0), ("p4", 10.0)]


# --------------------------------------------------------------------------------------------------------------- tags
def test_tags_by_the_mean_likes_of_their_posts() -> None:
    columns = ("val", "pic", "count", "before-first", "before-last", "value")

    assert rows(table("most-popular-tags"), *columns) == [
        ("rye", "4.jpg", 2, 1, 3, "25.00"),
        ("bread", "2.jpg", 2, 0, 1, "20.00"),
    ]
    users = table("most-popular-taggedusers")
    assert rows(users, *columns) == [("ann", "3.jpg", 2, 0, 2, "10.00")]  # the likes of the other post are hidden
    assert users.based_on == ("captions",)


def test_who_is_tagged_in_the_picture_comes_before_who_is_named_in_the_caption() -> None:
    posts = [POSTS[0], POSTS[1]._replace(tagged=("Ann",)), POSTS[2]._replace(tagged=())]

    found = table("most-popular-taggedusers", gathered(posts=posts))

    assert rows(found, "val", "count", "value") == [("ann", 2, "20.00")]
    assert found.based_on == ("tags", "captions")


def test_filters_where_they_are_known() -> None:
    posts = [post._replace(filter=name) for post, name in zip(POSTS, ("Juno", "Juno", "Lark", None), strict=True)]

    assert rows(table("most-popular-filters", gathered(posts=posts, has_filters=True)), "val", "value") == [
        ("Juno", "20.00")
    ]
    assert table("most-popular-filters", gathered(has_filters=True)).rows == []


def test_the_lift_of_a_hashtag_is_a_quotient_of_medians() -> None:
    likes = {"a": (60, 10, 20), "b": (5, 25, 10, 15), "c": (1, 1)}
    posts = [
        Post(f"{tag}{number}", NOW, likes=number, tags=(tag,))
        for tag, numbers in likes.items()
        for number in numbers[:4]
    ]
    without_c = [post for post in posts if post.tags != ("c",)]

    found = rows(
        table("hashtag-lift", gathered(posts=without_c)),
        "val",
        "count",
        "without",
        "median-with",
        "median-without",
        "lift",
    )

    assert found == [("a", 3, 4, 20.0, 12.5, 1.6), ("b", 4, 3, 12.5, 20.0, 0.63)]  # 0.625
    assert "c" not in [val for (val,) in rows(table("hashtag-lift", gathered(posts=posts)), "val")]


# -------------------------------------------------------------------------------------------------------------- hours
def test_hours_of_posting_divided_by_the_largest() -> None:
    found = matrix("when-posting")

    assert (found.cells[0][8], found.cells[1][8], found.cells[1][9], found.cells[3][8]) == (
        "1.000",
        "0.500",
        "0.500",
        "0.000",
    )
    assert (len(found.cells), {len(row) for row in found.cells}) == (7, {24})
    assert found.counts[0][8] == 2


def test_hours_are_those_of_the_time_zone() -> None:
    assert matrix("when-posting", zone="Europe/Berlin").cells[0][9] == "1.000"
    assert matrix("when-posting", zone="Asia/Kathmandu").cells[0][13:15] == ["1.000", "1.000"]  # 13:45 and 14:15


def test_hours_by_mean_likes_leave_hidden_ones_out() -> None:
    found = matrix("when-topost")

    assert (found.cells[0][8], found.cells[1][8], found.cells[1][9]) == ("0.500", "1.000", "0.000")
    assert found.counts[1][9] == 0


def test_the_best_time_is_drawn_towards_the_mean() -> None:
    found = matrix("best-time")

    # The mean is 18.5, and each hour gets four posts of it: (14 + 20 + 74) / 6, (36 + 74) / 5, (4 + 74) / 5.
    assert (found.cells[0][8], found.cells[1][8], found.cells[1][9], found.cells[6][23]) == (18.0, 22.0, 15.6, 18.5)
    assert (found.counts[0][8], found.counts[6][23]) == (2, 0)
    assert found.summary == {"mean": 18.5, "posts": 4}


def test_without_posts_matrices_are_zeros() -> None:
    assert {cell for row in matrix("when-posting", NONE).cells for cell in row} == {"0.000"}
    assert {cell for row in matrix("when-topost", NONE).cells for cell in row} == {"0.000"}
    assert {cell for row in matrix("best-time", NONE).cells for cell in row} == {0.0}


# ------------------------------------------------------------------------------------------------------------ account
DAYS = (
    DailyCounts(at("2026-11-19T12:00"), 100, 5, 4),
    DailyCounts(at("2026-11-20T00:30"), 110, 5, 4),
    DailyCounts(at("2026-11-20T23:30"), 104, 6, 4),
)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", [("2026-11-19", 100, None, None), ("2026-11-20", 104, 4, 4.0)]),
        (
            "Europe/Berlin",
            [("2026-11-19", 100, None, None), ("2026-11-20", 110, 10, 10.0), ("2026-11-21", 104, -6, -5.45)],
        ),
    ],
)
def test_growth_by_the_last_count_of_each_day(zone: str, expected: list[tuple[Any, ...]]) -> None:
    found = table("growth", gathered(days=DAYS), zone)

    assert rows(found, "day", "followers", "net", "percent") == expected
    assert found.summary == {"net": 4, "percent": 4.0, "days": len(expected)}


def test_media_types_on_average() -> None:
    columns = ("val", "count", "likes", "comments", "engagement", "median", "reach", "by-reach")

    assert rows(table("media-types"), *columns) == [
        ("CAROUSEL_ALBUM", 1, 30.0, 6.0, 36.0, 36.0, 200.0, 18.0),
        ("IMAGE", 2, 15.0, 1.0, 17.0, 17.0, 50.0, 14.0),
        ("REELS", 1, None, 4.0, 4.0, 4.0, None, None),
    ]


def test_stories_newest_first_with_how_many_stayed() -> None:
    found = (Story("s1", NOW - 60, reach=200, exits=30), Story("s2", NOW), Story("s3", NOW - 90, reach=0, exits=0))

    assert rows(table("stories", gathered(stories=found)), "id", "completion") == [
        ("s2", None),
        ("s1", 85.0),
        ("s3", None),
    ]
    assert table("stories", gathered(stories=())).rows == []


def test_the_audience_by_dimension_says_which_ones_are_unknown() -> None:
    found = table(
        "audience", gathered(demographics={"gender": {"F": 30, "M": 10}, "country": {"US": 20, "DE": 60, "AT": 0}})
    )

    assert rows(found, "dimension", "val", "count", "percent") == [
        ("country", "DE", 60, 75.0),
        ("country", "US", 20, 25.0),
        ("country", "AT", 0, 0.0),
        ("gender", "F", 30, 75.0),
        ("gender", "M", 10, 25.0),
    ]
    assert found.missing == ("city", "age")


CLICKS = (
    PostClicks("p1", int(at("2026-11-20T23:00")), "Android", 3, estimated=False),
    PostClicks("p1", int(at("2026-11-21T01:00")), "IPhone", 2, estimated=True),
    PostClicks("p2", int(at("2026-11-21T01:00")), "other", 7, estimated=True),
    PostClicks(None, int(at("2026-11-21T01:00")), "other", 4, estimated=False),
    PostClicks("deleted", int(at("2026-11-21T02:00")), "other", 1, estimated=False),
)


def test_clicks_by_post_day_and_platform() -> None:
    found = table("link-clicks", gathered(clicks=CLICKS))

    assert rows(found, "id", "clicks", "counted", "estimated", "android", "iphone", "windowsphone", "other") == [
        ("p2", 7, 0, 7, 0, 0, 0, 7),
        ("p1", 5, 3, 2, 3, 2, 0, 0),
    ]
    assert found.summary["without-post"] == 5
    assert found.summary["total"]["clicks"] == 17
    assert [(day["day"], day["clicks"], day["estimated"]) for day in found.summary["days"]] == [
        ("2026-11-20", 3, 0),
        ("2026-11-21", 14, 9),
    ]
    berlin = table("link-clicks", gathered(clicks=CLICKS), "Europe/Berlin")
    assert [day["day"] for day in berlin.summary["days"]] == ["2026-11-21"]


def test_clicks_of_a_time_on_posts_of_any_time() -> None:
    found = table("link-clicks", gathered(clicks=CLICKS), start=at("2026-11-21"), end=at("2026-11-22"))

    assert rows(found, "id", "clicks") == [("p2", 7), ("p1", 2)]


# ----------------------------------------------------------------------------------------------------- what is missing
EMPTY = {
    *("top-posts", "top-comments", "when-posting", "when-topost", "most-popular-tags", "most-popular-taggedusers"),
    *("engagement-rate", "best-time", "hashtag-lift", "media-types"),
}


@pytest.mark.parametrize("name", BY_NAME)
def test_an_account_of_which_nothing_is_known_has_no_report_that_looks_like_an_answer(name: str) -> None:
    found = run(name, NONE)

    # Reports about posts are right when they are empty, because it is known that there are none.
    assert isinstance(found, Missing) == (name not in EMPTY)
    assert all(HOW[each] for each in found.what) if isinstance(found, Missing) else True


@pytest.mark.parametrize(
    ("name", "account", "missing"),
    [
        ("ghost-followers", gathered(comments=None), ("likers", "comments")),
        ("secret-admirers", gathered(comments=None, followers=None), ("followers", "likers", "comments")),
        ("booster-followers", gathered(followers=None), ("followers",)),
        ("unrequited-followers", gathered(following=None), ("following",)),
        ("speechless-likers", gathered(), ("likers",)),
        ("heartless-commenters", gathered(), ("likers",)),
        ("when-topost", gathered(posts=[POSTS[2]]), ("likes",)),
        ("engagement-rate", gathered(posts=[POSTS[3]], account=NORA._replace(followers=None)), ("insights",)),
        ("growth", gathered(days=(DailyCounts(NOW, None),)), ("daily-counts",)),
        ("most-popular-filters", gathered(), ("filters",)),
        ("best-time", gathered(posts=[Post("p", NOW)]), ("likes",)),
        ("hashtag-lift", gathered(posts=[Post("p", NOW)]), ("likes",)),
    ],
)
def test_a_report_names_the_data_that_it_misses(name: str, account: Gathered, missing: tuple[str, ...]) -> None:
    assert run(name, account) == Missing(missing)


def test_nobody_following_is_an_answer() -> None:
    assert table("all-followers", gathered(followers=())).rows == []
    assert table("ghost-followers", gathered(comments=(), followers=FOLLOWERS)).rows != []


def test_the_list_of_reports_begins_with_the_seventeen_that_clients_know() -> None:
    names = [report.name for report in REPORTS]

    assert names[:5] == ["top-posts", "top-comments", "when-posting", "when-topost", "all-followers"]
    assert names[16:18] == ["heartless-commenters", "engagement-rate"]
    assert (len(names), names[-1]) == (25, "link-clicks")


@pytest.mark.parametrize("report", [report for report in REPORTS if report.charted], ids=lambda report: report.name)
def test_charts_show_a_column_that_there_is(report: Any) -> None:
    full = FULL._replace(days=DAYS, stories=(), demographics={"city": {"Bonn": 1}}, clicks=CLICKS, has_filters=True)
    assert report.charted in table(report.name, full).columns
