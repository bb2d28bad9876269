"""All posts of an account are fetched once, however old, without getting in the way of new ones."""

import json
from typing import Any

import pytest

from signpost.instagram.backfills import Stage
from signpost.instagram.erasure.errors import Busy
from signpost.instagram.fetch.jobs import backfill, job_of
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.readings import Readings
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.platform import aws
from signpost.platform.errors import InvalidInput
from tests.aws_calls import just_before
from tests.integration.instagram.backfill.world import Backfills
from tests.integration.instagram.fetch.world import DAY, HOUR, World

ALL = DEFAULT_SCOPES
BASIC = {
    Provider.INSTAGRAM: ("instagram_business_basic",),
    Provider.FACEBOOK: ("instagram_basic", "pages_show_list", "pages_read_engagement"),
}


def archive(
    world: World, posts: int, provider: Provider = Provider.INSTAGRAM, *, hours_apart: float = 12, **fields: Any
) -> Install:
    """A connected account with this many posts, of which only the oldest has a picture that can be fetched.

    Unless `scopes` says otherwise, nobody may ask for insights.
    """
    install = world.install(provider, **{"scopes": BASIC[provider], **fields})
    world.meta.fill(install.instagram_account, posts, hours_apart=hours_apart)
    for media in world.meta.account(install.instagram_account).media[:-1]:
        media.shown_url, media.media_type = False, "IMAGE"
    return install


@pytest.mark.parametrize("provider", Provider)
def test_after_its_first_fetch_an_account_gets_all_its_posts(
    world: World, backfills: Backfills, provider: Provider
) -> None:
    # Given an account with more posts than a first fetch asks for, and a fetch of the newest ones
    install = archive(world, 13, provider, scopes=ALL[provider], import_tags=("archive",))
    assert backfills.progress(install).stage is Stage.WAITING
    assert world.sync(install, "connect", count=3)
    assert world.stored(install).posts_stored == 3

    # When its backfill has run
    runs = backfills.until_done()

    # Then all posts are there with their pictures and insights, each measured once
    posts, account = world.posts(install), world.meta.account(install.instagram_account)
    assert runs == 1
    assert [post.media_id for post in posts] == [media.id for media in account.media]
    assert posts[-1].pictures
    assert all(post.metrics["reach"] > 0 for post in posts)
    assert all(len(world.snapshots(install, post)) == 1 for post in posts)
    # And the install says so
    assert backfills.progress(install) == (Stage.DONE, world.now)
    assert world.stored(install).posts_stored == 13
    assert not {"backfill_by", "backfill_until", "backfill_after"} & set(world.attributes(install))
    # And only what the first fetch brought was imported: the rest is not new
    assert len(world.imports(install)) == 3
    # And nothing starts it again
    world.pass_time(3 * HOUR)
    calls = world.calls()
    assert backfills.run(install).result == "done already"
    assert world.calls() == calls
    assert world.sync(install)
    assert backfills.queue.sent == []


def test_an_account_that_was_connected_long_ago_gets_its_backfill_with_its_next_sync(
    world: World, backfills: Backfills
) -> None:
    # Given an account that has been synced for a long time
    install = archive(world, 3, synced_at=world.now - DAY, last_media_at=world.now - DAY)

    # When it is synced, again and again
    for _ in range(3):
        assert world.sync(install)
        world.pass_time(1800)

    # Then one backfill is asked for; and another one when nothing is heard of it for two hours
    assert len(backfills.queue.sent) == 1
    world.pass_time(2 * HOUR)
    assert world.sync(install)
    assert len(backfills.queue.sent) == 2


def test_a_run_without_time_goes_on_where_the_last_one_stopped(world: World, backfills: Backfills) -> None:
    # Given runs with time for few posts each
    install = archive(world, 12, scopes=ALL[Provider.INSTAGRAM])
    assert world.sync(install, "connect", count=2)

    # When they run one after the other
    results = [backfills.run(install, backfills.build(calls=8)).result for _ in range(8)]

    # Then all is done in the end, and nothing was asked for or stored twice
    assert (results[0], results[-1]) == ("out of time", "done already")
    posts = world.posts(install)
    assert len(posts) == 12
    assert all(len(world.snapshots(install, post)) == 1 for post in posts)
    assert world.measured() == sum(1 if post.product_type == "REELS" else 2 for post in posts)


