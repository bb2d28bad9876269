"""The past of the demo's accounts: plausible enough for each report to find something in it."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from statistics import median

import pytest

from local.meta import demo_world, past, styles
from local.meta.graph import insights
from local.meta.world import DAY_S, Account, Media, World

NOW = 1_795_000_000.0
SHOP = "links.example"


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world.grown(NOW, SHOP)


@pytest.fixture(scope="module", params=["nora.bakes.demo", "kiln.and.clay.demo"])
def account(world: World, request: pytest.FixtureRequest) -> Account:
    return world.account(request.param)


def test_the_past_is_the_same_each_time(world: World) -> None:
    assert demo_world.grown(NOW, SHOP) == world
    assert len(world.account("lena.paints.demo").media) == 25


def test_posts_reach_back_two_years(account: Account) -> None:
    times = [media.timestamp for media in account.media]
    assert len(times) == len(set(times)) >= 500
    assert times == sorted(times, reverse=True)
    assert times[0] < NOW - 2 * 3600
    assert times[-1] < NOW - 700 * DAY_S
    assert {media.product_type for media in account.media} == {"FEED", "REELS"}


def test_numbers_agree_with_each_other(account: Account) -> None:
    for media in account.media:
        value = {name: insights.media_value(media, name) for name in sorted(insights.METRICS["FEED"])}
        assert value["views"] >= value["reach"] >= value["likes"] + value["saved"]
        assert value["reach"] >= value["profile_visits"] >= value["follows"]
        assert value["comments"] == len(media.comments)
    for story in account.stories:
        assert insights.media_value(story, "views") >= insights.media_value(story, "reach") == story.viewers


def test_hours_kinds_and_hashtags_make_a_difference(account: Account) -> None:
    def usual(chosen: list[Media]) -> float:
        # Old posts had fewer followers to like them.
        return median(media.likes / past.followers_on(account, media.timestamp) for media in chosen)

    posts = [media for media in account.media if media.timestamp < NOW - 3 * DAY_S]
    reels = [media for media in posts if media.product_type == "REELS"]
    assert usual(reels) > 1.2 * usual([media for media in posts if media not in reels])
    by_hour = {hour: [m for m in posts if m.timestamp % DAY_S // 3600 == hour] for hour in (11, 18)}
    assert usual(by_hour[18]) > 1.2 * usual(by_hour[11])
    best = {"nora.bakes.demo": "recipe", "kiln.and.clay.demo": "kilnopening"}[account.username]
    assert usual([media for media in posts if best in media.tags]) > 1.1 * usual(posts)


def test_a_few_people_comment_most_and_some_cannot_be_named(account: Account) -> None:
    comments = [comment for media in account.media for comment in media.comments]
    people = Counter(comment.username for comment in comments if comment.from_id != account.id)
    ranks = [number for _, number in people.most_common()]
    assert 140 <= len(people) <= 151
    assert ranks[0] > 8 * ranks[len(ranks) // 2]
    assert any(not comment.from_id for comment in comments)
    assert any(comment.replies for comment in comments)
    assert all(comment.timestamp < NOW for comment in comments if comment.parent_id is None)
    own = [m.comments[0] for m in account.media if m.comments and m.comments[0].text.startswith("#")]
    assert {comment.from_id for comment in own} == {account.id}


def test_captions_hold_links_and_what_pages_must_escape(world: World) -> None:
    captions = [media.caption or "" for media in world.account("nora.bakes.demo").media]
    assert any(f"{SHOP}/track/loaf-box" in caption for caption in captions)
    assert any("<script>" in caption for caption in captions)
    assert any("🌿" in caption for caption in captions)
    assert any(not caption for caption in captions)


def test_followers_grow_day_by_day(account: Account) -> None:
    days = [past.followers_on(account, NOW - number * DAY_S) for number in range(past.DAYS)]
    assert days[0] == account.followers == insights_of_today(account)
    assert days[-1] < 0.45 * days[0]
    assert any(newer < older for newer, older in pairwise(days))
    assert insights.account_value(account, "reach", NOW) < account.followers
    assert 0 <= insights.account_value(account, "follower_count", NOW) < 0.02 * account.followers


def insights_of_today(account: Account) -> int:
    return past.followers_on(account, NOW + 900 * DAY_S)


def test_a_very_large_past_is_made_on_request() -> None:
    world = demo_world.create(NOW)
    account = world.add_account("large.demo")

    past.fill(world, account, NOW, replace(styles.BAKERY, posts=10_000))

    assert len({media.timestamp for media in account.media}) == 10_000
    assert sum(len(media.comments) for media in account.media) > 100_000
