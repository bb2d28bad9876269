"""Feeds of hashtags, from a widget's request to the reply."""

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.feed.apps import MAX_AGE
from signpost.instagram.fetch.hashtag_quota import WINDOW
from signpost.instagram.fetch.polls import Poll, TagRefusal
from signpost.instagram.posts import Post, hashtag_owner
from signpost.instagram.posts import item as post_item
from signpost.instagram.products import Provider
from signpost.platform import aws
from tests import dynamodb
from tests.aws_calls import noted
from tests.integration.instagram.feed.world import NOW, PUBLIC, World


def test_a_hashtag_is_fetched_when_it_is_requested_for_the_first_time(world: World, tag: str) -> None:
    install = world.connect()

    answer = world.ask(f"#{tag.upper()}")

    assert (answer.status, answer.body["data"], answer.body["as_of"]) == (200, [], None)
    assert not answer.body["stale"]
    assert "queued" not in answer.body
    assert world.jobs(tag) == [{"install": install.id, "tag": tag, "why": "hashtag", "asked_at": world.clock()}]
    # When it has been polled, then its posts are shown and no other fetch is queued
    world.hashtags.poll_again(Poll(tag, install.id, NOW + 7200, NOW, polled_at=NOW + 30))
    world.post(hashtag_owner(tag), 1, pictures=("pictures/hashtag/1.jpg",))
    world.clock.value += MAX_AGE
    answer = world.ask("#", following=f"#{tag}")
    assert answer.ids == ["1"]
    assert answer.body["data"][0]["picture"] == f"{PUBLIC}/instagram/pictures/hashtag/1.jpg"
    assert answer.body["as_of"] == "2026-11-21T07:00:30Z"
    assert world.jobs(tag) == []
    # And when polls fail, which puts the next one off, it is marked as stale
    world.hashtags.poll_again(Poll(tag, install.id, NOW + 9 * 3600, NOW, polled_at=NOW + 30))
    world.clock.value = NOW + 7.1 * 3600
    assert world.ask(f"#{tag}").body["stale"]


def test_a_fetch_is_queued_with_the_id_of_the_request(world: World, tag: str) -> None:
    world.connect()

    with noted(aws.sqs(), "sqs.SendMessageBatch") as sent:
        world.ask(f"#{tag}")

    [message] = sent[0]["Entries"]
    assert message["MessageAttributes"]["correlation_id"]["StringValue"] == "request-1"


def test_expired_posts_are_not_shown(world: World, tag: str) -> None:
    world.connect()
    for number in range(6):
        item = post_item(hashtag_owner(tag), Post(f"{number}", NOW - number))
        dynamodb.put("Media", {**item, "ttl": int(NOW) + (99 if number in (0, 5) else -1)})

    assert world.ask(f"#{tag}", limit="1").ids == ["0"]
    cursor = world.ask(f"#{tag}", limit="1").body["paging"]["next_cursor"]
    assert world.ask(f"#{tag}", limit="1", cursor=cursor).ids == ["5"]
    assert world.ask(f"#{tag}").ids == ["0", "5"]


def test_a_hashtag_is_fetched_with_the_account_that_is_named(world: World, tag: str) -> None:
    world.connect("expired", state=ConnectionState.EXPIRED)
    first, second = world.connect("first"), world.connect("second", page_name="Second page")

    for query, install in (
        ({}, first),
        ({"instagram_username": "second"}, second),
        ({"page_name": "second PAGE"}, second),
    ):
        of_query = tag + str(len(query)) + next(iter(query), "")
        world.show(f"#{of_query}")
        world.restart()
        world.ask(f"#{of_query}", **query)
        assert [job["install"] for job in world.jobs(of_query)] == [install.id]


def test_a_hashtag_needs_an_account_with_facebook_login(world: World, tag: str) -> None:
    world.connect("insta", Provider.INSTAGRAM)

    for query in ({}, {"instagram_username": "insta"}):
        answer = world.ask(f"#{tag}", **query)
        assert (answer.status, answer.body["error"]["code"]) == (409, "hashtag_account_missing")
        assert "provider=facebook" in answer.body["error"]["connect_url"]


