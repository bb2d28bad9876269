"""Feeds of old apps: their migration, and the legacy source."""

import json
import uuid
from typing import Any

import pytest

from signpost.instagram.apps.app import NEVER
from signpost.instagram.feed.store import FeedStore
from signpost.platform import aws
from tests.integration.instagram.feed.world import FEEDS, NOW, Legacy, World


def body_of(*ids: int) -> bytes:
    posts = [
        {
            "id": str(number),
            "caption": f"Old #Post {number}",
            "media_url": f"https://cdn.example/{number}.jpg",
            "permalink": f"https://www.instagram.com/p/{number}/",
            "timestamp": "2026-11-20T07:00:00+0000",
        }
        for number in ids
    ]
    return json.dumps({"data": posts}).encode()


def names(feeds: tuple[str, ...]) -> dict[str, str]:
    """Names that no other test has: copies are shared by all apps."""
    return {feed: feed + uuid.uuid4().hex[:12] for feed in feeds}


def test_the_example_of_an_old_app_that_migrates(world: World, legacy: Legacy) -> None:
    # Given an old app that has not migrated: everything comes from the legacy source
    feeds = names(FEEDS)
    food, powr_io, natgeo = feeds["#food"], feeds["@powr_io"], feeds["@natgeo"]
    world.change(is_new=False, feeds=tuple(feeds.values()), migrated_at=NEVER)
    legacy.answer = (200, body_of(1))
    for feed in feeds.values():
        assert world.ask(feed).body["source"] == "legacy"
    assert world.ask(powr_io, is_settings="true").body["settings"]["shows_banner"]

    # When powr_io is connected, then only that account and the hashtag come from the Graph API
    world.change(migrated_at=NOW, not_migrated=(natgeo, feeds["@apple"], feeds["@trees"]))
    install = world.connect(powr_io[1:])
    world.post(install.id, 5)
    world.restart()
    assert world.ask(powr_io).body["source"] == "graph"
    assert world.ask(powr_io).ids == ["5"]
    assert world.ask(food).body["source"] == "graph"
    for feed in (natgeo, feeds["@apple"], feeds["@trees"]):
        assert world.ask(feed).body["source"] == "legacy"
        assert world.ask(feed).ids == ["1"]
    settings = world.ask(powr_io, is_settings="true").body["settings"]
    assert settings["instagram_graph_api_migrated_at"] == "2026-11-21T07:00:00Z"
    assert settings["instagramNotMigratedFeeds"] == [natgeo, feeds["@apple"], feeds["@trees"]]
    assert not settings["shows_banner"]

    # When natgeo is connected later
    world.change(not_migrated=(feeds["@apple"], feeds["@trees"]))
    world.post(world.connect(natgeo[1:]).id, 6)
    world.restart()
    assert world.ask(natgeo).ids == ["6"]


@pytest.fixture
def old_feed(world: World) -> str:
    feed = "@old" + uuid.uuid4().hex[:12]
    world.change(is_new=False, feeds=(feed, "#food"))
    return feed


def test_a_post_of_the_legacy_source_looks_like_any_other(world: World, legacy: Legacy, old_feed: str) -> None:
    legacy.answer = (200, body_of(*range(60)))

    answer = world.ask(old_feed, limit="2")

    assert answer.ids == ["0", "1"]
    assert answer.body["data"][0] == {
        "id": "0",
        "caption": "Old #Post 0",
        "tags": ["post"],
        "media_type": None,
        "product_type": None,
        "permalink": "https://www.instagram.com/p/0/",
        "timestamp": "2026-11-20T07:00:00Z",
        "username": None,
        "picture": "https://cdn.example/0.jpg",
        "video": None,
        "like_count": None,
        "comments_count": None,
        "alt_text": None,
        "children": [],
    }
    assert (answer.body["source"], answer.body["stale"]) == ("legacy", False)
    assert answer.body["paging"] == {"next_cursor": None, "next": None}
    assert legacy.asked == [[("username", old_feed[1:])]]
    # And the source is asked at most once a minute
    assert len(world.ask(old_feed, limit="50").ids) == 50
    assert len(legacy.asked) == 1
    # And `@` alone means the app's first account, as long as none is connected
    assert world.ask("@", limit="1").ids == ["0"]
    world.ask("#food")
    assert legacy.asked[1:] == [[("hashtag", "food")]]
    assert world.ask(old_feed, cursor="AAAA").status == 400


@pytest.mark.parametrize(
    "broken",
    [
        (500, b""),
        (302, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"data": {}}'),
        (200, b"[" * 100_000),
        (200, b'{"data": [], "x": "' + b"x" * 1_000_000 + b'"}'),
        None,
        "not configured",
    ],
    ids=str,
)
def test_while_the_legacy_source_is_down_its_last_good_copy_is_served(
    world: World, legacy: Legacy, old_feed: str, broken: Any
) -> None:
    # Given a feed that was shown before
    legacy.answer = (200, body_of(1, 2))
    assert not world.ask(old_feed).body["stale"]

    # When the source breaks, and another execution environment is asked
    world.clock.value += 100
    if isinstance(broken, tuple):
        legacy.answer = broken
        world.restart()
    else:
        world.restart("http://127.0.0.1:1/" if broken is None else "")

    answer = world.ask(old_feed)
    assert answer.ids == ["1", "2"]
    assert answer.body["stale"]
    assert answer.body["as_of"] == "2026-11-21T07:00:00Z"
    # And a redirect is not followed
    assert all(len(asked) == 1 for asked in legacy.asked)


def test_without_a_copy_a_legacy_feed_is_empty_and_stale(world: World, old_feed: str) -> None:
    world.restart("")

    answer = world.ask(old_feed)

    assert (answer.status, answer.ids, answer.body["stale"], answer.body["as_of"]) == (200, [], True, None)


def test_a_copy_is_written_again_every_hour_and_when_it_changes(world: World, legacy: Legacy, old_feed: str) -> None:
    def copied_at(later: float, *ids: int) -> float:
        world.clock.value, legacy.answer = NOW + later, (200, body_of(*ids))
        world.ask(old_feed)
        copy = FeedStore(aws.dynamodb(), "Media").copy(old_feed, NOW)
        assert copy
        return copy.copied_at - NOW

    assert copied_at(0, 1) == 0
    assert copied_at(60, 1) == 0
    assert copied_at(120, 1, 2) == 120
    assert copied_at(120 + 3601, 1, 2) == 3721
    # And a slower environment does not overwrite a newer copy
    FeedStore(aws.dynamodb(), "Media").keep_copy(old_feed, (), NOW)
    assert copied_at(3721 + 60, 1, 2) == 3721


def test_the_legacy_source_is_asked_only_for_feeds_of_the_app(world: World, legacy: Legacy, old_feed: str) -> None:
    answer = world.ask("@somebody")

    assert (answer.status, answer.body["error"]["code"]) == (404, "feed_not_in_app")
    assert legacy.asked == []
