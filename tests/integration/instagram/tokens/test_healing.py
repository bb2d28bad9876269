"""Connections that heal by themselves, and e-mails that wait because the app may be at fault."""

from collections.abc import Callable

import pytest

from signpost.instagram.connection_states import DAY, SOON, ConnectionState
from signpost.instagram.graph.errors import MetaUnavailable, Throttled
from signpost.instagram.health_store import HealthStore
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.tokens.store import TokenStore
from signpost.platform import aws
from signpost.platform.dynamodb import Change
from tests.aws_calls import just_before
from tests.integration.instagram.tokens.world import World

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
PERMISSION_MISSING, ACCOUNT_MISSING = ConnectionState.PERMISSION_MISSING, ConnectionState.ACCOUNT_MISSING
PERMISSION, MISSING, SECOND = (
    "@ needs your permission",
    "Instagram no longer shows us @",
    "@ is no longer connected",
)
TOMORROW = "2026-11-22"


def without_permission(world: World) -> Install:
    """An account whose permission was taken back, as a fetch found."""
    install = world.connected(FACEBOOK)
    world.meta.remove_permission(install.instagram_account, "instagram_basic")
    assert world.installs.end(install, PERMISSION_MISSING)
    return install


def made_personal(world: World, provider: Provider = FACEBOOK) -> Install:
    install = world.connected(provider)
    world.meta.make_personal(install.instagram_account)
    assert world.installs.end(install, ACCOUNT_MISSING)
    return install


def give_back(world: World, install: Install) -> None:
    for token in world.meta.tokens(install.instagram_account):
        token.scopes.add("instagram_basic")


def be_professional(world: World, install: Install) -> None:
    world.meta.make_professional(install.instagram_account)


Heal = Callable[[World, Install], None]
TROUBLES = pytest.mark.parametrize(
    ("trouble", "heal", "subject"),
    [(without_permission, give_back, PERMISSION), (made_personal, be_professional, MISSING)],
    ids=["permission", "account"],
)


@TROUBLES
def test_an_account_that_can_be_read_again_heals(
    world: World, trouble: Callable[[World], Install], heal: Heal, subject: str
) -> None:
    # Given an account that cannot be read, which its owner is told once
    install = trouble(world)
    assert world.stored(install).check_day == SOON
    world.care().care(install.id)
    world.sweep_daily(install, 3)
    assert world.subjects(install) == [subject]

    # When it can be read again
    heal(world, install)
    world.sweep_daily(install, 1)

    # Then it is connected and due for a fetch, without a login
    attributes = world.attributes(install)
    assert (attributes["state"], attributes["sync"]) == ("active", "due")
    assert attributes["sync_at"] == world.clock()
    assert not {"refused_since", "missing_since"} & set(attributes)
    assert world.metrics()[-1] == "AccountsHealed"
    world.sweep_daily(install, 3)
    assert world.subjects(install) == [subject]


@TROUBLES
def test_an_account_that_healed_before_the_sweep_costs_no_email(
    world: World, trouble: Callable[[World], Install], heal: Heal, subject: str
) -> None:
    install = trouble(world)
    heal(world, install)

    world.care().care(install.id)

    assert (world.stored(install).state, world.subjects(install)) == (ConnectionState.ACTIVE, [])


def test_the_email_says_how_to_bring_an_account_back(world: World) -> None:
    facebook, instagram = made_personal(world), made_personal(world, INSTAGRAM)

    for install in (facebook, instagram):
        world.care().care(install.id)

    [of_facebook], [of_instagram] = world.mails(facebook), world.mails(instagram)
    for part in ("text", "html"):
        assert "professional account" in of_facebook[part]
        assert "Page" in of_facebook[part]
        assert "Page" not in of_instagram[part]
    assert world.stored(facebook).missing_email_sent_at == world.clock()


def test_an_account_that_stays_away_expires(world: World) -> None:
    install = made_personal(world)

    world.care().care(install.id)
    world.sweep_daily(install, 95)

    assert world.subjects(install)[0] == MISSING
    assert world.subjects(install)[-1] == SECOND
    assert (world.stored(install).state, world.stored(install).check_day) == (ConnectionState.EXPIRED, None)


def test_a_dead_token_is_found_by_a_second_look(world: World) -> None:
    install = made_personal(world, INSTAGRAM)
    world.meta.kill_tokens(install.instagram_account)

    world.care().care(install.id)

    assert (world.stored(install).state, world.subjects(install)) == (ConnectionState.EXPIRED, [SECOND])


@pytest.mark.parametrize(("code", "error"), [(2, MetaUnavailable), (4, Throttled)])
def test_a_second_look_without_an_answer_says_nothing(world: World, code: int, error: type[Exception]) -> None:
    # Given a Meta that is busy when it is asked again
    install = made_personal(world)
    care = world.care()
    world.meta.fail_next(code, count=2, path="/media")

    # When the message comes, then it comes again, and at the last try nothing is mailed
    with pytest.raises(error):
        care.care(install.id)
    care.care(install.id, last_try=True)

    assert (world.stored(install).state, world.subjects(install)) == (ACCOUNT_MISSING, [])
    assert world.stored(install).check_day == TOMORROW


