"""Logins that fail: the reply says why, and nothing is stored."""

import time

import pytest

from signpost.instagram.connect import login_state
from signpost.instagram.connect.login_state import LoginState
from signpost.instagram.products import NO_APP, Provider
from tests.integration.instagram.connect.world import BACK, HTML, PUBLIC_URL, World, body, decide, query_of, refused

NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"


@pytest.mark.parametrize(("provider", "login"), [("facebook", "nora"), ("instagram", KILN)])
def test_somebody_who_says_no_is_not_connected(world: World, provider: str, login: str) -> None:
    # When somebody says no in the dialog
    browser = world.browser(HTML)
    reply = browser.follow(decide(browser.start(provider, app_id="app-1"), login, decision="deny"))

    # Then they get a page that says so, leads back to the same dialog, and ends the login
    assert reply["statusCode"] == 403
    assert reply["headers"]["content-type"].startswith("text/html")
    assert "You did not allow the connection" in reply["body"]
    back = "https%3A%2F%2Fshop.example%2Fsettings%3Ftab%3D2"
    assert f'href="/showlogin?provider={provider}&amp;return_to={back}&amp;app_id=app-1"' in reply["body"]
    assert browser.cookies == {}
    assert world.nothing_is_stored()


def test_what_meta_says_about_a_failed_dialog_is_escaped(world: World) -> None:
    browser = world.browser(HTML)
    state = query_of(browser.start("facebook"))["state"]
    query = {"error_code": "1349126", "error_message": "<script>alert(1)</script>", "state": state}

    reply = browser.get("/authcallback", query)

    assert reply["statusCode"] == 400
    assert "<script" not in reply["body"]
    assert "&lt;script&gt;" in reply["body"]
    assert "script-src" not in reply["headers"]["content-security-policy"]
    assert "default-src 'none'" in reply["headers"]["content-security-policy"]


def test_without_a_code_nothing_is_connected(world: World) -> None:
    browser = world.browser()
    state = query_of(browser.start("facebook"))["state"]

    reply = browser.get("/authcallback", {"state": state})

    assert refused(reply) == (400, "missing_code")
    assert body(reply)["error"]["message"] == "Missing code"
    assert world.nothing_is_stored()


def test_a_login_is_used_once(world: World) -> None:
    # Given a login that has come back
    browser = world.browser()
    address = decide(browser.start("facebook"), "nora")
    assert browser.follow(address)["statusCode"] == 302
    before = world.install(NORA)
    calls = len(world.meta.calls)

    # When it comes back again, then it is refused without a call to Meta
    assert refused(browser.follow(address)) == (409, "login_used")
    assert len(world.meta.calls) == calls
    assert world.install(NORA) == before


@pytest.mark.parametrize(("provider", "login", "username"), [("facebook", "nora", NORA), ("instagram", KILN, KILN)])
def test_a_code_that_was_used_is_refused(world: World, provider: str, login: str, username: str) -> None:
    # Given a code that was exchanged before
    browser = world.browser()
    first = query_of(decide(browser.start(provider), login))
    second = query_of(browser.start(provider))
    browser.get("/authcallback", first)
    before = world.install(username, provider)

    # When another login brings it along
    reply = browser.get("/authcallback", {"code": first["code"], "state": second["state"]})

    assert refused(reply) == (400, "instagram_code_refused")
    assert world.install(username, provider) == before


def test_a_login_of_another_browser_is_refused(world: World) -> None:
    # Given a login that somebody allowed, but sent to another person as a link
    attacker, victim = world.browser(), world.browser()
    address = decide(attacker.start("facebook"), "nora")

    # When that person opens it, with or without a login of their own
    assert refused(victim.follow(address)) == (400, "wrong_state")
    victim.start("facebook")
    assert refused(victim.follow(address)) == (400, "wrong_state")

    assert world.nothing_is_stored()
    assert world.meta.calls == []


@pytest.mark.parametrize("age", [601, -120])
def test_a_login_is_over_after_ten_minutes(world: World, age: float) -> None:
    # Given somebody who left the dialog open
    browser = world.browser(HTML)
    address = query_of(decide(browser.start("facebook"), "nora"))
    [cookie] = browser.cookies.values()
    old = LoginState("id", Provider.FACEBOOK, BACK, "app-1", f"{PUBLIC_URL}/authcallback", time.time() - age)
    address["state"] = login_state.sign(old, cookie, world.keys)

    # When they come back, then nothing is connected, and a link leads to the same dialog
    reply = browser.get("/authcallback", address)
    assert reply["statusCode"] == 400
    assert "10 minutes" in reply["body"]
    assert "/showlogin?provider=facebook&amp;return_to=https" in reply["body"]
    assert "app_id=app-1" in reply["body"]
    assert world.nothing_is_stored()


@pytest.mark.parametrize("state", ["", ".", "x.y", "forged"])
def test_a_foreign_state_is_refused(world: World, state: str) -> None:
    # Given a login that was not started here, or whose state was changed on the way
    browser = world.browser(HTML)
    address = query_of(decide(browser.start("facebook"), "nora"))
    forged = address["state"][:-1] + ("0" if address["state"][-1] != "0" else "1")

    reply = browser.get("/authcallback", {**address, "state": forged if state == "forged" else state})

    assert reply["statusCode"] == 400
    assert "start again" in reply["body"]
    assert world.nothing_is_stored()


