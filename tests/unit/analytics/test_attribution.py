from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.analytics.attribution import HOUR, Campaign, Hour, apportion, attribute, shortcode
from signpost.analytics.snapshot import Post, PostClicks

HOST = "go.example.com"
T = 1_795_244_400  # a full hour


def post(name: str, created: float, caption: str = "") -> Post:
    return Post(name, created, caption, f"https://www.instagram.com/p/{name.upper()}/")


def shares(found: tuple[PostClicks, ...]) -> dict[tuple[str | None, bool], int]:
    sums: Counter[tuple[str | None, bool]] = Counter()
    for each in found:
        sums[each.post, each.estimated] += each.clicks
    return dict(sums)


def of(hours: list[Hour], posts: list[Post], keys: tuple[str, ...] = ("7", "summer")) -> tuple[PostClicks, ...]:
    return attribute([Campaign(keys, hours)], posts, HOST, T + 10 * HOUR)


def test_a_source_that_is_a_shortcode_is_counted_for_its_post() -> None:
    # Given an hour in which three of ten clicks say which post they come from
    hour = Hour(T, {"Android": 5, "IPhone": 5}, {"OLD": 3, "none": 7})

    # Then they are counted, with the hour's platforms as nearly as can be, and the others belong to no post
    assert of([hour], [post("old", T - 90 * HOUR)]) == (
        PostClicks(None, T, "Android", 3, estimated=False),
        PostClicks("old", T, "Android", 2, estimated=False),
        PostClicks(None, T, "IPhone", 4, estimated=False),
        PostClicks("old", T, "IPhone", 1, estimated=False),
    )


@pytest.mark.parametrize(
    "caption",
    ["see https://go.example.com/track/summer", "GO.example.com/track/7.", "http://go.example.com/track/summer?src=x"],
)
def test_a_link_in_a_caption_is_counted_for_its_post(caption: str) -> None:
    found = of([Hour(T, {"other": 4}, {"none": 4})], [post("a", T - 900 * HOUR, caption), post("b", T)])

    assert shares(found) == {("a", False): 4}


@pytest.mark.parametrize(
    "caption", ["other.example.com/track/summer", "go.example.com/track/summers", "xgo.example.com/track/7", "/track/7"]
)
def test_a_link_of_somebody_else_is_not_ours(caption: str) -> None:
    assert shares(of([Hour(T, {"other": 4}, {})], [post("a", T - 900 * HOUR, caption)])) == {(None, False): 4}


def test_a_link_in_several_captions_is_an_estimate_for_the_newest_of_them() -> None:
    link = f"{HOST}/track/summer"
    posts = [post("a", T - 2 * HOUR, link), post("b", T + HOUR, link)]
    hours = [Hour(T - 5 * HOUR, {"other": 1}, {}), Hour(T, {"other": 2}, {}), Hour(T + HOUR, {"other": 4}, {})]

    assert shares(of(hours, posts)) == {(None, False): 1, ("a", False): 2, ("b", True): 4}


def test_what_exceeds_the_usual_hour_is_shared_out_to_the_posts_of_the_48_hours_before() -> None:
    # Given a link in the profile with two clicks in each hour, and nine in one
    hours = [Hour(T + number * HOUR, {"Android": 2}, {}) for number in range(-9, 11) if number]
    hours.append(Hour(T, {"Android": 9}, {}))
    posts = [post("far", T - 48 * HOUR - 1), post("near", T - 48 * HOUR), post("new", T + HOUR - 1)]

    found = [each for each in of(hours, posts) if each.hour == T]

    # Then the seven others belong to both posts, the odd one to the newer
    assert found == [
        PostClicks(None, T, "Android", 2, estimated=False),
        PostClicks("near", T, "Android", 3, estimated=True),
        PostClicks("new", T, "Android", 4, estimated=True),
    ]


def test_quiet_hours_are_usual_too() -> None:
    # Given one click an hour for three hours, and none in the ten since
    hours = [Hour(T - number * HOUR, {"other": 1}, {}) for number in range(3)]

    assert shares(of(hours, [post("a", T - 5 * HOUR)])) == {("a", True): 3}


def test_without_a_post_before_clicks_belong_to_none() -> None:
    assert shares(of([Hour(T, {"other": 9}, {})], [post("later", T + HOUR)])) == {(None, False): 9}
    assert of([], [post("a", T)]) == ()


NAMES = ["a", "b", "c"]
POSTS = st.lists(
    st.builds(
        post,
        st.sampled_from(NAMES),
        st.integers(T - 100 * HOUR, T + 100 * HOUR),
        st.sampled_from(["", f"{HOST}/track/7", f"{HOST}/track/summer {HOST}/track/8"]),
    ),
    unique_by=lambda each: each.id,
).map(lambda posts: sorted(posts, key=lambda each: (each.created, each.id)))
HOURS = st.lists(
    st.builds(
        Hour,
        st.integers(-60, 10).map(lambda number: T + number * HOUR),
        st.dictionaries(st.sampled_from(["Android", "IPhone", "other"]), st.integers(0, 40)),
        st.dictionaries(st.sampled_from(["A", "B", "Z", "none"]), st.integers(0, 40)),
    ),
    unique_by=lambda each: each.start,
    max_size=8,
)
CAMPAIGNS = st.lists(st.builds(Campaign, st.sampled_from([("7", "summer"), ("8",), ("9",)]), HOURS), max_size=3)


@given(CAMPAIGNS, POSTS)
def test_clicks_are_never_shared_out_twice_or_lost(campaigns: list[Campaign], posts: list[Post]) -> None:
    found = attribute(campaigns, posts, HOST, T + 10 * HOUR)

    # Then each hour and platform has as many clicks as before, and each post only once
    given_away: Counter[tuple[int, str]] = Counter()
    for each in found:
        assert each.clicks > 0
        given_away[each.hour, each.platform] += each.clicks
    clicked: Counter[tuple[int, str]] = Counter()
    for campaign in campaigns:
        for hour in campaign.hours:
            clicked.update({(hour.start, platform): number for platform, number in hour.platforms.items()})
    assert given_away == +clicked
    assert len({each._replace(clicks=0) for each in found}) == len(found)
    assert all(each.post is not None or not each.estimated for each in found)


@given(st.lists(st.integers(0, 50), max_size=6), st.data())
def test_parts_add_up_and_stay_within_their_weights(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    parts = apportion(total, weights)

    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
    ordered = sorted(zip(weights, parts, strict=True))
    assert all(small <= large + 1 for (_, small), (_, large) in pairwise(ordered))


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://www.instagram.com/p/C1-_x/", "C1-_x"),
        ("https://www.instagram.com/reel/Cxyz/?a=1", "Cxyz"),
        ("https://www.instagram.com/nora/", None),
        (None, None),
    ],
)
def test_the_shortcode_of_an_address(address: str | None, code: str | None) -> None:
    assert shortcode(Post("1", 0, permalink=address)) == code
