"""Refusals: of the app, which say nothing about its accounts, and of one account."""

from collections.abc import Callable

import pytest

from signpost.instagram.connection_states import SOON, ConnectionState
from signpost.instagram.health_store import HealthStore
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from tests.integration.instagram.fetch.world import DAY, HOUR, World
from tests.timing import at_the_same_time

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
ACTIVE = {ConnectionState.ACTIVE}


def states(world: World, *installs: Install) -> set[ConnectionState]:
    return {world.stored(each).state for each in installs}


def fetched_later(world: World, install: Install, seconds: float) -> None:
    world.pass_time(seconds)
    assert world.sync(install)


# ---------------------------------------------------------------------------------------------------------- the app
@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize(
    "end",
    [
        lambda world, provider: world.meta.block_app(provider.value),
        lambda world, _: world.meta.change_mode("development"),
        lambda world, _: world.meta.fail_next(3, count=100, path="/media"),
    ],
    ids=["blocked", "in development", "without the capability"],
)
def test_a_refused_app_disconnects_nobody(
    world: World, provider: Provider, end: Callable[[World, Provider], object], capsys: pytest.CaptureFixture[str]
) -> None:
    # Given three accounts, and an app that Meta refuses
    installs = [world.install(provider, posts=1) for _ in range(3)]
    end(world, provider)

    # When all are due, at once and after each pause
    for _ in range(3):
        assert all(world.sync(install) for install in installs)
        world.pass_time(901)

    # Then none has changed, and the first refusal stopped the calls for the others
    assert states(world, *installs) == ACTIVE
    assert world.calls("/media") == 3
    assert capsys.readouterr().out.count('"AppBlocked":[1.0]') == 3
    message, delay = world.queue.sent[0]
    assert (message["install"], delay) == (installs[0].id, 900)

    # And when Meta lets the app in again, all are fetched
    world.meta.unblock_app(provider.value)
    world.meta.change_mode("live")
    world.meta.calm()
    assert all(world.sync(install) for install in installs)
    assert [len(world.posts(install)) for install in installs] == [1, 1, 1]
    assert "refused_since" not in world.attributes(installs[0])


def test_a_block_of_one_product_does_not_stop_the_other(world: World) -> None:
    install, other = world.install(INSTAGRAM, posts=1), world.install(FACEBOOK, posts=1)
    world.meta.block_app("instagram")

    assert world.sync(install)
    assert world.sync(other)

    assert len(world.posts(other)) == 1


def test_the_beginning_of_a_block_is_not_taken_for_an_accounts_trouble(world: World) -> None:
    # Given an app that has just worked, and is then refused, without a word about the app
    first, second = world.install(posts=1), world.install(posts=1)
    assert world.sync(first)
    world.meta.change_mode("development")

    # When another account is fetched, then it is left alone for an hour
    fetched_later(world, second, 60)
    assert states(world, second) == ACTIVE
    assert world.stored(second).sync_at == world.now + HOUR
    assert world.feature.tools.pauses.paused_until(second, world.now) is None

    # And when nobody could be read for five minutes, the product waits
    fetched_later(world, first, 300)
    assert (world.feature.tools.pauses.paused_until(second, world.now) or 0) == world.now + 900
    assert states(world, first, second) == ACTIVE


def test_a_block_in_the_middle_of_a_sync_stops_it(world: World) -> None:
    # Given an app that is blocked after the list of posts was read
    install = world.install(posts=3)
    world.meta.fail_next(200, path="/insights", count=9, message="API access blocked.")

    assert world.sync(install)

    # Then one call was refused, and the rest waits
    assert world.calls("/insights") == 1
    assert HealthStore(world.feature.tools.installs).get(INSTAGRAM).blocked_at == world.now
    world.meta.calm()
    world.pass_time(901)
    assert world.deliver(world.queue.sent[-1][0])
    assert len(world.posts(install)) == 3


def test_hashtags_of_a_blocked_app_wait_too(world: World) -> None:
    install = world.install(FACEBOOK)
    world.feature.hashtags.want("bread", install.id, world.now)
    world.meta.block_app("facebook")

    assert world.deliver({"install": install.id, "tag": "bread", "why": "hashtag", "asked_at": world.now})

    assert states(world, install) == ACTIVE
    assert world.feature.tools.pauses.paused_until(install, world.now) == world.now + 900


# ------------------------------------------------------------------------------------------------------ one account
def test_a_permission_that_was_taken_back_ends_the_connection(world: World) -> None:
    install, other = world.install(FACEBOOK, posts=1), world.install(FACEBOOK, posts=1)
    world.meta.remove_permission(install.instagram_account, "instagram_basic")

    assert world.sync(install)
    assert world.sync(other)

    assert states(world, install) == {ConnectionState.PERMISSION_MISSING}
    assert world.stored(install).check_day == SOON
    assert states(world, other) == ACTIVE


