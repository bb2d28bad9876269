"""Nothing is done twice and nothing is lost: fetches at once, deliveries again, and runs that go on."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.fetch.account_sync import AccountSync
from signpost.instagram.fetch.import_store import Import
from signpost.instagram.fetch.jobs import FetchResult, Job
from tests.integration.instagram.fetch.world import HOUR, World

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize("leases", [True, False])
def test_three_fetches_at_once_are_as_good_as_one(world: World, monkeypatch: pytest.MonkeyPatch, leases: bool) -> None:
    # Given an account's first fetch, a hint and a sweep, all at the same time, with or without what holds them apart
    install = world.install(posts=3)
    jobs = [world.job(install, why, 3) for why in ("connect", "webhook", "sweep")]
    if not leases:
        monkeypatch.setattr(world.module.STORE, "lease", lambda *_: True)

    def fetch(job: Job) -> FetchResult:
        outcome: FetchResult = world.module.fetch(job, 1, 120)
        return outcome

    # When they run, and those that had to wait run later
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(fetch, jobs))
    world.pass_time(61)
    for outcome in outcomes:
        if outcome.again is not None:
            assert world.deliver(outcome.again)

    # Then each post is there once, with one import and one event
    media = sorted(each.id for each in world.meta.account(install.instagram_account).media)
    assert sorted(post.media_id for post in world.posts(install)) == media
    assert world.events_of(install) == media
    assert [each["media_id"] for each in world.imports(install)] == media


def test_what_is_still_another_runs_import_is_looked_at_again(world: World) -> None:
    # Given an import that a run has taken, which died
    install = world.install(posts=1)
    media = world.meta.account(install.instagram_account).media[0]
    world.module.IMPORTS._store.claim(install.id, media.id, "another", world.now)

    # When the account is fetched, then the message comes back when that run must have ended
    assert world.sync(install)
    [(message, delay)] = world.queue.sent
    assert (delay, world.events_of(install)) == (60, [])
    world.pass_time(61)
    assert world.deliver(message)
    assert world.events_of(install) == [media.id]


def test_a_bus_that_takes_no_events_loses_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a bus that refuses an entry
    install = world.install(posts=1)
    client = world.module.BUS._client
    with monkeypatch.context() as patch:
        patch.setattr(client, "put_events", lambda **_: {"FailedEntryCount": 1, "Entries": []})
        assert not world.sync(install)

    # Then the post is there all the same, and the event is sent at the next delivery
    assert len(world.posts(install)) == 1
    assert world.sync(install)
    assert len(world.events_of(install)) == 1


def test_a_fetch_that_runs_out_of_time_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an account that has posted much since its last sync, and time for a few posts in each run
    install = world.install(posts=1)
    assert world.sync(install)
    world.pass_time(HOUR)
    began = world.now
    login = install.instagram_account
    for number in range(7):
        world.meta.publish(login, "more", seconds_ago=number)
    steps = 0

    def may_go_on() -> bool:
        nonlocal steps
        steps += 1
        return steps % 8 != 0

    real = AccountSync.__init__

    def hurried(self: AccountSync, tools: object, *arguments: object) -> None:
        real(self, tools._replace(may_go_on=may_go_on), *arguments)  # type: ignore[attr-defined, arg-type]

    monkeypatch.setattr(AccountSync, "__init__", hurried)

    # When its message is delivered, and the ones that go on
    message: Mapping[str, object] = world.job(install, "webhook", 2, asked_at=world.now - 120).message()
    for _ in range(20):
        world.queue.sent.clear()
        world.pass_time(60)
        assert world.deliver(message)
        if not world.queue.sent:
            break
        [(message, _delay)] = world.queue.sent

    # Then all posts are there, and what came after the first run's begin is not taken for seen
    assert len(world.posts(install)) == 8
    stored = world.stored(install)
    assert stored.fetched_from == began + 60
    assert stored.last_media_at == began


def test_a_fetch_whose_lease_was_taken_over_leaves_the_rest_to_the_other(world: World) -> None:
    install = world.install(posts=1)
    assert world.module.STORE.lease(install, "one", world.now, 10)
    world.pass_time(11)
    assert world.module.STORE.lease(install, "two", world.now, 10)

    assert not world.module.STORE.finish(install, "one", sync_at=world.now, facts={"fetched_from": world.now})
    assert not world.module.STORE.release(install, "one")
    assert world.attributes(install)["lease_by"] == "two"

    # Nor is one that was ended meanwhile synced again
    assert world.module.STORE.installs.end(install, ConnectionState.REVOKED)
    assert not world.module.STORE.finish(install, "two", sync_at=world.now, facts={"fetched_from": world.now})
    assert not world.module.STORE.rest(install, world.now + HOUR)
    assert "sync" not in world.attributes(install)


def test_only_who_took_an_import_may_say_that_it_is_done(world: World) -> None:
    store, install = world.module.IMPORTS._store, world.install()
    assert store.claim(install.id, "18", "one", world.now) == Import()
    assert store.claim(install.id, "18", "one", world.now) == Import(), "its own repetition"
    assert store.claim(install.id, "18", "two", world.now) == Import(busy_until=world.now + 60)

    # When another run has taken it over, because the first seemed to have died
    assert store.claim(install.id, "18", "two", world.now + 61) == Import()
    assert not store.done(install.id, "18", "one", world.now + 62)
    assert not store.release(install.id, "18", "one")
    assert store.done(install.id, "18", "two", world.now + 63)

    # Then it is done for good
    assert store.claim(install.id, "18", "three", world.now + 1000) == Import(imported_at=world.now + 63)
