"""Nothing is done twice and nothing is lost: concurrent fetches, repeated deliveries, and runs that continue."""

import itertools
from typing import TYPE_CHECKING

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.fetch.import_store import ImportStore
from signpost.instagram.fetch.imports import Import, ImportKey
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.instagram.products import Provider
from signpost.platform import aws
from tests.aws_calls import answered
from tests.integration.instagram.fetch.world import HOUR, World
from tests.timing import at_the_same_time

if TYPE_CHECKING:
    from signpost.instagram.fetch.jobs import Job


class NoLeases(SyncStore):
    def lease(self, *_: object) -> bool:
        return True


@pytest.fixture
def imports(world: World) -> ImportStore:
    return ImportStore(aws.dynamodb(), "Imports")


@pytest.mark.parametrize("leases", [True, False])
def test_three_fetches_at_the_same_time_are_as_good_as_one(world: World, leases: bool) -> None:
    # Given an account's first fetch, a hint and a sweep, with or without the leases that keep them apart
    install = world.install(posts=3)
    jobs = [world.job(install, why, 3) for why in ("connect", "webhook", "sweep")]
    feature = world.feature if leases else world.feature._replace(syncs=NoLeases(world.feature.tools.installs))

    # When they run at the same time, and those that had to wait run later
    results = at_the_same_time(3, lambda number: feature.fetch(jobs[number], 1, 120))
    world.pass_time(61)
    for result in results:
        if result.again is not None:
            assert world.deliver(result.again)

    # Then each post is there once, with one import and one event
    made = world.meta.account(install.instagram_account).media
    media = sorted(each.id for each in made)
    assert sorted(post.media_id for post in world.posts(install)) == media
    assert world.events_of(install) == media
    assert [each["post"] for each in world.imports(install)] == sorted(each.shortcode for each in made)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_account_of_both_products_has_each_post_imported_once(world: World, at_once: bool) -> None:
    # Given one account that is connected through both products
    install = world.install(Provider.FACEBOOK, posts=3)
    other = world.install_again(install, Provider.INSTAGRAM)
    jobs = [world.job(each, "connect") for each in (install, other)]

    # When both are fetched
    if at_once:
        at_the_same_time(2, lambda number: world.feature.fetch(jobs[number], 1, 120))
        world.pass_time(61)
    assert all(world.sync(each) for each in (install, other))

    # Then each post has one event, which names it as its address does, and both connections know of it
    made = world.meta.account(install.instagram_account).media
    events = world.events()
    assert sorted(each["shortcode"] for each in events) == sorted(each.shortcode for each in made)
    account = install.instagram_business_account_id
    assert {each["id"] for each in events} == {f"{account}/{each.shortcode}" for each in made}
    for each in (install, other):
        assert len(world.posts(each)) == 3
        assert all(post.imported_at for post in world.posts(each))


def test_an_app_gets_each_post_once_from_an_account_of_both_products(world: World) -> None:
    # Given one account that is connected through both products, in an app that shows both, and in one that shows one
    install = world.install(Provider.FACEBOOK, posts=2)
    other = world.install_again(install, Provider.INSTAGRAM)
    both = world.link(install)
    world.link_again(other, both)
    one = world.link(other)

    # When both are fetched, then each app gets each post once, with an id that says which app it is for
    assert all(world.sync(each) for each in (install, other))
    made = world.meta.account(install.instagram_account).media
    account = install.instagram_business_account_id
    assert sorted(each["id"] for each in world.events()) == sorted(
        f"{account}/{media.shortcode}/{app_id}" for media in made for app_id in (both, one)
    )
    assert all(post.imported_for == (both,) for post in world.posts(install))
    assert all(post.imported_for == tuple(sorted((both, one))) for post in world.posts(other))


def test_an_import_that_another_run_holds_is_tried_later(world: World, imports: ImportStore) -> None:
    # Given an import that a run claimed before it died
    install = world.install(posts=1)
    media = world.meta.account(install.instagram_account).media[0]
    imports.claim(
        ImportKey(install.instagram_business_account_id, media.shortcode, ""), f"{install.id}/another", world.now
    )

    # When the account is fetched, then the message comes back after that run must have ended
    assert world.sync(install)
    [(message, delay)] = world.queue.sent
    assert (delay, world.events_of(install)) == (60, [])
    world.pass_time(61)
    assert world.deliver(message)
    assert world.events_of(install) == [media.id]


