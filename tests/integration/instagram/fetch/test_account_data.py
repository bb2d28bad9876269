"""What a sync stores besides posts: comments, stories, the account's numbers, and who follows it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.readings import Readings
from signpost.platform import aws
from tests.aws_calls import failing, noted
from tests.integration.instagram.fetch.world import DAY, HOUR, World

READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")


@pytest.fixture
def readings() -> Readings:
    return Readings(aws.dynamodb(), "InstagramInstalls", "Media")


@contextmanager
def reads() -> Iterator[list[Any]]:
    """The reads from DynamoDB, as they are made."""
    with ExitStack() as stack:
        lists = [stack.enter_context(noted(aws.dynamodb(), f"dynamodb.{name}")) for name in READS]
        found: list[Any] = []
        yield found
        found += [each for calls in lists for each in calls]


def comment(world: World, install: Install, number: int, **how: Any) -> str:
    return world.meta.comment(install.instagram_account, f"Lovely {number}", username=f"Fan{number}.demo", **how)[1].id


# ------------------------------------------------------------------------------------------------- nothing is new
@pytest.mark.parametrize("stored", [25, 2000])
def test_a_sync_with_nothing_new_costs_three_reads_and_two_calls_at_most(world: World, stored: int) -> None:
    # Given an account of an app that has been synced, with many posts from before, and a story
    install = world.install(scopes=("instagram_business_basic",))
    world.link(install)
    world.meta.publish(install.instagram_account, product_type="STORY")
    world.meta.fill(install.instagram_account, 25, hours_apart=1)
    for media in world.meta.account(install.instagram_account).media:
        media.shown_url, media.media_type = False, "IMAGE"
    assert world.sync(install)
    world.store(install, range(25, stored))
    world.announced()
    world.pass_time(HOUR)
    calls = world.calls()

    # When it is synced again
    with reads() as made:
        assert world.sync(install)

    # Then that costs little, and nobody is told
    assert len(made) <= 3
    assert world.calls() - calls == 2
    assert world.announced() == []
    assert world.stored(install).posts_stored is not None


# ------------------------------------------------------------------------------------------------------- comments
@pytest.mark.parametrize("provider", Provider)
def test_comments_and_replies_are_stored_without_their_text(
    world: World, readings: Readings, provider: Provider
) -> None:
    # Given a post with more comments than a page has, one of them by the owner, and a reply
    install = world.install(provider, posts=2)
    login = install.instagram_account
    [newest, other] = world.meta.account(login).media
    own = world.meta.comment(login, "#first #Comment", username=login)[1]
    ids = [comment(world, install, number) for number in range(60)]
    ids.append(comment(world, install, 60, reply_to=ids[0]))
    world.meta.comment(login, "#second", username=login, media_id=newest.id)

    # When it is synced
    assert world.sync(install)

    # Then all are there, each once, and the owner's first one adds its hashtags to the post
    found = [each for each in readings.comments(install.id) if each.media_id == newest.id]
    assert {each.comment.id for each in found} == {each.id for each in newest.comments}
    assert len(found) == 63
    [of_fan] = [each.comment for each in found if each.comment.id == ids[7]]
    assert (of_fan.username, of_fan.at) == ("fan7.demo", world.now)
    assert of_fan.author_id
    post, _ = world.posts(install)
    assert post.comment_tags == ("first", "comment")
    assert post.comments_read == len(newest.comments)
    assert not any("Lovely" in str(item) for item in world.items(f"{install.id}#comments"))
    assert own.id in {each.comment.id for each in found}
    # And those of a post without any are not asked for
    assert world.calls(f"{other.id}/comments") == 0


def test_only_new_comments_are_asked_for(world: World, readings: Readings) -> None:
    # Given a post with comments on three pages, which have been read
    install = world.install(posts=1)
    [media] = world.meta.account(install.instagram_account).media
    for number in range(120):
        comment(world, install, number)
    assert world.sync(install)
    assert world.calls(f"{media.id}/comments") == 3
    world.announced()

    # When nothing has changed, then nothing is asked; with a new one, a page
    world.pass_time(HOUR)
    assert world.sync(install)
    assert world.calls(f"{media.id}/comments") == 3
    world.pass_time(HOUR)
    new = comment(world, install, 120)
    assert world.sync(install)
    assert world.calls(f"{media.id}/comments") == 4
    assert new in {each.comment.id for each in readings.comments(install.id)}
    assert world.announced() == [install.id]

    # And one that was deleted is deleted here too
    world.pass_time(HOUR)
    del media.comments[5]
    assert world.sync(install)
    assert {each.comment.id for each in readings.comments(install.id)} == {each.id for each in media.comments}


def test_comments_that_cannot_be_read_do_not_stop_the_rest(world: World, readings: Readings) -> None:
    # Given an owner who does not allow it, one who no longer does, and a post whose comments Meta refuses
    never = world.install(posts=1, scopes=("instagram_business_basic",))
    no_longer, one = world.install(posts=2), world.install(posts=2)
    for install in (never, no_longer, one):
        for media in world.meta.account(install.instagram_account).media:
            comment(world, install, 1, media_id=media.id)
    world.meta.remove_permission(no_longer.instagram_account, "instagram_business_manage_comments")
    refused = world.meta.account(one.instagram_account).media[0]
    world.meta.fail_next(100, 33, path=f"{refused.id}/comments")

    for install in (never, no_longer, one):
        assert world.sync(install)
        assert world.stored(install).state == "active"

    # Then only those are missing
    assert [len(list(readings.comments(each.id))) for each in (never, no_longer, one)] == [0, 0, 1]
    assert all("reach" in post.metrics for post in world.posts(one))
    world.pass_time(HOUR)
    assert world.sync(one)
    assert len(list(readings.comments(one.id))) == 2


# -------------------------------------------------------------------------------------------------------- stories
def test_stories_are_kept_with_the_numbers_of_the_last_look(world: World, readings: Readings) -> None:
    # Given two stories, one of which hardly anybody saw
    install = world.install(posts=1)
    login = install.instagram_account
    seen = world.meta.publish(login, product_type="STORY")
    unseen = world.meta.publish(login, product_type="STORY", seconds_ago=60)
    unseen.viewers = 2

    # When they are synced, and gone a day later
    assert world.sync(install)
    again = world.stored(install).sync_at
    world.pass_time(2 * HOUR)
    assert world.sync(install)
    world.pass_time(DAY)
    assert world.sync(install)

    # Then both are there, with the picture, and with numbers where there are enough viewers
    found = {story.media_id: story for story in readings.stories(install.id)}
    assert found.keys() == {seen.id, unseen.id}
    assert found[seen.id].metrics["reach"] > 0
    assert found[seen.id].breakdowns["navigation"]
    assert found[seen.id].pictures
    assert "reach" not in found[unseen.id].metrics
    # And they are looked at again before they end, but not at each sync
    assert again is not None
    assert again <= world.now - 26 * HOUR + 24 * HOUR
    assert world.calls(f"{seen.id}/insights") == 3


# -------------------------------------------------------------------------------------------------------- account
@pytest.mark.parametrize("provider", Provider)
def test_an_accounts_day_and_its_followers(world: World, readings: Readings, provider: Provider) -> None:
    # Given an account whose profile views Meta does not give any more
    install = world.install(provider)
    account = world.meta.account(install.instagram_account)
    world.meta.refuse_metric("profile_views")

    # When it is synced, on this day and the next
    assert world.sync(install)
    world.pass_time(DAY)
    assert world.sync(install)

    # Then there are its counts and its numbers of the day before
    first, second = readings.account_numbers(install.id)
    assert (first.followers_count, first.follows_count) == (account.followers, account.follows)
    assert (first.insights_day, second.insights_day) == ("2026-11-20", "2026-11-21")
    assert first.insights["reach"] > 0
    assert "profile_views" not in first.insights
    assert first.breakdowns["profile_links_taps"]
    # And once a week, who follows it
    followers = readings.demographics(install.id)
    assert followers is not None
    assert followers.followers.keys() == {"country", "city", "age", "gender"}
    assert followers.followers["country"]["SE"] > 0
    assert len(world.items(f"{install.id}#demographics")) == 1


def test_a_small_account_has_no_demographics_until_it_grows(world: World, readings: Readings) -> None:
    install = world.install()
    account = world.meta.account(install.instagram_account)
    account.followers = 99
    assert world.sync(install)
    assert readings.demographics(install.id) is None
    account.followers = 100

    for days, there in ((1, False), (6, True)):
        world.pass_time(days * DAY)
        assert world.sync(install)
        assert (readings.demographics(install.id) is not None) == there


# --------------------------------------------------------------------------------------------------------- events
def test_others_are_told_what_is_new_also_by_the_run_after_one_that_died(world: World) -> None:
    # Given a new account; its first sync is news
    install = world.install(posts=1)
    with failing(aws.events(), "eventbridge.PutEvents"):
        assert not world.sync(install)
    assert world.announced() == []

    # When another run comes after one that could not say so
    assert world.sync(install)

    # Then others are told, once, and the posts are counted
    assert world.announced() == [install.id]
    assert world.stored(install).posts_stored == 1
    assert "news" not in world.attributes(install)
    # And later only of what is new
    world.pass_time(HOUR)
    assert world.sync(install)
    assert world.announced() == []
    world.meta.account(install.instagram_account).media[0].likes += 1
    world.pass_time(HOUR)
    assert world.sync(install)
    assert world.announced() == [install.id]


def test_calls_are_counted_by_day(world: World, readings: Readings) -> None:
    before = readings.api_calls(world.now)["instagram"]
    install = world.install(posts=1)
    calls = world.calls()

    assert world.sync(install)

    assert readings.api_calls(world.now)["instagram"] - before == world.calls() - calls


# ----------------------------------------------------------------------------------------------------------- stop
def test_a_sync_that_is_stopped_ends_before_its_next_page(world: World) -> None:
    # Given an account with posts on several pages since its last sync, which its owner stops during the first one
    install = world.install(posts=1)
    assert world.sync(install)
    world.pass_time(HOUR)
    world.meta.fill(install.instagram_account, 30, hours_apart=0.01)
    pages = world.calls("/media")
    stopped = False

    def stop(seconds: float) -> Any:
        def may_go_on() -> bool:
            nonlocal stopped
            if not stopped:
                stopped = world.stop(install)
            return True

        return may_go_on

    feature = world.feature._replace(time_left=stop)
    assert feature.fetch(world.job(install, count=5), 1, 120).result == "taken over"

    # Then no other page was fetched, and no message fetches it again
    assert world.calls("/media") == pages + 1
    assert world.feature.fetch(world.job(install, "webhook", asked_at=world.now + 500), 1, 120).result == "stopped"
    assert not {"sync", "lease_by"} & world.attributes(install).keys()
