"""/instagram/oauth: tokens that pages send, and dialogs that come back to it. It always answers with JSON."""

from urllib.parse import urlsplit

import pytest
import requests

from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from tests.integration.instagram.connect.world import HOST, HTML, PUBLIC_URL, World, body, decide, query_of, refused
from tests.samples import EVENTS, sample

NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"
SCOPES = DEFAULT_SCOPES[Provider.FACEBOOK]
PATHS = ["/instagram/oauth", "/users/oauth"]


def short_token(world: World, login: str = "nora", scopes: tuple[str, ...] = SCOPES) -> str:
    """A token such as Facebook's SDK gives to a page."""
    return world.meta.connect("facebook", login, scopes, kind="short").value


@pytest.mark.parametrize("path", PATHS)
def test_a_short_token_connects_the_account(world: World, path: str) -> None:
    # Given an app that was saved without its user
    # When its owner's page sends a token
    app = {"appId": "app-1", "user": "old-user", "app_type": "socialFeed", "connect": world.proof("app-1")}
    query = {"token": short_token(world), **app}
    reply = world.browser(HTML).get(path, query)

    # Then the account is connected with a long token, and shown without it
    install, account = world.install(NORA), world.meta.account(NORA)
    assert reply["statusCode"] == 200
    told = body(reply)
    assert (told["id"], told["instagram_account"]) == (install.id, NORA)
    assert told["instagram_business_account_id"] == account.id
    assert (told["app_id"], told["app_link"]) == ("app-1", "accepted")
    assert (told["state"], told["also_connected"]) == ("active", [])
    assert told["expires_at"] > told["connected_at"]
    assert not {"token", "owner_email"} & told.keys()
    assert world.meta.state.tokens.tokens[world.token(NORA)].kind == "long"
    # And it belongs to the app, which is that user's now
    assert world.links("app-1")[install.id].is_accepted
    stored = world.app("app-1")["app"]
    assert (stored["user"], stored["app_type"], stored["version"]) == ("old-user", "socialFeed", 2)
    assert len(world.messages()) == 1


def test_all_accounts_that_the_person_chose_are_shown(world: World) -> None:
    told = body(world.browser().get("/instagram/oauth", {"token": short_token(world, "ruth")}))

    names = [told["instagram_account"], *(each["instagram_account"] for each in told["also_connected"])]
    assert names == ["ruth.bikes.demo", "lena.paints.demo"]
    assert (told["app_id"], told["app_link"]) == (None, None)


def test_a_token_of_another_app_is_refused(world: World) -> None:
    # Given a token that Meta issued for another app; the stand-in has only one
    def of_another_app(response: requests.Response, **_: object) -> None:
        response._content = response.content.replace(world.meta.facebook.id.encode(), b"4711")

    world.session.hooks["response"].append(of_another_app)

    # When a page sends it, then it is refused before it is used
    reply = world.browser().get("/instagram/oauth", {"token": short_token(world)})
    assert refused(reply) == (400, "foreign_token")
    assert [call.path.rpartition("/")[2] for call in world.meta.calls] == ["debug_token"]
    assert world.nothing_is_stored()


def test_the_token_of_a_facebook_page_is_refused(world: World) -> None:
    user = world.meta.connect("facebook", "nora", SCOPES)
    [nora] = [each for each in world.meta.state.world.people if each.login == "nora"]
    page = world.meta.state.tokens.page_token(user, nora.pages[0])

    reply = world.browser().get("/instagram/oauth", {"token": page.value})

    assert refused(reply) == (400, "foreign_token")
    assert world.nothing_is_stored()


@pytest.mark.parametrize(
    ("login", "scopes", "code"),
    [("nora", SCOPES[1:], "scope_missing"), ("tom", SCOPES, "no_page"), ("priya", SCOPES, "no_instagram_account")],
)
def test_a_token_that_leads_nowhere_connects_nothing(
    world: World, login: str, scopes: tuple[str, ...], code: str
) -> None:
    token = short_token(world, login, scopes)

    assert refused(world.browser(HTML).get("/instagram/oauth", {"token": token})) == (403, code)
    assert world.nothing_is_stored()