def test_comments_of_all_posts_are_read_once_and_others_are_told(world: World, backfills: Backfills) -> None:
    # Given an account with comments on old posts, on one of them more than a page, and a run that is cut off among them
    install = archive(world, 12, scopes=ALL[Provider.INSTAGRAM])
    media = world.meta.account(install.instagram_account).media
    for number in range(70):
        world.meta.comment(install.instagram_account, "#so", username=f"fan{number}.demo", media_id=media[9].id)
    for each in media[3:6]:
        world.meta.comment(install.instagram_account, "Nice", media_id=each.id)
    world.announced()
    steps = iter([True] * 20 + [False] * 3)
    cut_off = backfills.feature._replace(time_left=lambda _seconds: lambda: next(steps, True))
    assert backfills.run(install, cut_off).result == "out of time"
    progress = Readings(aws.dynamodb(), "InstagramInstalls", "Media").progress(world.stored(install))
    assert (progress.phase, progress.total) == ("comments", 12)
    # And others have been told that all posts are there, and that the run has ended
    assert world.announced() == [install.id] * 2

    # When it goes on
    assert backfills.run(install).result == "done"

    # Then each comment is there, and none was asked for twice
    stored = list(Readings(aws.dynamodb(), "InstagramInstalls", "Media").comments(install.id))
    assert {each.comment.id for each in stored} == {each.id for post in media for each in post.comments}
    assert len(stored) == 73
    assert world.calls("/comments") == 2 + 3
    assert [post.comments_read for post in world.posts(install)] == [None] * 3 + [1] * 3 + [None] * 3 + [70, None, None]
    # And others are told again
    assert world.announced() == [install.id]
    assert "backfill_news" not in world.attributes(install)


def test_a_backfill_that_is_stopped_ends_and_can_be_started_again(world: World, backfills: Backfills) -> None:
    # Given a backfill of several pages that is stopped in the middle of one
    install = archive(world, 12)
    with just_before(aws.kms(), "kms.Decrypt", lambda: world.stop(install)):
        assert backfills.run(install).result == "taken over"
    assert len(world.posts(install)) == 5
    assert backfills.run(install).result == "stopped"

    # When it is started again
    world.start(install)
    assert world.deliver(world.queue.sent.pop()[0])
    backfills.until_done()

    # Then all is done
    assert len(world.posts(install)) == world.stored(install).posts_stored == 12
    assert "start_asked_at" not in world.attributes(install)


def test_a_new_post_that_a_backfill_comes_upon_first_is_imported_by_the_next_sync(
    world: World, backfills: Backfills
) -> None:
    # Given an account that has been synced, and posts again just before its backfill runs
    install = archive(world, 3, import_tags=("new",))
    assert world.sync(install, "connect")
    new = world.meta.publish(install.instagram_account, "#new")
    backfills.until_done()
    assert world.posts(install)[0].media_id == new.id
    world.events()

    # When it is synced, then the post is imported
    world.pass_time(600)
    assert world.sync(install, "webhook", count=3, asked_at=world.now - 120)
    assert world.events_of(install) == [new.id]


def test_half_of_the_apps_limit_is_left_to_new_posts(world: World, backfills: Backfills) -> None:
    # Given an app whose limit is half used up, and two accounts
    install, other = archive(world, 12), archive(world, 6)
    world.meta.set_usage(50)

    # When the first one's backfill runs, then it stores one page, and comes back in a quarter of an hour
    result = backfills.run(install)
    assert (result.result, result.delay) == ("left to new posts", 900)
    assert len(world.posts(install)) == 5
    # And the other's waits without a call, but a fetch of new posts does not
    calls = world.calls()
    assert backfills.run(other).result == "paused"
    assert world.calls() == calls
    assert world.sync(other)
    assert len(world.posts(other)) == 6
    # And it goes on when the limit allows it
    world.meta.set_usage(49)
    world.pass_time(901)
    assert backfills.run(install).result == "done"
    assert len(world.posts(install)) == 12


def test_an_accounts_own_limit_stops_its_backfill_alone(world: World, backfills: Backfills) -> None:
    install, other = archive(world, 12), archive(world, 2)
    world.meta.set_usage(50, install.instagram_account)

    assert backfills.run(install).result == "left to new posts"
    assert backfills.run(other).result == "done"