def test_an_import_by_the_other_product_is_not_waited_for(world: World, imports: ImportStore) -> None:
    # Given an import that a fetch of the account's other connection is making
    install = world.install(posts=1)
    media = world.meta.account(install.instagram_account).media[0]
    imports.claim(
        ImportKey(install.instagram_business_account_id, media.shortcode, ""), "facebook-1/another", world.now
    )

    # When the account is fetched, then the fetch ends without the import
    assert world.sync(install)
    assert (world.queue.sent, world.events_of(install)) == ([], [])

    # And if that other fetch has died, the next one imports the post
    world.pass_time(HOUR)
    assert world.sync(install)
    assert world.events_of(install) == [media.id]


def test_a_bus_that_takes_no_events_loses_none(world: World) -> None:
    # Given a bus that refuses an entry
    install = world.install(posts=1)
    with answered(aws.events(), "eventbridge.PutEvents", lambda _: {"FailedEntryCount": 1, "Entries": []}):
        assert not world.sync(install)

    # Then the post is stored anyway, and the event is sent at the next delivery
    assert len(world.posts(install)) == 1
    assert world.sync(install)
    assert len(world.events_of(install)) == 1


def test_a_fetch_that_runs_out_of_time_continues_where_it_was(world: World) -> None:
    # Given an account with many posts since its last sync, and time for a few of them in each run
    install = world.install(posts=1)
    assert world.sync(install)
    world.pass_time(HOUR)
    began = world.now
    login = install.instagram_account
    for number in range(7):
        world.meta.publish(login, "more", seconds_ago=number)
    steps = itertools.count(1)
    hurried = world.feature._replace(time_left=lambda _seconds: lambda: next(steps) % 8 != 0)

    # When it is fetched in as many runs as it takes
    runs = 0
    job: Job | None = world.job(install, "webhook", 2, asked_at=world.now - 120)
    while job is not None:
        world.pass_time(60)
        job, runs = hurried.fetch(job, 1, 120).again, runs + 1

    # Then all posts are stored, and nothing after the begin of the first run counts as seen
    assert 1 < runs < 20
    assert len(world.posts(install)) == 8
    stored = world.stored(install)
    assert stored.fetched_from == began + 60
    assert stored.last_media_at == began


def test_a_fetch_whose_lease_was_taken_over_leaves_the_rest_to_the_other(world: World) -> None:
    install = world.install(posts=1)
    syncs = world.feature.syncs
    assert syncs.lease(install, "one", world.now, 10)
    world.pass_time(11)
    assert syncs.lease(install, "two", world.now, 10)

    assert not syncs.finish(install, "one", next_sync=world.now, facts={"fetched_from": world.now})
    assert not syncs.end_lease(install, "one")
    assert world.attributes(install)["lease_by"] == "two"

    # And a connection that ended meanwhile is not synced again
    assert world.feature.tools.installs.end(install, ConnectionState.REVOKED)
    assert not syncs.finish(install, "two", next_sync=world.now, facts={"fetched_from": world.now})
    assert not syncs.postpone(install, world.now + HOUR)
    assert "sync" not in world.attributes(install)


def test_only_the_run_that_took_an_import_may_finish_it(world: World, imports: ImportStore) -> None:
    key = ImportKey(world.install().instagram_business_account_id, "C18", "app")
    assert imports.claim(key, "one", world.now) == Import()
    assert imports.claim(key, "one", world.now) == Import(), "a repetition"
    assert imports.claim(key, "two", world.now) == Import(busy_until=world.now + 60, claimed_by="one")

    # When another run takes it over, because the first seems to have died
    assert imports.claim(key, "two", world.now + 61) == Import()
    assert not imports.done(key, "one", world.now + 62)
    assert not imports.release(key, "one")
    assert imports.done(key, "two", world.now + 63)

    # Then it is done for good, for that app
    assert imports.claim(key, "three", world.now + 1000) == Import(imported_at=world.now + 63)
    assert imports.claim(key._replace(app_id=""), "three", world.now + 1000) == Import()
