"""Meta's limits stop calls. The message waits in the queue, not in a function."""

import pytest

from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from tests.integration.instagram.fetch.world import DAY, HOUR, NOW, World

ACCOUNT, APP = "account", "app"


def waits(world: World, install: Install) -> int:
    """By how long the last message that was sent back is delayed."""
    message, delay = world.queue.sent[-1]
    assert message["install"] == install.id
    return delay


@pytest.mark.parametrize(
    ("code", "scope", "minutes"),
    [(4, APP, 60), (341, APP, 10), (17, ACCOUNT, 60), (32, ACCOUNT, 60), (613, ACCOUNT, 10), (80002, ACCOUNT, 17)],
)
def test_a_throttled_fetch_comes_back_when_meta_says(world: World, code: int, scope: str, minutes: int) -> None:
    # Given an account that Meta throttles, and another one
    install, other = world.install(posts=1), world.install(posts=1)
    world.meta.throttle(code, minutes=minutes, login=None if scope == APP else install.instagram_account)

    # When it is fetched, its message comes back before the time is over, and the other account is fetched
    assert world.sync(install)
    assert waits(world, install) == min(900, minutes * 60 + 60)
    assert world.calls() == 1
    world.meta.calm()
    world.pass_time(minutes * 60 - 300)
    assert world.deliver(world.queue.sent[-1][0])
    assert waits(world, install) == 360
    assert world.calls() == 1
    assert world.sync(other)

    # Then only a throttle of the whole app stops the other one as well
    assert len(world.posts(other)) == (0 if scope == APP else 1)
    # And sweeps do not add to the messages that wait
    for each in (install, other) if scope == APP else (install,):
        assert (world.stored(each).sync_at or 0) > NOW + minutes * 60 + HOUR
    # And when the time is over, the fetch continues
    world.pass_time(400)
    assert world.deliver(world.queue.sent[0][0])
    assert len(world.posts(install)) == 1
    assert world.stored(install).paused_until is None


def test_a_throttle_of_one_product_does_not_stop_the_other(world: World) -> None:
    install, other = world.install(posts=1), world.install(Provider.FACEBOOK, posts=1)
    world.meta.fail_next(4)
    assert world.sync(install)

    assert world.sync(other)

    assert len(world.posts(other)) == 1


@pytest.mark.parametrize("scope", [APP, ACCOUNT])
def test_a_fetch_stops_at_ninety_percent_of_a_limit(world: World, scope: str) -> None:
    # Given a limit that is nearly used up
    install, other = world.install(posts=3), world.install(posts=1)
    world.meta.set_usage(90, None if scope == APP else install.instagram_account)

    # When the account is fetched
    assert world.sync(install)

    # Then the result of the first call is stored, no other call is made, and the rest waits
    assert (world.calls("/media"), world.calls("/insights")) == (1, 0)
    assert len(world.posts(install)) == 3
    assert waits(world, install) == 900
    world.meta.calm()
    calls = world.calls()
    assert world.sync(other)
    assert (world.calls() == calls) is (scope == APP)
    world.pass_time(901)
    assert world.deliver(world.queue.sent[0][0])
    assert all(len(world.snapshots(install, post)) == 2 for post in world.posts(install))


def test_a_policy_block_pauses_the_account_for_a_day(world: World) -> None:
    install = world.install(posts=1)
    world.meta.fail_next(368)

    assert world.sync(install)

    assert world.stored(install).paused_until == world.now + DAY
    assert waits(world, install) == 900


def test_a_pause_is_not_shortened(world: World) -> None:
    pauses = world.feature.tools.pauses
    pauses.pause_product(Provider.FACEBOOK, world.now + 500)
    pauses.pause_product(Provider.FACEBOOK, world.now + 100)

    assert pauses.paused_until(world.install(Provider.FACEBOOK), world.now) == world.now + 500


def test_a_message_for_an_account_that_is_being_fetched_waits(world: World) -> None:
    # Given an account that another run has leased
    install = world.install(posts=1)
    assert world.feature.syncs.lease(install, "another", world.now, 100)

    # When a message comes for it, then it waits without a call
    assert world.sync(install)
    assert (waits(world, install), world.calls()) == (30, 0)
    assert world.feature.syncs.lease(install, "another", world.now, 100), "a repetition finds its own lease"

    # And when the other one's lease is over, as if it had died, it is fetched
    world.pass_time(101)
    assert world.deliver(world.queue.sent[-1][0])
    assert len(world.posts(install)) == 1


def test_an_account_that_is_being_erased_is_not_fetched(world: World) -> None:
    install = world.install(posts=1)
    world.update(install, "erasing", True)

    assert world.sync(install)

    assert (world.calls(), world.posts(install)) == (0, [])