@pytest.mark.parametrize(("code", "product_waits"), [(4, True), (80002, False)])
def test_a_throttle_stops_it_as_it_stops_fetches(
    world: World, backfills: Backfills, code: int, product_waits: bool
) -> None:
    install, other = archive(world, 2), archive(world, 2)
    world.meta.fail_next(code, path="/media")

    result = backfills.run(install)

    assert (result.again is not None, result.delay) == (True, 900)
    assert backfills.run(install).result == "paused"
    assert (backfills.run(other).result == "paused") is product_waits
    # And a sync that comes meanwhile does not start another one
    world.pass_time(HOUR + 60)
    assert world.sync(install)
    assert backfills.queue.sent == []


@pytest.mark.parametrize("provider", Provider)
def test_a_cursor_that_has_expired_costs_one_call(world: World, backfills: Backfills, provider: Provider) -> None:
    # Given a backfill that has stopped after a page, and a cursor that Meta no longer takes
    install = archive(world, 17, provider)
    assert backfills.run(install, backfills.build(calls=7)).result == "out of time"
    assert len(world.posts(install)) == 5
    world.update(install, "backfill_after", "expired")
    calls = world.calls("/media")

    # When it goes on, then it finds its place by time
    assert backfills.run(install).result == "done"
    assert len(world.posts(install)) == 17
    # (Facebook's call is also tried without the fields that may be missing.)
    assert world.calls("/media") - calls == 1 + (provider is Provider.FACEBOOK) + 3


def test_a_reconnected_account_goes_on_where_it_stopped(world: World, backfills: Backfills) -> None:
    # Given a backfill that has stopped after a page, and a run during which the account is connected again
    install = archive(world, 12)
    assert backfills.run(install, backfills.build(calls=7)).result == "out of time"
    with just_before(aws.kms(), "kms.Decrypt", lambda: world.update(install, "connection", "newer")):
        assert backfills.run(install).result == "taken over"

    # Then what that run found out says nothing about the new connection
    after = world.attributes(install)["backfill_after"]
    assert backfills.progress(install).stage is Stage.POSTS
    # And the new connection goes on from there, once the old run's lease is over
    assert backfills.run(install).result == "backfilled by another run"
    world.pass_time(121)
    assert world.attributes(install)["backfill_after"] == after
    assert backfills.run(install).result == "done"
    assert world.stored(install).posts_stored == 12


def test_two_runs_at_the_same_time_do_not_get_in_each_others_way(world: World, backfills: Backfills) -> None:
    # Given a run that another one interrupts, and a fetch
    install = archive(world, 7, scopes=ALL[Provider.INSTAGRAM])
    seen: list[str] = []

    def others() -> None:
        seen.append(backfills.run(install).result)
        assert world.sync(install)

    with just_before(aws.kms(), "kms.Decrypt", others):
        result = backfills.run(install)

    # Then the other one waits, and the fetch does not
    assert seen == ["backfilled by another run"]
    assert result.result == "done"
    assert len(world.posts(install)) == 7
    assert len(world.imports(install)) == 0
    assert all(len(world.snapshots(install, post)) == 1 for post in world.posts(install))


@pytest.mark.parametrize("gone", [True, False])
def test_an_account_that_is_not_connected_costs_no_call(world: World, backfills: Backfills, gone: bool) -> None:
    install = archive(world, 2)
    world.delete(install.id) if gone else world.update(install, "state", "revoked")

    result = backfills.run(install)

    assert (result.result, result.again, world.calls()) == ("not connected", None, 0)


def test_a_dead_token_ends_the_connection(world: World, backfills: Backfills) -> None:
    install = archive(world, 2)
    world.meta.kill_tokens(install.instagram_account, 458)

    assert backfills.run(install).again is None

    assert world.stored(install).state == "revoked"


@pytest.mark.parametrize("error", [(10, None), (100, 33), (100, None)])
def test_a_refused_account_is_tried_again_after_a_day(
    world: World, backfills: Backfills, error: tuple[int, int | None]
) -> None:
    # Given an account whose posts Meta refuses for a moment
    install = archive(world, 7)
    world.meta.fail_next(*error, path="/media")

    # When its backfill runs, then it says nothing about the connection, and the message is done
    assert backfills.deliver({"install": install.id, "why": "backfill", "asked_at": world.now})
    assert (world.stored(install).state, len(backfills.queue.sent)) == ("active", 0)
    # And the first sync a day later starts it again
    for hours, started in ((12, 0), (13, 1)):
        world.pass_time(hours * HOUR)
        assert world.sync(install)
        assert len(backfills.queue.sent) == started
    backfills.until_done()
    assert world.stored(install).posts_stored == 7


