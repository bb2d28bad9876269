"""Polls of hashtags: posts that Meta shows for a day are kept, within the limits of an account."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from signpost.instagram import sightings
from signpost.instagram.fetch.hashtag_quota import UNIQUE_TAGS
from signpost.instagram.fetch.polls import Poll, Tag, TagRefusal
from signpost.instagram.posts import Post, from_item, shortcode
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from tests.aws_calls import just_before
from tests.integration.instagram.fetch.world import DAY, HOUR, World

_tags = (f"poll{number}" for number in itertools.count())


class Hashtags:
    """An install of Facebook Login, and a tag that a widget requested with it."""

    def __init__(self, world: World, tag: str) -> None:
        self.world, self.tag = world, tag
        self.store = world.feature.hashtags
        self.install = world.install(Provider.FACEBOOK)
        self.store.want(tag, self.install.id, world.now)

    def fetch(self) -> bool:
        message = {"install": self.install.id, "tag": self.tag, "why": "hashtag", "asked_at": self.world.now}
        return self.world.deliver(message)

    def poll(self) -> Poll | None:
        return self.store.poll(self.tag, self.install.id)

    def waits(self) -> float:
        """For how many seconds the poll is not due."""
        poll = self.poll()
        assert poll is not None
        return poll.poll_at - self.world.now

    def posts(self) -> list[dict[str, Any]]:
        return self.world.items(f"hashtag#{self.tag}")


def polled(hashtags: Hashtags) -> Poll:
    poll = hashtags.poll()
    assert poll is not None
    return poll


@pytest.fixture
def hashtags(world: World) -> Hashtags:
    return Hashtags(world, next(_tags))


def erase(world: World, post: Post) -> None:
    """As an erasure does first."""
    Table(aws.dynamodb(), "Media").put(sightings.erased(shortcode(post), world.now))


def test_a_post_whose_owner_had_their_data_erased_is_not_taken_up_again(world: World, hashtags: Hashtags) -> None:
    # Given a post that Meta shows for the tag, and an erasure of its owner's data
    assert hashtags.fetch()
    first, *others = hashtags.posts()
    media = Table(aws.dynamodb(), "Media")
    [place] = sightings.post_keys(media.get(sightings.seen_key(shortcode(from_item(first)))) or {})
    assert place == {"owner": first["owner"], "item": first["item"]}
    erase(world, from_item(first))
    media.delete(place)

    # When the tag is polled again, then the post stays away
    assert hashtags.fetch()
    assert [each["item"] for each in hashtags.posts()] == [each["item"] for each in others]


def test_an_erasure_in_the_middle_of_a_poll_is_obeyed(world: World, hashtags: Hashtags) -> None:
    # Given a post whose owner's data is erased after a poll has begun
    assert hashtags.fetch()
    first = next(each for each in hashtags.posts() if each.get("pictures"))
    Table(aws.dynamodb(), "Media").delete({"owner": first["owner"], "item": first["item"]})

    # When the poll goes on
    with just_before(aws.s3(), "s3.PutObject", lambda: erase(world, from_item(first))):
        assert hashtags.fetch()

    # Then neither the post nor the copy of its picture is left
    assert first["item"] not in {each["item"] for each in hashtags.posts()}
    found = aws.s3().list_objects_v2(Bucket=world.settings.media_bucket, Prefix=first["pictures"][0])
    assert found["KeyCount"] == 0


def test_polls_collect_what_meta_shows_for_a_day(world: World, hashtags: Hashtags) -> None:
    # Given a tag that is polled for the first time
    assert hashtags.fetch()

    # Then the most popular posts and the day's are there, with pictures, for 90 days, and it is polled again soon
    posts = hashtags.posts()
    assert len(posts) == 48
    assert {int(post["ttl"]) for post in posts} == {int(world.now) + 90 * DAY}
    some = from_item(posts[0])
    assert (some.username, some.metrics["like_count"] >= 0) == (None, True)
    assert any(post.get("pictures") for post in posts)
    assert all(key.startswith("pictures/hashtag/") for post in posts for key in post.get("pictures", []))
    assert hashtags.waits() == HOUR
    assert polled(hashtags).polled_at == world.now  # what its feed calls `as_of`

    # When another day has passed, then its posts are there too, and popular ones were not asked for again
    world.pass_time(DAY)
    assert hashtags.fetch()
    assert len(hashtags.posts()) == 72
    assert world.calls("top_media") == 1
    # And a poll that finds nothing new is repeated later
    assert hashtags.fetch()
    assert hashtags.waits() == 6 * HOUR
    assert len(hashtags.posts()) == 72
    # And the tag's id was asked for once
    assert world.calls("ig_hashtag_search") == 1


def test_an_unknown_tag_is_not_asked_for_again(world: World, hashtags: Hashtags) -> None:
    world.meta.state.hashtags_missing.add(hashtags.tag)

    assert hashtags.fetch()

    assert hashtags.poll() is None
    assert hashtags.store.tag(hashtags.tag, world.now) == Tag(None)
    calls = world.calls()
    hashtags.store.want(hashtags.tag, hashtags.install.id, world.now)
    assert hashtags.fetch()
    assert (world.calls(), hashtags.poll()) == (calls, None)


def test_the_31st_tag_of_a_week_waits_without_a_call(world: World, hashtags: Hashtags) -> None:
    # Given an account that has asked for 30 tags, the first of them two days ago
    account = hashtags.install.instagram_business_account_id
    for number in range(UNIQUE_TAGS):
        assert hashtags.store.ask(account, f"other{number}", world.now - 2 * DAY + number) is None

    # When it asks for one more
    assert hashtags.fetch()

    # Then that one waits until the first one stops counting
    assert world.calls() == 0
    assert hashtags.waits() == 5 * DAY
    assert polled(hashtags).queued_until == world.now + 5 * DAY
    world.pass_time(5 * DAY)
    assert hashtags.fetch()
    assert len(hashtags.posts()) == 48
    assert polled(hashtags).queued_until is None


def test_a_quota_that_only_meta_counted_waits_a_day_and_uses_up_nothing(world: World, hashtags: Hashtags) -> None:
    # Given an account that, by our count, may ask for one more tag
    account = hashtags.install.instagram_business_account_id
    for number in range(UNIQUE_TAGS - 1):
        assert hashtags.store.ask(account, f"other{number}", world.now) is None
    world.meta.fail_next(18, 2207034)

    # When Meta says that it may not
    assert hashtags.fetch()

    # Then the tag waits, and another one may be asked for in its place
    assert (hashtags.waits(), hashtags.posts()) == (DAY, [])
    assert polled(hashtags).queued_until == world.now + DAY
    assert hashtags.store.would_wait(account, "another", world.now) is None


@pytest.mark.parametrize(
    ("code", "refusal"),
    [((10, None), TagRefusal.NO_ACCESS), ((100, 33), TagRefusal.UNREADABLE), ((100, None), TagRefusal.UNREADABLE)],
)
def test_hashtags_that_may_not_be_read_say_why_and_do_not_end_the_connection(
    world: World, hashtags: Hashtags, code: tuple[int, int | None], refusal: TagRefusal
) -> None:
    world.meta.fail_next(*code)

    assert hashtags.fetch()

    assert (hashtags.waits(), polled(hashtags).refusal) == (DAY, refusal)
    assert world.stored(hashtags.install).state == "active"

    # And when Meta gives them again, nothing is left of it
    world.pass_time(DAY)
    assert hashtags.fetch()
    assert polled(hashtags).refusal is None


def test_a_dead_token_ends_the_connection(world: World, hashtags: Hashtags) -> None:
    world.meta.fail_next(190, 458)

    assert hashtags.fetch()

    assert world.stored(hashtags.install).state == "revoked"
    calls = world.calls()
    assert hashtags.fetch()
    assert (world.calls(), hashtags.waits()) == (calls, DAY)


def test_a_throttled_poll_comes_back(world: World, hashtags: Hashtags) -> None:
    world.meta.throttle(4, minutes=5)

    assert hashtags.fetch()
    assert hashtags.fetch()

    assert world.calls() == 1
    assert [(message["tag"], delay) for message, delay in world.queue.sent] == [(hashtags.tag, 360)] * 2


@pytest.mark.parametrize("whole_app", [True, False])
def test_a_poll_stops_at_ninety_percent(world: World, hashtags: Hashtags, whole_app: bool) -> None:
    world.meta.set_usage(90, None if whole_app else hashtags.install.instagram_account)

    assert hashtags.fetch()

    assert world.calls("_media") == 1
    other = world.install(Provider.FACEBOOK)
    assert world.feature.tools.pauses.paused_until(world.stored(hashtags.install), world.now) == world.now + 900
    assert (world.feature.tools.pauses.paused_until(other, world.now) is not None) is whole_app


def test_a_fault_at_meta_is_retried(world: World, hashtags: Hashtags) -> None:
    world.meta.fail_next(2)

    assert not hashtags.fetch()
    assert hashtags.fetch()
    assert len(hashtags.posts()) == 48


def nobody_requests_it(hashtags: Hashtags) -> None:
    hashtags.world.pass_time(31 * DAY)


def it_was_never_requested(hashtags: Hashtags) -> None:
    poll = hashtags.poll()
    assert poll is not None
    hashtags.store.stop(poll)


def the_install_is_gone(hashtags: Hashtags) -> None:
    hashtags.world.delete(hashtags.install.id)


@pytest.mark.parametrize("end", [nobody_requests_it, it_was_never_requested, the_install_is_gone])
def test_a_poll_ends_when(world: World, hashtags: Hashtags, end: Callable[[Hashtags], None]) -> None:
    end(hashtags)

    assert hashtags.fetch()

    assert (world.calls(), hashtags.poll()) == (0, None)


def test_instagram_login_has_no_hashtags(world: World, hashtags: Hashtags) -> None:
    install = world.install(Provider.INSTAGRAM)
    hashtags.install = install
    hashtags.store.want(hashtags.tag, install.id, world.now)

    assert hashtags.fetch()

    assert (world.calls(), hashtags.waits()) == (0, DAY)
