"""Nothing is done twice and nothing is lost: simultaneous fetches, repeated deliveries, and runs that continue."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.fetch.import_store import ImportStore
from signpost.instagram.fetch.imports import Import
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.platform import aws
from tests.aws_calls import at_call
from tests.integration.instagram.fetch.world import HOUR, World

if TYPE_CHECKING:
    from signpost.instagram.fetch.jobs import Job


class NoLeases(SyncStore):
    def lease(self, *_: object) -> bool:
        return True


@pytest.fixture
def imports(world: World) -> ImportStore:
    return ImportStore(aws.dynamodb_json(), "Imports")


@pytest.mark.parametrize("leases", [True, False])
def test_three_simultaneous_fetches_are_as_good_as_one(world: World, leases: bool) -> None:
    # Given an account's first fetch, a hint and a sweep, all at once, with or without the leases that keep them apart
    install = world.install(posts=3)
    jobs = [world.job(install, why, 3) for why in ("connect", "webhook", "sweep")]
    feature = world.feature if leases else world.feature._replace(syncs=NoLeases(world.feature.tools.installs))

    # When they run, and those that had to wait run later
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda job: feature.fetch(job, 1, 120), jobs))
    world.pass_time(61)
    for result in results:
        if result.again is not None:
            assert world.deliver(result.again)

    # Then each post is there once, with one import and one event
    media = sorted(each.id for each in world.meta.account(install.instagram_account).media)
    assert sorted(post.media_id for post in world.posts(install)) == media
    assert world.events_of(install) == media
    assert [each["media_id"] for each in world.imports(install)] == media


def test_what_another_run_is_importing_is_looked_at_again(world: World, imports: ImportStore) -> None:
    # Given an import that a run has taken, which died
    install = world.install(posts=1)
    media = world.meta.account(install.instagram_account).media[0]
    imports.claim(install.id, media.id, "another", world.now)

    # When the account is fetched, then the message comes back when that run must have ended
    assert world.sync(install)
    [(message, delay)] = world.queue.sent
    assert (delay, world.events_of(install)) == (60, [])
    world.pass_time(61)
    assert world.deliver(message)
    assert world.events_of(install) == [media.id]


def test_a_bus_that_takes_no_events_loses_none(world: World) -> None:
    # Given a bus that refuses an entry
    install = world.install(posts=1)
    refusal = SimpleNamespace(status_code=200), {"FailedEntryCount": 1, "Entries": []}
    with at_call(aws.events(), "before-call.eventbridge.PutEvents", lambda **_: refusal):
        assert not world.sync(install)

    # Then the post is there all the same, and the event is sent at the next delivery
    assert len(world.posts(install)) == 1
    assert world.sync(install)
    assert len(world.events_of(install)) == 1


def test_a_fetch_that_runs_out_of_time_continues_where_it_stopped(world: World) -> None:
    # Given an account that has posted much since its last sync, and time for a few posts in each run
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

    # Then all posts are there, and what came after the first run began does not count as seen
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

    # Nor is a connection that ended meanwhile synced again
    assert world.feature.tools.installs.end(install, ConnectionState.REVOKED)
    assert not syncs.finish(install, "two", next_sync=world.now, facts={"fetched_from": world.now})
    assert not syncs.postpone(install, world.now + HOUR)
    assert "sync" not in world.attributes(install)


def test_only_the_run_that_took_an_import_may_finish_it(world: World, imports: ImportStore) -> None:
    install = world.install()
    assert imports.claim(install.id, "18", "one", world.now) == Import()
    assert imports.claim(install.id, "18", "one", world.now) == Import(), "its own retry"
    assert imports.claim(install.id, "18", "two", world.now) == Import(busy_until=world.now + 60)

    # When another run has taken it over, because the first seemed to have died
    assert imports.claim(install.id, "18", "two", world.now + 61) == Import()
    assert not imports.done(install.id, "18", "one", world.now + 62)
    assert not imports.release(install.id, "18", "one")
    assert imports.done(install.id, "18", "two", world.now + 63)

    # Then it is done for good
    assert imports.claim(install.id, "18", "three", world.now + 1000) == Import(imported_at=world.now + 63)