def test_insights_of_old_posts_are_not_asked_for(world: World, backfills: Backfills) -> None:
    # Given an account with posts of three years
    install = archive(world, 12, hours_apart=90 * 24, scopes=ALL[Provider.INSTAGRAM])

    assert backfills.run(install).result == "done"

    # Then those of the last two years have insights, and the others what Meta lists
    posts = world.posts(install)
    assert ["reach" in post.metrics for post in posts] == [True] * 9 + [False] * 3
    assert all("like_count" in post.metrics for post in posts)


def test_posts_from_before_the_account_was_professional_end_the_search_for_insights(
    world: World, backfills: Backfills
) -> None:
    install = archive(world, 12, scopes=ALL[Provider.INSTAGRAM])
    for media in world.meta.account(install.instagram_account).media[3:]:
        media.before_conversion = True

    assert backfills.run(install).result == "done"

    asked = {call.path.split("/")[-2] for call in world.meta.calls if call.path.endswith("/insights")}
    assert len(asked) == 3 + 5


def test_without_the_permission_there_are_posts_but_no_insights(world: World, backfills: Backfills) -> None:
    # Given an owner who does not allow insights, and one whose permission Meta does not accept any more
    never, install = archive(world, 7), archive(world, 7, scopes=ALL[Provider.INSTAGRAM])
    world.meta.remove_permission(install.instagram_account, "instagram_business_manage_insights")

    # Then the first one's backfill is done, and the other's is tried again after a day
    assert backfills.run(never).result == "done"
    assert world.calls("/insights") == 0
    assert backfills.run(install).result == "rests for a day"
    assert world.calls("/insights") == 1
    assert backfills.progress(install).stage is Stage.METRICS
    for each in (never, install):
        assert world.stored(each).state == "active"
        assert world.stored(each).posts_stored == 7


def test_metrics_that_a_fetch_has_found_meanwhile_stay(world: World, backfills: Backfills) -> None:
    # Given posts without insights, which a fetch measures while the backfill does
    install = archive(world, 3, scopes=ALL[Provider.INSTAGRAM])
    media = backfills.feature.tools.media
    assert backfills.run(install, backfills.build(calls=5)).result == "out of time"
    [old, *_] = world.posts(install)
    assert world.sync(install)
    [measured, *_] = world.posts(install)

    # Then what it found is not replaced
    assert not media.keep_first_metrics(install.id, old._replace(metrics={"reach": 0}, metrics_at=1.0), {})
    assert world.posts(install)[0] == measured


def test_pages_that_are_too_large_are_halved(world: World, backfills: Backfills) -> None:
    install = archive(world, 9)
    world.meta.limit_pages(2)

    assert backfills.run(install).result == "done"

    assert len(world.posts(install)) == 9


def test_an_erasure_waits_for_it(world: World, backfills: Backfills) -> None:
    # Given a backfill that has just begun
    install = archive(world, 2)
    assert backfills.feature.store.lease(install, "run", world.now, 60)
    erasure = backfills.erasure()

    # Then its data is not erased while it may still write some
    with pytest.raises(Busy) as busy:
        erasure.store.seize(install, "code", world.now)
    assert busy.value.seconds == 60
    # And once it is being erased, no other run begins
    world.pass_time(61)
    assert erasure.store.seize(install, "code", world.now)
    assert not backfills.feature.store.lease(install, "other", world.now, 60)
    assert backfills.run(install).result == "not connected"


@pytest.mark.parametrize(
    "body", ["x", {"install": "x", "why": "sweep", "asked_at": 1, "count": 3}, {"why": "backfill", "asked_at": 1}]
)
def test_a_malformed_message_is_dropped(world: World, backfills: Backfills, body: object) -> None:
    assert backfills.deliver(body)

    assert world.calls() == 0


def test_a_fetch_takes_no_backfill() -> None:
    with pytest.raises(InvalidInput):
        job_of(json.dumps(backfill("instagram-1", 1.0).message()))