def test_a_dead_token_is_refused(world: World) -> None:
    world.meta.connect("facebook", "nora", SCOPES, kind="short")
    token = short_token(world)
    world.meta.kill_tokens("nora")

    assert refused(world.browser().get("/instagram/oauth", {"token": token})) == (409, "instagram_reconnect")
    assert refused(world.browser().get("/instagram/oauth", {"token": "EAAnone"})) == (409, "instagram_reconnect")
    assert world.nothing_is_stored()


def test_a_token_whose_access_to_data_has_ended_connects_nothing(world: World) -> None:
    token = world.meta.connect("facebook", "nora", SCOPES, kind="short")
    token.data_access_expires_at = token.issued_at - 1

    reply = world.browser().get("/instagram/oauth", {"token": token.value})

    assert refused(reply) == (409, "instagram_reconnect")
    assert world.nothing_is_stored()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 400, "missing_code"),
        ({"token": "a", "code": "b"}, 422, "invalid_field"),
        ({"token": "ä"}, 400, "foreign_token"),
        ({"token": "x" * 4097}, 400, "foreign_token"),
        ({"token": "a", "appId": "x" * 129}, 422, "invalid_field"),
        ({"token": "a", "appId": "1", "user": "x" * 129}, 422, "invalid_field"),
        ({"token": "a", "appId": "1", "app_type": "\x07"}, 422, "invalid_field"),
        ({"token": "a", "user": "nora"}, 422, "invalid_field"),
        ({"code": "AQD"}, 400, "wrong_state"),
        ({"error": "access_denied"}, 400, "wrong_state"),
    ],
)
def test_an_invalid_request_is_refused_without_a_call(
    world: World, query: dict[str, str], status: int, code: str
) -> None:
    assert refused(world.browser(HTML).get("/instagram/oauth", query)) == (status, code)
    assert world.meta.calls == []


@pytest.mark.parametrize("path", [*PATHS, "/users/oauth/"])
def test_a_dialog_may_come_back_to_it(world: World, path: str) -> None:
    # Given a login whose dialog comes back here
    browser = world.browser()
    dialog = browser.start("facebook", callback=path, app_id="app-1")
    assert query_of(dialog)["redirect_uri"] == PUBLIC_URL + path

    # When it is allowed
    back = urlsplit(decide(dialog, "nora"))
    assert back.path == path
    # The front page sends browsers on from addresses that end in a slash.
    reply = browser.get(back.path.rstrip("/"), back.query)

    # Then Meta gives a token for the address that the dialog was opened with, and it is answered with JSON
    assert reply["statusCode"] == 200
    assert (body(reply)["instagram_account"], body(reply)["app_id"]) == (NORA, "app-1")
    assert body(reply)["app_link"] == "pending"
    assert len(world.app("app-1")) == 1


def test_somebody_who_says_no_there_gets_json_too(world: World) -> None:
    browser = world.browser(HTML)
    reply = browser.follow(decide(browser.start("instagram", callback=PATHS[0]), KILN, decision="deny"))

    assert refused(reply) == (403, "user_denied")
    assert browser.cookies == {}


def test_only_pages_of_the_allowed_hosts_may_read_it(world: World) -> None:
    allowed = {f"https://{HOST}", "http://localhost:8000"}
    others = {f"http://{HOST}", f"https://{HOST}.evil.example", f"https://user@{HOST}", "https://[", "null", ""}

    for origin in allowed | others:
        given = {"origin": origin} if origin else {}
        headers = world.browser().get("/instagram/oauth", {"token": "EAAnone"}, **given)["headers"]
        assert headers.get("access-control-allow-origin") == (origin if origin in allowed else None)
        assert (headers["vary"], headers["cache-control"]) == ("Origin", "no-store")


@pytest.mark.parametrize("name", [path.stem for path in sorted((EVENTS / "instagram_connect").glob("*.json"))])
def test_the_sample_events_are_answered(world: World, name: str) -> None:
    """Their codes, states and tokens are made up, so most are refused."""
    reply = world.module.handler(sample("instagram_connect", name), world._context)

    shown, sent_on, dead = (
        ("connected", "unwindor", "show_login-choice"),
        ("show_login", "authorize_instagram"),
        ("oauth", "users_oauth"),
    )
    expected = dict.fromkeys(shown, 200) | dict.fromkeys(sent_on, 302) | dict.fromkeys(dead, 409)
    assert reply["statusCode"] == expected.get(name, 400)
    assert world.nothing_is_stored()
