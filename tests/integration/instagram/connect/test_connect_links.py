"""Who may have accounts shown in an app: its owner's links connect them, everybody else asks."""

import hashlib
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from signpost.instagram.apps.app import LinkState
from signpost.instagram.apps.connect_links import ConnectLinks, platform_signature
from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.platform.dynamodb import Change
from tests import dynamodb
from tests.integration.instagram.connect.world import BACK, HTML, PUBLIC_URL, World, body, decide, query_of, refused

NORA, BIKES, LENA = "nora.bakes.demo", "ruth.bikes.demo", "lena.paints.demo"
APP = "app-1"
OLD: dict[str, Any] = {"app_type": "socialFeed", "user": "old-user", "is_new": False, "feeds": [f"@{NORA}", "@natgeo"]}


def of_platform(world: World, app_id: str = APP, at: float | None = None) -> str:
    """A proof as a widget platform makes it with a connect key (docs/widgets.md)."""
    world.proof(app_id)
    key = world.connect_keys.rotate(app_id, keep_old=True)
    moment = f"{time.time() if at is None else at:.0f}"
    return f"{moment}.{platform_signature(hashlib.sha256(key.encode()).digest(), app_id, moment)}"


def state_of(world: World, username: str = NORA, app_id: str = APP) -> LinkState:
    return world.links(app_id)[world.install(username).id].state


@pytest.mark.parametrize("by", ["us", "the platform"])
def test_an_owners_link_connects_the_account_to_the_app(world: World, by: str) -> None:
    proof = world.proof(APP) if by == "us" else of_platform(world)

    reply = world.browser(HTML).log_in("facebook", "nora", app_id=APP, connect=proof)

    assert reply["statusCode"] == 302
    assert reply["headers"]["location"] == f"{BACK}&after_instagram_auth=True"
    assert state_of(world) is LinkState.ACCEPTED
    assert world.install(NORA).apps == (APP,)


def test_whoever_only_knows_the_app_asks_and_changes_nothing(world: World) -> None:
    # Given an old app that has not migrated yet
    world.put_app(APP, **OLD, migrated_at="never", owner_email="owner@example.com", import_tags=["ed"])
    before = world.app(APP)["app"]

    # When a stranger connects an account of theirs for it, twice
    for _ in range(2):
        reply = world.browser(HTML).log_in("facebook", "nora", app_id=APP)

        # Then a page tells them to wait
        assert reply["statusCode"] == 200
        assert "once the app&#39;s owner has accepted it" in reply["body"]
        assert f'href="{BACK}&amp;after_instagram_auth=Pending"' in reply["body"]

    # And their account is connected for themselves
    install, stored = world.install(NORA), world.stored()
    assert install.is_connected
    assert not {"owner_email", "import_tags", "apps"} & stored[install.id].keys()
    assert len(world.messages()) == 2
    # And the app is as it was, apart from the request
    assert world.app(APP)["app"] == before
    link = world.links(APP)[install.id]
    assert (link.state, link.accepted_at) == (LinkState.PENDING, None)


def test_who_waits_without_a_page_of_their_own_is_told_what_is_connected(world: World) -> None:
    browser = world.browser(HTML)

    page = browser.log_in("facebook", "nora", f"{PUBLIC_URL}/connected", app_id=APP)

    assert f'href="{PUBLIC_URL}/connected?after_instagram_auth=Pending"' in page["body"]
    assert f"@{NORA} is connected" in browser.get("/connected")["body"]


def test_programs_are_sent_back_with_the_result(world: World) -> None:
    reply = world.browser().log_in("facebook", "nora", app_id=APP)

    assert reply["statusCode"] == 302
    assert reply["headers"]["location"] == f"{BACK}&after_instagram_auth=Pending"


def test_an_owners_link_accepts_an_account_that_asked_or_was_refused(world: World) -> None:
    world.browser().log_in("facebook", "nora", app_id=APP)
    item = world.app(APP)[f"install#{world.install(NORA).id}"]
    dynamodb.put(world.settings.apps_table, {**item, "state": "refused"})
    # When it asks again, then it stays refused, and is told nothing about that
    assert "once the app" in world.browser(HTML).log_in("facebook", "nora", app_id=APP)["body"]
    assert state_of(world) is LinkState.REFUSED

    world.browser().log_in("facebook", "nora", app_id=APP, connect=world.proof(APP))

    assert state_of(world) is LinkState.ACCEPTED


def test_a_reconnect_keeps_the_place_and_the_names_of_an_account(world: World) -> None:
    # Given an account that was accepted, and renamed since
    proof = world.proof(APP)
    world.browser().log_in("facebook", "nora", app_id=APP, connect=proof)
    install = world.install(NORA)
    assert world.installs.change(install, Change(set={"instagram_account": "nora.before"}))
    link = world.app(APP)[f"install#{install.id}"]
    app = world.app(APP)["app"]

    # When it is connected again, by its owner's link or without
    for connect in ({"connect": proof}, {}):
        reply = world.browser(HTML).log_in("facebook", "nora", app_id=APP, **connect)

        # Then nothing about its link changes, and its former name is remembered
        assert reply["headers"]["location"].endswith("after_instagram_auth=True")
        assert world.app(APP)[f"install#{install.id}"] == link
        assert world.install(NORA).former_names == ("nora.before",)
        assert world.app(APP)["app"] == app


