"""A fault at any call of a login, to AWS or to Meta: a connection is stored completely or not at all."""

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from signpost.instagram.connect.connections import AppReference, Login, LoginAccount
from signpost.instagram.graph.client import Graph
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.install_store import account_key, person_key
from signpost.instagram.products import GraphSettings, Provider
from signpost.instagram.secret_text import SecretText
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests import dynamodb
from tests.aws_calls import just_before
from tests.faults import COSTLY_MODES, Fault, How, Mode, at_every_call
from tests.integration.instagram.connect.world import World, decide

pytestmark = pytest.mark.slow

NORA = "nora.bakes.demo"
_numbers = itertools.count(17_841_500_000_000_000)


def login(account_id: str, person: str) -> Login:
    account = ProfessionalAccount(account_id, f"user{account_id}", app_scoped_id=f"9{account_id}")
    return Login(
        provider=Provider.INSTAGRAM,
        token=SecretText(f"token-of-{person}"),
        issued_at=1.0,
        expires_at=None,
        data_access_expires_at=None,
        scopes=(),
        person_id=person,
        accounts=(LoginAccount(account),),
    )


def connect(world: World, given: Login, app: str = "", *, mobile: bool = False) -> None:
    """Connect without time for the subscription, which needs Meta."""
    reference = AppReference(app, is_owners=True) if app else None
    graph = Graph(Provider.INSTAGRAM, GraphSettings(), world.session)
    world.logins.connector().connect(graph, given, reference, mobile=mobile, seconds_left=lambda: 0)


def whole(world: World, given: Login, app: str) -> bool:
    """Whether the connection is stored; fails when only parts of it are."""
    account, person = given.accounts[0].account, str(given.person_id)
    install_id = f"instagram-{account.id}"
    stored = world.stored()
    parts = world.app(app)
    install = stored.get(install_id)
    done = bool(install and install["person_id"] == person)
    keys = (account_key(account.id), account_key(str(account.app_scoped_id)), person_key(person))
    listed = [install_id in stored.get(key, {}).get("installs", ()) for key in keys]
    migrated = parts["app"].get("not_migrated") == ["@other"]
    linked = f"install#{install_id}" in parts
    formers = {
        key for key, each in stored.items() if key.startswith("person#") and install_id in each.get("installs", ())
    }
    if done:
        assert all(listed)
        assert (migrated, linked) == (True, True)
        assert formers == {person_key(person)}
        assert stored[install_id]["sync"] == "due"
    else:
        assert (migrated, linked, listed[2]) == (False, False, False)
    return done


@COSTLY_MODES
@pytest.mark.parametrize("again", [False, True], ids=["new", "reconnect"])
def test_a_connection_is_stored_completely_or_not_at_all(modes: tuple[Mode, ...], again: bool, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given an old app, and perhaps an account that another person connected before
        number = str(next(_numbers))
        app = f"app-{number}"
        feeds = [f"@user{number}", "@other"]
        world.put_app(app, app_type="socialFeed", user="old-user", is_new=False, feeds=feeds, migrated_at="never")
        if again:
            connect(world, login(number, "1" + number))
        world.messages()

        # When somebody connects it, and tries again if that failed
        given = login(number, "2" + number)
        attempt = fault.attempt(lambda: connect(world, given, app, mobile=True), Unavailable)
        stored = whole(world, given, app)
        if attempt.done:
            assert stored
        else:
            connect(world, given, app, mobile=True)

        # Then it is stored completely, with a token that can be read
        assert whole(world, given, app)
        install = world.installs.get(f"instagram-{number}")
        assert install
        assert world.cipher.decrypt(install.id, install.token) == given.token

    at_every_call(scenario, *modes)


@pytest.mark.parametrize("mode", [Mode.KILLED_AFTER, Mode.REPLY_LOST, Mode.ALL_SERVER_ERRORS])
def test_a_login_ends_in_a_clear_answer_and_can_be_started_again(mode: Mode, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given somebody who allowed everything
        browser = world.browser()
        address = decide(browser.start("facebook"), "nora")
        before = world.stored()

        # When they come back
        attempt = fault.attempt(lambda: browser.follow(address))

        # Then they are connected, or not and told to try again; a lost reply of AWS does not matter
        if attempt.reply:
            status = attempt.reply["statusCode"]
            assert status in (302, 503)
            assert (status == 302) == (world.stored() != before)
            struck = fault.calls[fault.at - 1] if fault.hit else ""
            if fault.mode.how is How.RESET and "http" not in struck:
                assert status == 302

        # And the next login succeeds
        assert browser.log_in("facebook", "nora")["statusCode"] == 302
        assert world.token(NORA) in world.meta.state.tokens.tokens

    at_every_call(scenario, mode)


def overtaken(act: Callable[[], object]) -> AbstractContextManager[None]:
    """Run `act` once, between a connection's reading and its writing."""
    return just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", act)


@pytest.mark.parametrize("is_new", [False, True])
def test_an_account_that_two_people_connect_at_the_same_time_belongs_to_one(is_new: bool, world: World) -> None:
    # Given an account that was connected before, or was not
    number = str(next(_numbers))
    first, second, third = (login(number, f"{person}{number}") for person in (1, 2, 3))
    if not is_new:
        connect(world, first)

    # When somebody connects it, and somebody else does between that one's reading and writing
    with overtaken(lambda: connect(world, second)):
        connect(world, third)

    # Then it belongs to the last one only
    assert world.installs.of_person(str(third.person_id)) == (f"instagram-{number}",)
    assert world.installs.of_person(str(second.person_id)) == world.installs.of_person(str(first.person_id)) == ()


def test_two_accounts_connected_for_an_app_at_the_same_time_both_migrate(world: World) -> None:
    # Given an old app with three accounts
    feeds = ["@user7", "@user8", "@other"]
    world.put_app("app", app_type="socialFeed", user="old-user", is_new=False, feeds=feeds, migrated_at="never")

    # When one is connected between the reading and the writing of the other
    with overtaken(lambda: connect(world, login("7", "1"), "app")):
        connect(world, login("8", "2"), "app")

    # Then neither is listed any more
    assert whole(world, login("7", "1"), "app")
    assert whole(world, login("8", "2"), "app")


def delete_app(world: World) -> None:
    dynamodb.table(world.settings.apps_table).delete_item(Key={"app_id": "app", "part": "app"})


def test_an_app_that_is_deleted_meanwhile_gets_no_account(world: World) -> None:
    world.put_app("app")

    # When the app is deleted between the reading and the writing of its owner's connection
    with overtaken(lambda: delete_app(world)):
        connect(world, login("7", "1"), "app")

    # Then the account is connected, and is no more than a request to whoever makes the app again
    assert world.installs.get("instagram-7")
    assert not world.links("app")["instagram-7"].is_accepted