@pytest.mark.parametrize(
    ("login", "without", "code", "said"),
    [
        ("nora", "instagram_basic", "scope_missing", "instagram_basic"),
        ("nora", "pages_show_list", "scope_missing", "pages_show_list"),
        ("tom", "", "no_page", "Facebook Page"),
        ("priya", "", "no_instagram_account", "Priya's Garden"),
    ],
)
def test_what_is_missing_is_named(world: World, login: str, without: str, code: str, said: str) -> None:
    browser = world.browser()

    reply = browser.follow(decide(browser.start("facebook", app_id="app-1"), login, without=without))

    assert refused(reply) == (403, code)
    assert said in body(reply)["error"]["message"]
    assert world.nothing_is_stored()


def test_a_permission_that_was_left_out_is_asked_for_again(world: World) -> None:
    # Given somebody who left one out, and gets a page that says so
    browser = world.browser(HTML)
    page = browser.follow(decide(browser.start("facebook"), "nora", without="instagram_basic"))
    assert "rerequest=1" in page["body"]

    # When they try again, then Facebook asks for it, which it only does on request
    dialog = browser.start("facebook", rerequest="1")
    assert query_of(dialog)["auth_type"] == "rerequest"
    assert browser.follow(decide(dialog, "nora"))["statusCode"] == 302


def test_instagrams_missing_scope_is_named(world: World) -> None:
    # Given a dialog in which the required permission was left out
    browser = world.browser()
    state = query_of(browser.start("instagram"))["state"]
    scopes = ("instagram_business_manage_insights",)
    address = world.meta.authorize("instagram", KILN, scopes, f"{PUBLIC_URL}/authcallback", state)

    reply = browser.follow(address.removesuffix("#_"))

    assert refused(reply) == (403, "scope_missing")
    assert "instagram_business_basic" in body(reply)["error"]["message"]
    assert world.nothing_is_stored()


@pytest.mark.parametrize("path", ["oauth/access_token", "debug_token", "me/accounts"])
def test_when_meta_fails_the_page_says_to_try_again(world: World, path: str) -> None:
    browser = world.browser(HTML)
    address = decide(browser.start("facebook"), "nora")
    world.meta.fail_next(2, path=path)

    reply = browser.follow(address)

    assert reply["statusCode"] == 503
    assert "try again" in reply["body"]
    assert world.nothing_is_stored()


def test_when_meta_throttles_the_reply_says_how_long(world: World) -> None:
    browser = world.browser()
    address = decide(browser.start("facebook"), "nora")
    world.meta.throttle(4, minutes=30)

    reply = browser.follow(address)

    assert refused(reply) == (503, "instagram_throttled")
    assert int(reply["headers"]["retry-after"]) > 0
    assert world.nothing_is_stored()


# --------------------------------------------------------------------------------------------------------- /showlogin
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "provider_missing"),
        ({"provider": "myspace"}, "invalid_field"),
        ({"provider": "facebook", "return_to": "https://evil.example/"}, "return_to_not_allowed"),
        ({"provider": "facebook", "app_id": "x" * 129}, "invalid_field"),
        ({"provider": "facebook", "app_id": "a\nb"}, "invalid_field"),
        ({"provider": "facebook", "callback": "/elsewhere"}, "invalid_field"),
    ],
)
def test_an_invalid_login_does_not_start(world: World, query: dict[str, str], code: str) -> None:
    reply = world.browser().get("/showlogin", query)

    assert refused(reply) == (422, code)
    assert reply["cookies"] == []


def test_a_page_lets_people_choose_the_product(world: World) -> None:
    reply = world.browser(HTML).get("/showlogin", {"return_to": BACK, "app_id": '"><b>'})

    assert reply["statusCode"] == 200
    assert "How do you log in?" in reply["body"]
    for provider in Provider:
        assert f"/showlogin?provider={provider.value}&amp;return_to=https%3A%2F%2F" in reply["body"]
    assert "<b>" not in reply["body"]


def test_the_only_product_that_is_set_up_needs_no_name(world: World) -> None:
    meta = world.meta
    world.apps = world.apps._replace(facebook=NO_APP)

    chosen = world.browser().get("/showlogin", {"return_to": BACK})
    other = world.browser().get("/showlogin", {"provider": "facebook"})
    token = world.browser().get("/instagram/oauth", {"token": "abc"})

    assert chosen["headers"]["location"].startswith(meta.settings()["IG_AUTHORIZE_URL"])
    assert refused(other) == refused(token) == (503, "not_set_up")


def test_without_a_signing_key_no_login_starts(world: World) -> None:
    world.keys = ()

    assert refused(world.browser().get("/showlogin", {"provider": "facebook"})) == (503, "not_set_up")
    assert refused(world.browser().get("/authcallback", {"code": "x", "state": "y.z"})) == (503, "not_set_up")


def test_the_reply_to_a_defect_has_no_detail(world: World) -> None:
    del world.apps

    reply = world.browser().get("/showlogin", {"provider": "facebook"})

    assert refused(reply) == (500, "internal")
    assert body(reply)["error"]["message"] == "Something went wrong here. Request request-1."


# ---------------------------------------------------------------------------------------------------------- /unwindor
@pytest.mark.parametrize(
    ("field", "value"),
    [("id", ""), ("token", ""), ("token", "x" * 129), ("name", "a\nb"), ("pic", "x" * 2049)],
)
def test_the_mobile_clients_address_is_only_for_logins(world: World, field: str, value: str) -> None:
    fields = {"smaxx-id": "1", "smaxx-token": "t", "smaxx-name": "n", "smaxx-pic": "", f"smaxx-{field}": value}

    reply = world.browser(HTML).get("/unwindor", fields)

    assert refused(reply) == (422, "invalid_field")
    assert f"smaxx-{field}" in body(reply)["error"]["message"]