def test_an_account_that_was_accepted_does_not_start_a_migration_by_itself(world: World) -> None:
    world.browser().log_in("facebook", "nora", app_id=APP, connect=world.proof(APP))
    world.put_app(APP, **OLD, migrated_at="never")

    world.browser().log_in("facebook", "nora", app_id=APP)

    assert world.app(APP)["app"]["migrated_at"] == "never"


def test_of_several_accounts_those_that_were_accepted_stay_so(world: World) -> None:
    # Given an app that shows one of Ruth's accounts
    world.browser().log_in("facebook", "ruth", app_id=APP, connect=world.proof(APP))
    dynamodb.table(world.settings.apps_table).delete_item(
        Key={"app_id": APP, "part": f"install#{world.install(LENA).id}"}
    )

    # When Ruth connects both without its owner's link, then she is told that one has to wait
    reply = world.browser(HTML).log_in("facebook", "ruth", app_id=APP)

    assert reply["statusCode"] == 200
    assert (state_of(world, BIKES), state_of(world, LENA)) == (LinkState.ACCEPTED, LinkState.PENDING)


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        ("x", "connect_link_invalid"),
        ("eyJ2YWx1ZXMiOnt9fQ.x", "connect_link_invalid"),
        ("x" * 1025, "connect_link_invalid"),
        ("ä.ö", "connect_link_invalid"),
        (f"1795244400.{'0' * 64}", "connect_link_invalid"),
        ("another app's", "connect_link_invalid"),
        ("another app's, of a platform", "connect_link_invalid"),
        ("old", "connect_link_expired"),
        ("of the future", "connect_link_expired"),
        ("expired", "connect_link_expired"),
    ],
)
def test_a_link_that_does_not_hold_is_refused_before_the_dialog(world: World, proof: str, code: str) -> None:
    made = {
        "another app's": lambda: world.proof("another"),
        "another app's, of a platform": lambda: of_platform(world, "another"),
        "old": lambda: of_platform(world, at=time.time() - 3601),
        "of the future": lambda: of_platform(world, at=time.time() + 400),
        "expired": lambda: ConnectLinks(world.connect_keys, time.time).proof(APP, time.time() - 1),
    }
    world.proof(APP)
    query = {"provider": "facebook", "return_to": BACK, "app_id": APP, "connect": made.get(proof, lambda: proof)()}

    assert refused(world.browser().get("/showlogin", query)) == (403, code)
    assert refused(world.browser().get("/instagram/oauth", {"token": "a", "appId": APP, **query})) == (403, code)
    # And people can go on without it
    page = world.browser(HTML).get("/showlogin", query)["body"]
    assert 'href="/showlogin?provider=facebook&amp;return_to=' in page
    assert "connect=" not in page
    assert world.meta.calls == []


def test_a_proof_is_about_an_app(world: World) -> None:
    for path, query in (("/showlogin", {"provider": "facebook"}), ("/instagram/oauth", {"token": "a"})):
        assert refused(world.browser().get(path, {**query, "connect": world.proof(APP)})) == (422, "invalid_field")
    assert refused(world.browser().get("/showlogin", {"provider": "facebook", "app_id": "none", "connect": "x.y"})) == (
        403,
        "connect_link_invalid",
    )


def test_the_link_survives_a_choice_of_login_and_another_try(world: World) -> None:
    proof = world.proof(APP)
    given = {"app_id": APP, "return_to": BACK, "connect": proof}

    choice = world.browser(HTML).get("/showlogin", given)["body"]
    assert f"connect={proof}" in choice
    browser = world.browser(HTML)
    denied = browser.follow(decide(browser.start("facebook", app_id=APP, connect=proof), "nora", decision="deny"))
    again = denied["body"].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert query_of(again)["connect"] == proof
    assert browser.get(urlsplit(again).path, query_of(again))["statusCode"] == 302


@pytest.mark.parametrize("is_owners", [True, False])
def test_a_page_with_a_token_needs_the_proof_as_well(world: World, is_owners: bool) -> None:
    world.put_app(APP, **OLD, migrated_at="never")
    token = world.meta.connect("facebook", "nora", DEFAULT_SCOPES[Provider.FACEBOOK], kind="short").value
    query = {"token": token, "appId": APP, **({"connect": world.proof(APP)} if is_owners else {})}

    told = body(world.browser().get("/instagram/oauth", query))

    assert told["app_link"] == ("accepted" if is_owners else "pending")
    assert (world.app(APP)["app"]["migrated_at"] == "never") is not is_owners


def test_a_stranger_can_neither_make_an_app_nor_say_whose_it_is(world: World) -> None:
    token = world.meta.connect("facebook", "nora", DEFAULT_SCOPES[Provider.FACEBOOK], kind="short").value
    given = {"token": token, "user": "old-user", "app_type": "socialFeed"}
    world.put_app(APP)
    before = world.app(APP)["app"]

    for app_id in (APP, "new"):
        assert body(world.browser().get("/instagram/oauth", {**given, "appId": app_id}))["app_link"] == "pending"

    assert world.app(APP)["app"] == before
    assert "app" not in world.app("new")
