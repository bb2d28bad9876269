"""Which posts brought a link's clicks, and what a range of time is."""

from zoneinfo import ZoneInfo

import pytest

from signpost.analytics.link_posts.brought import Span, brought
from signpost.analytics.link_posts.queries import parse
from signpost.analytics.link_posts.views import per_1000
from signpost.instagram.posts import Post
from signpost.platform.errors import InvalidField
from signpost.tracking.clicked_hours import AccountCampaign, ClickedHour

HOUR, DAY = 3600, 86_400
HOST = "go.example.com"
T = 1_795_244_400  # 2026-11-21T07:00:00Z


def post(name: str, at: float, caption: str = "", **metrics: float) -> Post:
    return Post(name, at, caption, permalink=f"https://www.instagram.com/p/{name.upper()}/", metrics=metrics)


def link(*hours: tuple[int, int, dict[str, int]]) -> AccountCampaign:
    return AccountCampaign(("7", "box"), [ClickedHour(start, {"other": n}, sources) for start, n, sources in hours])


def test_every_click_of_the_span_is_a_posts_or_nobodys() -> None:
    # Given a post with the link, one that a source names, one that has the link but no click, and one without a link
    posts = [
        post("old", T - 300 * DAY, f"{HOST}/track/BOX", reach=2000),
        post("bio", T - 10 * DAY),
        post("new", T + HOUR, f"{HOST}/track/7"),
        post("other", T),
    ]
    campaign = link((T - DAY, 90, {"none": 90}), (T, 10, {"BIO": 4, "none": 6}))

    found = brought([campaign], posts, HOST, Span(T, T + DAY), T + DAY)

    # Then clicks before the span are left out, and newest posts come first
    assert (found.clicks, found.without_post) == (10, 0)
    assert [(each.post.media_id, each.clicks, each.estimated) for each in found.posts] == [
        ("new", 0, 0),
        ("bio", 4, 0),
        ("old", 6, 0),
    ]
    assert [per_1000(each) for each in found.posts] == [None, None, 3.0]


def test_what_nobody_can_tell_is_an_estimate_or_without_a_post() -> None:
    none: dict[str, int] = {}
    usual = [(T - number * HOUR, 2, none) for number in range(1, 50)]
    campaign = link(*usual, (T, 9, {}))

    found = brought([campaign], [post("near", T - HOUR)], HOST, Span(T, T + HOUR), T + HOUR)

    assert (found.clicks, found.without_post) == (9, 2)
    assert [(each.clicks, each.estimated) for each in found.posts] == [(7, 7)]


def test_a_range_is_of_days_in_a_zone_or_of_moments() -> None:
    berlin = "Europe/Berlin"
    midnight = T - 8 * HOUR  # 00:00 there

    assert parse(None, None, berlin, T, 1) == (Span(midnight, T), ZoneInfo(berlin))
    assert parse(None, None, berlin, T, 7).span.start == midnight - 6 * DAY
    assert parse("2026-11-20", "2026-11-20", berlin, T, 1).span == Span(midnight - DAY, midnight)
    assert parse("2026-11-21T06:00:00Z", None, "UTC", T, 1).span == Span(T - HOUR, T)
    for first, last, zone in (("x", None, "UTC"), ("2026-11-22", "2026-11-21", "UTC"), ("2020-01-01", None, "UTC")):
        with pytest.raises(InvalidField):
            parse(first, last, zone, T, 1)