@pytest.mark.parametrize("provider", list(Provider))
def test_an_account_that_stays_refused_while_others_are_read_lacks_a_permission(
    world: World, provider: Provider
) -> None:
    # Given an account that Meta refuses, with a token that may do everything
    install, other = world.install(provider, posts=1), world.install(provider, posts=1)
    world.meta.change_mode("development")
    login = f"login-{other.instagram_account}" if provider is FACEBOOK else other.instagram_account
    world.meta.switches.roles.add(login)

    # When it is fetched before and after another one
    assert world.sync(install)
    assert states(world, install) == ACTIVE
    fetched_later(world, other, 901)
    fetched_later(world, install, 1)

    # Then it is about this account
    assert states(world, install) == {ConnectionState.PERMISSION_MISSING}
    assert states(world, other) == ACTIVE


# ------------------------------------------------------------------------------------------------ a missing account
def missing(world: World, provider: Provider) -> Install:
    install = world.install(provider, posts=1)
    world.meta.make_personal(install.instagram_account)
    return install


def looked_for(world: World, install: Install) -> None:
    """As SQS delivers a message until it is acknowledged: three times when this is news."""
    tries = 3 if world.stored(install).missing_since is None else 1
    done = [world.deliver(world.job(install), receives=number + 1) for number in range(tries)]
    assert done == [False, False, True][-tries:]


@pytest.mark.parametrize("provider", list(Provider))
def test_an_account_is_missing_after_three_days(world: World, provider: Provider) -> None:
    # Given an account that was made personal
    install = missing(world, provider)
    first = world.now

    # When it is looked for on four days
    for day in range(3):
        looked_for(world, install)
        stored = world.stored(install)
        assert (stored.state, stored.missing_since, stored.sync_at) == (ConnectionState.ACTIVE, first, world.now + DAY)
        assert day < 3
        world.pass_time(DAY)
    looked_for(world, install)

    # Then it counts as missing, and is looked at by the daily sweep
    attributes = world.attributes(install)
    assert (attributes["state"], attributes["check_day"]) == ("account_missing", SOON)
    assert "sync" not in attributes


def test_an_account_that_is_back_in_time_starts_afresh(world: World) -> None:
    # Given an account that was missing for two days, and then was not
    install = missing(world, FACEBOOK)
    looked_for(world, install)
    world.pass_time(2 * DAY)
    world.meta.make_professional(install.instagram_account)
    assert world.sync(install)
    assert world.stored(install).missing_since is None

    # When it is missing again two days later, then that is a first day
    world.meta.make_personal(install.instagram_account)
    world.pass_time(2 * DAY)
    looked_for(world, install)
    assert states(world, install) == ACTIVE


def test_what_was_missing_under_an_old_connection_does_not_count(world: World) -> None:
    install = missing(world, FACEBOOK)

    assert world.feature.syncs.note_trouble(install, "missing_since", world.now)
    newer = install._replace(connection="newer")

    assert not world.feature.syncs.note_trouble(newer, "missing_since", world.now - DAY)
    assert world.stored(install).missing_since == world.now


# ----------------------------------------------------------------------------------------------------------- storms
def test_a_storm_is_noticed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    # Given eleven accounts whose permission is taken back
    installs = [world.install(FACEBOOK) for _ in range(11)]
    health = HealthStore(world.feature.tools.installs)
    for install in installs:
        world.meta.remove_permission(install.instagram_account, "instagram_basic")

    # When all but one have been fetched, then this may be chance
    for install in installs[:10]:
        assert world.sync(install)
    assert health.get(FACEBOOK).held_at is None
    assert "AccountStorm" not in capsys.readouterr().out

    # And when one more goes within the hour, then it is not
    fetched_later(world, installs[10], HOUR - 301)
    assert health.get(FACEBOOK).held_at == world.now
    assert health.get(INSTAGRAM).held_at is None
    assert '"AccountStorm":[1.0]' in capsys.readouterr().out


def test_changes_are_counted_exactly_at_the_same_time(world: World) -> None:
    health = HealthStore(world.feature.tools.installs)

    storms = at_the_same_time(20, lambda _: health.changed(FACEBOOK, world.now))

    assert sum(storms) >= 10
    counted = world.installs.get({"key": "changes#facebook#2026-11-21T07"}) or {}
    assert counted["m00"] == 20


def test_of_many_accounts_more_may_change(world: World) -> None:
    health = HealthStore(world.feature.tools.installs)
    health.counted(FACEBOOK, 1000)

    storms = [health.changed(FACEBOOK, world.now) for _ in range(51)]

    assert storms == [False] * 50 + [True]