def test_a_video_with_a_hashtag_has_metas_address_while_it_works(world: World, tag: str) -> None:
    world.connect()
    fresh, old = (f"https://x.cdninstagram.com/v/1.mp4?oe={int(NOW + left):x}" for left in (60, -1))
    for number, address in enumerate([fresh, old]):
        item = post_item(hashtag_owner(tag), Post(f"{number}", NOW - number, media_type="VIDEO", media_url=address))
        dynamodb.put("Media", {**item, "ttl": int(NOW) + 99})

    assert [each["video"] for each in world.ask(f"#{tag}").body["data"]] == [fresh, None]


def test_a_hashtag_that_meta_refuses_says_why(world: World, tag: str) -> None:
    # Given a tag whose poll was refused, because Meta has not reviewed the app
    install = world.connect()
    world.ask(f"#{tag}")
    world.hashtags.poll_again(Poll(tag, install.id, NOW + 86400, NOW, refusal=TagRefusal.NO_ACCESS))
    world.clock.value += MAX_AGE

    # Then its feed says so, and so do the settings
    reason = {
        "code": "public_content_access_missing",
        "message": "Meta gives hashtags only to apps that it has reviewed (Instagram Public Content Access).",
    }
    assert world.ask(f"#{tag}").body["reason"] == reason
    assert world.ask(f"#{tag}", is_settings="true").body["settings"]["reason"] == reason

    # And no longer, once it is polled
    world.hashtags.poll_again(Poll(tag, install.id, NOW + 7200, NOW, polled_at=NOW + 30))
    world.clock.value += MAX_AGE
    answer = world.ask(f"#{tag}", is_settings="true")
    assert "reason" not in answer.body
    assert answer.body["settings"]["reason"] is None


def test_a_hashtag_beyond_metas_own_count_is_queued(world: World, tag: str) -> None:
    install = world.connect()
    world.ask(f"#{tag}")
    world.hashtags.poll_again(Poll(tag, install.id, NOW + 86400, NOW, queued_until=NOW + 86400))
    world.clock.value += MAX_AGE

    assert world.ask(f"#{tag}").body["queued"]["until"] == "2026-11-22T07:00:00Z"
    world.clock.value = NOW + 86401
    assert "queued" not in world.ask(f"#{tag}").body


def test_settings_say_why_a_feed_cannot_be_shown(world: World) -> None:
    settings = world.ask("@stranger", is_settings="true").body["settings"]

    assert settings["reason"]["code"] == "not_connected"


def test_a_hashtag_of_an_ended_connection_is_shown_as_it_was(world: World, tag: str) -> None:
    world.connect(state=ConnectionState.EXPIRED)
    world.post(hashtag_owner(tag), 1)

    answer = world.ask(f"#{tag}")

    assert answer.ids == ["1"]
    assert answer.body["stale"]
    assert world.jobs(tag) == []


def test_a_hashtag_that_instagram_does_not_know_is_an_error(world: World, tag: str) -> None:
    world.connect()
    world.hashtags.keep_unknown(tag, NOW)

    answer = world.ask(f"#{tag}")

    assert (answer.status, answer.body["error"]["code"]) == (404, "unknown_hashtag")


def test_the_reply_says_until_when_the_thirty_first_hashtag_waits(world: World, tag: str) -> None:
    # Given an account that has asked for 30 tags
    install = world.connect()
    for number in range(30):
        assert world.hashtags.ask(install.instagram_business_account_id, f"tag{number}", NOW + number) is None
    world.post(hashtag_owner(tag), 1)  # which another account had asked for

    answer = world.ask(f"#{tag}")

    assert answer.status == 200
    assert answer.ids == ["1"]
    assert answer.body["queued"]["until"] == "2026-11-28T07:00:00Z"
    world.show("#tag29")
    world.restart()
    assert "queued" not in world.ask("#tag29").body
    # And when the window is free again, it does not wait any more
    world.clock.value = NOW + WINDOW
    assert "queued" not in world.ask(f"#{tag}").body


@pytest.mark.parametrize("listed", [True, False])
def test_strangers_cannot_spend_an_apps_hashtags(world: World, tag: str, listed: bool) -> None:
    # Given an app that lists a hashtag, or nothing at all
    world.connect()
    if not listed:
        world.change(feeds=())

    # When a stranger asks for another one
    answer = world.ask(f"#{tag}x")

    # Then it is refused, and nothing is stored or queued
    assert (answer.status, answer.body["error"]["code"]) == (404, "feed_not_in_app")
    assert world.jobs(f"{tag}x") == []
    assert f"poll#{tag}x" not in repr(dynamodb.items("InstagramHashtags"))
    assert world.ask(f"#{tag.title()}").status == (200 if listed else 404)