def test_a_token_that_cannot_be_read_says_nothing_either(world: World) -> None:
    install = made_personal(world)
    world.installs.change(install, Change(set={"token": b"damaged"}))

    world.care().care(install.id)

    assert (world.stored(install).state, world.subjects(install)) == (ACCOUNT_MISSING, [])


def test_a_new_connection_is_not_overwritten_by_healing(world: World) -> None:
    # Given an account that is connected again while it is looked at
    install = made_personal(world)
    be_professional(world, install)
    again = Change(set={"connection": "second", "state": "active"})

    def connect_again() -> None:
        assert world.installs.change(install, again)

    with just_before(aws.kms(), "kms.Decrypt", connect_again):
        world.care().care(install.id)

    assert world.attributes(install)["connection"] == "second"
    assert "AccountsHealed" not in world.metrics()


# -------------------------------------------------------------------------------------------------------- a blocked app
@pytest.mark.parametrize("provider", list(Provider))
def test_a_blocked_app_changes_no_account_and_sends_no_email(world: World, provider: Provider) -> None:
    # Given two tokens with five days left, and an app that is blocked
    first, second = world.connected(provider), world.connected(provider)
    world.pass_days(55)
    world.meta.block_app(provider.value)
    care = world.care()

    # When they are due
    care.care(first.id)
    with pytest.raises(Throttled):
        care.care(second.id)
    care.care(second.id, last_try=True)

    # Then nothing was said about them, but about the app
    assert {world.stored(each).state for each in (first, second)} == {ConnectionState.EXPIRING}
    assert world.subjects(first) == world.subjects(second) == []
    assert [metric for metric in world.metrics() if metric == "AppBlocked"] == ["AppBlocked"]
    assert world.metrics().count("EmailsHeld") == 2
    assert world.stored(first).check_day == SOON

    # And when Meta lets the app in again, all goes on
    world.meta.unblock_app(provider.value)
    world.pass_days(1)
    world.works_for_others(provider)
    care.care(first.id)
    assert world.stored(first).expires_at == world.clock() + 60 * DAY


def test_accounts_that_a_block_disconnected_by_mistake_heal(world: World) -> None:
    # Given accounts that were marked before anybody knew that the app was switched to development mode
    installs = [world.connected(FACEBOOK) for _ in range(2)]
    world.meta.change_mode("development")
    for install in installs:
        world.installs.end(install, PERMISSION_MISSING)

    # When they are looked at again, then nobody is told
    care = world.care()
    for install in installs:
        care.care(install.id, last_try=True)
    assert [world.subjects(install) for install in installs] == [[], []]

    # And when the mode is right again, they heal
    world.meta.change_mode("live")
    world.pass_days(1)
    for install in installs:
        care.care(install.id)
        assert world.stored(install).state is ConnectionState.ACTIVE
    assert HealthStore(world.installs).get(FACEBOOK).blocked_at is None


# ------------------------------------------------------------------------------------------------------------- a storm
def test_a_storm_holds_the_emails_until_somebody_lets_them_go(world: World) -> None:
    # Given eleven tokens that a fetch or a refresh finds dead within an hour
    installs = [world.connected() for _ in range(11)]
    world.pass_days(41)
    for install in installs:
        world.meta.kill_tokens(install.instagram_account)
    for install in installs[:6]:
        world.installs.end(install, ConnectionState.EXPIRED)
        HealthStore(world.installs).changed(INSTAGRAM, world.clock())
    for install in installs[6:]:
        world.care().care(install.id)

    # Then the last one makes it a storm, and from then on nobody is told
    assert world.metrics().count("AccountStorm") == 1
    assert world.subjects(installs[-1]) == []
    world.care().care(installs[0].id)
    assert world.subjects(installs[0]) == []
    assert world.stored(installs[0]).check_day == SOON

    # And those whose tokens work again heal
    for token in world.meta.tokens(installs[0].instagram_account):
        token.dead = None
    world.care().care(installs[0].id)
    assert world.stored(installs[0]).state is ConnectionState.ACTIVE

    # And once an operator has looked into it, the others are told
    world.installs.table.delete({"key": "health#instagram"})
    world.care().care(installs[1].id)
    assert world.subjects(installs[1]) == [SECOND]
    assert world.subjects(installs[0]) == []


def test_a_storm_does_not_hold_what_a_date_brings(world: World) -> None:
    # Given a storm, and a connection that comes to its end as everybody knew
    install = world.connected(FACEBOOK)
    world.meta.switches.extend_long_tokens = False
    health = HealthStore(world.installs)
    for _ in range(11):
        health.changed(FACEBOOK, world.clock())
    assert health.get(FACEBOOK).held_at is not None

    world.sweep_daily(install, 65)

    assert world.subjects(install) == ["Reconnect @ by 20 January", SECOND]


def test_the_daily_sweep_counts_the_accounts_of_each_product(world: World) -> None:
    sweep = world.build(lambda *_: None).sweep
    store = TokenStore(world.installs)
    before = [each.partition("-")[0] for each in store.connected()]
    world.connected(FACEBOOK)
    world.connected(INSTAGRAM)
    world.connected(INSTAGRAM, state=ConnectionState.EXPIRED)

    sweep.count_connected()
    sweep.count_connected()

    health = HealthStore(world.installs)
    assert health.get(FACEBOOK).accounts == before.count("facebook") + 1
    assert health.get(INSTAGRAM).accounts == before.count("instagram") + 1
