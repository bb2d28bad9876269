"""Reports in the words of pages."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from signpost.analytics.gathering import snapshot, with_clicks
from signpost.analytics.reports import query
from signpost.analytics.reports.registry import BY_NAME, REPORTS
from signpost.analytics.reports.result import Scope
from signpost.analytics.snapshot import PostClicks
from signpost.console.reports import names, views
from signpost.console.reports.shapes import Content
from signpost.console.reports.tables import Links, caption, value
from tests.unit.analytics.accounts import NOW, gathered

SNAPSHOT = snapshot(gathered())
SHOWN = views.Shown(NOW, Links(lambda member: f"/of/{member}"), lambda skip: f"?skip={skip}")


def shown(name: str, members: dict[str, str] | None = None, **asked: str) -> Content:
    report, wanted = BY_NAME[name], query.parse(asked, None)
    result = report.run(Scope(SNAPSHOT, ZoneInfo("UTC"), members=members or {}))
    return views.content(report, result, wanted, SHOWN)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_report_has_a_name_and_something_to_show(report: Any) -> None:
    made = shown(report.name)

    assert names.NAMES[report.name].group in names.GROUPS
    assert any((made.listing, made.chart, made.bars, made.absent))


def test_the_post_with_the_most_likes_has_the_longest_bar() -> None:
    listing = shown("top-posts").listing

    assert listing
    first, second, *_ = listing.rows
    assert (first.number, first.first.text, first.first.under) == ("1", "Second #bread #rye", "Album, 2 Nov 2026")
    assert first.first.address == "https://www.instagram.com/p/BBB/"
    assert first.first.picture == ""  # it is not one of our copies
    assert 'width="100%"' in first.bar
    assert 'width="66.67%"' in second.bar
    assert [(cell.text, cell.strong) for cell in first.cells[:2]] == [("30", True), ("6", False)]


def test_pages_of_a_table_lead_to_one_another() -> None:
    pager = shown("top-posts", limit="2", skip="2").pager

    assert pager
    assert pager.text.startswith("3–4 of 4, read on 21 Nov 2026")
    assert (pager.previous, pager.next) == ("?skip=0", "")


def test_every_click_is_counted_estimated_or_without_a_post() -> None:
    [one, other, *_] = [post.id for post in SNAPSHOT.posts]
    shares = [(one, 5, False), (other, 3, True), (None, 11, False)]
    clicks = [PostClicks(post, 1_795_000_000, "iphone", number, guess) for post, number, guess in shares]
    scope = Scope(with_clicks(SNAPSHOT, clicks), ZoneInfo("UTC"))

    made = views.content(BY_NAME["link-clicks"], BY_NAME["link-clicks"].run(scope), query.parse({}, None), SHOWN)

    assert [(figure.name, figure.value) for figure in made.figures] == [
        ("Clicks", "19"),
        ("Counted", "5"),
        ("Estimated", "3"),
        ("Without a post", "11"),
    ]


def test_people_who_are_members_lead_to_their_reports() -> None:
    listing = shown("top-commenters", {"bob": "42"}).listing

    assert listing
    assert {row.first.text: row.first.address for row in listing.rows}["@bob"] == "/of/42"


def test_the_best_time_is_said_in_a_sentence() -> None:
    made = shown("best-time")

    assert made.answer
    assert made.answer.hours[0] == "Monday at 08:00"
    assert "From 4 posts, read on 21 Nov 2026, 12:00." in made.answer.under
    assert made.bars[0].title == "By weekday"


def test_a_first_sync_is_put_into_words() -> None:
    for asked, text, under in (
        (("waiting", 0, None, None), "Waiting for the first fetch", ""),
        (("posts", 50, 200, 61), "Fetching all posts", "50 of 200, about 1 minute left"),
        (("comments", 7, None, None), "Fetching comments", "7 so far"),
    ):
        made = views.waiting(*asked).waiting
        assert made
        assert (made.text, made.under) == (text, under)


def test_values_read_as_people_write_them() -> None:
    assert value("likerscount", None) == "–"
    assert value("likerscount", 12345) == "12,345"
    assert value("av1", "1234.50") == "1,234.50"
    assert value("by-reach", 8.25) == "8.2%"
    assert value("percent", -3.0) == "−3.0%"
    assert value("lift", 1.4) == "1.40×"
    assert caption("\n  \nFirst line\nsecond") == "First line"
    assert len(caption("x" * 500)) == 121
